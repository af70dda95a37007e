"""What a record, and what two records, are like: what the rules are made of."""

from studies.dedupe.facts import Facts
from studies.dedupe.features import Features
from studies.dedupe.names import Authors
from studies.dedupe.text import one_spelling
from studies.dedupe.titles import Titles, misprinted, near
from studies.dedupe.vocabulary import ANNUAL, PERIODIC, YEARLY
from studies.dedupe.vocabulary import GENERIC as _GENERIC

GENERIC = frozenset(map(one_spelling, _GENERIC))

# Letters of a title that is not used twice by chance, or by a column that bears one name in every issue.
SHORT = 10
PAIR = 16
DISTINCTIVE = 18
DISTINCT_SLIP = 20
TELLING = 24
LONG = 40
LONGER = 60
# Pages that are more than an abstract.
ARTICLE = 3


def distinctive(record: Features) -> bool:
    """Not `Reply`, `Editorial` or `Response to the letter to the editor`."""
    if len(record.compact) < DISTINCTIVE:
        return False
    return own_words(record) >= 3


def own_words(record: Features) -> int:
    return sum(1 for word in record.title.split() if word not in GENERIC)


def same_people(one: Features, other: Features) -> bool:
    return one.names.families == other.names.families and one.names.count == other.names.count


def by_several(one: Features, other: Features, least: int) -> bool:
    """The same people, two or more, and titles of some length."""
    long = min(len(one.compact), len(other.compact)) >= least
    return long and one.names.count > 1 and same_people(one, other)


def mistyped(facts: Facts, one: Features, other: Features, *, lost: bool = False) -> bool:
    """Titles that are the same but for two letters, by the same people: enough beside a text or a range of pages."""
    return (
        facts.title is Titles.CLOSE
        and facts.authors is Authors.AGREE
        and (
            misprinted(one.title, other.title, lost=lost)
            or misprinted(one.spelt, other.spelt, lost=lost)
            or near(one.compact, other.head)
            or near(other.compact, one.head)
        )
    )


def slip_in_long(facts: Facts, one: Features, other: Features) -> bool:
    """A slip that turns no word's sense, in a title that leaves no doubt."""
    if facts.title not in (Titles.TYPO, Titles.SLIP):
        return False
    least = min(len(one.compact), len(other.compact))
    if not same_people(one, other):
        return least >= LONG
    return least >= (DISTINCT_SLIP if one.names.count > 1 else TELLING)


# What is written anew every few years under one title.
RENEWED = ("cochrane", "statpearls", "genereviews")


def periodic(record: Features) -> bool:
    """A document that is written anew every few years under one title."""
    words = ANNUAL if len(record.compact) >= LONG else PERIODIC
    return not words.isdisjoint(record.title.split()) or any(name in record.journal for name in RENEWED)


def yearly(record: Features) -> bool:
    """A report that comes every year, with an abstract that hardly changes."""
    return not YEARLY.isdisjoint(record.title.split()) or any(name in record.journal for name in RENEWED)


def like_abstract(record: Features) -> bool:
    """Conference abstracts stand on one page or in a supplement."""
    return (
        record.conference
        or record.kind == "conference"
        or in_supplement(record)
        or bool(record.first and record.first == record.last)
    )


def in_supplement(record: Features) -> bool:
    return record.issue.startswith("s") or record.first.startswith("s")


def nowhere(record: Features) -> bool:
    """In press, or the export leaves out where it was printed."""
    return not (record.volume or record.issue or record.first)


def no_abstract(record: Features) -> bool:
    """Printed as an article, by its pages, or not in print yet."""
    return nowhere(record) or (of_pages(record) and not in_supplement(record))


def of_pages(record: Features) -> bool:
    """On three pages or more, which no abstract is."""
    first, last = record.first, record.last
    return first.isdigit() and last.isdigit() and int(last) - int(first) >= ARTICLE - 1


def other_kind(one: Features, other: Features) -> bool:
    """What one database calls an article, another calls nothing; a letter or a conference abstract is telling."""
    if one.kind == other.kind:
        return False
    return bool(one.kind and other.kind) or not {"conference", "remark"}.isdisjoint((one.kind, other.kind))


def other_doi(one: Features, other: Features) -> bool:
    return bool(one.doi and other.doi and one.doi != other.doi)
