"""Who is in a review, how far they are, and where they worked last. For those who manage it; all others see the names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from consensus.kinds import kind_of
from consensus.models import Judgement, Stage
from consensus.services import Progress
from reviews.models import Membership, Review


@dataclass(frozen=True, slots=True)
class Teammate:
    """`counts`: how much they judged, by stage. `at`, `where`: their latest judgement, without what it says."""

    member: Membership
    counts: list[int] = field(default_factory=list)
    at: datetime | None = None
    where: str = ""


def team_of(review: Review) -> QuerySet[Membership]:
    return review.memberships.active().select_related("user").order_by("id")


def who_is_where(review: Review, stages: Sequence[Stage], counts: dict[int, Progress]) -> list[Teammate]:
    latest = Judgement.objects.filter(
        reviewer=OuterRef("user"), review=review, submitted_at__isnull=False
    ).order_by("-submitted_at")
    members = team_of(review).annotate(
        at=Subquery(latest.values("submitted_at")[:1]), where=Subquery(latest.values("item__stage")[:1])
    )
    labels = {stage.pk: str(kind_of(stage).label) for stage in stages}
    return [
        Teammate(
            one,
            [counts[stage.pk].judged.get(one.user_id, 0) for stage in stages],
            getattr(one, "at", None),
            labels.get(getattr(one, "where", 0), ""),
        )
        for one in members
    ]
