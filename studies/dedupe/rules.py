"""When two records are certainly one, when a person is asked, and why in plain words.

A pair is certain when one rule holds and nothing speaks against it; every rule needs titles that agree and, beside
them, something that only one document can have. What each rule is worth was measured: `docs/dedupe.md`.
"""

from studies.dedupe.candidates import Candidate, Pair, Verdict
from studies.dedupe.facts import Facts, Match, collect, compare_abstracts
from studies.dedupe.features import Features, features_of
from studies.dedupe.names import Authors
from studies.dedupe.places import Journals
from studies.dedupe.titles import Titles


def compare(a: Candidate, b: Candidate) -> Pair:
    """The verdict on two records; the order in which they are given does not matter."""
    return weigh(features_of(a), features_of(b))


def weigh(one: Features, other: Features) -> Pair:
    if one.key > other.key:
        one, other = other, one
    facts = collect(one, other)
    rule = "" if facts.objections else _certain(facts, one, other)
    verdict = Verdict.CERTAIN if rule else Verdict.APART
    if not rule and _likely(facts, one, other):
        verdict = Verdict.LIKELY
    return Pair(one.key, other.key, verdict, _evidence(facts, one, other, rule), _score(facts, verdict))


def contradict(one: Features, other: Features) -> bool:
    """Whether two records must not end in one group by way of a third: what they say of themselves excludes it."""
    facts = collect(one, other)
    if facts.objections:
        return True
    if facts.shared:
        return facts.title < Titles.CONTAINED and facts.title is not Titles.MISSING
    return facts.title < Titles.CONTAINED or facts.other_place or _other_doi(one, other)


def _certain(facts: Facts, one: Features, other: Features) -> str:
    """The rule that holds, or nothing."""
    if facts.shared:
        return "identifier" if _by_identifier(facts, one, other) else ""
    if _other_doi(one, other) and not _overrides_doi(facts):
        return ""
    if facts.other_place or facts.title < Titles.CONTAINED or (facts.years or 0) > 1:
        return ""
    if facts.same_place and _by_place(facts):
        return "place"
    if _other_occasion(facts, one, other):
        return ""
    if _by_journal(facts, one, other):
        return "journal"
    return "abstract" if _by_abstract(facts, one, other) else ""


def _by_identifier(facts: Facts, one: Features, other: Features) -> bool:
    """An identifier in common; a supplement's or a book's is shared by all that stands in it, so titles must agree."""
    if facts.shared == ("trial registration",) and facts.title < Titles.TYPO:
        return False
    if facts.title is Titles.MISSING:
        return facts.authors is Authors.AGREE and facts.same_place and facts.last is not Match.DIFFERENT
    if facts.title < Titles.CONTAINED:
        return False
    if facts.other_place and (facts.volume is Match.DIFFERENT or facts.journal is not Journals.SAME):
        return False
    if facts.title is Titles.CONTAINED:
        return (
            facts.authors is Authors.AGREE
            and not facts.other_place
            and (facts.same_range or len(facts.shared) > 1)
        )
    if facts.journal is Journals.DIFFERENT and not facts.same_place:
        return facts.authors is Authors.AGREE and not _other_kind(one, other) and (facts.years or 0) <= 1
    return True


def _by_place(facts: Facts) -> bool:
    """The same volume and first page."""
    if facts.last is Match.DIFFERENT and facts.issue is not Match.SAME:
        return False
    if facts.title is Titles.EQUAL and facts.authors is Authors.AGREE:
        return facts.journal > Journals.DIFFERENT or facts.same_range
    if not facts.same_range or facts.journal is not Journals.SAME:
        return False
    if facts.title is Titles.CONTAINED:
        return facts.authors is Authors.AGREE
    return facts.authors > Authors.DISJOINT


def _by_journal(facts: Facts, one: Features, other: Features) -> bool:
    """The same journal and year, and a place that is not given in full, with a title that is not used twice."""
    if facts.title is not Titles.EQUAL or facts.authors is not Authors.AGREE or not _distinctive(one):
        return False
    if facts.journal is not Journals.SAME or facts.years != 0 or facts.issue is Match.DIFFERENT:
        return False
    if facts.first is Match.SAME:
        return facts.volume is Match.UNKNOWN
    return len(one.names.words) > 1 or facts.volume is Match.SAME


def _by_abstract(facts: Facts, one: Features, other: Features) -> bool:
    """The same abstract, to the number."""
    if facts.authors is not Authors.AGREE or facts.journal is Journals.DIFFERENT or facts.years is None:
        return False
    if facts.title is not Titles.EQUAL and facts.years:
        return False
    if facts.years and facts.journal is not Journals.SAME:
        return False
    return _distinctive(one) and compare_abstracts(one, other) is Match.SAME


