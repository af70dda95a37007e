from django.apps import AppConfig


class SynthesisConfig(AppConfig):
    name = "synthesis"

    def ready(self) -> None:
        from appraisal.weighing import WEIGHERS
        from consensus.checks import CHECKS
        from synthesis import checks
        from synthesis.weighing import NUMBERS_OF_STUDIES

        if checks.tables not in CHECKS:
            CHECKS.append(checks.tables)
        if NUMBERS_OF_STUDIES not in WEIGHERS:
            WEIGHERS.append(NUMBERS_OF_STUDIES)
