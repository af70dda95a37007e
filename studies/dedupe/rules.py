"""When two records are certainly one.

Every rule needs titles that agree and, beside them, something that only one document can have; objections were heard
before. What each rule is worth was measured: `docs/dedupe.md`.
"""

from rapidfuzz.distance import Levenshtein

from studies.dedupe.facts import Facts, Match, compare_abstracts
from studies.dedupe.features import Features
from studies.dedupe.names import Authors
from studies.dedupe.notes import NOTICES
from studies.dedupe.places import Journals
from studies.dedupe.text import one_spelling
from studies.dedupe.titles import Titles, one_letter_off
from studies.dedupe.vocabulary import GENERIC as _GENERIC
from studies.dedupe.vocabulary import PERIODIC

GENERIC = frozenset(map(one_spelling, _GENERIC))

# Letters of a title that is not used twice by chance, or by a column that bears one name in every issue.
SHORT = 10
DISTINCTIVE = 18
LONG = 40
LONGER = 60


def rule_for(facts: Facts, one: Features, other: Features) -> str:
    """The rule that holds, or nothing."""
    if facts.shared:
        return "identifier" if _by_identifier(facts, one, other) else ""
    if other_doi(one, other) and not overrides_doi(facts):
        return ""
    if _by_translation(facts, one, other):
        return "translation"
    if (facts.years or 0) > 1 or not (facts.title >= Titles.SLIP or _mistyped(facts, one, other)):
        return ""
    if facts.same_place and _by_place(facts, one):
        return "place"
    if by_issue(facts, one, other):
        return "issue"
    if facts.other_place or _other_occasion(one, other):
        return ""
    if _by_journal(facts, one, other):
        return "journal"
    if _by_abstract(facts, one, other):
        return "abstract"
    return "field by field" if _by_every_field(one, other) else ""


def _by_identifier(facts: Facts, one: Features, other: Features) -> bool:
    """An identifier in common; a supplement's or a book's is shared by all that stands in it, so titles must agree."""
    agree = facts.authors is Authors.AGREE
    if facts.title is Titles.MISSING:
        return agree and facts.same_place and facts.last is not Match.DIFFERENT
    if facts.title < Titles.SLIP:
        return _mistyped(facts, one, other) and not facts.other_place
    if facts.other_place and not (agree and _one_slip_in_place(facts) and distinctive(one)):
        return False
    if facts.title is Titles.CONTAINED:
        sure = facts.same_range or len(facts.shared) > 1
        return agree and (
            sure or (_same_people(one, other) and facts.journal is Journals.SAME and facts.years == 0)
        )
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


def _by_place(facts: Facts, one: Features) -> bool:
    """The same volume and first page. Some journals count the pages of each issue anew, so another issue is no trifle."""
    if facts.last is Match.DIFFERENT and facts.issue is not Match.SAME:
        return False
    if facts.issue is Match.DIFFERENT and not (facts.of_article_length and distinctive(one)):
        return False
    if facts.title is Titles.EQUAL and facts.authors is Authors.AGREE:
        return facts.journal > Journals.DIFFERENT or facts.same_range
    if not facts.same_range or facts.journal is not Journals.SAME:
        return False
    if facts.title < Titles.TYPO:
        return facts.authors is Authors.AGREE and facts.of_article_length
    return facts.authors > Authors.DISJOINT


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
    return facts.title is Titles.TYPO and facts.first is not Match.DIFFERENT and len(one.compact) >= LONGER


def _page_slip(one: Features, other: Features) -> bool:
    """One figure of the first page differs."""
    return Levenshtein.distance(one.first, other.first, score_cutoff=1) <= 1


def _same_meeting(one: Features, other: Features) -> bool:
    """Two abstracts in one volume, of which no database gave the issue."""
    if one.issue or other.issue or not (one.conference or other.conference):
        return False
    return _like_abstract(one) and _like_abstract(other) and len(one.compact) >= LONGER


def _mistyped(facts: Facts, one: Features, other: Features) -> bool:
    """A letter wrong in a long title that is otherwise the same, by the same people."""
    if facts.title is not Titles.CLOSE or facts.authors is not Authors.AGREE:
        return False
    return len(one.compact) >= LONG and _same_people(one, other) and one_letter_off(one.title, other.title)


def _same_people(one: Features, other: Features) -> bool:
    return one.names.families == other.names.families and one.names.count == other.names.count


def _by_journal(facts: Facts, one: Features, other: Features) -> bool:
    """The same journal and year, and a place that is not given in full, with a title that is not used twice."""
    if facts.authors is not Authors.AGREE or facts.journal is not Journals.SAME:
        return False
    if facts.years != 0 or facts.issue is Match.DIFFERENT or not distinctive(one):
        return False
    if facts.title is Titles.TYPO:
        return len(one.compact) >= LONG and one.names.count > 1 and _same_people(one, other)
    if facts.title is not Titles.EQUAL:
        return False
    if facts.first is Match.SAME:
        return facts.volume is Match.UNKNOWN
    return one.names.count > 1 or facts.volume is Match.SAME or len(one.compact) >= LONG


def _by_abstract(facts: Facts, one: Features, other: Features) -> bool:
    """The same abstract, to the number."""
    if facts.authors is not Authors.AGREE or facts.years is None:
        return False
    if facts.journal is not Journals.SAME and (one.journal or other.journal):
        return False
    if facts.title is not Titles.EQUAL and facts.years:
        return False
    if facts.title < Titles.SLIP and not _mistyped(facts, one, other):
        return False
    if facts.years and (not one.journal or _periodic(one)):
        return False
    return len(one.compact) >= SHORT and compare_abstracts(one, other) is Match.SAME


def _by_every_field(one: Features, other: Features) -> bool:
    """The same record twice, as when one file is imported again."""
    told = one.year is not None and bool(one.names.count or one.journal)
    return told and distinctive(one) and one.fields() == other.fields()


def _periodic(record: Features) -> bool:
    """A report that comes every year, with an abstract that hardly changes."""
    return not PERIODIC.isdisjoint(record.title.split())


def _other_occasion(one: Features, other: Features) -> bool:
    """A conference abstract and its paper, a letter and its article: alike in all but the place."""
    if one.kind in NOTICES or other_kind(one, other) or compare_abstracts(one, other) is Match.DIFFERENT:
        return True
    return (one.conference and not _like_abstract(other)) or (other.conference and not _like_abstract(one))


def _like_abstract(record: Features) -> bool:
    """Conference abstracts stand on one page or in a supplement."""
    return (
        record.conference
        or record.kind == "conference"
        or record.issue.startswith("s")
        or record.first.startswith("s")
        or bool(record.first and record.first == record.last)
    )


def other_kind(one: Features, other: Features) -> bool:
    """What one database calls an article, another calls nothing; a letter or a conference abstract is telling."""
    if one.kind == other.kind:
        return False
    return bool(one.kind and other.kind) or not {"conference", "remark"}.isdisjoint((one.kind, other.kind))


def other_doi(one: Features, other: Features) -> bool:
    return bool(one.doi and other.doi and one.doi != other.doi)


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


def distinctive(record: Features) -> bool:
    """Not `Reply`, `Editorial` or `Response to the letter to the editor`."""
    if len(record.compact) < DISTINCTIVE:
        return False
    return sum(1 for word in record.title.split() if word not in GENERIC) >= 3
