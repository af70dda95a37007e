from django.apps import AppConfig


class SynthesisConfig(AppConfig):
    name = "synthesis"

    def ready(self) -> None:
        from consensus.checks import CHECKS
        from synthesis import checks

        if checks.tables not in CHECKS:
            CHECKS.append(checks.tables)
