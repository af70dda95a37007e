"""Every reachable combination of answers, and the same combinations merged into the cases that rules can tell apart.

A rule sees an answer only through the conditions that mention its question. Two combinations that agree on all of
these conditions are one case: it is evaluated once, on an example, and counts for all of them. The merging keeps
proofs of long instruments short; the counts are those of the full enumeration.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appraisal.instruments.conditions import (
    NOT_REACHED,
    Answer,
    Condition,
    Count,
    Facts,
    Number,
    ParameterValue,
    QuestionIn,
    atoms,
)
from appraisal.instruments.model import Domain, Instrument, Parameter, Question

MAX_WORK = 3_000_000  # conditions looked at in one proof, some seconds
MAX_SETTINGS = 2_000


class TooLarge(ValueError):
    """More to look at than a proof may take."""


@dataclass
class Budget:
    left: int = MAX_WORK

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise TooLarge


@dataclass(slots=True)
class Case:
    """Combinations that no rule can tell apart: an example and how many there are."""

    example: dict[str, Answer]
    number: int


Vector = tuple[Number | str, ...]


@dataclass
class Reach:
    """Questions that some combination reaches."""

    questions: set[str] = field(default_factory=set)


def possible_answers(question: Question) -> list[Answer]:
    """What an assessor can answer; a question with several answers has every subset, the empty one too."""
    if question.kind == "text":
        return ["text"]
    codes = [option.code for option in question.options]
    if question.kind == "multi":
        sizes = range(len(codes) + 1)
        return [frozenset(several) for size in sizes for several in itertools.combinations(codes, size)]
    return list(codes)


def every_combination(
    questions: Sequence[Question], parameters: Mapping[str, ParameterValue]
) -> Iterator[dict[str, Answer]]:
    """All reachable combinations one by one, NA for a question that is not reached. For checking and measuring."""
    yield from _following(questions, parameters, {})


def _following(
    questions: Sequence[Question], parameters: Mapping[str, ParameterValue], answers: dict[str, Answer]
) -> Iterator[dict[str, Answer]]:
    if not questions:
        yield dict(answers)
        return
    question = questions[0]
    for answer in _answers_here(question, parameters, answers):
        answers[question.id] = answer
        yield from _following(questions[1:], parameters, answers)
    del answers[question.id]


def _answers_here(
    question: Question, parameters: Mapping[str, ParameterValue], answers: Mapping[str, Answer]
) -> list[Answer]:
    reached = question.reached_when is None or question.reached_when.holds(Facts(parameters, answers))
    return possible_answers(question) if reached else [NOT_REACHED]


def merged_cases(
    domain: Domain, parameters: Mapping[str, ParameterValue], budget: Budget, reach: Reach
) -> list[Case]:
    """The cases of a domain under one setting of the parameters."""
    signs = _Signs(domain, budget)
    cases: dict[Vector, Case] = {signs.start: Case({}, 1)}
    for question in domain.questions:
        following: dict[Vector, Case] = {}
        for vector, case in cases.items():
            answers = _answers_here(question, parameters, case.example)
            if answers != [NOT_REACHED]:
                reach.questions.add(question.id)
            classes = signs.classes(question, answers)
            budget.spend(len(classes) * len(signs.start))
            for answer, number in classes:
                changed = signs.add(vector, question, answer)
                known = following.get(changed)
                if known is None:
                    following[changed] = Case({**case.example, question.id: answer}, case.number * number)
                else:
                    known.number += case.number * number
        cases = following
    return list(cases.values())


class _Signs:
    """How an answer shows in the conditions of its domain: one number for each condition, and the points."""

    def __init__(self, domain: Domain, budget: Budget) -> None:
        self.budget = budget
        seen = dict.fromkeys(atom for condition in domain_conditions(domain) for atom in atoms(condition))
        self.read = [atom for atom in seen if isinstance(atom, QuestionIn) or _counts_questions(atom)]
        self.scored = domain.judgement.method == "score"
        self.direct = domain.judgement.question if domain.judgement.method == "direct" else ""
        self.start: Vector = (*[0] * len(self.read), 0, "")
        self._known: dict[tuple[str, Answer], Vector] = {}
        self._classes: dict[tuple[str, int], list[tuple[Answer, int]]] = {}

    def sign(self, question: Question, answer: Answer) -> Vector:
        key = (question.id, answer)
        if key not in self._known:
            shows = [_shows(atom, question.id, answer) for atom in self.read]
            points = question.points(answer) if self.scored else 0
            direct = answer if question.id == self.direct and isinstance(answer, str) else ""
            self._known[key] = (*shows, points, direct)
        return self._known[key]

    def classes(self, question: Question, answers: list[Answer]) -> list[tuple[Answer, int]]:
        """One answer for each way to show, with the number of answers that show so."""
        key = (question.id, len(answers) if answers != [NOT_REACHED] else 0)
        if key not in self._classes:
            self.budget.spend(len(answers) * len(self.start))
            alike: dict[Vector, tuple[Answer, int]] = {}
            for answer in answers:
                sign = self.sign(question, answer)
                first, number = alike.get(sign, (answer, 0))
                alike[sign] = (first, number + 1)
            self._classes[key] = list(alike.values())
        return self._classes[key]

    def add(self, vector: Vector, question: Question, answer: Answer) -> Vector:
        sign = self.sign(question, answer)
        return tuple(a + b for a, b in zip(vector, sign, strict=True))  # type: ignore[operator]


def _counts_questions(atom: object) -> bool:
    return isinstance(atom, Count) and atom.kind == "questions"


def _shows(atom: object, question: str, answer: Answer) -> int:
    if isinstance(atom, QuestionIn):
        return int(atom.question == question and atom.matches(answer))
    if isinstance(atom, Count) and question in (atom.ids or ()):
        return int(answer in atom.codes)
    return 0


def domain_conditions(domain: Domain) -> Iterator[Condition | None]:
    """Every condition that is read for a domain, except whether it applies."""
    for question in domain.questions:
        yield question.reached_when
    for part in domain.parts:
        yield part.applies_when
        for rule in part.rules:
            yield rule.when
    for rule in domain.judgement.rules:
        yield rule.when


def raw_combinations(domain: Domain) -> int:
    """Combinations if every question were always reached."""
    asked = (question for question in domain.questions if question.kind != "text")
    return math.prod(2 ** len(q.options) if q.kind == "multi" else len(q.options) for q in asked)


def parameter_settings(instrument: Instrument, names: Iterable[str]) -> list[dict[str, ParameterValue]]:
    """Every setting of the named parameters and of those that decide whether they are required."""
    needed = set(names)
    for parameter in reversed(instrument.parameters):  # a parameter can only depend on earlier ones
        if parameter.id in needed:
            needed |= parameters_read([parameter.required_when])
    settings: list[dict[str, ParameterValue]] = [{}]
    for parameter in instrument.parameters:
        if parameter.id in needed:
            settings = [{**s, parameter.id: value} for s in settings for value in _values(parameter, s)]
        if len(settings) > MAX_SETTINGS:
            raise TooLarge
    return settings


def parameters_read(conditions: Iterable[Condition | None]) -> set[str]:
    found = (getattr(atom, "parameter", None) for condition in conditions for atom in atoms(condition))
    return {name for name in found if isinstance(name, str)}


def _values(parameter: Parameter, setting: Mapping[str, ParameterValue]) -> list[ParameterValue]:
    if parameter.required_when is not None and not parameter.required_when.holds(Facts(setting)):
        return [None]
    codes = [option.code for option in parameter.options]
    if parameter.type == "enum":
        return list(codes)
    if parameter.type == "boolean":
        return [False, True]
    if len(codes) > 11:
        raise TooLarge
    sizes = range(parameter.min_selected, len(codes) + 1)
    return [frozenset(several) for size in sizes for several in itertools.combinations(codes, size)]
