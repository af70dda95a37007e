from django.db import migrations

from reviews.sql import audited, same_review

TIES = [
    ("screening_mode", "stage_id", "consensus_stage"),
    ("screening_workload", "stage_id", "consensus_stage"),
    ("screening_labelled", "item_id", "consensus_workitem"),
    ("screening_labelled", "label_id", "screening_label"),
    ("screening_calibration", "stage_id", "consensus_stage"),
    ("screening_calibrated", "calibration_id", "screening_calibration"),
    ("screening_calibrated", "item_id", "consensus_workitem"),
    ("screening_bulk", "stage_id", "consensus_stage"),
    ("screening_bulk", "reason_id", "reviews_exclusionreason"),
]
AUDITED = ("masking", "mode", "workload", "label", "calibration", "calibrated", "bulk")


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0003_settings_of_screening"),
        ("consensus", "0004_longer_tallies"),
        ("reviews", "0002_rules"),
    ]

    operations = [
        *[same_review(*tie) for tie in TIES],
        *[audited(f"screening_{table}") for table in AUDITED],
    ]
