"""Instruments in plain words: why a level is proposed, what a combination is, what to know before using one."""

from collections.abc import Iterable, Mapping

from appraisal.instruments.conditions import (
    NOT_REACHED,
    TOTAL,
    All,
    Always,
    AnyOf,
    Condition,
    Count,
    DomainIn,
    Facts,
    InputIs,
    Not,
    ParameterHas,
    ParameterIn,
    ParameterIs,
    ParameterValue,
    PartIn,
    QuestionIn,
    Score,
)
from appraisal.instruments.model import Domain, Instrument, Parameter, Question, Rule, Triage
from appraisal.instruments.tables import Fired, Outcome

STATUS_WORDS = {
    "partial": "Only part of the published instrument is encoded and checked.",
    "outline": "An outline: not checked against the published instrument, and some judgements are left to the assessor.",
    "user": "Defined by this review, not a published instrument.",
}
VERIFICATION_WORDS = {
    "single_source": "Its tables come from a single transcription; compare them with the official tool before relying on them.",
    "derived": "Its tables are derived from narrative criteria, not from a published algorithm.",
    "knowledge": "Its tables are written from general knowledge and have not been compared with the official tool.",
}


def caveats(instrument: Instrument) -> tuple[str, ...]:
    """What a reviewer should know before using it, in sentences; empty for a complete and verified one."""
    said = [
        STATUS_WORDS.get(instrument.status, ""),
        VERIFICATION_WORDS.get(instrument.verification.level, ""),
    ]
    if "draft" in instrument.version.lower():
        said.append("The published instrument is a draft and may change.")
    derived = [domain.label for domain in instrument.domains if domain.judgement.basis == "derived"]
    if derived and instrument.verification.level != "derived":
        said.append(
            "The published instrument has no algorithm for its domains; the proposals are derived from its criteria."
        )
    if instrument.overall.basis == "convention":
        said.append(
            "The published instrument defines no overall level; the one proposed here is a convention."
        )
    disputed = sum(rule.disputed for rule in all_rules(instrument))
    if disputed:
        said.append(f"Rules that rest on a reading on which public sources do not agree: {disputed}.")
    return tuple(filter(None, said))


def all_rules(instrument: Instrument) -> Iterable[Rule]:
    if instrument.triage:
        yield from instrument.triage.rules
    for domain in instrument.domains:
        for part in domain.parts:
            yield from part.rules
        yield from domain.judgement.rules
    yield from instrument.overall.rules


class Reasons:
    """Says which facts made a condition true."""

    def __init__(self, instrument: Instrument, asked: Domain | Triage | None, facts: Facts) -> None:
        self.instrument = instrument
        self.facts = facts
        self.questions: Mapping[str, Question] = asked.by_question if asked else {}
        self.parts = {part.id: part for part in asked.parts} if isinstance(asked, Domain) else {}

    def why(self, condition: Condition) -> str:
        found: dict[str, None] = {}
        self._collect(condition, found)
        return "; ".join(found) or "this always applies"

    def _collect(self, condition: Condition, found: dict[str, None]) -> None:
        match condition:
            case All(of=several):
                for inner in several:
                    self._collect(inner, found)
            case AnyOf(of=several):
                for inner in several:
                    if inner.holds(self.facts):
                        self._collect(inner, found)
            case Not(condition=inner):
                found.update((words, None) for words in self._denied(inner))
            case Always():
                pass
            case _:
                found[self._atom(condition)] = None

    def _denied(self, condition: Condition) -> list[str]:
        """The facts behind a condition that is not true: those that it reads."""
        match condition:
            case All(of=several) | AnyOf(of=several):
                return [words for inner in several for words in self._denied(inner)]
            case Not(condition=inner):
                return self._denied(inner)
            case Always():
                return []
            case _:
                return [self._atom(condition)]

    def _atom(self, condition: Condition) -> str:
        match condition:
            case QuestionIn(question=name):
                return self._answered(name)
            case PartIn(part=name):
                level = self.facts.parts[name]
                scale = self.instrument.scales[self.parts[name].scale]
                words = "does not apply" if level == NOT_REACHED else f"is {scale.label(level)}"
                return f"{self.parts[name].label} {words}"
            case DomainIn(domain=name):
                return self._domain(name)
            case ParameterIn(parameter=name) | ParameterHas(parameter=name) | ParameterIs(parameter=name):
                parameter = self.instrument.by_parameter[name]
                return f"{parameter.label}: {parameter_words(parameter, self.facts.parameters.get(name))}"
            case InputIs(input=name, value=value):
                label = next(item.label for item in self.instrument.inputs if item.id == name)
                return f"{label}: {'yes' if value else 'no'}"
            case Count():
                return self._count(condition)
            case Score(of=name):
                total = sum(self.facts.scores.values()) if name == TOTAL else self.facts.scores[name]
                label = "the total" if name == TOTAL else self.instrument.by_domain[name].label
                return f"{label} has {points_words(total)}"
            case _:
                return ""

    def _answered(self, name: str) -> str:
        question = self.questions[name]
        answer = self.facts.answers[name]
        said = (
            "was not reached" if answer == NOT_REACHED else f"was answered {answer_words(question, answer)}"
        )
        return f"{name} ({question.label}) {said}"

    def _domain(self, name: str) -> str:
        domain = self.instrument.by_domain[name]
        level = self.facts.levels.get(name)
        return f"{domain.label} {'does not apply' if level is None else 'is ' + self._level(domain, level)}"

    def _level(self, domain: Domain, level: str) -> str:
        return self.instrument.scale_of(domain).label(level)

    def _count(self, count: Count) -> str:
        if count.kind == "questions":
            return "; ".join(self._answered(name) for name in count.ids or ())
        if count.kind == "parts":
            return "; ".join(self._atom(PartIn(name, count.codes)) for name in count.ids or ())
        names = [n for n in (count.ids or self.facts.levels) if n in self.facts.levels]
        hits = [name for name in names if self.facts.levels[name] in count.codes]
        labels = {
            self._level(self.instrument.by_domain[name], self.facts.levels[name]): None for name in hits
        }
        if not hits:
            return f"no domain is {self._codes(names, count.codes)}"
        listed = ", ".join(self.instrument.by_domain[name].label for name in hits)
        return f"{len(hits)} domain{'s are' if len(hits) > 1 else ' is'} {' or '.join(labels)} ({listed})"

    def _codes(self, names: Iterable[str], codes: frozenset[str]) -> str:
        labels: dict[str, None] = {}
        for name in names:
            for level in self.instrument.scale_of(self.instrument.by_domain[name]).levels:
                if level.code in codes:
                    labels[level.label] = None
        return " or ".join(labels)


