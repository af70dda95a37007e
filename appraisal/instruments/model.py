"""An instrument as frozen data. `build` makes it from a document, `engine` and `prove` read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from appraisal.instruments.conditions import Answer, Condition, Number, ParameterValue

DomainMethod = Literal["table", "worst_of_parts", "score", "manual", "direct"]
OverallMethod = Literal["table", "score_map", "manual", "none"]

TRIAGE = "triage"
OVERALL = "overall"


def answer_key(domain: str, question: str) -> str:
    """The key of an answer in the flat mapping that is stored and compared: `D1/1.2`, `triage/B1`."""
    return f"{domain}/{question}"


@dataclass(frozen=True)
class Level:
    code: str
    label: str
    rank: int | None = None  # severity; None stands outside the order, such as no information
    points: Number | None = None
    colour: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Scale:
    id: str
    levels: tuple[Level, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Level]:
        return {level.code: level for level in self.levels}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.levels)

    def label(self, code: str) -> str:
        return self.by_code[code].label


@dataclass(frozen=True)
class Option:
    code: str
    label: str
    points: Number | None = None


@dataclass(frozen=True)
class Question:
    id: str
    label: str
    kind: Literal["single", "multi", "text"] = "single"
    options: tuple[Option, ...] = ()
    max_points: Number | None = None
    reached_when: Condition | None = None
    optional: bool = False
    unfavourable: str = ""
    help: str = ""

    @cached_property
    def by_code(self) -> Mapping[str, Option]:
        return {option.code: option for option in self.options}

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)

    def points(self, answer: Answer) -> Number:
        chosen = answer if isinstance(answer, frozenset) else {answer}
        total = sum(self.by_code[code].points or 0 for code in chosen if code in self.by_code)
        return total if self.max_points is None else min(total, self.max_points)


@dataclass(frozen=True)
class Rule:
    id: str
    when: Condition
    then: str
    may_override_to: tuple[str, ...] = ()
    disputed: bool = False
    note: str = ""


@dataclass(frozen=True)
class Part:
    id: str
    label: str
    scale: str
    rules: tuple[Rule, ...]
    hit_policy: Literal["unique", "first"] = "unique"
    applies_when: Condition | None = None


@dataclass(frozen=True)
class DomainJudgement:
    scale: str
    method: DomainMethod
    basis: str = ""
    rules: tuple[Rule, ...] = ()
    hit_policy: Literal["unique", "first"] = "unique"
    question: str = ""
    relabel: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExtraJudgement:
    """A second judgement on the same domain that the proposal does not touch, such as applicability."""

    id: str
    label: str
    scale: str


@dataclass(frozen=True)
class Domain:
    id: str
    label: str
    slot: str  # column of the traffic-light plot; the variants of one domain share it
    questions: tuple[Question, ...]
    judgement: DomainJudgement
    parts: tuple[Part, ...] = ()
    applies_when: Condition | None = None
    extra_judgements: tuple[ExtraJudgement, ...] = ()
    criteria: Mapping[str, str] = field(default_factory=dict)
    direction_options: tuple[str, ...] = ()
    verification: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}


@dataclass(frozen=True)
class Parameter:
    """A fact fixed before the questions, for the whole review or for one assessment."""

    id: str
    label: str
    type: Literal["enum", "multi", "boolean"]
    scope: Literal["review", "assessment"] = "assessment"
    options: tuple[Option, ...] = ()
    min_selected: int = 0
    required_when: Condition | None = None
    default: ParameterValue = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)


@dataclass(frozen=True)
class Input:
    """A judgement of the assessor that is no question; false unless set, and set only with a reason."""

    id: str
    label: str
    enabled_when: Condition | None = None


@dataclass(frozen=True)
class Triage:
    """Questions asked before the domains; a rule that fires ends the assessment with its level."""

    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    label: str = ""

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}


@dataclass(frozen=True)
class ScoreMap:
    base: tuple[tuple[Condition, Number], ...]
    lowest: Number
    highest: Number
    levels: Mapping[str, str]

    def level(self, base: Number, points: Number) -> str | None:
        return self.levels.get(str(int(max(self.lowest, min(self.highest, base + points)))))


@dataclass(frozen=True)
class Flag:
    id: str
    when: Condition
    message: str


@dataclass(frozen=True)
class Overall:
    method: OverallMethod
    scale: str = ""
    basis: str = ""
    rules: tuple[Rule, ...] = ()
    hit_policy: Literal["unique", "first"] = "unique"
    score_map: ScoreMap | None = None
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    ref: str
    where: str = ""
    role: str = ""


@dataclass(frozen=True)
class Disagreement:
    where: str
    sources: str
    adopted: str
    severity: str = ""


@dataclass(frozen=True)
class Verification:
    level: str
    notes: str = ""
    disagreements: tuple[Disagreement, ...] = ()


@dataclass(frozen=True)
class Licence:
    published_tool: str
    text_reproduced: bool
    notes: str = ""


@dataclass(frozen=True)
class Instrument:
    id: str
    title: str
    short_title: str
    version: str
    status: str
    unit: str
    licence: Licence
    verification: Verification
    answer_labels: Mapping[str, str]
    scales: Mapping[str, Scale]
    domains: tuple[Domain, ...]
    overall: Overall
    sources: tuple[Source, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[Input, ...] = ()
    triage: Triage | None = None
    direction_options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def by_domain(self) -> Mapping[str, Domain]:
        return {domain.id: domain for domain in self.domains}

    @cached_property
    def by_parameter(self) -> Mapping[str, Parameter]:
        return {parameter.id: parameter for parameter in self.parameters}

    @property
    def official_link(self) -> str:
        """The page of the published tool, or nothing: its wording is read there and is not in this project."""
        return next(
            (s.where for s in self.sources if s.where.startswith("https://") and "tool" in s.role), ""
        )

    def scale_of(self, domain: Domain) -> Scale:
        return self.scales[domain.judgement.scale]
