"""A stage as one person may see it: how far it is, how far they are, what is left for them. Made of stored counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.numbers import Grouped
from consensus import services as consensus
from consensus.kinds import kind_of
from consensus.models import Assignment, Stage, WorkItem
from consensus.resolvers import sees_all
from consensus.sides import conflicts_of
from reviews.models import Membership
from reviews.permissions import Can

# Where a stage of a kind is worked on, and its icon; a kind without a page of its own leads to its conflicts.
WORK = {
    "title_abstract": ("screening:screen", ("title_abstract",), "list-checks"),
    "full_text": ("screening:screen", ("full_text",), "book-open"),
    "extraction": ("extraction:queue", (), "text-quote"),
    "appraisal": ("appraisal:queue", (), "shield-half"),
    "appraisal_result": ("appraisal:queue", (), "shield-half"),
}
ELSEWHERE = ("consensus:conflicts", (), "list-checks")


@dataclass(frozen=True, slots=True)
class Tracks:
    """The two tracks of a stage's bar, what is agreed over both, and what differs; in words for who cannot see it."""

    a: int = 0
    b: int = 0
    agreed: int = 0
    conflict: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class StageRow:
    """conflicts: those that the person settles, or nothing for who settles none."""

    stage: Stage
    label: str
    url: str
    icon: str
    live: int
    decided: int
    mine: int
    left: int
    conflicts: int | None
    tracks: Tracks = field(default_factory=Tracks)

    @property
    def over(self) -> bool:
        return bool(self.live) and self.decided >= self.live


def rows_of(
    user: User,
    can: Can,
    stages: list[Stage],
    counts: dict[int, consensus.Progress],
    queued: dict[int, int] | None = None,
    names: dict[int, str] | None = None,
) -> list[StageRow]:
    """`names` of the judges are given for those who may know who is how far."""
    queued = queue_of(user, stages) if queued is None else queued
    return [row(user, can, stage, counts[stage.pk], queued.get(stage.pk, 0), names or {}) for stage in stages]


def queue_of(user: User, stages: list[Stage]) -> dict[int, int]:
    """How many places this person's own queue holds, by stage."""
    places = Assignment.objects.filter(reviewer=user, stage__in=stages, item__status__in=WorkItem.UNDECIDED)
    return dict(places.values_list("stage").annotate(n=Count("id")).order_by())


def row(
    user: User, can: Can, stage: Stage, count: consensus.Progress, queued: int, names: dict[int, str]
) -> StageRow:
    named = {judge.user_id for judge in stage.named_judges.all()}
    judges = can.judge and (not named or user.pk in named)
    mine = count.judged.get(user.pk, 0)
    conflicts = conflicts_for(user, can, stage, count)
    return StageRow(
        stage=stage,
        label=str(kind_of(stage).label),
        url=work_url(stage) if judges else "",
        icon=WORK.get(stage.kind, ELSEWHERE)[2],
        live=count.live,
        decided=count.decided,
        mine=mine,
        left=left_for(count, mine, queued) if judges else 0,
        conflicts=conflicts,
        tracks=tracks_of(count, mine if judges else 0, conflicts or 0, names),
    )


def conflicts_for(user: User, can: Can, stage: Stage, count: consensus.Progress) -> int | None:
    """All of the stage's for who settles them; where the judges settle them together, a judge's own."""
    if sees_all(user, can, stage):
        return count.conflicts
    if can.judge and stage.resolver == Stage.Resolver.PAIR and count.conflicts:
        return conflicts_of(user, can, stage).count()
    return None


def left_for(count: consensus.Progress, mine: int, queued: int) -> int:
    """How much is left for this person, at most. Made of what they may know: all, decided, their own."""
    return max(0, queued, min(count.live - mine, count.live - count.decided))


def tracks_of(count: consensus.Progress, mine: int, conflicts: int, names: dict[int, str]) -> Tracks:
    """Both judges' tracks for who may know them, where there are two; one's own for a judge; else what is decided."""
    told = [
        _("%(decided)s of %(all)s decided")
        % {
            "decided": Grouped(count.decided),
            "all": Grouped(count.live),
        }
    ]
    if conflicts:
        told.append(ngettext("%(n)s conflict", "%(n)s conflicts", conflicts) % {"n": Grouped(conflicts)})
    said = [(user, n) for user, n in sorted(count.judged.items()) if user in names and n]
    both = [n for _user, n in said] if len(said) == 2 else []
    if both:
        told += [f"{names[user]} {Grouped(n)}" for user, n in said]
    elif mine:
        told.append(_("judged by you: %(n)s") % {"n": Grouped(mine)})
    a, b = both or (0 if names else mine, 0)
    return Tracks(a, b, count.decided, conflicts, ", ".join(told))


def work_url(stage: Stage) -> str:
    name, arguments, _icon = WORK.get(stage.kind, ELSEWHERE)
    try:
        return reverse(name, args=(stage.review_id, *arguments))
    except NoReverseMatch:
        return ""


def names_of(members: Iterable[Membership]) -> dict[int, str]:
    return {one.user_id: str(one.user) for one in members}
