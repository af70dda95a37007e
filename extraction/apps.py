from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "extraction"

    def ready(self) -> None:
        from consensus.kinds import register
        from extraction.kind import ExtractionKind

        register(ExtractionKind())
