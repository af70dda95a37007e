"""The rules that Django cannot say, as migration operations: tenancy, immutability, the audit trail."""

from collections.abc import Sequence

from django.db.migrations import RunSQL


def same_review(table: str, column: str, parent: str) -> RunSQL:
    """`table.column` may only point at a row of `parent` that belongs to the same review."""
    name = f"{table}_{column}_same_review"[:63]
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (review_id, {column})"
        f" REFERENCES {parent} (review_id, id) DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def audited(table: str, *, on: str = "INSERT OR UPDATE OR DELETE", omit: Sequence[str] = ()) -> RunSQL:
    """Every change of a row becomes an event; `omit` names the columns that would name a person."""
    arguments = ", ".join(f"'{column}'" for column in omit)
    return RunSQL(
        f"CREATE TRIGGER {table}_audit AFTER {on} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION concord_audit({arguments})",
        f"DROP TRIGGER {table}_audit ON {table}",
    )


def frozen(
    table: str, *, when: str, message: str, on: str = "UPDATE OR DELETE", name: str = "frozen"
) -> RunSQL:
    """Refuse the change of a row while `when` holds of it."""
    return RunSQL(
        f"CREATE TRIGGER {table}_{name} BEFORE {on} ON {table} FOR EACH ROW WHEN ({when})"
        f" EXECUTE FUNCTION concord_refuse('{message}')",
        f"DROP TRIGGER {table}_{name} ON {table}",
    )


FUNCTIONS = RunSQL(
    """
    CREATE FUNCTION concord_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END $$;

    CREATE FUNCTION concord_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
        after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
        whole jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
        changed jsonb := CASE TG_OP WHEN 'INSERT' THEN after WHEN 'DELETE' THEN before ELSE '{}'::jsonb END;
        of_review bigint := CASE WHEN TG_TABLE_NAME = 'reviews_review' THEN (whole->>'id')::bigint
                                 ELSE (whole->>'review_id')::bigint END;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(before->key, value)), '{}'::jsonb)
              INTO changed FROM jsonb_each(after) WHERE before->key IS DISTINCT FROM value;
            IF changed = '{}'::jsonb THEN RETURN NULL; END IF;
        END IF;
        INSERT INTO reviews_event (review_id, actor_id, at, place, "row", action, data, xact)
        VALUES (of_review, nullif(current_setting('concord.actor', true), '')::bigint, clock_timestamp(),
                TG_TABLE_NAME, (whole->>'id')::bigint, lower(TG_OP), changed - coalesce(TG_ARGV::text[], '{}'),
                pg_current_xact_id()::text::bigint);
        RETURN NULL;
    END $$;
    """,
    "DROP FUNCTION concord_audit; DROP FUNCTION concord_refuse;",
)

# A sealer may stamp an event once; nobody may change or remove one.
EVENTS_FROZEN = RunSQL(
    """
    CREATE FUNCTION concord_event_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL
           AND (to_jsonb(NEW) - 'position' - 'seal') = (to_jsonb(OLD) - 'position' - 'seal') THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'reviews_event: events are never changed' USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER reviews_event_frozen BEFORE UPDATE OR DELETE ON reviews_event
        FOR EACH ROW EXECUTE FUNCTION concord_event_frozen();
    """,
    "DROP FUNCTION concord_event_frozen CASCADE;",
)


def answers_frozen(table: str) -> RunSQL:
    """The rows of an app's answers may change only while their judgement is a draft."""
    return RunSQL(
        f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION concord_answer_frozen()",
        f"DROP TRIGGER {table}_frozen ON {table}",
    )
