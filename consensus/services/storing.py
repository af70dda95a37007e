"""What settling writes. It goes to the database in one message: no other write happens as often, and every message is waited
for."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from consensus.models import Assignment, StageDelta, WorkItem

ITEM = """
    UPDATE consensus_workitem SET status = %(status)s, closed_as = %(closed_as)s, judged = %(judged)s, final_id = %(final)s,
        reopened_final_id = %(reopened_final)s, reopened_at = %(reopened_at)s, reopened_because = %(reopened_because)s,
        decided_at = %(decided_at)s, survivor_id = %(survivor)s
    WHERE id = %(item)s;
    DELETE FROM consensus_assignment
    WHERE item_id = %(item)s AND (reviewer_id = %(done)s OR (basis = %(queue)s AND %(over)s))
"""
STEPS = """;
    INSERT INTO consensus_stagedelta (review_id, stage_id, reviewer_id, what, step)
    SELECT %(review)s, %(stage)s, * FROM unnest(%(reviewers)s::bigint[], %(whats)s::text[], %(steps)s::bigint[])
"""
CHANGED = """;
    INSERT INTO consensus_change (review_id, item_id, keys, at) VALUES (%(review)s, %(item)s, %(keys)s::text[], %(now)s)
"""


def store(
    item: WorkItem,
    *,
    over: bool,
    done: int | None = None,
    steps: Sequence[StageDelta] = (),
    keys: Sequence[str] = (),
) -> None:
    """Store an item's status with what goes with it. over: nobody need judge it any more, so that the places in queues go;
    done: who has just judged it, whose place goes in any case; steps: of the counts of its stage; keys: what of its answer
    tables have to look at again."""
    values: dict[str, Any] = {
        "item": item.pk,
        "review": item.review_id,
        "stage": item.stage_id,
        "status": str(item.status),
        "closed_as": str(item.closed_as),
        "judged": item.judged,
        "final": item.final_id,
        "reopened_final": item.reopened_final_id,
        "reopened_at": item.reopened_at,
        "reopened_because": item.reopened_because,
        "decided_at": item.decided_at,
        "survivor": item.survivor_id,
        "done": done,
        "over": over,
        "queue": Assignment.Basis.QUEUE.value,
        "reviewers": [one.reviewer_id for one in steps],
        "whats": [str(one.what) for one in steps],
        "steps": [one.step for one in steps],
        "keys": list(keys),
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(ITEM + (STEPS if steps else "") + (CHANGED if keys else ""), values)
