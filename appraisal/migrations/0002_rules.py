from django.db import migrations

from reviews.sql import answers_frozen, audited, frozen, same_review

TIES = [
    ("appraisal_plan", "version_id", "consensus_stageversion"),
    ("appraisal_use", "plan_id", "appraisal_plan"),
    ("appraisal_use", "instrument_id", "appraisal_instrument"),
    ("appraisal_levelmapping", "instrument_id", "appraisal_instrument"),
    ("appraisal_assessment", "judgement_id", "consensus_judgement"),
    ("appraisal_assessment", "instrument_id", "appraisal_instrument"),
    ("appraisal_answer", "judgement_id", "consensus_judgement"),
    ("appraisal_answer", "anchor_id", "studies_sourceanchor"),
    ("appraisal_level", "judgement_id", "consensus_judgement"),
]
ANSWERS = ("assessment", "answer", "level")
SETTLED = ("instrument", "plan", "use")


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0001_initial"), ("consensus", "0002_rules"), ("studies", "0002_rules")]

    operations = [
        *[same_review(*tie) for tie in TIES],
        *[answers_frozen(f"appraisal_{table}") for table in ANSWERS],
        frozen("appraisal_instrument", when="true", message="an instrument never changes: add a new version"),
        frozen("appraisal_plan", when="true", message="a published plan never changes"),
        frozen("appraisal_use", when="true", message="a published plan never changes"),
        *[audited(f"appraisal_{table}") for table in (*ANSWERS, "plan", "use", "levelmapping")],
        audited("appraisal_instrument", omit=["document"]),
    ]
