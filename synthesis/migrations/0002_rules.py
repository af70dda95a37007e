from django.db import migrations

from reviews.sql import audited, frozen, same_review

TIES = [
    ("synthesis_summarytable", "current_build_id", "synthesis_tablebuild"),
    ("synthesis_tablebuild", "table_id", "synthesis_summarytable"),
    ("synthesis_consumed", "table_id", "synthesis_summarytable"),
    ("synthesis_consumed", "change_id", "consensus_change"),
]

# What a table shows was built for this very table.
BUILD_IS_OWN = migrations.RunSQL(
    """
    ALTER TABLE synthesis_summarytable ADD CONSTRAINT table_build_is_own FOREIGN KEY (id, current_build_id)
        REFERENCES synthesis_tablebuild (table_id, id) DEFERRABLE INITIALLY IMMEDIATE
    """,
    "ALTER TABLE synthesis_summarytable DROP CONSTRAINT table_build_is_own",
)

# Stale is asked by keys, among the changes of half a million screened records.
CHANGES_BY_KEY = migrations.RunSQL(
    "CREATE INDEX consensus_change_keys ON consensus_change USING gin (keys)",
    "DROP INDEX consensus_change_keys",
)


class Migration(migrations.Migration):
    dependencies = [("synthesis", "0001_initial"), ("consensus", "0002_rules"), ("reviews", "0002_rules")]

    operations = [
        *[same_review(table, column, parent) for table, column, parent in TIES],
        BUILD_IS_OWN,
        CHANGES_BY_KEY,
        frozen(
            "synthesis_tablebuild", when="OLD.status <> 'running'", message="a finished build stays as it is"
        ),
        audited("synthesis_summarytable"),
    ]
