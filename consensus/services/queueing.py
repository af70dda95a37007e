"""What a reviewer judges next. Places are taken a few hundred at a time, so that a page only reads its own rows."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from consensus.kinds import kind_of
from consensus.models import Assignment, Ranking, Score, Stage, WorkItem
from consensus.services.counts import progress

LEASE = timedelta(hours=72)
BATCH = 500
LOW = 50
# So many anybody may hold, however few records are left.
FEW = 20

# By relevance the order improves with every decision, so that nobody is given many places ahead.
RANKED_BATCH = 30

# An item is free while fewer people have judged it or hold a place than it needs; what other transactions hold is
# skipped. Whether the other judge was here never changes the order.
WANTED = """
      i.stage_id = %(stage)s AND i.status IN ('open', 'partial')
      AND NOT EXISTS (SELECT 1 FROM consensus_assignment a WHERE a.item_id = i.id AND a.reviewer_id = %(user)s)
      AND NOT EXISTS (SELECT 1 FROM consensus_judgement j WHERE j.item_id = i.id AND j.reviewer_id = %(user)s
                      AND j.submitted_at IS NOT NULL AND j.superseded_at IS NULL)
      AND i.judged + (SELECT count(*) FROM consensus_assignment a WHERE a.item_id = i.id) < i.judges_needed
"""
FREE = f"""
    SELECT i.id FROM consensus_workitem i
    WHERE {WANTED} ORDER BY i.rank, i.id LIMIT %(limit)s FOR NO KEY UPDATE OF i SKIP LOCKED
"""  # noqa: S608 - constants of this module
RANKED = f"""
    SELECT i.id FROM consensus_score s JOIN consensus_workitem i ON i.id = s.item_id
    WHERE s.ranking_id = %(ranking)s AND {WANTED} ORDER BY s.place LIMIT %(limit)s FOR NO KEY UPDATE OF i SKIP LOCKED
"""  # noqa: S608
# Places are counted again in a statement of its own: what another transaction took before the rows were held is seen
# only by a query that begins afterwards. By a ranking, places come behind those already held, so that the order stays
# as it is while somebody works through it.
TAKE = """
    INSERT INTO consensus_assignment (review_id, stage_id, item_id, reviewer_id, basis, rank, leased_until)
    SELECT i.review_id, i.stage_id, i.id, %(user)s, 'queue', COALESCE(%(last)s + taken.n, i.rank), %(until)s
    FROM unnest(%(items)s) WITH ORDINALITY AS taken (item, n) JOIN consensus_workitem i ON i.id = taken.item
    WHERE i.judged + (SELECT count(*) FROM consensus_assignment a WHERE a.item_id = i.id) < i.judges_needed
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def top_up(*, stage: Stage, user: User, size: int = BATCH) -> int:
    """Take places until the reviewer's queue holds `size`, in the order of the ranking that the stage follows, and
    behind it in the order of import. Returns how many are new."""
    if stage.stopped_at:
        return 0
    ranking = Ranking.objects.for_queue(stage, user)
    held = Assignment.objects.of(user, stage)
    size = min(size, fair_share(stage), RANKED_BATCH if ranking else size)
    room = size - held.count()
    limit = kind_of(stage).room(stage, user)
    room = room if limit is None else min(room, limit)
    if room <= 0:
        return 0
    given: dict[str, Any] = {
        "stage": stage.pk,
        "user": user.pk,
        "limit": room,
        "ranking": ranking and ranking.pk,
    }
    with connection.cursor() as cursor:
        items, last = [], None
        if ranking:
            cursor.execute(RANKED, given)
            items = [item for (item,) in cursor.fetchall()]
            last = held.aggregate(last=Max("rank"))["last"] or 0.0
        if not items and not (ranking and ranking.how == Ranking.How.SAMPLE):
            cursor.execute(FREE, given)
            items, last = [item for (item,) in cursor.fetchall()], None
        if not items:
            return 0
        cursor.execute(TAKE, given | {"items": items, "last": last, "until": timezone.now() + LEASE})
        new = int(cursor.rowcount)
    if ranking and ranking.how == Ranking.How.MIXED:
        Score.objects.filter(ranking=ranking, item__in=items, at_random=True).update(taken=True)
    return new


def fair_share(stage: Stage) -> int:
    """How many places one person may hold, so that whoever comes first does not leave the others without any: of what
    is left, as much as there are judges."""
    counts = progress(stage).statuses
    left = counts.get(WorkItem.Status.OPEN, 0) + counts.get(WorkItem.Status.PARTIAL, 0)
    judging = stage.named_judges.count() or stage.review.memberships.judging().count()
    return max(FEW, -(-left * stage.judges_needed // max(judging, 1)))


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
