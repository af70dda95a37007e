"""A review's conflicts as one list: what each is about, who differs, and which others turn on the same. Reads only."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from consensus.compare import Answers, Value, compare
from consensus.kinds import DISPUTES, kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.models.items import TARGETS
from consensus.sides import Side, conflicts_of, signs_of, words_of
from reviews.permissions import Can

# Of one stage; whoever has more resolves these first. Each is read and compared for what can be chosen above the list.
MOST = 100
SHOWN_KEYS = 5
# What a key is of, its name, and what within it: `result[healed@84 day].events[aasc]`.
PARTS = re.compile(r"((?:\w+\[[^\]]*\]\.)?)(\w+)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One conflict as this person may know it. A sealed one says nothing of what the others said: its reader has
    judged it and may still revise, until they open the comparison."""

    item: WorkItem
    sides: list[Side]
    about: str = ""
    turns_on: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    sealed: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def about_label(self) -> str:
        return str(DISPUTES[self.about]) if self.about else _("Not opened by you yet")

    @property
    def judges(self) -> frozenset[int]:
        return frozenset(side.judgement.reviewer_id for side in self.sides)

    @property
    def topic(self) -> str:
        return " | ".join(self.turns_on)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The first keys that differ, with what each side says: for kinds that cannot say it in a line."""
        if any(side.words for side in self.sides):
            return []
        shown = self.differs[:SHOWN_KEYS]
        return [
            (readable(key, self.names), [in_words(side.answers, key) for side in self.sides]) for key in shown
        ]

    @property
    def more(self) -> int:
        return max(len(self.differs) - SHOWN_KEYS, 0)


def readable(key: str, names: Mapping[str, str]) -> str:
    """A key as people say it: with the name that they know, where there is one."""
    parts = PARTS.fullmatch(key)
    if parts is None or parts[2] not in names:
        return spaced(key).strip()
    return (spaced(parts[1]) + names[parts[2]] + spaced(parts[3])).strip()


def spaced(key: str) -> str:
    # A point within a number stays one.
    return re.sub(r"\.(?!\d)", ", ", key.replace("[", " ").replace("]", "")).replace("_", " ")


def in_words(answers: Answers, key: str) -> str:
    exact: Answers = getattr(answers, "exact", answers)
    return said(exact[key]) if key in exact else _("not there")


def said(value: Value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return ", ".join(filter(None, value)).replace("_", " ")
    return _("nothing") if value is None or value == "" else str(value)


@dataclass
class Filters:
    """What the address asks for. Anything that it cannot mean is left out."""

    stage: str = ""
    about: str = ""
    pair: frozenset[int] = frozenset()
    reason: str = ""
    topic: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        about = query.get("kind", "")
        people = [one for one in query.get("pair", "").split("-") if one.isdecimal() and len(one) < 19]
        return cls(
            stage=query.get("stage", ""),
            about=about if about in DISPUTES else "",
            pair=frozenset(int(one) for one in people),
            reason=query.get("reason", ""),
            topic=query.get("topic", ""),
        )

    @property
    def active(self) -> bool:
        return bool(self.about or self.pair or self.reason or self.topic)

    def let(self, one: Dispute) -> bool:
        if one.sealed:
            return not self.active
        return (
            (not self.about or one.about == self.about)
            and self.pair <= one.judges
            and (not self.reason or self.reason in one.turns_on)
            and (not self.topic or one.topic == self.topic)
        )


@dataclass
class Listing:
    """The conflicts of the chosen stages, before and after the filters."""

    filters: Filters
    all: list[Dispute] = field(default_factory=list)

    @cached_property
    def found(self) -> list[Dispute]:
        return [one for one in self.all if self.filters.let(one)]

    @cached_property
    def alike(self) -> Counter[tuple[int, str]]:
        """How many conflicts of a stage turn on the same."""
        return Counter((one.item.stage_id, one.topic) for one in self.all if one.topic)

    @cached_property
    def topics(self) -> list[tuple[Dispute, int]]:
        """What most conflicts turn on, the most frequent first, with one conflict of each."""
        first: dict[tuple[int, str], Dispute] = {}
        for one in self.all:
            first.setdefault((one.item.stage_id, one.topic), one)
        return [(first[key], n) for key, n in self.alike.most_common(6) if n > 1]

    @cached_property
    def abouts(self) -> list[tuple[str, Any, int]]:
        counts = Counter(one.about for one in self.all if one.about)
        return [(name, label, counts[name]) for name, label in DISPUTES.items() if counts[name]]

    @cached_property
    def pairs(self) -> list[tuple[str, str, int]]:
        counts: Counter[frozenset[int]] = Counter(
            one.judges for one in self.all if len(one.judges) > 1 and not one.sealed
        )
        names = {s.judgement.reviewer_id: str(s.judgement.reviewer) for one in self.all for s in one.sides}
        return sorted(
            ("-".join(map(str, sorted(ids))), ", ".join(sorted(names[i] for i in ids)), n)
            for ids, n in counts.items()
        )

    @cached_property
    def reasons(self) -> list[tuple[str, int]]:
        counts = Counter(word for one in self.all for word in one.turns_on)
        return sorted(counts.items())


def disputes_of(
    user: User, can: Can, stages: Sequence[Stage], items: Sequence[int] | None = None
) -> list[Dispute]:
    """The conflicts that this person may look at, stage by stage, in the order in which they were opened. What they are
    about is not read with them: whoever shows some reads it of these."""
    by_stage: list[tuple[Stage, list[WorkItem]]] = []
    for stage in stages:
        asked = conflicts_of(user, can, stage)
        if items is not None:
            asked = asked.filter(id__in=items)
        listed = list(asked.order_by("id")[:MOST])
        for one in listed:
            one.stage = stage
        by_stage.append((stage, listed))
    said = judgements_of(user, [one for _stage, listed in by_stage for one in listed])
    return [one for stage, listed in by_stage for one in compared(user, stage, listed, said)]


def described(user: User, stage: Stage, items: Sequence[WorkItem]) -> list[Dispute]:
    """What the judges of these items of one stage said, compared."""
    return compared(user, stage, items, judgements_of(user, items))


def compared(
    user: User, stage: Stage, items: Sequence[WorkItem], said: Mapping[int, list[Judgement]]
) -> list[Dispute]:
    """`described`, where what was said of these items, and of others, is read already."""
    if not items:
        return []
    by_item = {item.pk: said.get(item.pk, []) for item in items}
    kind = kind_of(stage)
    sealed = {pk for pk, some in by_item.items() if any(is_sealed(user, one) for one in some)}
    open_ = [one for pk, some in by_item.items() if pk not in sealed for one in some]
    own = [one for pk in sealed for one in by_item[pk] if one.reviewer_id == user.pk]
    answers, words = kind.answers([*open_, *own]), words_of(kind, [*open_, *own])
    names = kind.names(stage)
    found = []
    for item in items:
        some = [one for one in by_item[item.pk] if item.pk not in sealed or one.reviewer_id == user.pk]
        signs = signs_of(by_item[item.pk])
        sides = [
            Side(signs[one.reviewer_id], one, answers.get(one.pk, {}), words.get(one.pk, "")) for one in some
        ]
        sides.sort(key=lambda side: (side.judgement.reviewer_id, side.judgement.pk))
        found.append(
            Dispute(item, sides, sealed=True) if item.pk in sealed else disputed(stage, item, sides, names)
        )
    return found


def judgements_of(user: User, items: Sequence[WorkItem]) -> Mapping[int, list[Judgement]]:
    if not items:
        return {}
    ids = [item.pk for item in items]
    # Two questions that each have an index: asked as one, all judgements would be read.
    merged = dict(WorkItem.objects.filter(survivor__in=ids).values_list("id", "survivor"))
    rows = Judgement.objects.visible_to(user).current().independent()
    found = list(rows.filter(item__in=[*ids, *merged]).order_by("submitted_at", "id"))
    reviewers = User.objects.in_bulk({one.reviewer_id for one in found})
    by_item: dict[int, list[Judgement]] = defaultdict(list)
    for one in found:
        one.reviewer = reviewers[one.reviewer_id]
        by_item[merged.get(one.item_id) or one.item_id].append(one)
    return by_item


def name_targets(disputes: Sequence[Dispute]) -> None:
    """Read what these conflicts are about."""
    prefetch_related_objects([one.item for one in disputes], *TARGETS)


def is_sealed(user: User, one: Judgement) -> bool:
    """Whether this is the reader's own judgement, made without having seen the others' yet."""
    return one.reviewer_id == user.pk and one.revealed_at is None


def disputed(stage: Stage, item: WorkItem, sides: list[Side], names: Mapping[str, str]) -> Dispute:
    kind = kind_of(stage)
    answers = [side.answers for side in sides]
    differs = compare(answers, kind.policy(item)).differs if answers else ()
    words = {side.words for side in sides if side.words}
    said_so = tuple(sorted(words)) if differs else ()
    turns_on = said_so if words else tuple(readable(one, names) for one in kind.turns_on(answers, differs))
    about = kind.dispute(answers, differs)
    return Dispute(item, sides, about=about, turns_on=turns_on, differs=tuple(differs), names=names)
