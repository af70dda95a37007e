"""What a change of the protocol or of the reasons does, said before it is made. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from consensus.models import Judgement, WorkItem
from consensus.services import MOST_TRIED, rehearsal, settle_ids
from reviews import services as reviews
from reviews.models import ExclusionReason, Review
from screening.kinds import SCREENING
from screening.models import Verdict
from screening.services import several_reasons


@dataclass(frozen=True, slots=True)
class Changed:
    """One part of a text as it is and as it would be."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ProtocolEffect:
    """parts: what is written otherwise. undecided: items that are judged by the new version from then on. judgements:
    what was said of them already, and keeps the version that it answered."""

    parts: Sequence[Changed]
    added: Mapping[str, Sequence[str]]
    removed: Mapping[str, Sequence[str]]
    undecided: int
    judgements: int

    @property
    def anything(self) -> bool:
        return bool(self.parts or any(self.added.values()) or any(self.removed.values()))


def preview_protocol(
    *,
    review: Review,
    labels: Mapping[str, Any],
    before: Mapping[str, str],
    after: Mapping[str, str],
    criteria: Mapping[str, Sequence[str]],
    wanted: Mapping[str, Sequence[str]],
) -> ProtocolEffect:
    undecided = WorkItem.objects.undecided().filter(review=review, stage__kind__in=SCREENING)
    said = Judgement.objects.current().independent().filter(item__in=undecided)
    return ProtocolEffect(
        parts=[
            Changed(label, before.get(name, ""), after.get(name, ""))
            for name, label in labels.items()
            if tidy(before.get(name, "")) != tidy(after.get(name, ""))
        ],
        added={sense: [one for one in wanted[sense] if one not in criteria[sense]] for sense in wanted},
        removed={sense: [one for one in criteria[sense] if one not in wanted[sense]] for sense in wanted},
        undecided=undecided.count(),
        judgements=said.count(),
    )


def tidy(text: str) -> str:
    """A browser sends other line ends than were sent to it."""
    return "\n".join(text.split("\r\n")).strip()


@dataclass(frozen=True, slots=True)
class ReasonsEffect:
    """added, retired, moved: the reasons. used: how many current judgements name a retired one. others: agreed items
    of which another judgement, with a reason of another rank, would be the answer; of_first: of how many that were tried,
    where it is not all that were agreed on one of several reasons."""

    added: Sequence[str]
    retired: Sequence[str]
    moved: Sequence[str]
    used: int
    others: int
    of_first: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.added or self.retired or self.moved)


def preview_reasons(*, by: User, review: Review, labels: Sequence[str]) -> ReasonsEffect:
    known = list(ExclusionReason.objects.in_use().filter(review=review).order_by("rank"))
    before = [one.label for one in known]
    retired = [one for one in known if one.label not in labels]
    with rehearsal():
        reviews.set_reasons(by=by, review=review, labels=labels)
        torn = list(several_reasons(review.pk)[: MOST_TRIED + 1])
        tried = torn[:MOST_TRIED]
        finals = dict(WorkItem.objects.filter(id__in=tried).values_list("id", "final"))
        settle_ids(tried)
        then = dict(WorkItem.objects.filter(id__in=tried).values_list("id", "final"))
    kept = [one for one in before if one in labels]
    return ReasonsEffect(
        added=[one for one in labels if one not in before],
        retired=[one.label for one in retired],
        moved=[
            one for one, other in zip([x for x in labels if x in before], kept, strict=True) if one != other
        ],
        used=Verdict.objects.filter(reason__in=retired, judgement__superseded_at=None).count(),
        others=sum(then[pk] != final for pk, final in finals.items()),
        of_first=len(tried) if len(torn) > len(tried) else 0,
    )
