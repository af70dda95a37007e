"""Each named rule of each table, tried alone by raw SQL: one row that would break it is refused, and by that rule.

A rule that is new has to say here what would break it: the tests compare with what the database has.
"""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.database.bare import insert, relax, rows, run, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_stays")]

NOW = timezone.now()
OURS = (
    "accounts_", "reviews_", "studies_", "consensus_", "screening_", "extraction_", "appraisal_", "synthesis_",
)  # fmt: skip

# Of each check: rows that it refuses, one for each way to break it.
BREAKING: dict[str, list[dict[str, Any]]] = {
    "search_version_follows_another": [{"version": 2}, {"version": 1, "rerun_of_id": 1}],
    "batch_accounts_for_every_entry": [{"status": "done", "found": 3, "made": 1, "refused": 1}],
    "refusal_settled_by_somebody": [
        {"status": "open", "settled_at": NOW},
        {"status": "open", "settled_by_id": 1},
        {"status": "entered", "settled_at": NOW},
        {"status": "entered", "settled_by_id": 1},
    ],
    "report_merged_has_survivor": [
        {"status": "merged", "merged_with_id": 1},
        {"status": "merged", "survivor_id": 1},
        {"status": "current", "merged_with_id": 1, "survivor_id": 1},
    ],
    "report_survivor_is_another": [{"id": 7, "survivor_id": 7, "merged_with_id": 1, "status": "merged"}],
    "study_merged_has_survivor": [
        {"status": "merged", "merged_with_id": 1},
        {"status": "merged", "survivor_id": 1},
        {"status": "current", "merged_with_id": 1, "survivor_id": 1},
    ],
    "study_survivor_is_another": [{"id": 7, "survivor_id": 7, "merged_with_id": 1, "status": "merged"}],
    "pair_in_order": [{"left_id": 2, "right_id": 1}, {"left_id": 2, "right_id": 2}],
    "prior_reviewer_matched_with_member": [{"status": "named", "member_id": 1}, {"status": "matched"}],
    "stage_judges_sensible": [{"judges_needed": 0}, {"judges_needed": 6}],
    "stage_resolver_named": [{"resolver": "name"}, {"resolver": "lead", "resolved_by_id": 1}],
    "item_one_target": [
        {"status": "open"},
        {"report_id": 1, "study_id": 1},
        {"study_id": 1, "result_id": 1},
        {"result_id": 1, "outcome_id": 1},
    ],
    "item_final_when_decided": [
        {"report_id": 1, "status": "agreed"},
        {"report_id": 1, "status": "resolved"},
        *({"report_id": 1, "status": status, "final_id": 1} for status in ("open", "partial", "conflict")),
    ],
    "item_closed_says_why": [
        {"report_id": 1, "status": "closed", "closed_as": ""},
        {"report_id": 1, "status": "open", "closed_as": "upstream"},
    ],
    "item_merged_has_survivor": [
        {"report_id": 1, "status": "closed", "closed_as": "merged"},
        {"report_id": 1, "status": "closed", "closed_as": "upstream", "survivor_id": 1},
    ],
    "item_survivor_is_another": [
        {"id": 7, "report_id": 1, "status": "closed", "closed_as": "merged", "survivor_id": 7}
    ],
    "item_stands_or_is_final": [{"report_id": 1, "status": "agreed", "final_id": 1, "reopened_final_id": 2}],
    "note_withdrawn_says_nothing": [{"status": "withdrawn", "text": "still here"}],
    "verdict_known": [{"verdict": "maybe"}],
    "verdict_reason_only_with_exclude": [{"verdict": "include", "reason_id": 1}],
    "mode_percent_sensible": [{"percent": 0}, {"percent": 100}],
    "workload_percent_sensible": [{"percent": 101}],
    "form_published_has_version": [{"status": "published"}, {"status": "draft", "version_id": 1}],
    "field_key_plain": [{"key": "Not plain"}, {"key": "1st"}, {"key": ""}],
    "field_tolerance_positive": [{"abs_tolerance": -1, "rel_tolerance": 0}, {"rel_tolerance": -1}],
    "arm_has_name": [{"name": ""}],
    "reported_outcome_or_name": [
        {"outcome_id": 1, "proposed_name": "Pain"},
        {"proposed_name": ""},
    ],
    "value_or_why_not": [
        {"missing": "reported"},
        {"missing": "reported", "number": 1, "text": "one"},
        {"missing": "reported", "yes": True, "day": date(2025, 1, 1)},
        {"missing": "not_reported", "number": 1},
        {"missing": "not_reported", "options": ["a"]},
    ],
    "level_chosen_counts": [{"chosen": "low", "level": "high"}],
    "build_done_has_content": [
        {"status": "done", "finished_at": NOW},
        {"status": "failed", "finished_at": NOW, "content": "{}"},
    ],
    "build_over_has_end": [{"status": "running", "finished_at": NOW}, {"status": "failed"}],
}

