from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from consensus.kinds import register
        from screening.kinds import FullText, TitleAbstract

        register(TitleAbstract())
        register(FullText())
