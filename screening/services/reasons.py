"""Exclusion reasons in another order: where the higher-ranked one stands, another judgement may now be the final one."""

from collections.abc import Sequence

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from accounts.models import User
from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem
from reviews import jobs
from reviews import services as reviews
from reviews.models import ExclusionReason, Review
from reviews.writing import write

TASK = jobs.named("screening.tasks.settle_reasons", gettext_lazy("Answers under reordered reasons"))
# Each takes some milliseconds: more would keep whoever orders the reasons waiting.
MOST_AT_ONCE = 300
CHUNK = 100


@write
def set_reasons(*, by: User, review: Review, labels: Sequence[str]) -> list[ExclusionReason]:
    """Order the reasons anew. Which judgement is final follows: in the background, where that are many."""
    before = dict(ExclusionReason.objects.filter(review=review).values_list("id", "rank"))
    kept = reviews.set_reasons(by=by, review=review, labels=labels)
    if all(before.get(reason.pk, reason.rank) == reason.rank for reason in kept):
        return kept
    ids = list(several_reasons(review.pk)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        jobs.enqueue(review=review, task=TASK, target=review.pk, by=by)
    else:
        consensus.settle_ids(ids)
    return kept


def several_reasons(review_id: int) -> QuerySet[WorkItem, int]:
    """The items that were agreed on the higher-ranked of several reasons, what was said of merged ones with it."""
    said = (
        Judgement.objects.current()
        .independent()
        .filter(item__review=review_id, verdict__reason__isnull=False)
    )
    counted = said.annotate(of=Coalesce("item__survivor", "item")).order_by().values("of")
    torn = counted.annotate(n=Count("verdict__reason", distinct=True)).filter(n__gt=1)
    agreed = WorkItem.objects.filter(
        review=review_id, status=WorkItem.Status.AGREED, reasons=Stage.Reasons.FIRST, id__in=torn.values("of")
    )
    return agreed.order_by("id").values_list("id", flat=True)


def settle_reasons(*, by: User | None, review_id: int, progress: jobs.Progress) -> None:
    """Settle these items by the order as it is. Safe to run again, and while people judge."""
    for ids in jobs.in_parts(list(several_reasons(review_id)), CHUNK, progress):
        settle_some(by=by, item_ids=ids)


@write
def settle_some(*, by: User | None, item_ids: Sequence[int]) -> None:
    consensus.settle_ids(item_ids)
