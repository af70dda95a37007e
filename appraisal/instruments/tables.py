"""A decision table read against facts: the one place where a rule fires, for the engine and for the prover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appraisal.instruments.conditions import NOT_REACHED, Answer, Facts, Number
from appraisal.instruments.model import Domain, Instrument, Overall, Rule, Scale


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired; `part` is empty for the table of the domain or the overall one."""

    part: str
    rule: Rule
    level: str


@dataclass(frozen=True, slots=True)
class Outcome:
    level: str | None = None
    score: Number | None = None
    fired: tuple[Fired, ...] = ()


def first_match(rules: Iterable[Rule], facts: Facts) -> Rule | None:
    """The rule that fires; in a proven table no other one does (or the table says that the first counts)."""
    for rule in rules:
        if rule.when.holds(facts):
            return rule
    return None


def judge_parts(domain: Domain, facts: Facts) -> tuple[dict[str, str], list[Fired]]:
    """The level of every part; one that does not apply has the level NA. Stops at a part that nothing decides."""
    levels: dict[str, str] = {}
    fired: list[Fired] = []
    facts.parts = levels
    for part in domain.parts:
        if part.applies_when is not None and not part.applies_when.holds(facts):
            levels[part.id] = NOT_REACHED
            continue
        rule = first_match(part.rules, facts)
        if rule is None:
            break
        levels[part.id] = rule.then
        fired.append(Fired(part.id, rule, rule.then))
    return levels, fired


def worst(scale: Scale, levels: Iterable[str]) -> str | None:
    """The level with the highest rank; None without one, or when two different levels share that rank."""
    ranks = {level: scale.by_code[level].rank for level in levels}
    known = {level: rank for level, rank in ranks.items() if rank is not None}
    if not known or len(known) < len(ranks):
        return None
    top = max(known.values())
    highest = [level for level, rank in known.items() if rank == top]
    return highest[0] if len(highest) == 1 else None


def domain_points(domain: Domain, answers: Mapping[str, Answer]) -> Number:
    total: Number = 0
    for question in domain.questions:
        if question.id in answers:
            total += question.points(answers[question.id])
    return total


def judge_domain(instrument: Instrument, domain: Domain, facts: Facts) -> Outcome:
    """What the instrument proposes for a domain whose reached questions all have answers.

    `facts` holds its answers (NA for what was not reached) and the parameters; the parts are filled in here.
    """
    judgement = domain.judgement
    if judgement.method == "manual":
        return Outcome()
    if judgement.method == "score":
        return Outcome(score=domain_points(domain, facts.answers))
    if judgement.method == "direct":
        answer = facts.answers.get(judgement.question)
        level = answer if isinstance(answer, str) and answer in instrument.scale_of(domain).by_code else None
        return Outcome(level=None if level is None else judgement.relabel.get(level, level))
    parts, fired = judge_parts(domain, facts)
    if len(parts) < len(domain.parts):
        return Outcome(fired=tuple(fired))
    if judgement.method == "worst_of_parts":
        level = worst(instrument.scale_of(domain), (x for x in parts.values() if x != NOT_REACHED))
    else:
        rule = first_match(judgement.rules, facts)
        level = rule.then if rule else None
        if rule:
            fired.append(Fired("", rule, rule.then))
    return Outcome(None if level is None else judgement.relabel.get(level, level), None, tuple(fired))


def judge_overall(overall: Overall, facts: Facts) -> Outcome:
    """The overall proposal from the levels and points of every domain that applies."""
    if overall.method == "table":
        rule = first_match(overall.rules, facts)
        return Outcome(rule.then, None, (Fired("", rule, rule.then),)) if rule else Outcome()
    if overall.method == "score_map" and overall.score_map is not None:
        base = next((value for when, value in overall.score_map.base if when.holds(facts)), None)
        points = sum(facts.scores.values())
        return Outcome() if base is None else Outcome(overall.score_map.level(base, points), base + points)
    return Outcome()


def level_points(instrument: Instrument, domain: Domain, level: str) -> Number | None:
    return instrument.scale_of(domain).by_code[level].points
