from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from consensus.kinds import register
        from screening.kinds import FullText, TitleAbstract
        from screening.masking import MaskedFromJudges
        from studies.masking import ask

        register(TitleAbstract())
        register(FullText())
        ask(MaskedFromJudges())
