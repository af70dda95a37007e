from django.db import migrations

from reviews.sql import answers_frozen, audited, frozen, same_review

TIES = [
    ("screening_criteria", "version_id", "consensus_stageversion"),
    ("screening_criteria", "protocol_id", "reviews_protocolversion"),
    ("screening_verdict", "judgement_id", "consensus_judgement"),
    ("screening_verdict", "reason_id", "reviews_exclusionreason"),
]

# What a stage asks for stands in another table, where a check constraint cannot look.
FITS_STAGE = migrations.RunSQL(
    """
    CREATE FUNCTION screening_verdict_fits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked text := (SELECT s.kind FROM consensus_judgement j JOIN consensus_workitem i ON i.id = j.item_id
                       JOIN consensus_stage s ON s.id = i.stage_id WHERE j.id = NEW.judgement_id);
    BEGIN
        IF asked NOT IN ('title_abstract', 'full_text') THEN
            RAISE EXCEPTION 'screening_verdict: % is not screened', asked
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF asked = 'full_text' AND NEW.verdict = 'exclude' AND NEW.reason_id IS NULL THEN
            RAISE EXCEPTION 'screening_verdict: an exclusion at full text needs a reason'
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF asked = 'title_abstract' AND NEW.verdict IN ('awaiting', 'ongoing') THEN
            RAISE EXCEPTION 'screening_verdict: % is known only from the full text', NEW.verdict
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER screening_verdict_fits BEFORE INSERT OR UPDATE ON screening_verdict
        FOR EACH ROW EXECUTE FUNCTION screening_verdict_fits();
    """,
    "DROP FUNCTION screening_verdict_fits CASCADE;",
)


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0001_initial"),
        ("consensus", "0002_rules"),
        ("reviews", "0002_rules"),
    ]

    operations = [
        *[same_review(*tie) for tie in TIES],
        FITS_STAGE,
        answers_frozen("screening_verdict"),
        frozen("screening_criteria", when="true", message="what a published version asks never changes"),
        audited("screening_verdict"),
        audited("screening_criteria"),
    ]
