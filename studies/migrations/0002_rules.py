from django.db import migrations

from reviews.sql import audited, frozen, same_review

TIES = [
    ("importbatch", "search_id", "search"),
    ("importrefusal", "batch_id", "importbatch"),
    ("record", "batch_id", "importbatch"),
    ("report", "merged_with_id", "report"),
    ("report", "survivor_id", "report"),
    ("recordlink", "record_id", "record"),
    ("recordlink", "report_id", "report"),
    ("duplicatepair", "left_id", "record"),
    ("duplicatepair", "right_id", "record"),
    ("fulltext", "report_id", "report"),
    ("sourceanchor", "report_id", "report"),
    ("study", "merged_with_id", "study"),
    ("study", "survivor_id", "study"),
    ("studylink", "report_id", "report"),
    ("studylink", "study_id", "study"),
    ("result", "study_id", "study"),
    ("result", "outcome_id", "outcome"),
    ("result", "time_point_id", "timepoint"),
]


class Migration(migrations.Migration):
    dependencies = [("studies", "0001_initial"), ("reviews", "0002_rules")]

    operations = [
        *[same_review(f"studies_{child}", column, f"studies_{parent}") for child, column, parent in TIES],
        frozen("studies_record", when="true", message="a record stays as it was delivered"),
        # An import is one event, with a digest of its records: these tables are audited for what people do later.
        audited("studies_importbatch"),
        audited("studies_report", on="UPDATE OR DELETE"),
        audited("studies_recordlink", on="UPDATE OR DELETE"),
        *[
            audited(f"studies_{table}")
            for table in ("search", "fulltext", "study", "studylink", "outcome", "timepoint", "result")
        ],
        audited("studies_duplicatepair", on="UPDATE OR DELETE"),
    ]
