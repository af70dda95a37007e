from django.db import migrations

from reviews.sql import audited, same_review

TIES = [
    ("extraction_formversion", "version_id", "consensus_stageversion"),
    ("extraction_formfield", "form_id", "extraction_formversion"),
    ("extraction_arm", "judgement_id", "consensus_judgement"),
    ("extraction_reportedresult", "judgement_id", "consensus_judgement"),
    ("extraction_reportedresult", "outcome_id", "studies_outcome"),
    ("extraction_reportedresult", "time_point_id", "studies_timepoint"),
    ("extraction_value", "judgement_id", "consensus_judgement"),
    ("extraction_value", "field_id", "extraction_formfield"),
    ("extraction_value", "arm_id", "extraction_arm"),
    ("extraction_value", "result_id", "extraction_reportedresult"),
    ("extraction_value", "anchor_id", "studies_sourceanchor"),
    ("extraction_value", "taken_from_id", "extraction_value"),
    ("extraction_entitymatch", "item_id", "consensus_workitem"),
]

# A value is of an arm and a result of its own judgement.
OWN_ENTITIES = migrations.RunSQL(
    """
    ALTER TABLE extraction_value
        ADD CONSTRAINT value_arm_is_own FOREIGN KEY (judgement_id, arm_id)
            REFERENCES extraction_arm (judgement_id, id) DEFERRABLE INITIALLY IMMEDIATE,
        ADD CONSTRAINT value_result_is_own FOREIGN KEY (judgement_id, result_id)
            REFERENCES extraction_reportedresult (judgement_id, id) DEFERRABLE INITIALLY IMMEDIATE
    """,
    "ALTER TABLE extraction_value DROP CONSTRAINT value_arm_is_own, DROP CONSTRAINT value_result_is_own",
)

# The field belongs to the form that the judgement answers, and the value hangs where the field says.
FITS = migrations.RunSQL(
    """
    CREATE FUNCTION concord_value_fits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked record;
    BEGIN
        SELECT f.entity, f.type, v.version_id INTO asked
          FROM extraction_formfield f JOIN extraction_formversion v ON v.id = f.form_id WHERE f.id = NEW.field_id;
        IF asked.version_id IS DISTINCT FROM
           (SELECT version_id FROM consensus_judgement WHERE id = NEW.judgement_id) THEN
            RAISE EXCEPTION 'extraction_value: the field is not of the form that the judgement answers'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF (NEW.arm_id IS NOT NULL) <> (asked.entity IN ('arm', 'result_arm'))
           OR (NEW.result_id IS NOT NULL) <> (asked.entity IN ('result', 'result_arm')) THEN
            RAISE EXCEPTION 'extraction_value: the field is of another entity'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF (NEW.missing = 'reported' AND CASE asked.type
               WHEN 'integer' THEN NEW.number IS NULL OR NEW.number <> trunc(NEW.number)
               WHEN 'decimal' THEN NEW.number IS NULL
               WHEN 'multi_choice' THEN NEW.options IS NULL
               WHEN 'yes_no' THEN NEW.yes IS NULL
               WHEN 'date' THEN NEW.day IS NULL
               ELSE NEW.text IS NULL END) THEN
            RAISE EXCEPTION 'extraction_value: the value is of another type than its field'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER extraction_value_fits BEFORE INSERT OR UPDATE ON extraction_value
        FOR EACH ROW EXECUTE FUNCTION concord_value_fits();
    """,
    "DROP FUNCTION concord_value_fits CASCADE",
)

# A published form never changes, nor do its fields.
PUBLISHED = migrations.RunSQL(
    """
    CREATE FUNCTION concord_form_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        asked bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.form_id]
                                     WHEN 'DELETE' THEN ARRAY[OLD.form_id]
                                     ELSE ARRAY[OLD.form_id, NEW.form_id] END;
    BEGIN
        IF EXISTS (SELECT 1 FROM extraction_formversion WHERE id = ANY (asked) AND status = 'published') THEN
            RAISE EXCEPTION 'extraction_formfield: the fields of a published form never change'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER extraction_formfield_frozen BEFORE INSERT OR UPDATE OR DELETE ON extraction_formfield
        FOR EACH ROW EXECUTE FUNCTION concord_form_frozen();
    CREATE TRIGGER extraction_formversion_frozen BEFORE UPDATE OR DELETE ON extraction_formversion
        FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION concord_refuse('a published form never changes');
    """,
    "DROP FUNCTION concord_form_frozen CASCADE; DROP TRIGGER extraction_formversion_frozen ON extraction_formversion",
)

ANSWERS = ("arm", "reportedresult", "value")
SUBMITTED = migrations.RunSQL(
    "".join(
        f"CREATE TRIGGER extraction_{table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON extraction_{table}"
        " FOR EACH ROW EXECUTE FUNCTION concord_answer_frozen();"
        for table in ANSWERS
    ),
    "".join(f"DROP TRIGGER extraction_{table}_frozen ON extraction_{table};" for table in ANSWERS),
)


class Migration(migrations.Migration):
    dependencies = [("extraction", "0001_initial"), ("consensus", "0002_rules"), ("studies", "0002_rules")]

    operations = [
        *[same_review(*tie) for tie in TIES],
        OWN_ENTITIES,
        FITS,
        PUBLISHED,
        SUBMITTED,
        *[audited(f"extraction_{table}") for table in ("formversion", "formfield", *ANSWERS, "entitymatch")],
    ]
