from django.db import migrations

from reviews.sql import audited, frozen, same_review

TIES = [
    ("consensus_stagejudge", "stage_id", "consensus_stage"),
    ("consensus_stageversion", "stage_id", "consensus_stage"),
    ("consensus_stagedelta", "stage_id", "consensus_stage"),
    ("consensus_change", "item_id", "consensus_workitem"),
    ("consensus_workitem", "stage_id", "consensus_stage"),
    ("consensus_workitem", "report_id", "studies_report"),
    ("consensus_workitem", "study_id", "studies_study"),
    ("consensus_workitem", "result_id", "studies_result"),
    ("consensus_workitem", "outcome_id", "studies_outcome"),
    ("consensus_workitem", "version_id", "consensus_stageversion"),
    ("consensus_workitem", "survivor_id", "consensus_workitem"),
    ("consensus_workitem", "final_id", "consensus_judgement"),
    ("consensus_workitem", "reopened_final_id", "consensus_judgement"),
    ("consensus_assignment", "stage_id", "consensus_stage"),
    ("consensus_assignment", "item_id", "consensus_workitem"),
    ("consensus_judgement", "item_id", "consensus_workitem"),
    ("consensus_judgement", "version_id", "consensus_stageversion"),
    ("consensus_signature", "judgement_id", "consensus_judgement"),
    ("consensus_note", "item_id", "consensus_workitem"),
]

# What is final must have been said of this very item.
FINAL_IS_OWN = migrations.RunSQL(
    """
    ALTER TABLE consensus_workitem
        ADD CONSTRAINT item_final_is_own FOREIGN KEY (id, final_id)
            REFERENCES consensus_judgement (item_id, id) DEFERRABLE INITIALLY IMMEDIATE,
        ADD CONSTRAINT item_reopened_final_is_own FOREIGN KEY (id, reopened_final_id)
            REFERENCES consensus_judgement (item_id, id) DEFERRABLE INITIALLY IMMEDIATE
    """,
    """
    ALTER TABLE consensus_workitem DROP CONSTRAINT item_final_is_own, DROP CONSTRAINT item_reopened_final_is_own
    """,
)

# A submitted judgement only takes stamps, each once. The answers of every app ask this function as well.
SUBMITTED = migrations.RunSQL(
    """
    CREATE FUNCTION concord_judgement_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
           AND (to_jsonb(NEW) - 'superseded_at' - 'revealed_at') = (to_jsonb(OLD) - 'superseded_at' - 'revealed_at')
           AND (OLD.superseded_at IS NULL OR NEW.superseded_at = OLD.superseded_at)
           AND (OLD.revealed_at IS NULL OR NEW.revealed_at = OLD.revealed_at) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'consensus_judgement: what was submitted never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER consensus_judgement_frozen BEFORE UPDATE OR DELETE ON consensus_judgement
        FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL OR OLD.superseded_at IS NOT NULL)
        EXECUTE FUNCTION concord_judgement_frozen();

    CREATE FUNCTION concord_answer_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.judgement_id]
                                     WHEN 'DELETE' THEN ARRAY[OLD.judgement_id]
                                     ELSE ARRAY[OLD.judgement_id, NEW.judgement_id] END;
    BEGIN
        IF EXISTS (SELECT 1 FROM consensus_judgement
                   WHERE id = ANY (asked) AND (submitted_at IS NOT NULL OR superseded_at IS NOT NULL)) THEN
            RAISE EXCEPTION '%: the answers of a submitted judgement never change', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    """,
    "DROP FUNCTION concord_judgement_frozen CASCADE; DROP FUNCTION concord_answer_frozen CASCADE;",
)


class Migration(migrations.Migration):
    dependencies = [("consensus", "0001_initial"), ("studies", "0002_rules")]

    operations = [
        *[same_review(*tie) for tie in TIES],
        FINAL_IS_OWN,
        SUBMITTED,
        frozen("consensus_stageversion", when="true", message="a published version never changes"),
        *[
            audited(f"consensus_{table}")
            for table in ("stage", "stagejudge", "stageversion", "judgement", "signature")
        ],
        audited("consensus_workitem", on="UPDATE OF reopened_at, judges_needed OR DELETE"),
    ]
