"""What a person may see of an item: its judgements side by side, its notes, its status. Reads only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from consensus.compare import Answers, compare
from consensus.kinds import Kind, kind_of
from consensus.models import Assignment, Judgement, Note, Stage, WorkItem
from consensus.resolvers import sees_all
from consensus.services import may_resolve
from reviews.permissions import Can
from studies.masking import mask_reports

SIGNS = ("a", "b")


@dataclass(frozen=True, slots=True)
class Side:
    """One judgement beside the others. sign: a, b, then numbers, the same for a reviewer throughout an item."""

    sign: str
    judgement: Judgement
    answers: Answers
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """What this person may see of an item: the current judgements, the standing consensus, what a pair proposes."""

    judges: list[Side] = field(default_factory=list)
    consensus: Side | None = None
    proposal: Side | None = None
    differs: tuple[str, ...] = ()

    @property
    def signed(self) -> set[int]:
        proposal = self.proposal
        return {one.reviewer_id for one in proposal.judgement.signatures.all()} if proposal else set()


def sides_of(user: User, item: WorkItem) -> Sides:
    family = Q(item=item) | Q(item__survivor=item)
    rows = list(
        Judgement.objects.visible_to(user)
        .filter(family, superseded_at=None)
        .select_related("reviewer", "version", "item")
        .prefetch_related("signatures__reviewer")
        .order_by("reviewer_id", "id")
    )
    submitted = [one for one in rows if not one.is_draft]
    kind = kind_of(item.stage)
    said = kind.answers(rows)
    independent = [one for one in submitted if one.role == Judgement.Role.INDEPENDENT]
    signs = signs_of(independent)
    judges = [Side(signs[one.reviewer_id], one, said.get(one.pk, {})) for one in independent]
    agreed = [one for one in rows if one.role == Judgement.Role.CONSENSUS]
    own = [Side("c", one, said.get(one.pk, {})) for one in agreed]
    answers = [one.answers for one in judges]
    differs = compare(answers, kind.policy(item)).differs if len(answers) > 1 else ()
    return Sides(
        judges=judges,
        consensus=next((one for one in own if not one.judgement.is_draft), None),
        proposal=next((one for one in own if one.judgement.is_draft), None),
        differs=differs,
    )


def signs_of(judgements: Sequence[Judgement]) -> dict[int, str]:
    """A letter or number for each reviewer, in an order that tells nothing of who was first."""
    reviewers = sorted({one.reviewer_id for one in judgements})
    return {
        reviewer: SIGNS[place] if place < len(SIGNS) else str(place + 1)
        for place, reviewer in enumerate(reviewers)
    }


def history_of(user: User, item: WorkItem) -> list[Side]:
    """Every submitted judgement that the person may see, superseded ones too, in the order of submission."""
    rows = list(
        Judgement.objects.visible_to(user)
        .filter(Q(item=item) | Q(item__survivor=item), submitted_at__isnull=False)
        .select_related("reviewer", "version")
        .order_by("submitted_at", "id")
    )
    kind = kind_of(item.stage)
    said, words = kind.answers(rows), words_of(kind, rows)
    signs = signs_of([one for one in rows if one.role == Judgement.Role.INDEPENDENT])
    consensus = Judgement.Role.CONSENSUS
    return [
        Side(
            "c" if one.role == consensus else signs.get(one.reviewer_id, "n"),
            one,
            said.get(one.pk, {}),
            words.get(one.pk, ""),
        )
        for one in rows
    ]


def words_of(kind: Kind, judgements: Sequence[Judgement]) -> Mapping[int, str]:
    """What each judgement says in a line, of a kind that can say it so."""
    words: Callable[[Sequence[Judgement]], Mapping[int, str]] | None = getattr(kind, "words", None)
    return words(judgements) if words else {}


def sees_others(user: User, item: WorkItem) -> bool:
    """Whether the comparison is open to this person: everybody has judged, and they owe nothing themselves."""
    return bool(open_to(user, [item]))


def open_to(user: User, items: Sequence[WorkItem]) -> list[WorkItem]:
    """Those of the items whose comparison is open to this person."""
    complete = [one for one in items if one.complete]
    owed = Assignment.objects.filter(item__in=complete, reviewer=user, basis=Assignment.Basis.ADDED)
    owing = set(owed.values_list("item_id", flat=True)) if complete else set()
    return [one for one in complete if one.pk not in owing]


def notes_of(user: User, item: WorkItem) -> QuerySet[Note]:
    """Their own; and what others shared, once everybody has judged."""
    return Note.objects.visible_to(user).filter(item=item).select_related("author")


def shown_status(item: WorkItem, can: Can) -> str:
    """The status as this person may know it: that somebody has begun is no business of the other judges."""
    if item.status == WorkItem.Status.PARTIAL and not can.manage:
        return WorkItem.Status.OPEN
    return item.status


def conflicts_of(user: User, can: Can, stage: Stage) -> QuerySet[WorkItem]:
    """The stage's conflicts that this person may look at: a resolver's all, a judge's own."""
    owes = Assignment.objects.filter(item=OuterRef("pk"), reviewer=user, basis=Assignment.Basis.ADDED)
    found = WorkItem.objects.in_conflict().filter(stage=stage).filter(~Exists(owes))
    if sees_all(user, can, stage):
        return found
    mine = Judgement.objects.current().independent().of(user)
    judged = mine.filter(Q(item=OuterRef("pk")) | Q(item__survivor=OuterRef("pk")))
    return found.filter(Exists(judged))


def may_do(user: User, item: WorkItem, can: Can) -> dict[str, Any]:
    """What the pages offer of an item that is open to this person."""
    open_ = sees_others(user, item)
    mine = Judgement.objects.current().independent().of(user).filter(Q(item=item) | Q(item__survivor=item))
    settled = item.status in {*WorkItem.DECIDED, WorkItem.Status.CONFLICT}
    return {
        "resolve": open_ and settled and can.see and may_resolve(user, item),
        "reopen": open_ and item.decided and (sees_all(user, can, item.stage) or mine.exists()),
        "add_judge": can.manage and item.status in WorkItem.UNDECIDED,
    }


def third_judges(found: WorkItem) -> list[User]:
    """Who may still be asked to judge an item."""
    judged = Judgement.objects.current().filter(item=found).values("reviewer")
    members = found.review.memberships.judging().exclude(user__in=judged).select_related("user")
    named = set(found.stage.named_judges.values_list("user_id", flat=True))
    return [one.user for one in members if not named or one.user_id in named]


def mask_items(user: User, items: Sequence[WorkItem]) -> None:
    """Empty, for showing only, what of the items' reports this person does not see, and what would lead to it."""
    mask_reports(user, [item.report for item in items if item.report], judging=True)


def compare_url(item: WorkItem) -> str:
    """The page on which this kind's judgements are compared; its history, for a kind that has none."""
    name = getattr(kind_of(item.stage), "compare_url_name", None) or "consensus:item"
    try:
        return reverse(name, args=[item.review_id, item.pk])
    except NoReverseMatch:
        return reverse("consensus:item", args=[item.review_id, item.pk])