def _other_occasion(facts: Facts, one: Features, other: Features) -> bool:
    """A conference abstract and its paper, a letter and its article: alike in all but the place."""
    return (
        one.conference != other.conference
        or _other_kind(one, other)
        or compare_abstracts(one, other) is Match.DIFFERENT
    )


def _other_kind(one: Features, other: Features) -> bool:
    return one.kind != other.kind and bool(
        (one.kind and other.kind) or "conference" in (one.kind, other.kind)
    )


def _other_doi(one: Features, other: Features) -> bool:
    return bool(one.doi and other.doi and one.doi != other.doi)


def _overrides_doi(facts: Facts) -> bool:
    """Publishers register a DOI anew at times; the same pages of the same volume hold one article all the same."""
    return (
        facts.title is Titles.EQUAL
        and facts.authors is Authors.AGREE
        and facts.journal is Journals.SAME
        and facts.same_place
        and facts.same_range
        and facts.years == 0
    )


def _distinctive(record: Features) -> bool:
    """Not `Reply`, `Editorial` or `Book review`."""
    return len(record.compact) >= 24 and record.title.count(" ") >= 3


def _likely(facts: Facts, one: Features, other: Features) -> bool:
    """Near enough that a person should look."""
    years = facts.years or 0
    if "titles differ in a number" in facts.objections and not (
        facts.shared or (facts.same_place and facts.same_range)
    ):
        return _erratum(facts) and years <= 2
    if facts.authors is Authors.DISJOINT and not (facts.same_place and facts.title >= Titles.TYPO):
        return False
    if facts.shared:
        return facts.title >= Titles.CLOSE or not facts.other_place
    if facts.title >= Titles.CONTAINED:
        return years <= 3 and (_distinctive(one) or _distinctive(other) or not facts.other_place)
    if facts.title is Titles.CLOSE:
        return years <= 1 and facts.authors is Authors.AGREE and not facts.other_place
    return (
        facts.same_place
        and facts.authors >= Authors.OVERLAP
        and facts.journal > Journals.DIFFERENT
        and years <= 1
        and (facts.same_range or facts.title is Titles.MISSING)
    )


def _erratum(facts: Facts) -> bool:
    """An erratum cites its article by volume and page, so that their titles differ in numbers."""
    return (
        facts.title is Titles.CONTAINED
        and facts.authors >= Authors.OVERLAP
        and facts.journal is Journals.SAME
    )


_TITLES = {
    Titles.EQUAL: "titles equal",
    Titles.TYPO: "titles equal but for a slip",
    Titles.CONTAINED: "one title contains the other",
    Titles.CLOSE: "titles close",
    Titles.MISSING: "one title is missing",
    Titles.DIFFERENT: "titles differ",
}
_AUTHORS = {
    Authors.AGREE: "authors agree",
    Authors.OVERLAP: "some authors in common",
    Authors.UNKNOWN: "authors missing",
}
_JOURNALS = {
    Journals.SAME: "same journal",
    Journals.ALIKE: "journals alike",
    Journals.DIFFERENT: "other journal",
}


def _evidence(facts: Facts, one: Features, other: Features, rule: str) -> tuple[str, ...]:
    """For and against, the weightiest first."""
    said = [f"same {name}" for name in facts.shared]
    said.append(_TITLES[facts.title])
    said.extend(filter(None, (_AUTHORS.get(facts.authors), _JOURNALS.get(facts.journal))))
    if facts.years is not None:
        said.append("same year" if not facts.years else f"years {one.year} and {other.year}")
    if facts.volume is not Match.UNKNOWN:
        same = facts.volume is Match.SAME
        said.append(f"volume {one.volume}" if same else f"volumes {one.volume} and {other.volume}")
    if facts.first is Match.SAME:
        said.append(f"pages {one.first}-{one.last}" if facts.last is Match.SAME else f"page {one.first}")
    elif facts.first is Match.DIFFERENT:
        said.append(f"pages {one.first} and {other.first}")
    if rule == "abstract":
        said.append("same abstract")
    if _other_doi(one, other):
        said.append("other DOI")
    said.extend(word for word in facts.objections if not word.endswith("years apart"))
    return tuple(said)


def _score(facts: Facts, verdict: Verdict) -> float:
    """0 to 1, for putting the likely ones in order; it decides nothing."""
    points = 2.0 * facts.title + 1.5 * facts.authors + 1.0 * facts.journal
    points += 1.5 * facts.volume + 2.0 * facts.first + 1.0 * facts.last + 3.0 * min(len(facts.shared), 2)
    points += 2.0 - min(facts.years if facts.years is not None else 1, 4) * 0.5
    share = max(0.0, min(points - 2.0 * len(facts.objections), 34.0)) / 34.0
    floor = {Verdict.CERTAIN: 0.8, Verdict.LIKELY: 0.4, Verdict.APART: 0.0}[verdict]
    return round(floor + share * (0.2 if verdict is Verdict.CERTAIN else 0.4), 4)
