"""Proof that an instrument decides: every reachable combination of answers exactly once, and nothing in it is dead.

Shown for every setting of the parameters: each table is total (some rule covers every combination) and unambiguous (no
two rules cover one), each question can be reached, each rule can fire, and the overall rule does the same for every
vector of levels, since an assessor may choose any level of any domain.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from appraisal.instruments.conditions import NOT_REACHED, Facts, Number, ParameterValue
from appraisal.instruments.faults import Example, Faults, combination_words
from appraisal.instruments.load import Loaded
from appraisal.instruments.model import (
    OVERALL,
    TRIAGE,
    Domain,
    DomainJudgement,
    Instrument,
    Part,
    Rule,
    Triage,
)
from appraisal.instruments.problems import InstrumentRefused, Path, Problem, placed
from appraisal.instruments.prove_overall import OverallProof, prove_overall
from appraisal.instruments.states import (
    Budget,
    Case,
    Reach,
    TooLarge,
    domain_conditions,
    merged_cases,
    parameter_settings,
    parameters_read,
    raw_combinations,
)
from appraisal.instruments.tables import judge_domain

MANUAL = "(manual)"
Judgements = Mapping[str | Number, int]


@dataclass(frozen=True)
class DomainProof:
    method: str
    questions: int
    raw: int  # combinations if every question were reached
    reachable: int  # combinations that can be reached, over all settings of the parameters
    rules: int
    judgements: Judgements


@dataclass(frozen=True)
class TriageProof:
    reachable: int
    stops: int


@dataclass(frozen=True)
class Proof:
    problems: tuple[Problem, ...]
    domains: Mapping[str, DomainProof]
    triage: TriageProof | None
    overall: OverallProof | None

    @property
    def sound(self) -> bool:
        return not self.problems


def prove(instrument: Instrument) -> Proof:
    """Proves every table; `problems` is empty exactly when the instrument is sound."""
    budget = Budget()
    faults = Faults(instrument)
    domains: dict[str, DomainProof] = {}
    triage = overall = None
    try:
        if instrument.triage:
            triage = _prove_triage(instrument.triage, faults, budget)
        for domain in instrument.domains:
            faults.place = ("domains", domain.id)
            domains[domain.id] = _prove_domain(instrument, domain, faults, budget)
        faults.place = (OVERALL,)
        overall = prove_overall(instrument, faults, budget)
    except TooLarge:
        message = "Too many cases to prove; split the domain, or let its rules read fewer questions"
        faults.problems.append(Problem(faults.place, message))
    return Proof(tuple(faults.problems), domains, triage, overall)


def require_proof(loaded: Loaded) -> Proof:
    """The proof of an instrument that may be used; otherwise `InstrumentRefused`, with lines where there are any."""
    proof = prove(loaded.instrument)
    if not proof.sound:
        raise InstrumentRefused(placed(proof.problems, loaded.lines))
    return proof


def _prove_triage(triage: Triage, faults: Faults, budget: Budget) -> TriageProof:
    faults.place = path = (TRIAGE,)
    reach = Reach()
    as_domain = Domain(TRIAGE, "", TRIAGE, triage.questions, DomainJudgement("", "table", rules=triage.rules))
    reachable = stops = 0
    fired: Counter[str] = Counter()
    for case in merged_cases(as_domain, {}, budget, reach):
        facts = Facts(answers=case.example)
        matching = [rule for rule in triage.rules if rule.when.holds(facts)]
        reachable += case.number
        stops += case.number if matching else 0
        fired.update({rule.id: case.number for rule in matching})
        if len({rule.then for rule in matching}) > 1:
            example = partial(combination_words, faults.instrument, triage, case.example, {})
            faults.note(
                (*path, "rules", matching[1].id), "Rules with different levels cover", example, case.number
            )
    faults.close()
    faults.dead(triage.rules, fired, (*path, "rules"))
    _unreached(as_domain, reach, faults, path)
    return TriageProof(reachable, stops)


def _unreached(domain: Domain, reach: Reach, faults: Faults, path: Path) -> None:
    for question in domain.questions:
        if question.id not in reach.questions:
            faults.problems.append(
                Problem((*path, "questions", question.id), "This question can never be reached")
            )


def _prove_domain(instrument: Instrument, domain: Domain, faults: Faults, budget: Budget) -> DomainProof:
    path = faults.place
    reach, fired = Reach(), Counter[str]()
    judgements: Counter[str | Number] = Counter()
    reachable, applies = 0, False
    names = parameters_read([*domain_conditions(domain), domain.applies_when])
    for parameters in parameter_settings(instrument, names):
        if domain.applies_when is not None and not domain.applies_when.holds(Facts(parameters)):
            continue
        applies = True
        for case in merged_cases(domain, parameters, budget, reach):
            reachable += case.number
            level = _prove_case(domain, parameters, case, faults, fired)
            if level is not None:
                judgements[level] += case.number
    faults.close()
    if not applies:
        faults.problems.append(Problem((*path, "applies_when"), "This domain never applies"))
    else:
        _unreached(domain, reach, faults, path)
        for part in domain.parts:
            faults.dead(part.rules, _of_table(fired, part.id), (*path, "parts", part.id, "rules"))
        faults.dead(domain.judgement.rules, _of_table(fired, ""), (*path, "judgement", "rules"))
    rules = len(domain.judgement.rules) + sum(len(part.rules) for part in domain.parts)
    return DomainProof(
        domain.judgement.method,
        len(domain.questions),
        raw_combinations(domain),
        reachable,
        rules,
        dict(judgements),
    )


def _of_table(fired: Mapping[str, int], part: str) -> Mapping[str, int]:
    """Rules that fired in one table, by id (two tables of a domain may use the same ids)."""
    start = f"{part}/"
    return {name[len(start) :]: number for name, number in fired.items() if name.startswith(start)}


def _prove_case(
    domain: Domain,
    parameters: Mapping[str, ParameterValue],
    case: Case,
    faults: Faults,
    fired: Counter[str],
) -> str | Number | None:
    """The judgement of one case as the engine gives it, with every fault of the tables on the way noted."""
    instrument, path = faults.instrument, faults.place
    facts = Facts(parameters, case.example)
    example = partial(combination_words, instrument, domain, case.example, parameters)
    levels: dict[str, str] = {}
    facts.parts = levels
    for part in domain.parts:
        rule = _fire_part(part, facts, faults, example, case.number)
        if rule is None and part.id not in levels and _applies(part, facts):
            return None
        levels[part.id] = rule.then if rule else NOT_REACHED
        if rule:
            fired[f"{part.id}/{rule.id}"] += case.number
    judgement = domain.judgement
    if judgement.method == "manual":
        return MANUAL
    if judgement.method == "table":
        here = (*path, "judgement", "rules")
        rule = faults.fire(judgement.rules, judgement.hit_policy, facts, here, example, case.number)
        if rule:
            fired[f"/{rule.id}"] += case.number
    outcome = judge_domain(instrument, domain, Facts(parameters, case.example))
    if judgement.method == "score":
        return outcome.score
    if outcome.level is None and judgement.method != "table":
        reason = (
            "The parts have no single worst level for"
            if judgement.method == "worst_of_parts"
            else f"The question {judgement.question!r} gives no level for"
        )
        faults.note((*path, "judgement"), reason, example, case.number)
    return outcome.level


def _applies(part: Part, facts: Facts) -> bool:
    return part.applies_when is None or bool(part.applies_when.holds(facts))


def _fire_part(part: Part, facts: Facts, faults: Faults, example: Example, number: int) -> Rule | None:
    if not _applies(part, facts):
        return None
    path = (*faults.place, "parts", part.id, "rules")
    return faults.fire(part.rules, part.hit_policy, facts, path, example, number)
