from django.db import migrations

from reviews.sql import EVENTS_FROZEN, FUNCTIONS, audited, frozen, same_review

PUBLISHED = migrations.RunSQL(
    """
    CREATE FUNCTION concord_protocol_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status = 'superseded'
           AND (to_jsonb(NEW) - 'status') = (to_jsonb(OLD) - 'status') THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'reviews_protocolversion: a published protocol never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER reviews_protocolversion_frozen BEFORE UPDATE OR DELETE ON reviews_protocolversion
        FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION concord_protocol_frozen();
    """,
    "DROP FUNCTION concord_protocol_frozen CASCADE",
)

AUDITED = ("review", "membership", "breakglass", "protocolversion", "criterion", "exclusionreason", "term")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        FUNCTIONS,
        EVENTS_FROZEN,
        PUBLISHED,
        same_review("reviews_criterion", "protocol_id", "reviews_protocolversion"),
        *[audited(f"reviews_{table}") for table in AUDITED],
        # The address names a person, and the digest opens the door: neither belongs in a trail that is kept for ever.
        audited("reviews_invitation", omit=["email", "digest"]),
        frozen("reviews_breakglass", when="true", message="a look through the glass is never changed"),
    ]