def domain_reason(instrument: Instrument, domain: Domain, outcome: Outcome, facts: Facts) -> str:
    """Why a domain has its proposal: 'High risk, because 1.2 (...) was answered No.'"""
    judgement = domain.judgement
    reasons = Reasons(instrument, domain, facts)
    if judgement.method == "manual":
        return "This instrument leaves the level of this domain to the assessor."
    if judgement.method == "score":
        return f"The answers give {points_words(outcome.score or 0)}."
    if outcome.level is None:
        return "No rule of the instrument covers these answers."
    label = instrument.scale_of(domain).label(outcome.level)
    if judgement.method == "direct":
        return f"{label}, as answered."
    if judgement.method == "worst_of_parts":
        said = [
            f"{_part(instrument, domain, fired)}, because {reasons.why(fired.rule.when)}"
            for fired in outcome.fired
        ]
        return f"{label}, the worst of its parts. {'. '.join(said)}."
    return f"{label}, because {reasons.why(outcome.fired[-1].rule.when)}."


def _part(instrument: Instrument, domain: Domain, fired: Fired) -> str:
    part = next(part for part in domain.parts if part.id == fired.part)
    return f"{part.label}: {instrument.scales[part.scale].label(fired.level)}"


def overall_reason(instrument: Instrument, outcome: Outcome, facts: Facts) -> str:
    overall = instrument.overall
    if overall.method == "none":
        return "This instrument has no overall judgement."
    if overall.method == "manual":
        return "This instrument leaves the overall level to the assessor."
    if outcome.level is None:
        return "No rule of the instrument covers these levels."
    label = instrument.scales[overall.scale].label(outcome.level)
    if overall.method == "score_map":
        return f"{label}: {points_words(outcome.score or 0)} in all, kept within the range of the scale."
    return f"{label}, because {Reasons(instrument, None, facts).why(outcome.fired[0].rule.when)}."


def triage_reason(instrument: Instrument, triage: Triage, rule: Rule, facts: Facts) -> str:
    label = instrument.scales[instrument.overall.scale].label(rule.then)
    return f"{label}, and the assessment stops here, because {Reasons(instrument, triage, facts).why(rule.when)}."


def answer_words(question: Question, answer: str | frozenset[str]) -> str:
    if isinstance(answer, frozenset):
        return ", ".join(o.label for o in question.options if o.code in answer) or "none of these"
    return question.by_code[answer].label if answer in question.by_code else answer


def parameter_words(parameter: Parameter, value: ParameterValue) -> str:
    if value is None:
        return "not needed"
    if isinstance(value, bool):
        return "yes" if value else "no"
    chosen = value if isinstance(value, frozenset) else {value}
    return ", ".join(option.label for option in parameter.options if option.code in chosen) or "none"


def points_words(points: int | float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"
