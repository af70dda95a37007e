"""What the conflicts page shows of each item: both sides, what may be done, how it was settled. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from consensus.disputes import Dispute, described
from consensus.kinds import Option, kind_of
from consensus.models import Assignment, Judgement, Note, Signature, Stage, WorkItem
from consensus.resolvers import sees_all, settles
from consensus.sides import compare_url, mask_items, words_of
from reviews.models import Review
from reviews.permissions import Can


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the page. A conflict has its dispute; a settled one its final judgement; one that went to another
    judge has neither."""

    item: WorkItem
    label: str
    url: str
    dispute: Dispute | None = None
    options: Sequence[Option] = ()
    takes: Mapping[str, str] = field(default_factory=dict)
    may_resolve: bool = False
    proposal: Judgement | None = None
    proposed: str = ""
    signed: frozenset[int] = frozenset()
    may_sign: bool = False
    alike: int = 0
    thirds: Sequence[User] = ()
    notes: int = 0
    final: Judgement | None = None
    words: str = ""
    may_reopen: bool = False

    @property
    def by_pair(self) -> bool:
        return bool(self.item.stage.resolver == Stage.Resolver.PAIR)

    @property
    def third_ids(self) -> list[int]:
        return [one.pk for one in self.thirds]


@dataclass
class Desk:
    """The rows of one reader, with what is asked once for all of them."""

    user: User
    can: Can
    review: Review

    def __post_init__(self) -> None:
        members = self.review.memberships.judging().select_related("user").order_by("user__name", "user_id")
        self.judges = [one.user for one in members] if self.can.judge else []
        self.active = {one.pk for one in self.judges}
        self.options: dict[int, Sequence[Option]] = {}
        self.named: dict[int, set[int]] = {}
        self.settling: dict[int, bool] = {}

    def options_of(self, stage: Stage) -> Sequence[Option]:
        if stage.pk not in self.options:
            self.options[stage.pk] = kind_of(stage).options(stage)
        return self.options[stage.pk]

    def named_of(self, stage: Stage) -> set[int]:
        if stage.pk not in self.named:
            self.named[stage.pk] = {one.user_id for one in stage.named_judges.all()}
        return self.named[stage.pk]

    def thirds(self, dispute: Dispute) -> list[User]:
        """Who may still be asked to judge as well."""
        if not self.can.manage:
            return []
        named = self.named_of(dispute.item.stage)
        return [one for one in self.judges if one.pk not in dispute.judges and (not named or one.pk in named)]

    def resolves(self, dispute: Dispute) -> bool:
        stage = dispute.item.stage
        if dispute.sealed:
            return False
        if stage.resolver != Stage.Resolver.PAIR:
            return self.settles(stage)
        judges = dispute.judges & self.active
        return self.user.pk in judges or (len(judges) < 2 and self.can.resolve)

    def settles(self, stage: Stage) -> bool:
        if stage.pk not in self.settling:
            self.settling[stage.pk] = settles(self.user, self.can, stage)
        return self.settling[stage.pk]

    def conflicts(
        self, disputes: Sequence[Dispute], alike: Mapping[tuple[int, str], int] | None = None
    ) -> list[Row]:
        ids = [one.item.pk for one in disputes]
        mask_items(self.user, [one.item for one in disputes])
        proposals, notes = self.proposals(disputes), note_counts(self.user, ids)
        return [self.conflict(one, proposals, notes[one.item.pk], alike or {}) for one in disputes]

    def conflict(
        self,
        one: Dispute,
        proposals: Mapping[int, tuple[Judgement, str]],
        notes: int,
        alike: Mapping[tuple[int, str], int],
    ) -> Row:
        item, kind = one.item, kind_of(one.item.stage)
        options = self.options_of(item.stage)
        known = {option.value for option in options}
        takes = {side.sign: kind.chosen(side.answers) for side in one.sides}
        proposal, proposed = proposals.get(item.pk, (None, ""))
        if one.sealed:
            proposal = None
        signed = frozenset(s.reviewer_id for s in proposal.signatures.all()) if proposal else frozenset()
        return Row(
            item=item,
            label=str(kind.label),
            url=compare_url(item),
            dispute=one,
            options=options,
            takes={sign: value for sign, value in takes.items() if value in known},
            may_resolve=self.resolves(one),
            proposal=proposal,
            proposed=proposed,
            signed=signed,
            may_sign=bool(signed) and self.user.pk in (one.judges & self.active) - signed,
            alike=max(alike.get((item.stage_id, one.topic), 1) - 1, 0) if one.topic else 0,
            thirds=self.thirds(one),
            notes=notes,
        )

    def proposals(self, disputes: Sequence[Dispute]) -> dict[int, tuple[Judgement, str]]:
        """Per item what its judges are asked to sign, with what it says."""
        asked = {one.item.pk: one.item.stage for one in disputes}
        if not Signature.objects.filter(judgement__item__in=asked).exists():
            return {}
        drafts = Judgement.objects.visible_to(self.user).drafts().consensus().filter(item__in=asked)
        rows = list(
            drafts.filter(signatures__isnull=False)
            .distinct()
            .select_related("reviewer", "item")
            .prefetch_related("signatures__reviewer")
        )
        words = said_by_stage(rows, {one.item_id: asked[one.item_id] for one in rows})
        return {one.item_id: (one, words.get(one.pk, "")) for one in rows}

    def settled(self, items: Sequence[WorkItem]) -> list[Row]:
        """Decided items with what was decided, and whether this person may send them back."""
        mask_items(self.user, items)
        finals = {
            one.pk: one
            for one in Judgement.objects.visible_to(self.user)
            .filter(id__in=[item.final_id for item in items if item.final_id])
            .select_related("reviewer", "item")
        }
        words = said_by_stage(list(finals.values()), {item.pk: item.stage for item in items})
        mine = judged_by(self.user, items)
        notes = note_counts(self.user, [item.pk for item in items])
        return [
            Row(
                item=item,
                label=str(kind_of(item.stage).label),
                url=compare_url(item),
                final=finals.get(item.final_id or 0),
                words=words.get(item.final_id or 0, ""),
                may_reopen=item.decided and (self.can.resolve or item.pk in mine or self.settles(item.stage)),
                notes=notes[item.pk],
            )
            for item in items
        ]

    def row(self, item: WorkItem) -> Row:
        """The row of one item, whatever has become of it."""
        if item.status == WorkItem.Status.CONFLICT and not owes(self.user, item):
            disputes = described(self.user, item.stage, [item])
            if sees_all(self.user, self.can, item.stage) or (self.user.pk in disputes[0].judges):
                return self.conflicts(disputes)[0]
        if item.decided:
            return self.settled([item])[0]
        mask_items(self.user, [item])
        return Row(item=item, label=str(kind_of(item.stage).label), url=compare_url(item))


