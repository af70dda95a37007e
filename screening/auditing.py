"""What chance brought in a mixed order, beside what the model brought: whether the model leaves anything behind."""

from dataclasses import dataclass

from django.db.models import Count, Q

from consensus.models import Score, Stage, WorkItem
from consensus.services.counts import progress
from screening.halting import relevant_among
from screening.learning import RELEVANT
from screening.models import Verdict


@dataclass(frozen=True, slots=True)
class Share:
    """`relevant` of `of` records, with the exact 95 % interval in per cent."""

    relevant: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.relevant / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 100.0
        from scipy.stats import binomtest

        found = binomtest(self.relevant, self.of).proportion_ci(method="exact")
        return 100 * float(found.low), 100 * float(found.high)


@dataclass(frozen=True, slots=True)
class Audit:
    """Of the decided records of a mixed order: those that chance brought, a fair sample of what the model would have left
    for later, and all others."""

    chance: Share
    others: Share


def audit(stage: Stage) -> Audit | None:
    """None until something that chance brought is decided."""
    lots = Score.objects.filter(ranking__stage=stage, at_random=True, taken=True)
    items = WorkItem.objects.filter(stage=stage, id__in=lots.values("item"), status__in=WorkItem.DECIDED)
    wanted = Q(final__in=Verdict.objects.filter(verdict__in=RELEVANT).values("judgement"))
    lot = items.aggregate(all=Count("id"), relevant=Count("id", filter=wanted))
    if not lot["all"]:
        return None
    counts = progress(stage)
    others = Share(relevant_among(counts) - lot["relevant"], counts.decided - lot["all"])
    return Audit(Share(lot["relevant"], lot["all"]), others)
