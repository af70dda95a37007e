"""The overall rule proved over every vector of domain levels (an assessor may choose any), points and inputs."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from appraisal.instruments.conditions import (
    TOTAL,
    Condition,
    Count,
    DomainIn,
    Facts,
    InputIs,
    Number,
    ParameterValue,
    Score,
    atoms,
)
from appraisal.instruments.faults import Faults
from appraisal.instruments.model import OVERALL, Domain, Instrument
from appraisal.instruments.problems import Path, Problem
from appraisal.instruments.states import (
    Budget,
    Reach,
    Vector,
    merged_cases,
    parameter_settings,
    parameters_read,
)
from appraisal.instruments.tables import domain_points, judge_overall, level_points
from appraisal.instruments.words import parameter_words

Mark = str | Number  # a level, or the points of a domain


@dataclass(frozen=True)
class OverallProof:
    method: str
    vectors: int = 0
    judgements: Mapping[Mark, int] = field(default_factory=dict)


@dataclass(slots=True)
class VectorCase:
    levels: dict[str, str]
    scores: dict[str, Number]
    inputs: dict[str, bool]
    number: int


def prove_overall(instrument: Instrument, faults: Faults, budget: Budget) -> OverallProof:
    overall = instrument.overall
    if overall.method in ("manual", "none"):
        return OverallProof(overall.method)
    signs = _overall_signs(instrument)
    names = parameters_read(
        [*(domain.applies_when for domain in instrument.domains), *_conditions(instrument)]
    )
    read = parameters_read(_conditions(instrument))
    judgements: Counter[Mark] = Counter()
    fired: Counter[str] = Counter()
    vectors, seen = 0, set()
    for parameters in parameter_settings(instrument, names):
        domains = [
            d for d in instrument.domains if d.applies_when is None or d.applies_when.holds(Facts(parameters))
        ]
        if not domains:
            message = f"No domain applies with {_parameters(instrument, parameters)}"
            faults.problems.append(Problem(("domains",), message))
            continue
        spaces = [tuple(_space(instrument, domain, parameters, budget)) for domain in domains]
        # Variants of a domain stand for each other: a vector of levels is counted once, but proved for each.
        key = (
            tuple(domain.slot for domain in domains),
            tuple(spaces),
            tuple(parameters.get(name) for name in sorted(read)),
        )
        counted = key not in seen
        seen.add(key)
        for case in _vector_cases(instrument, domains, spaces, parameters, signs, budget):
            level = _prove_vector(instrument, parameters, case, faults, fired)
            if counted:
                vectors += case.number
                if level is not None:
                    judgements[level] += case.number
    faults.close()
    if overall.method == "table":
        faults.dead(overall.rules, fired, (OVERALL, "rules"))
    return OverallProof(overall.method, vectors, dict(judgements))


def _conditions(instrument: Instrument) -> list[Condition]:
    """Everything that is read at the end, inputs included."""
    overall = instrument.overall
    found: list[Condition] = [rule.when for rule in overall.rules]
    found += [when for when, _ in overall.score_map.base] if overall.score_map else []
    found += [flag.when for flag in overall.flags]
    return found + [item.enabled_when for item in instrument.inputs if item.enabled_when is not None]


def _overall_signs(instrument: Instrument) -> list[object]:
    """What tells two vectors apart: the conditions on levels, and points where points are read."""
    signs: dict[object, None] = dict.fromkeys(
        atom
        for condition in _conditions(instrument)
        for atom in atoms(condition)
        if not isinstance(atom, InputIs)
    )
    if instrument.overall.score_map:
        signs[Score(TOTAL, "==", 0)] = None
    return [sign for sign in signs if isinstance(sign, DomainIn | Count | Score)]


def _sign(signs: Iterable[object], domain: Domain, mark: Mark, points: Number) -> Vector:
    shown: list[Number] = []
    for sign in signs:
        if isinstance(sign, Score):
            shown.append(points if sign.of in (TOTAL, domain.id) else 0)
        elif isinstance(sign, DomainIn):
            shown.append(int(sign.domain == domain.id and mark in sign.codes))
        elif isinstance(sign, Count):
            shown.append(int((sign.ids is None or domain.id in sign.ids) and mark in sign.codes))
    return tuple(shown)


def _space(
    instrument: Instrument, domain: Domain, parameters: Mapping[str, ParameterValue], budget: Budget
) -> Sequence[Mark]:
    """The levels a domain can have (all of its scale), or the points that its answers can give."""
    if domain.judgement.method != "score":
        return instrument.scale_of(domain).codes
    names = parameters_read([question.reached_when for question in domain.questions])
    rest = [{**setting, **parameters} for setting in parameter_settings(instrument, names)]
    cases = (case for setting in rest for case in merged_cases(domain, setting, budget, Reach()))
    return sorted({domain_points(domain, case.example) for case in cases})


def _vector_cases(
    instrument: Instrument,
    domains: Sequence[Domain],
    spaces: Sequence[Sequence[Mark]],
    parameters: Mapping[str, ParameterValue],
    signs: Sequence[object],
    budget: Budget,
) -> Iterable[VectorCase]:
    cases: dict[Vector, VectorCase] = {(0,) * len(signs): VectorCase({}, {}, {}, 1)}
    for domain, space in zip(domains, spaces, strict=True):
        following: dict[Vector, VectorCase] = {}
        for mark in space:
            level = mark if isinstance(mark, str) else None
            points = mark if not isinstance(mark, str) else level_points(instrument, domain, mark)
            sign = _sign(signs, domain, mark, points or 0)
            budget.spend(len(cases) * (1 + len(signs)))
            for vector, case in cases.items():
                changed = tuple(a + b for a, b in zip(vector, sign, strict=True))  # type: ignore[operator]
                if changed in following:
                    following[changed].number += case.number
                    continue
                levels = case.levels if level is None else {**case.levels, domain.id: level}
                scores = case.scores if points is None else {**case.scores, domain.id: points}
                following[changed] = VectorCase(levels, scores, {}, case.number)
        cases = following
    for case in cases.values():
        yield from _with_inputs(instrument, case, parameters)


def _with_inputs(
    instrument: Instrument, case: VectorCase, parameters: Mapping[str, ParameterValue]
) -> Iterable[VectorCase]:
    """The case with every setting of the inputs that can be set with it."""
    facts = Facts(parameters, levels=case.levels, scores=case.scores)
    spaces = [
        (False, True) if item.enabled_when is None or item.enabled_when.holds(facts) else (False,)
        for item in instrument.inputs
    ]
    for values in itertools.product(*spaces):
        inputs = {item.id: value for item, value in zip(instrument.inputs, values, strict=True)}
        yield VectorCase(case.levels, case.scores, inputs, case.number)


def _prove_vector(
    instrument: Instrument,
    parameters: Mapping[str, ParameterValue],
    case: VectorCase,
    faults: Faults,
    fired: Counter[str],
) -> str | None:
    overall = instrument.overall
    facts = Facts(parameters, levels=case.levels, scores=case.scores, inputs=case.inputs)
    example = partial(_vector_words, instrument, parameters, case)
    if overall.method == "table":
        path: Path = (OVERALL, "rules")
        rule = faults.fire(overall.rules, overall.hit_policy, facts, path, example, case.number)
        if rule is None:
            return None
        fired[rule.id] += case.number
    elif overall.score_map is not None:
        matching = sum(bool(when.holds(facts)) for when, _ in overall.score_map.base)
        if matching != 1:
            message = "No base value covers" if not matching else "More than one base value covers"
            faults.note((OVERALL, "score_map", "base"), message, example, case.number)
            return None
    return judge_overall(overall, facts).level


def _vector_words(instrument: Instrument, parameters: Mapping[str, ParameterValue], case: VectorCase) -> str:
    said = []
    for domain in instrument.domains:
        if domain.id in case.levels:
            said.append(f"{domain.id} = {instrument.scale_of(domain).label(case.levels[domain.id])}")
        elif domain.id in case.scores:
            said.append(f"{domain.id} = {case.scores[domain.id]:g}")
    said += [f"{name} = {'yes' if value else 'no'}" for name, value in case.inputs.items()]
    settings = _parameters(instrument, parameters)
    return ", ".join([*said, settings] if settings else said)


def _parameters(instrument: Instrument, parameters: Mapping[str, ParameterValue]) -> str:
    return ", ".join(
        f"{name} = {parameter_words(instrument.by_parameter[name], value)}"
        for name, value in parameters.items()
        if value is not None
    )