def said_by_stage(judgements: Sequence[Judgement], stages: Mapping[int, Stage]) -> dict[int, str]:
    """What judgements of several stages say in a line."""
    by_kind: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_kind[stages[one.item_id].kind].append(one)
    found: dict[int, str] = {}
    for some in by_kind.values():
        found |= words_of(kind_of(stages[some[0].item_id]), some)
    return found


def judged_by(user: User, items: Sequence[WorkItem]) -> set[int]:
    ids = [item.pk for item in items]
    mine = Judgement.objects.current().independent().of(user)
    rows = mine.filter(Q(item__in=ids) | Q(item__survivor__in=ids)).values_list(
        "item_id", "item__survivor_id"
    )
    return {survivor or item for item, survivor in rows}


def owes(user: User, item: WorkItem) -> bool:
    return Assignment.objects.filter(item=item, reviewer=user, basis=Assignment.Basis.ADDED).exists()


def note_counts(user: User, item_ids: Sequence[int]) -> Counter[int]:
    """How many comments the reader sees, of items that are complete."""
    shown = Note.objects.visible_to(user).filter(item__in=item_ids)
    return Counter(shown.values_list("item_id", flat=True))


def settled_of(user: User, can: Can, stages: Sequence[Stage]) -> QuerySet[WorkItem]:
    """What was settled of the conflicts, the latest first: a resolver's all, a judge's own."""
    added = Assignment.objects.filter(item=OuterRef("pk"), reviewer=user, basis=Assignment.Basis.ADDED)
    found = WorkItem.objects.filter(stage__in=stages, status=WorkItem.Status.RESOLVED).filter(~Exists(added))
    if not can.resolve:
        mine = Judgement.objects.current().independent().of(user)
        judged = Exists(mine.filter(Q(item=OuterRef("pk")) | Q(item__survivor=OuterRef("pk"))))
        found = found.filter(judged | Q(stage__in=[one for one in stages if settles(user, can, one)]))
    return found.select_related("stage", "report", "study", "result", "outcome").order_by(
        "-decided_at", "-id"
    )
