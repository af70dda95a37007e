"""What a reviewer judges next. Places are taken a few hundred at a time, so that a page only reads its own rows."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from consensus.models import Assignment, Stage, WorkItem

LEASE = timedelta(hours=72)
BATCH = 500
LOW = 50

# In rank order, skipping what other transactions hold: an item is free while fewer people have judged it or hold a
# place than it needs. Whether the other judge was here never changes the order.
FREE = """
    SELECT i.id, i.rank FROM consensus_workitem i
    WHERE i.stage_id = %(stage)s AND i.status IN ('open', 'partial')
      AND NOT EXISTS (SELECT 1 FROM consensus_assignment a WHERE a.item_id = i.id AND a.reviewer_id = %(user)s)
      AND NOT EXISTS (SELECT 1 FROM consensus_judgement j WHERE j.item_id = i.id AND j.reviewer_id = %(user)s
                      AND j.submitted_at IS NOT NULL AND j.superseded_at IS NULL)
      AND i.judged + (SELECT count(*) FROM consensus_assignment a WHERE a.item_id = i.id) < i.judges_needed
    ORDER BY i.rank, i.id LIMIT %(limit)s FOR UPDATE OF i SKIP LOCKED
"""


@transaction.atomic
def top_up(*, stage: Stage, user: User, size: int = BATCH) -> int:
    """Take places in rank order until the reviewer's queue holds `size`. Returns how many are new."""
    room = size - Assignment.objects.of(user, stage).count()
    if room <= 0:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"stage": stage.pk, "user": user.pk, "limit": room})
        rows = cursor.fetchall()
    until = timezone.now() + LEASE
    Assignment.objects.bulk_create(
        (
            Assignment(
                review_id=stage.review_id,
                stage=stage,
                item_id=item,
                reviewer=user,
                rank=rank,
                leased_until=until,
            )
            for item, rank in rows
        ),
        ignore_conflicts=True,
    )
    return len(rows)


def next_items(*, stage: Stage, user: User, limit: int = 20) -> list[WorkItem]:
    """The reviewer's next items, in the order of their queue."""
    waiting = list(upcoming(stage, user, limit))
    if len(waiting) < min(limit, LOW):
        top_up(stage=stage, user=user)
        waiting = list(upcoming(stage, user, limit))
    return [assignment.item for assignment in waiting]


def upcoming(stage: Stage, user: User, limit: int) -> list[Assignment]:
    places = Assignment.objects.of(user, stage).select_related("item__report", "item__study", "item__stage")
    return list(places.filter(item__status__in=WorkItem.UNDECIDED)[:limit])


def release() -> int:
    """Free the places whose lease ran out."""
    return Assignment.objects.lapsed().delete()[0]
