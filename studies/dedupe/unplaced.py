"""When two records are certainly one though the place of one of them is not known in full.

By these rules a record can be certain of two that are not one, because it leaves out what tells these two apart:
`settling` sees to that.
"""

from studies.dedupe.facts import Facts, Match, compare_abstracts, without_subtitle
from studies.dedupe.features import Features
from studies.dedupe.names import Authors
from studies.dedupe.notes import NOTICES
from studies.dedupe.places import Journals
from studies.dedupe.titles import Titles
from studies.dedupe.traits import (
    DISTINCT_SLIP,
    LONG,
    PAIR,
    SHORT,
    TELLING,
    by_several,
    distinctive,
    in_supplement,
    like_abstract,
    mistyped,
    no_abstract,
    nowhere,
    of_pages,
    other_kind,
    own_words,
    periodic,
    same_people,
    slip_in_long,
    yearly,
)


def loosely(facts: Facts, one: Features, other: Features) -> str:
    """By what holds for two records that nothing contradicts, though their place is not known in full."""
    if _by_abstract(facts, one, other):
        return "abstract"
    if _by_journal(facts, one, other):
        return "journal" if facts.years == 0 else "in print"
    return "field by field" if _by_every_field(one, other) else ""


def _by_abstract(facts: Facts, one: Features, other: Features) -> bool:
    """The same abstract, to the number."""
    if facts.journal is not Journals.SAME and (one.journal or other.journal):
        return False
    if facts.authors is not Authors.AGREE or facts.years is None:
        alone = _nothing_else(facts, one, other) or _names_askew(facts, one)
        return alone and compare_abstracts(one, other) is Match.SAME
    if facts.years and (not one.journal or yearly(one)):
        return False
    enough = len(one.compact) >= SHORT or (facts.years == 0 and facts.title is Titles.EQUAL)
    return enough and compare_abstracts(one, other) is Match.SAME


def by_misprint(facts: Facts, one: Features, other: Features) -> bool:
    """The same abstract under titles of which one lost a letter, wherever it stood."""
    if facts.other_place or (facts.years or 0) > 1 or not mistyped(facts, one, other, lost=True):
        return False
    return not other_occasion(one, other) and _by_abstract(facts, one, other)


def _nothing_else(facts: Facts, one: Features, other: Features) -> bool:
    """Title and abstract are all that is known on both sides, as in a table made for screening."""
    known = one.names.count or other.names.count or one.year or other.year
    return not known and facts.title is Titles.EQUAL and distinctive(one)


def _names_askew(facts: Facts, one: Features) -> bool:
    """Some authors are in common, and names that a database took apart in another way are not."""
    some = facts.authors is Authors.OVERLAP and facts.title is Titles.EQUAL
    return some and facts.years == 0 and len(one.compact) >= LONG


def _by_journal(facts: Facts, one: Features, other: Features) -> bool:
    """The same journal, and a place that is not given in full, with a title that is not used twice."""
    if facts.issue is Match.DIFFERENT or not _used_once(facts, one, other):
        return False
    if facts.journal is not Journals.SAME:
        return _without_journal(facts, one, other)
    if facts.authors is not Authors.AGREE:
        return _anonymous(facts, one, other)
    if facts.years != 0 and not _in_print(facts, one, other):
        return False
    if facts.title is Titles.CONTAINED:
        return _without_subtitle(facts, one, other)
    if facts.title is not Titles.EQUAL:
        return slip_in_long(facts, one, other)
    if facts.first is Match.SAME:
        return facts.volume is Match.UNKNOWN
    if max(one.names.count, other.names.count) > 1 or facts.volume is Match.SAME:
        return True
    return len(one.compact) >= DISTINCT_SLIP


def _used_once(facts: Facts, one: Features, other: Features) -> bool:
    """A title of three words of its own, or of two by several people within a year."""
    if distinctive(one) and distinctive(other):
        return True
    if facts.title is not Titles.EQUAL or facts.years != 0 or not by_several(one, other, PAIR):
        return False
    return own_words(one) >= 2 and not periodic(one)


def _without_subtitle(facts: Facts, one: Features, other: Features) -> bool:
    """The subtitle is left out, and what remains is still long, and by all the same people."""
    if not without_subtitle(one, other):
        return False
    if by_several(one, other, TELLING):
        return True
    return facts.years == 0 and min(len(one.compact), len(other.compact)) >= LONG


def _without_journal(facts: Facts, one: Features, other: Features) -> bool:
    """A journal is missing on one side, but not the volume; or on both, as of a book."""
    if facts.years != 0 or facts.title is not Titles.EQUAL or facts.journal is not Journals.UNKNOWN:
        return False
    if not same_people(one, other) or facts.authors is not Authors.AGREE or len(one.compact) < LONG:
        return False
    return facts.volume is Match.SAME or (not one.journal and not other.journal and one.kind == other.kind)


def _anonymous(facts: Facts, one: Features, other: Features) -> bool:
    """Nobody is named on either side: one year of a journal holds one document of a long title."""
    if one.names.count or other.names.count or facts.title is not Titles.EQUAL:
        return False
    issue = facts.volume is Match.SAME and facts.issue is Match.SAME
    return facts.years == 0 and len(one.compact) >= (TELLING if issue else LONG) and not periodic(one)


def _in_print(facts: Facts, one: Features, other: Features) -> bool:
    """A year between them, as between online and print: but no report that comes every year, and no abstract of the
    year before its article."""
    if len(one.compact) < TELLING:
        return False
    if one.event and one.event == other.event:
        return True
    if facts.volume is Match.SAME or facts.first is Match.SAME:
        return one.conference == other.conference
    if periodic(one) or one.conference or other.conference or not (no_abstract(one) and no_abstract(other)):
        return False
    return facts.years is not None or by_several(one, other, LONG)


def _by_every_field(one: Features, other: Features) -> bool:
    """The same record twice, as when one file is imported again."""
    told = one.year is not None and bool(one.names.count or one.journal)
    return told and distinctive(one) and one.fields() == other.fields()


def other_occasion(one: Features, other: Features) -> bool:
    """A conference abstract and its paper, a letter and its article: alike in all but the place."""
    if one.kind in NOTICES or other_kind(one, other) or compare_abstracts(one, other) is Match.DIFFERENT:
        return True
    if (one.conference and not like_abstract(other)) or (other.conference and not like_abstract(one)):
        return True
    return any(
        in_supplement(this) and not of_pages(this) and nowhere(that) and not like_abstract(that)
        for this, that in ((one, other), (other, one))
    )
