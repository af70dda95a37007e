"""Whatever changes a row of a review writes its own event, whoever asks the database; and no event changes afterwards."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from reviews.models import Event
from tests.database.bare import insert, relax, rows, run, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_stays")]

# Tables of a review that write no event, and why.
SILENT = {
    "studies_record": "frozen; an import is one event with a digest of its batch",
    "studies_priordecision": "frozen; came with an import",
    "studies_sourceanchor": "frozen; the value that points at it has its event",
    "consensus_settled": "the consensus that it points at has its event",
    "consensus_assignment": "a place in a queue says nothing of a record",
    "consensus_ranking": "what a model says is no judgement",
    "consensus_score": "what a model says is no judgement",
    "consensus_change": "computed from judgements",
    "consensus_stagedelta": "computed from judgements",
    "synthesis_tablebuild": "computed from judgements",
    "synthesis_consumed": "computed from judgements",
    "screening_labelled": "a mark on a record, no judgement",
    "screening_ownterm": "what one person has highlighted",
    "consensus_mention": "computed from a note, which has its event",
    "reviews_notification": "tells of what has its own event",
    "reviews_job": "keeps its own outcome",
    "reviews_event": "the trail itself",
}
# Rows that come by the thousand in an import, whose event is the batch's.
MADE_SILENTLY = {
    "studies_report",
    "studies_recordlink",
    "studies_duplicatepair",
    "studies_importrefusal",
    "studies_priorreviewer",
    "consensus_workitem",
}
# A column that the test may change, where it is not the review's number: an item's status follows from its judgements.
CHANGED = {"reviews_review": "title", "consensus_workitem": "judges_needed"}
TRIGGERS = """
    SELECT tgrelid::regclass::text, array_remove(ARRAY[
               CASE WHEN tgtype & 4 > 0 THEN 'insert' END, CASE WHEN tgtype & 16 > 0 THEN 'update' END,
               CASE WHEN tgtype & 8 > 0 THEN 'delete' END], NULL),
           string_to_array(encode(tgargs, 'escape'), '\\000')
    FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE p.proname = 'concord_audit' AND tgenabled = 'O'
"""


def audited() -> dict[str, tuple[list[str], set[str]]]:
    """{table: (what writes an event, the columns that it leaves out)}"""
    return {table: (on, set(left_out) - {""}) for table, on, left_out in rows(TRIGGERS)}


def of_reviews() -> set[str]:
    found = rows(
        """SELECT table_name::text FROM information_schema.columns
           WHERE column_name = 'review_id' AND table_schema = 'public'"""
    )
    return {table for (table,) in found}


def test_every_table_of_a_review_writes_events_or_says_why_not() -> None:
    assert of_reviews() | {"reviews_review"} == set(audited()) | set(SILENT)
    made_silently = {table for table, (on, _left_out) in audited().items() if "insert" not in on}
    assert made_silently == MADE_SILENTLY
    assert all({"update", "delete"} <= set(on) for on, _left_out in audited().values())


def test_each_change_of_each_row_is_one_event_with_who_did_it(db: Any) -> None:
    actor = User.objects.create_user("actor@example.org")
    relax(*audited())
    run("SET CONSTRAINTS ALL DEFERRED")
    rows("SELECT set_config('concord.actor', %s, true)", str(actor.pk))
    wrong = []
    for table, (on, left_out) in audited().items():
        with taken_back():
            column = CHANGED.get(table, "review_id")
            row = insert(table, **{column: 7})
            rows(f"UPDATE {table} SET {column} = 8 WHERE id = %s", row)
            rows(f"UPDATE {table} SET {column} = 8 WHERE id = %s", row)  # nothing changes, so nothing is told
            rows(f"DELETE FROM {table} WHERE id = %s", row)
            events = Event.objects.filter(place=table, row=row).order_by("id")
            if [event.action for event in events] != on:
                wrong.append(f"{table}: {[event.action for event in events]}")
            if any(event.actor_id != actor.pk for event in events):
                wrong.append(f"{table}: without its actor")
            said = {key for event in events if event.action != "update" for key in event.data}
            if said & left_out or not {"id", column} <= said:
                wrong.append(f"{table}: tells {sorted(said)}")
            changes = [event.data for event in events if event.action == "update"]
            if [[str(one) for one in data.get(column, [])] for data in changes] != [["7", "8"]]:
                wrong.append(f"{table}: tells of its change {changes}")
    assert wrong == []


def test_a_change_and_its_event_happen_together_or_not_at_all(db: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows(
            """INSERT INTO reviews_term (review_id, text, sense) VALUES (-1, 'x', 'include');
               SET CONSTRAINTS ALL IMMEDIATE"""
        )
    assert not Event.objects.filter(place="reviews_term").exists()
