"""One pass through parameters and questions: what is reached, what is missing, what does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from appraisal.instruments.conditions import NOT_REACHED, Answer, Facts, ParameterValue
from appraisal.instruments.model import Instrument, Parameter, Question, answer_key

GivenAnswer = str | Iterable[str]
Given = Mapping[str, GivenAnswer]
GivenParameters = Mapping[str, str | bool | Iterable[str] | None]


@dataclass(frozen=True)
class Refused:
    """Something given that does not fit the instrument or the other answers."""

    key: str
    message: str


@dataclass(frozen=True)
class Missing:
    """Something that has to be given before the assessment is complete."""

    kind: str  # parameter | question | level | extra, and what a service adds: reason
    key: str
    label: str

    @property
    def place(self) -> str:
        """The step of the assessment at which it is given."""
        return "parameters" if self.kind == "parameter" else self.key.partition("/")[0]

    @property
    def question(self) -> str:
        return self.key.partition("/")[2] if self.kind == "question" else ""


@dataclass
class Walk:
    """One pass through the questions of a domain."""

    answers: dict[str, Answer] = field(default_factory=dict)  # NA for what is certainly not reached
    reached: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # cannot be told yet whether they are reached
    refused: list[Refused] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.missing and not self.waiting


def settle_parameters(
    instrument: Instrument, given: GivenParameters
) -> tuple[dict[str, ParameterValue], list[Missing], list[Refused]]:
    """Parameters as the conditions read them: None for one that is not required, absent for one still missing."""
    values: dict[str, ParameterValue] = {}
    missing: list[Missing] = []
    refused = [
        Refused(name, f"This instrument has no parameter {name!r}")
        for name in given
        if name not in instrument.by_parameter
    ]
    for parameter in instrument.parameters:
        needed = True if parameter.required_when is None else parameter.required_when.holds(Facts(values))
        raw = given.get(parameter.id)
        if needed is False:
            values[parameter.id] = None
            continue
        value = parameter.default if raw is None else _parameter_value(parameter, raw)
        if value is not None and needed:
            values[parameter.id] = value
        elif raw is not None and value is None:
            refused.append(Refused(parameter.id, f"{shown(raw)} is not a value of {parameter.label!r}"))
        if parameter.id not in values:
            missing.append(Missing("parameter", parameter.id, parameter.label))
    return values, missing, refused


def _parameter_value(parameter: Parameter, raw: object) -> ParameterValue:
    if parameter.type == "boolean":
        return raw if isinstance(raw, bool) else None
    if parameter.type == "enum":
        return raw if isinstance(raw, str) and raw in parameter.codes else None
    if isinstance(raw, str) or not isinstance(raw, Iterable):
        return None
    chosen = frozenset(raw)
    return chosen if chosen <= parameter.codes and len(chosen) >= parameter.min_selected else None


def walk(
    key: str, questions: Iterable[Question], parameters: Mapping[str, ParameterValue], given: Given
) -> Walk:
    """Which questions are reached, in order, with what was answered; `key` is the domain's id, or `triage`."""
    found = Walk()
    facts = Facts(parameters, found.answers)
    for question in questions:
        raw = given.get(answer_key(key, question.id))
        holds = True if question.reached_when is None else question.reached_when.holds(facts)
        if not holds:
            if holds is None:
                found.waiting.append(question.id)
            else:
                found.answers[question.id] = NOT_REACHED
            if raw is not None:
                why = (
                    "is not reached with the other answers"
                    if holds is False
                    else "cannot be reached before the earlier ones are answered"
                )
                found.refused.append(Refused(answer_key(key, question.id), f"Question {question.id} {why}"))
            continue
        found.reached.append(question.id)
        value = None if raw is None else _answer(question, raw)
        if value is not None:
            found.answers[question.id] = value
            continue
        if raw is not None:
            message = f"{shown(raw)} is not an answer to question {question.id}"
            found.refused.append(Refused(answer_key(key, question.id), message))
        if not question.optional:
            found.missing.append(question.id)
    return found


def _answer(question: Question, raw: object) -> Answer | None:
    if question.kind == "text":
        return raw if isinstance(raw, str) and raw.strip() else None
    if question.kind == "multi":
        if isinstance(raw, str) or not isinstance(raw, Iterable):
            return None
        several = frozenset(raw)
        return several if several <= question.codes else None
    return raw if isinstance(raw, str) and raw in question.codes else None


def shown(raw: object) -> str:
    text = (
        raw
        if isinstance(raw, str)
        else ", ".join(sorted(map(str, raw)))
        if isinstance(raw, Iterable)
        else str(raw)
    )
    return repr(text[:60])
