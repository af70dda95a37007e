"""When two records are certainly one.

Every rule needs titles that agree and, beside them, something that only one document can have; objections were heard
before. What each rule is worth was measured: `docs/dedupe.md`.
"""

from rapidfuzz.distance import Levenshtein

from studies.dedupe.facts import Facts, Match, compare_abstracts, without_subtitle
from studies.dedupe.features import Features
from studies.dedupe.names import Authors
from studies.dedupe.notes import NOTICES
from studies.dedupe.places import Journals
from studies.dedupe.titles import Titles
from studies.dedupe.traits import (
    LONG,
    LONGER,
    SHORT,
    by_several,
    distinctive,
    like_abstract,
    mistyped,
    other_doi,
    other_kind,
    same_people,
    slip_in_long,
)
from studies.dedupe.unplaced import by_misprint, loosely, other_occasion


def rule_for(facts: Facts, one: Features, other: Features) -> str:
    """The rule that holds, or nothing."""
    if facts.shared and _by_identifier(facts, one, other):
        return "identifier"
    if other_doi(one, other) and not overrides_doi(facts):
        return ""
    if _by_translation(facts, one, other):
        return "translation"
    if (facts.years or 0) > 1 or not (facts.title >= Titles.SLIP or mistyped(facts, one, other)):
        return "abstract" if by_misprint(facts, one, other) else ""
    if (facts.same_place and _by_place(facts, one, other)) or _by_range(facts, one, other):
        return "place"
    if by_issue(facts, one, other):
        return "issue"
    if facts.other_place or other_occasion(one, other):
        return ""
    return loosely(facts, one, other)


def _by_identifier(facts: Facts, one: Features, other: Features) -> bool:
    """An identifier in common; a supplement's or a book's is shared by all that stands in it, so titles must agree."""
    agree = facts.authors is Authors.AGREE
    if facts.title is Titles.MISSING:
        return agree and facts.same_place and facts.last is not Match.DIFFERENT
    if facts.title < Titles.SLIP:
        return mistyped(facts, one, other, lost=True) and not facts.other_place
    if facts.other_place and not (agree and _one_slip_in_place(facts) and distinctive(one)):
        return False
    if facts.title is Titles.CONTAINED:
        sure = facts.same_range or len(facts.shared) > 1
        return agree and (sure or (facts.journal is Journals.SAME and (facts.years or 0) <= 1))
    if facts.journal is Journals.DIFFERENT and not facts.same_place:
        return agree and not other_kind(one, other) and (facts.years or 0) <= 1
    return True


def _one_slip_in_place(facts: Facts) -> bool:
    """The page differs within one issue, or the volume of one page, and all else agrees."""
    if facts.title is not Titles.EQUAL or facts.journal is not Journals.SAME or (facts.years or 0) > 1:
        return False
    if facts.volume is Match.DIFFERENT:
        return facts.first is Match.SAME
    return facts.issue is not Match.DIFFERENT


def _by_place(facts: Facts, one: Features, other: Features) -> bool:
    """The same volume and first page. Some journals count the pages of each issue anew, so another issue is no trifle."""
    if facts.last is Match.DIFFERENT and facts.issue is not Match.SAME:
        return False
    if facts.issue is Match.DIFFERENT and not (facts.of_article_length and distinctive(one)):
        return False
    agree = facts.authors is Authors.AGREE
    if facts.title is Titles.EQUAL and agree:
        return facts.journal > Journals.DIFFERENT or facts.same_range
    if facts.journal is not Journals.SAME:
        return agree and facts.same_range and by_several(one, other, LONG)
    if facts.title is Titles.EQUAL and facts.authors is Authors.UNKNOWN:
        return facts.same_range or (facts.years == 0 and _one_item(facts, one, other))
    if facts.title >= Titles.TYPO and facts.same_range:
        return facts.authors > Authors.DISJOINT
    if facts.same_range and facts.of_article_length:
        return agree
    if not agree:
        nobody = not (one.names.count or other.names.count)
        return nobody and facts.years == 0 and facts.title is Titles.TYPO and len(one.compact) >= LONG
    return slip_in_long(facts, one, other) or (facts.years == 0 and _on_one_page(facts, one, other))


