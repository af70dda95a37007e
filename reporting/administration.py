"""What an administrator sees of all reviews: how far they are, what runs, what space they take. Counts only: how many
items of a stage wait, differ or are decided; never who said what, and never whether an item was begun."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.models import User
from consensus.kinds import kind_of
from consensus.models import Stage
from consensus.services import Progress, progress_of
from reviews.models import BreakGlass, Job, Membership, Review
from studies.models import FullText, ImportBatch

MOST_REVIEWS = 200
MOST_ROWS = 10


@dataclass(frozen=True, slots=True)
class StageLine:
    label: str
    to_judge: int
    conflicts: int
    decided: int


@dataclass(slots=True)
class ReviewLine:
    review: Review
    people: int
    stages: list[StageLine] = field(default_factory=list)
    papers: int = 0
    imports: int = 0

    @property
    def stored(self) -> int:
        return self.papers + self.imports


def stage_line(stage: Stage, counts: Progress) -> StageLine:
    to_judge = counts.live - counts.conflicts - counts.decided
    return StageLine(str(kind_of(stage).label), to_judge, counts.conflicts, counts.decided)


def review_lines() -> list[ReviewLine]:
    """Every review with its queues and its space, the newest first."""
    active = Q(memberships__status=Membership.Status.ACTIVE)
    found = Review.objects.order_by("-created_at", "-id")[:MOST_REVIEWS]
    people = dict(Review.objects.values_list("id").annotate(n=Count("memberships", filter=active)))
    lines = {one.pk: ReviewLine(one, people[one.pk]) for one in found}
    stages = list(Stage.objects.filter(review__in=lines).order_by("position"))
    counts = progress_of(stages)
    for stage in stages:
        lines[stage.review_id].stages.append(stage_line(stage, counts[stage.pk]))
    for review, size in sizes(FullText.objects.values_list("review_id").annotate(Sum("size"))):
        if review in lines:
            lines[review].papers = size
    for review, size in sizes(ImportBatch.objects.values_list("review_id").annotate(Sum("size"))):
        if review in lines:
            lines[review].imports = size
    return list(lines.values())


def sizes(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, int]]:
    found: dict[int, int] = defaultdict(int)
    for review, size in rows:
        found[review] += int(size or 0)
    return list(found.items())


def database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def overview() -> dict[str, Any]:
    """The administrator's start page."""
    lines = review_lines()
    now = timezone.now()
    failed = Job.objects.filter(status=Job.Status.FAILED).select_related("review")
    glass = BreakGlass.objects.select_related("review", "user").order_by("-created_at", "-id")
    people = User.objects.aggregate(
        active=Count("id", filter=Q(is_active=True)), inactive=Count("id", filter=Q(is_active=False))
    )
    return {
        "lines": lines,
        "people": people,
        "uploads": sum(line.stored for line in lines),
        "database": database_bytes(),
        "at_work": sum(line.review.status == Review.Status.ACTIVE for line in lines),
        "failed": failed[:MOST_ROWS],
        "failed_count": failed.count(),
        "running": Job.objects.unfinished().count(),
        "glass": [(one, one.expires_at > now) for one in glass[:MOST_ROWS]],
    }
