"""When a person is asked about two records, and what they are told."""

from studies.dedupe.candidates import Verdict
from studies.dedupe.facts import Facts, Match, compare_abstracts
from studies.dedupe.features import Features
from studies.dedupe.names import Authors
from studies.dedupe.places import Journals
from studies.dedupe.titles import Titles
from studies.dedupe.traits import distinctive, other_doi


def worth_asking(facts: Facts, one: Features, other: Features) -> bool:
    """Near enough that a person should look."""
    years = facts.years or 0
    if "titles differ in a number" in facts.objections and not (
        facts.shared or (facts.same_place and facts.same_range)
    ):
        return years <= 2 and (_erratum(facts) or _same_text(facts, one, other))
    if facts.authors is Authors.DISJOINT and not (facts.same_place and facts.title >= Titles.TYPO):
        return False
    if facts.shared:
        return facts.title >= Titles.CLOSE or not facts.other_place
    if facts.title is Titles.CONTAINED and facts.other_place and facts.journal is not Journals.SAME:
        return False
    if facts.title >= Titles.CONTAINED:
        return years <= 3 and (distinctive(one) or distinctive(other) or not facts.other_place)
    if facts.title in (Titles.SLIP, Titles.CLOSE):
        return years <= 1 and facts.authors is Authors.AGREE and not facts.other_place
    if _renamed(facts, one, other):
        return True
    return (
        facts.same_place
        and facts.authors >= Authors.OVERLAP
        and facts.journal > Journals.DIFFERENT
        and years <= 1
        and (facts.same_range or facts.title is Titles.MISSING)
    )


def _renamed(facts: Facts, one: Features, other: Features) -> bool:
    """A paper whose title changed between its publication ahead of print and in the issue."""
    same_list = one.names.families == other.names.families and one.names.count >= 4
    if not same_list or facts.journal is not Journals.SAME or facts.years is None or facts.years > 1:
        return False
    ours, theirs = set(one.title.split()), set(other.title.split())
    in_print = bool(one.volume or one.first) != bool(other.volume or other.first)
    return in_print and 5 * len(ours & theirs) >= 3 * min(len(ours), len(theirs))


def _same_text(facts: Facts, one: Features, other: Features) -> bool:
    """A number mistyped in the title alone."""
    return facts.title >= Titles.CLOSE and compare_abstracts(one, other) is Match.SAME


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
    Titles.SLIP: "titles equal but for a slip",
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


def evidence(facts: Facts, one: Features, other: Features, rule: str) -> tuple[str, ...]:
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
    if other_doi(one, other):
        said.append("other DOI")
    said.extend(word for word in facts.objections if not word.endswith("years apart"))
    return tuple(said)


STRICT = 0.9
# Rules by which a record can be certain of two that are not one: it leaves out what tells these two apart.
LOOSE = frozenset({"journal", "in print", "abstract"})
_FLOORS = {Verdict.LIKELY: 0.4, Verdict.APART: 0.0}


def score(facts: Facts, verdict: Verdict, rule: str) -> float:
    """0 to 1: below 0.4 apart, below 0.8 likely, below 0.9 certain by a loose rule, and certain by a strict one.

    Within each it puts pairs in order and decides nothing.
    """
    points = 1.6 * facts.title + 1.5 * facts.authors + 1.0 * facts.journal
    points += 1.5 * facts.volume + 2.0 * facts.first + 1.0 * facts.last + 3.0 * min(len(facts.shared), 2)
    points += 2.0 - min(facts.years if facts.years is not None else 1, 4) * 0.5
    share = max(0.0, min(points - 2.0 * len(facts.objections), 34.0)) / 34.0
    if verdict is Verdict.CERTAIN:
        return round((0.8 if rule in LOOSE else STRICT) + 0.0999 * share, 4)
    return round(_FLOORS[verdict] + 0.3999 * share, 4)
