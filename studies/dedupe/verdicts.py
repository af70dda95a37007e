"""Two records: certainly one, likely one, or apart."""

from studies.dedupe.candidates import Candidate, Pair, Verdict
from studies.dedupe.facts import Facts, collect, relate, strangers
from studies.dedupe.features import Features, features_of
from studies.dedupe.proposing import evidence, score, worth_asking
from studies.dedupe.rules import by_issue, overrides_doi, rule_for
from studies.dedupe.titles import Titles
from studies.dedupe.traits import other_doi


def compare(a: Candidate, b: Candidate) -> Pair:
    """The verdict on two records; the order in which they are given does not matter."""
    return weigh(features_of(a), features_of(b))


def weigh(one: Features, other: Features) -> Pair:
    if one.key > other.key:
        one, other = other, one
    facts = collect(one, other, relate(one, other))
    verdict, rule = _verdict(facts, one, other)
    return Pair(one.key, other.key, verdict, evidence(facts, one, other, rule), score(facts, verdict, rule))


def weigh_if_near(one: Features, other: Features) -> Pair | None:
    """The certain and the likely pairs; nothing for what is apart, which most pairs are."""
    if one.key > other.key:
        one, other = other, one
    title = relate(one, other)
    if strangers(one, other, title):
        return None
    facts = collect(one, other, title)
    verdict, rule = _verdict(facts, one, other)
    if verdict is Verdict.APART:
        return None
    return Pair(one.key, other.key, verdict, evidence(facts, one, other, rule), score(facts, verdict, rule))


def _verdict(facts: Facts, one: Features, other: Features) -> tuple[Verdict, str]:
    """The verdict, and the rule by which it is certain."""
    rule = "" if facts.objections else rule_for(facts, one, other)
    if rule:
        return Verdict.CERTAIN, rule
    return (Verdict.LIKELY if worth_asking(facts, one, other) else Verdict.APART), ""


def contradict(one: Features, other: Features) -> bool:
    """Whether two records must not end in one group by way of a third: what they say of themselves excludes it."""
    facts = collect(one, other, relate(one, other))
    if facts.objections:
        return True
    if facts.shared:
        return facts.title is Titles.DIFFERENT
    if facts.title < Titles.CLOSE and not (facts.same_place and facts.of_article_length):
        return True
    if facts.other_place and not by_issue(facts, one, other):
        return True
    return other_doi(one, other) and not overrides_doi(facts)