# Of each rule that holds for some rows only: what makes a row one of them.
WHEN: dict[str, dict[str, Any]] = {
    "protocol_published_once": {"status": "published"},
    "protocol_draft_once": {"status": "draft"},
    "link_once": {"ended_at": None},
    "full_text_once": {"status": "current"},
    "study_link_once": {"ended_at": None},
    "outcome_once": {"status": "agreed"},
    **{
        f"item_{target}_once": {"status": "open", "closed_as": ""}
        for target in ("report", "study", "result", "outcome")
    },
    "judgement_current_once": {"role": "independent", "submitted_at": NOW},
    "judgement_consensus_once": {"role": "consensus", "submitted_at": NOW},
    "judgement_draft_once": {"role": "independent"},
    "judgement_consensus_draft_once": {"role": "consensus"},
    "stop_once_at_a_time": {"resumed_at": None},
    "label_discuss_once": {"use": "discuss"},
    "form_draft_once": {"status": "draft"},
    "use_otherwise_once": {"designs": []},
}
# And one row more for which it does not hold, so that it is no stricter than it says.
UNLESS: dict[str, dict[str, Any]] = {
    "protocol_published_once": {"status": "superseded"},
    "protocol_draft_once": {"status": "superseded"},
    "link_once": {"ended_at": NOW},
    "full_text_once": {"status": "replaced"},
    "study_link_once": {"ended_at": NOW},
    "outcome_once": {"status": "proposed"},
    "judgement_current_once": {"role": "independent", "submitted_at": NOW, "superseded_at": NOW},
    "judgement_consensus_once": {"role": "consensus", "submitted_at": NOW, "superseded_at": NOW},
    "judgement_draft_once": {"role": "independent", "superseded_at": NOW},
    "judgement_consensus_draft_once": {"role": "consensus", "superseded_at": NOW},
    "stop_once_at_a_time": {"resumed_at": NOW},
    "label_discuss_once": {"use": "plain"},
    "form_draft_once": {"status": "published"},
    "use_otherwise_once": {"designs": ["randomized"]},
}
# Of each rule about how something is written: two rows that say the same.
ALIKE: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "user_email_once": ("accounts_user", {"email": "Ana@example.org"}, {"email": "ana@EXAMPLE.org"}),
    "invitation_open_once": (
        "reviews_invitation",
        {"review_id": 5, "email": "Ana@example.org", "status": "open"},
        {"review_id": 5, "email": "ana@EXAMPLE.org", "status": "open"},
    ),
}
SAMPLES: dict[str, Any] = {
    "uuid": UUID(int=5),
    "text": "same",
    "character varying": "same",
    "numeric": 3,
    "boolean": True,
    "timestamp with time zone": NOW,
}


def table_of_checks() -> dict[str, str]:
    """{rule: table}, without what Django writes for whole numbers that are not negative."""
    found = rows(
        """SELECT conname, conrelid::regclass::text FROM pg_constraint
           WHERE contype = 'c' AND conrelid <> 0 AND conname NOT LIKE '%%\\_check'"""
    )
    return {name: table for name, table in found if table.startswith(OURS)}


def rules_of_writing() -> set[str]:
    found = rows(
        """SELECT x.indexrelid::regclass::text, x.indrelid::regclass::text FROM pg_index x
           WHERE x.indisunique AND x.indexprs IS NOT NULL"""
    )
    return {name for name, table in found if table.startswith(OURS)}


def unique_rules() -> dict[str, tuple[str, list[str], bool]]:
    """{rule: (table, columns, whether it holds for some rows only)}, of constraints and of indexes."""
    found = rows(
        """SELECT i.relname, t.relname, x.indpred IS NOT NULL,
                  (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k(num, n)
                     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num)
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
           WHERE x.indisunique AND NOT x.indisprimary AND x.indexprs IS NULL"""
    )
    return {
        name: (table, columns, partial)
        for name, table, partial, columns in found
        # Whatever ends in the row's own number is there to be pointed at.
        if table.startswith(OURS) and "id" not in columns
    }


def defer_ties() -> None:
    run("SET CONSTRAINTS ALL DEFERRED")


def refused_by(table: str, values: dict[str, Any]) -> str:
    """The name of the rule that refuses this row, or nothing."""
    try:
        with transaction.atomic():
            defer_ties()
            insert(table, **values)
            for (name,) in rows("SELECT conname FROM pg_constraint WHERE contype = 'u' AND condeferrable"):
                run("SET CONSTRAINTS {name} IMMEDIATE", name=name)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return ""


def test_every_check_of_every_table_refuses_what_would_break_it() -> None:
    checks = table_of_checks()
    assert set(checks) == set(BREAKING)
    relax(*set(checks.values()), checks=False)
    let_through = [
        f"{name}: {values}"
        for name, breaking in BREAKING.items()
        for values in breaking
        if refused_by(checks[name], values) != name
    ]
    assert let_through == []


def test_whatever_may_be_there_once_is_refused_the_second_time() -> None:
    rules = unique_rules()
    assert {name for name, (_table, _columns, partial) in rules.items() if partial} == set(WHEN)
    relax(*{table for table, _columns, _partial in rules.values()}, unique=False)
    types = {
        (table, column): kind
        for table, column, kind in rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
        )
    }
    wrong = []
    for name, (table, columns, _partial) in rules.items():
        row = {column: SAMPLES.get(types[table, column], 5) for column in columns} | WHEN.get(name, {})
        with taken_back():
            defer_ties()
            insert(table, **row)
            if refused_by(table, row) != name:
                wrong.append(f"{name} lets a second one through")
            if name in UNLESS and refused_by(table, row | UNLESS[name]) == name:
                wrong.append(f"{name} refuses what it does not concern")
    assert wrong == []


def test_what_is_the_same_in_other_letters_is_the_same() -> None:
    assert rules_of_writing() == set(ALIKE)
    relax(*(table for table, _one, _other in ALIKE.values()))
    for name, (table, one, other) in ALIKE.items():
        with taken_back():
            defer_ties()
            insert(table, **one)
            assert refused_by(table, other) == name
