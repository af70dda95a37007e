"""What a kind of stage brings along. The spine knows no verdict, value or answer: each app gives it one adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.translation import gettext_lazy

from consensus.compare import Answers, Policy

if TYPE_CHECKING:
    from accounts.models import User
    from consensus.models import Judgement, Stage, StageVersion, WorkItem

Target = Literal["report", "study", "result", "outcome"]

# What a conflict is about. A kind says which of them its judgements make.
DISPUTES: dict[str, Any] = {
    "verdict": gettext_lazy("Include against exclude"),
    "reason": gettext_lazy("Reason differs"),
    "unsure": gettext_lazy("Unsure"),
    "unmatched": gettext_lazy("Unmatched arm or result"),
    "values": gettext_lazy("Values differ"),
    "reopened": gettext_lazy("Sent back"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that settles an item in one click: as a form sends it, in words, and as `write` takes it."""

    value: str
    label: str
    answer: Mapping[str, Any]


class Kind:
    """One kind of stage. A subclass says what its judgements hold, how they are compared and what follows."""

    slug: ClassVar[str]
    label: ClassVar[str]
    target: ClassVar[Target]
    position: ClassVar[int]
    # The kinds whose decision opens this one; the first that the review has. None: it opens with its target.
    after: ClassVar[tuple[str, ...]] = ()
    # Whether a new version asks those who have judged to look again, with a draft made from what they said.
    carries: ClassVar[bool] = False
    # The lookup from a judgement to the category for which agreement beyond chance is computed, if it has one.
    category: ClassVar[str] = ""
    # What is read along with the judgements of an item that is settled, if its answers are in that.
    read_along: ClassVar[tuple[str, ...]] = ()

    def answers(self, judgements: Sequence["Judgement"]) -> Mapping[int, Answers]:
        """What each judgement says, by its id. Those of one item come together, so that their keys can be aligned."""
        raise TypeError(f"{type(self).__name__} does not say this")

    def write(self, judgement: "Judgement", answer: Mapping[str, Any]) -> None:
        """Store the answer of a draft judgement. Raises Invalid with what to enter."""
        raise TypeError(f"{type(self).__name__} does not say this")

    def check(self, judgement: "Judgement") -> None:
        """Refuse a draft that cannot be submitted yet, saying what is missing."""

    def carry(self, source: "Judgement", draft: "Judgement") -> None:
        """Copy what `source` says into `draft`, as far as the draft's version still asks for it."""

    def policy(self, settings: "Stage | WorkItem") -> Policy:
        """How judges agree, under the settings of a stage, or those that an item was opened under."""
        from consensus.compare import Rule

        return Policy(rule=Rule(settings.rule))

    def places(self, stage: "Stage", targets: Sequence[int]) -> Mapping[int, int]:
        """How many judges the items of these targets need, where it is another number than the stage's."""
        return {}

    def needs(self, item: "WorkItem", judgement: "Judgement") -> int:
        """How many judges a locked item needs now that `judgement` is about to count."""
        return item.judges_needed

    def room(self, stage: "Stage", user: "User") -> int | None:
        """How many more items of the stage this person takes, if there is a limit."""
        return None

    def dispute(self, said: Sequence[Answers], differs: Sequence[str]) -> str:
        """Which of DISPUTES these judgements make; `differs` names the keys in which they do not agree."""
        return "values" if differs else "reopened"

    def turns_on(self, said: Sequence[Answers], differs: Sequence[str]) -> tuple[str, ...]:
        """What a conflict turns on, in words or in keys that `names` knows: conflicts with the same can be looked at
        together."""
        return ()

    def names(self, stage: "Stage") -> Mapping[str, str]:
        """What people call the keys of answers, where the key itself is nothing to read."""
        return {}

    def unblinded(self, stage: "Stage") -> bool:
        """Whether a second judge knows something of what the first one said: then agreement tells nothing."""
        return False

    def options(self, stage: "Stage") -> Sequence[Option]:
        """The answers with which an item can be settled from a list. None: only on its own page."""
        return ()

    def chosen(self, answers: Answers) -> str:
        """The value of the option that says the same as these answers, or nothing."""
        return ""

    def passes(self, answers: Answers) -> bool:
        """Whether an item with this final answer goes on to the next stage."""
        return True

    def closes(self, item: "WorkItem") -> str:
        """A reason of this kind's own for which the item is closed, or nothing."""
        return ""

    def tally(self, answers: Answers) -> str:
        """The word under which a decided item is counted."""
        return "decided"

    def touches(self, item: "WorkItem", before: Answers, after: Answers) -> set[str]:
        """The keys under which tables and analyses depend on what changed between two standing answers."""
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        return {f"{self.slug}:{key}" for key in changed}

    def opened(self, version: "StageVersion", by: "User") -> None:
        """The stage was added to a review: make what its first version needs."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.slug] = kind


def kind_of(stage: "Stage") -> Kind:
    return KINDS[stage.kind]
