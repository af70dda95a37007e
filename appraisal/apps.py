from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "appraisal"

    def ready(self) -> None:
        from appraisal.kind import ResultAppraisal, StudyAppraisal
        from consensus.kinds import register

        register(StudyAppraisal())
        register(ResultAppraisal())
