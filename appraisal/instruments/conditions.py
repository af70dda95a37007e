"""Conditions of an instrument: when a question is reached, when a rule fires.

Three values: a condition that reads something which is not known yet is neither true nor false but None
(Kleene's strong logic), so that a question counts as reached only once nothing can undo it.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

NOT_REACHED = "NA"
TOTAL = "total"

Answer = str | frozenset[str]
ParameterValue = str | bool | frozenset[str] | None
Number = int | float

COMPARISONS: Mapping[str, Callable[[Number, Number], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


@dataclass(slots=True)
class Facts:
    """What is known when a condition is read. A key that is absent is not known yet."""

    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, bool] = field(default_factory=dict)
    scores: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Always:
    def holds(self, facts: Facts) -> bool | None:
        return True


@dataclass(frozen=True, slots=True)
class All:
    of: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool | None:
        known = True
        for condition in self.of:
            value = condition.holds(facts)
            if value is False:
                return False
            known = known and value is not None
        return True if known else None


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool | None:
        known = True
        for condition in self.of:
            value = condition.holds(facts)
            if value is True:
                return True
            known = known and value is not None
        return False if known else None


@dataclass(frozen=True, slots=True)
class Not:
    condition: "Condition"

    def holds(self, facts: Facts) -> bool | None:
        value = self.condition.holds(facts)
        return None if value is None else not value


@dataclass(frozen=True, slots=True)
class QuestionIn:
    question: str
    codes: frozenset[str]

    def matches(self, value: Answer) -> bool:
        return bool(value & self.codes) if isinstance(value, frozenset) else value in self.codes

    def holds(self, facts: Facts) -> bool | None:
        value = facts.answers.get(self.question)
        return None if value is None else self.matches(value)


@dataclass(frozen=True, slots=True)
class PartIn:
    part: str
    codes: frozenset[str]

    def holds(self, facts: Facts) -> bool | None:
        value = facts.parts.get(self.part)
        return None if value is None else value in self.codes


@dataclass(frozen=True, slots=True)
class DomainIn:
    """False for a domain that does not apply: the overall table is read only when every applicable level is known."""

    domain: str
    codes: frozenset[str]

    def holds(self, facts: Facts) -> bool | None:
        return facts.levels.get(self.domain) in self.codes


@dataclass(frozen=True, slots=True)
class ParameterIn:
    parameter: str
    codes: frozenset[str]

    def holds(self, facts: Facts) -> bool | None:
        if self.parameter not in facts.parameters:
            return None
        return facts.parameters[self.parameter] in self.codes


@dataclass(frozen=True, slots=True)
class ParameterHas:
    parameter: str
    code: str

    def holds(self, facts: Facts) -> bool | None:
        if self.parameter not in facts.parameters:
            return None
        value = facts.parameters[self.parameter]
        return isinstance(value, frozenset) and self.code in value


@dataclass(frozen=True, slots=True)
class ParameterIs:
    parameter: str
    value: bool

    def holds(self, facts: Facts) -> bool | None:
        if self.parameter not in facts.parameters:
            return None
        return bool(facts.parameters[self.parameter]) is self.value


@dataclass(frozen=True, slots=True)
class InputIs:
    input: str
    value: bool

    def holds(self, facts: Facts) -> bool | None:
        return facts.inputs.get(self.input, False) is self.value


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the named questions, parts or domains have one of the codes, compared with a number."""

    kind: Literal["questions", "parts", "domains"]
    ids: tuple[str, ...] | None  # None: all domains that have a level
    codes: frozenset[str]
    op: str
    value: int

    def holds(self, facts: Facts) -> bool | None:
        compare = COMPARISONS[self.op]
        if self.kind == "domains":
            return compare(self._domains(facts.levels), self.value)
        values = facts.answers if self.kind == "questions" else facts.parts
        found = unknown = 0
        for name in self.ids or ():
            value = values.get(name)
            if value is None:
                unknown += 1
            elif value in self.codes:
                found += 1
        outcomes = {compare(number, self.value) for number in range(found, found + unknown + 1)}
        return outcomes.pop() if len(outcomes) == 1 else None

    def _domains(self, levels: Mapping[str, str]) -> int:
        if self.ids is None:
            return sum(level in self.codes for level in levels.values())
        return sum(levels[name] in self.codes for name in self.ids if name in levels)


@dataclass(frozen=True, slots=True)
class Score:
    of: str  # a domain, or the total
    op: str
    value: Number

    def holds(self, facts: Facts) -> bool | None:
        score = sum(facts.scores.values()) if self.of == TOTAL else facts.scores.get(self.of)
        return None if score is None else COMPARISONS[self.op](score, self.value)


Atom = QuestionIn | PartIn | DomainIn | ParameterIn | ParameterHas | ParameterIs | InputIs | Count | Score
Condition = Always | All | AnyOf | Not | Atom


def atoms(condition: Condition | None) -> Iterator[Atom]:
    """The elementary conditions inside one, in reading order."""
    match condition:
        case None | Always():
            return
        case All(of=several) | AnyOf(of=several):
            for inner in several:
                yield from atoms(inner)
        case Not(condition=inner):
            yield from atoms(inner)
        case _:
            yield condition
