"""Progress, read from the folded steps of the counts: never by counting half a million rows on a page."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection, transaction

from consensus.models import Stage, StageDelta, WorkItem

SUMS = """
    SELECT stage_id, reviewer_id, what, sum(step)::bigint FROM consensus_stagedelta WHERE stage_id = ANY(%s) GROUP BY 1, 2, 3
"""
FOLD = """
    WITH gone AS (DELETE FROM consensus_stagedelta WHERE stage_id = %(stage)s RETURNING review_id, reviewer_id, what, step)
    INSERT INTO consensus_stagedelta (review_id, stage_id, reviewer_id, what, step)
    SELECT review_id, %(stage)s, reviewer_id, what, sum(step) FROM gone GROUP BY 1, 3, 4 HAVING sum(step) <> 0
"""


@dataclass(slots=True)
class Progress:
    """How many items of a stage have which status, which answers are final, and who has judged how many."""

    statuses: dict[str, int] = field(default_factory=dict)
    finals: dict[str, int] = field(default_factory=dict)
    judged: dict[int, int] = field(default_factory=dict)

    @property
    def live(self) -> int:
        return sum(count for status, count in self.statuses.items() if status != WorkItem.Status.CLOSED)

    @property
    def decided(self) -> int:
        return sum(self.statuses.get(status, 0) for status in WorkItem.DECIDED)

    @property
    def conflicts(self) -> int:
        return self.statuses.get(WorkItem.Status.CONFLICT, 0)


def progress_of(stages: list[Stage]) -> dict[int, Progress]:
    found: dict[int, Progress] = defaultdict(Progress)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [[stage.pk for stage in stages]])
        sums = cursor.fetchall()
    for stage, reviewer, what, count in sums:
        one = found[stage]
        if reviewer:
            one.judged[reviewer] = count
        elif what.startswith("final:"):
            one.finals[what.removeprefix("final:")] = count
        else:
            one.statuses[what] = count
    return {stage.pk: found[stage.pk] for stage in stages}


def progress(stage: Stage) -> Progress:
    return progress_of([stage])[stage.pk]


@transaction.atomic
def compact(stage_id: int) -> None:
    """Fold the steps of one stage. New ones may come in meanwhile: they are simply folded next time."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD, {"stage": stage_id})


def compact_all() -> int:
    stages = list(StageDelta.objects.values_list("stage_id", flat=True).distinct())
    for stage in stages:
        compact(stage)
    return len(stages)