def _one_item(facts: Facts, one: Features, other: Features) -> bool:
    """By nobody, on a page that holds one item of the title."""
    return distinctive(one) or (
        facts.issue is Match.SAME
        and len(one.compact) >= SHORT
        and compare_abstracts(one, other) is not Match.DIFFERENT
    )


def _on_one_page(facts: Facts, one: Features, other: Features) -> bool:
    """A misprint or a missing subtitle, on the first page of an article; a page of abstracts may hold two so alike."""
    if facts.issue is not Match.SAME or one.issue.startswith("s") or not (one.first + other.first).isdigit():
        return False
    if facts.title is Titles.CONTAINED:
        return without_subtitle(one, other) and same_people(one, other)
    return same_people(one, other)


def _by_range(facts: Facts, one: Features, other: Features) -> bool:
    """The same pages of one journal and year, of which no volume is given."""
    if facts.volume is Match.DIFFERENT or facts.issue is Match.DIFFERENT or facts.years != 0:
        return False
    if facts.journal is not Journals.SAME or not (facts.same_range and facts.of_article_length):
        return False
    if without_subtitle(one, other):
        return facts.authors is Authors.AGREE and same_people(one, other)
    return facts.title is Titles.EQUAL and facts.authors is not Authors.DISJOINT


def _by_translation(facts: Facts, one: Features, other: Features) -> bool:
    """Databases put the title of an article that is not in English into English each in its own words."""
    if not one.language or not other.language or "en" in one.language | other.language:
        return False
    if not (facts.same_place and facts.of_article_length and facts.issue is not Match.DIFFERENT):
        return False
    if facts.journal is not Journals.SAME or facts.authors is not Authors.AGREE or facts.years != 0:
        return False
    ours, theirs = set(one.title.split()), set(other.title.split())
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))


def by_issue(facts: Facts, one: Features, other: Features) -> bool:
    """One issue holds one document of a title and its authors: the pages were mistyped, or counted in another way."""
    if facts.volume is not Match.SAME or facts.journal is not Journals.SAME or other_kind(one, other):
        return False
    if facts.authors is not Authors.AGREE or not one.names.count == other.names.count > 1:
        return False
    if one.kind in NOTICES or compare_abstracts(one, other) is Match.DIFFERENT:
        return False
    if facts.first is Match.DIFFERENT and facts.last is not Match.SAME and not _page_slip(one, other):
        return False
    if facts.issue is not Match.SAME:
        return facts.title is Titles.EQUAL and facts.years == 0 and _same_meeting(one, other)
    if facts.title is Titles.EQUAL:
        return facts.years == 0 and len(one.compact) >= LONG
    if facts.title is Titles.CONTAINED:
        return facts.years == 0 and facts.last is Match.SAME
    return facts.title is Titles.TYPO and facts.first is not Match.DIFFERENT and len(one.compact) >= LONG


def _page_slip(one: Features, other: Features) -> bool:
    """One figure of the first page differs."""
    return Levenshtein.distance(one.first, other.first, score_cutoff=1) <= 1


def _same_meeting(one: Features, other: Features) -> bool:
    """Two abstracts in one volume, of which no database gave the issue."""
    if one.issue or other.issue or not (one.conference or other.conference):
        return False
    return like_abstract(one) and like_abstract(other) and len(one.compact) >= LONGER


def overrides_doi(facts: Facts) -> bool:
    """Publishers register a DOI anew at times; the same pages of the same volume hold one article all the same."""
    return (
        facts.title is Titles.EQUAL
        and facts.authors is Authors.AGREE
        and facts.journal is Journals.SAME
        and facts.same_place
        and facts.same_range
        and facts.years == 0
    )
