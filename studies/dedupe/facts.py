"""Two records compared field by field, and what speaks against their being one."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from studies.dedupe.features import Features
from studies.dedupe.names import Authors, compare_names
from studies.dedupe.notes import NOTICES
from studies.dedupe.places import EDITION_WORDS, Journals, compare_journals
from studies.dedupe.titles import ANSWERS, Titles, compare_titles, marked, near, numbered

ARTICLE_LENGTH = range(2, 61)


class Match(IntEnum):
    SAME = 2
    UNKNOWN = 1  # not given on one side, or given in two ways that cannot be compared
    DIFFERENT = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What comparing field by field found; `years` is the distance, None where a year is missing."""

    title: Titles
    authors: Authors
    journal: Journals
    volume: Match
    issue: Match
    first: Match
    last: Match
    years: int | None
    length: int  # pages of the range that both give, 0 where they do not
    shared: tuple[str, ...]  # names of the identifiers in common
    objections: tuple[str, ...]

    @property
    def same_place(self) -> bool:
        return self.volume is Match.SAME and self.first is Match.SAME

    @property
    def of_article_length(self) -> bool:
        """More than an abstract, less than a session or a supplement that is cited as a whole."""
        return self.length in ARTICLE_LENGTH

    @property
    def other_place(self) -> bool:
        return self.volume is Match.DIFFERENT or self.first is Match.DIFFERENT

    @property
    def same_range(self) -> bool:
        """The same first and last page, of more than one page: no other item can stand there."""
        return self.first is Match.SAME and self.last is Match.SAME


def relate(one: Features, other: Features) -> Titles:
    if one.compact and one.compact == other.compact:
        return Titles.EQUAL
    if without_subtitle(one, other):
        return Titles.CONTAINED
    found = compare_titles(one.title, other.title)
    if found is Titles.CLOSE and (one.spelt is not one.title or other.spelt is not other.title):
        # A slip may look like another spelling: `syndroem` becomes `syndrem`.
        found = max(found, compare_titles(one.spelt, other.spelt))
    if found is Titles.DIFFERENT and (near(one.compact, other.head) or near(other.compact, one.head)):
        return Titles.CLOSE
    return found


def without_subtitle(one: Features, other: Features) -> bool:
    """Whether one title is the other without its subtitle."""
    return (bool(one.head) and one.head == other.compact) or (bool(other.head) and other.head == one.compact)


def strangers(one: Features, other: Features, title: Titles) -> bool:
    """Whether nothing but chance brought two records together: most pairs end here, before all else is compared."""
    return (
        title is Titles.DIFFERENT
        and not (one.first and one.first == other.first)
        and one.names.families != other.names.families
        and not _shared(one, other)
    )


def collect(one: Features, other: Features, title: Titles) -> Facts:
    authors = compare_names(one.names, other.names)
    journal = _compare_journals(one, other)
    if one.event and one.event == other.event:
        journal = Journals.SAME
    volume, issue, first, last = compare_places(one, other)
    years = None if one.year is None or other.year is None else abs(one.year - other.year)
    shared = _shared(one, other)
    length = _length(one, other) if first is last is Match.SAME else 0
    paged = length in ARTICLE_LENGTH or (
        authors is Authors.AGREE and max(map(_span, (one, other))) in ARTICLE_LENGTH
    )
    sure = bool(shared) or (
        volume is Match.SAME and first is Match.SAME and last is not Match.DIFFERENT and paged
    )
    return Facts(
        title=title,
        authors=authors,
        journal=journal,
        volume=volume,
        issue=issue,
        first=first,
        last=last,
        years=years,
        length=length,
        shared=shared,
        objections=tuple(_objections(one, other, title, authors, journal, years, sure)),
    )


def _compare_journals(one: Features, other: Features) -> Journals:
    """By the names without their subtitles, else by the names in full: abbreviations keep the subtitle or not."""
    found = compare_journals(one.journal, other.journal)
    if found in (Journals.SAME, Journals.UNKNOWN) or not (one.journal_in_full or other.journal_in_full):
        return found
    return max(
        found, compare_journals(one.journal_in_full or one.journal, other.journal_in_full or other.journal)
    )


def _match(one: str, other: str) -> Match:
    if not one or not other:
        return Match.UNKNOWN
    return Match.SAME if one == other else Match.DIFFERENT


def compare_places(one: Features, other: Features) -> tuple[Match, Match, Match, Match]:
    """Volume, issue, first page and last page."""
    if _slid(one, other) or _slid(other, one):
        return Match.SAME, Match.SAME, Match.UNKNOWN, Match.UNKNOWN
    issue = _match(one.issue, other.issue)
    if issue is Match.DIFFERENT and "s" in (one.issue, other.issue) and one.issue[0] == other.issue[0]:
        issue = Match.UNKNOWN  # a supplement without its number
    return _compare_volumes(one, other), issue, *compare_pages(one, other)


def _compare_volumes(one: Features, other: Features) -> Match:
    """A volume that is the year may stand for a number that was not given."""
    found = _match(one.volume, other.volume)
    if found is Match.DIFFERENT and (one.volume == str(one.year) or other.volume == str(other.year)):
        return Match.UNKNOWN
    return found


def _slid(one: Features, other: Features) -> bool:
    """Volume and issue stand in the fields of issue and pages: an export that lost its first field."""
    return not one.volume and bool(one.issue) and (one.issue, one.first) == (other.volume, other.issue)


def compare_pages(one: Features, other: Features) -> tuple[Match, Match]:
    """First and last page. `c37-c42` is `37-42`; an article number and `1-9` cannot be compared."""
    if not one.first or not other.first:
        return Match.UNKNOWN, Match.UNKNOWN
    last = _match(_number(one.last), _number(other.last))
    if one.first == other.first:
        start_only = one.first in (one.last, other.last)  # `507-507` may stand for `507` and for `507-512`
        return Match.SAME, Match.UNKNOWN if start_only else last
    if _number(one.first) == _number(other.first):
        return (Match.SAME, last) if last is Match.SAME else (Match.UNKNOWN, last)
    if _article_number(one, other) or _article_number(other, one):
        return Match.UNKNOWN, Match.UNKNOWN
    return Match.DIFFERENT, last


def _length(one: Features, other: Features) -> int:
    """Pages of the range that both give. Two pages of a supplement (`A12-A13`) hold many abstracts and count as one."""
    length = int(_number(one.last)) - int(_number(one.first)) + 1
    supplement = not one.first.isdigit() or "s" in one.issue[:1] + other.issue[:1]
    return 1 if length == 2 and supplement else length


def _span(record: Features) -> int:
    """Pages of one record's own range."""
    plain = record.first.isdigit() and record.last.isdigit() and not record.issue.startswith("s")
    return int(record.last) - int(record.first) + 1 if plain else 0


def _number(page: str) -> str:
    return page if page.isdigit() else "".join(letter for letter in page if letter.isdigit())


def _article_number(one: Features, other: Features) -> bool:
    return not one.last and other.first == "1" and bool(other.last)


def _shared(one: Features, other: Features) -> tuple[str, ...]:
    shared = []
    if one.doi and one.doi == other.doi:
        shared.append("DOI")
    if one.pmid and one.pmid == other.pmid:
        shared.append("PMID")
    if one.pmcid and one.pmcid == other.pmcid:
        shared.append("PMCID")
    if one.accessions and not one.accessions.isdisjoint(other.accessions):
        shared.append("accession number")
    if _registered(one, other) and not one.registrations.isdisjoint(other.registrations):
        shared.append("trial registration")
    return tuple(shared)


def _registered(one: Features, other: Features) -> bool:
    return one.kind == other.kind == "registry"


def _objections(
    one: Features,
    other: Features,
    title: Titles,
    authors: Authors,
    journal: Journals,
    years: int | None,
    sure: bool,
) -> list[str]:
    """Reasons why two records are never merged without a person, whatever else agrees."""
    found: list[str] = []
    if title not in (Titles.EQUAL, Titles.MISSING):
        found.extend(_other_titles(one, other, title, sure and without_subtitle(one, other)))
    if authors is Authors.DISJOINT:
        found.append("other authors")
    if one.language and other.language and one.language.isdisjoint(other.language):
        found.append("other language")
    if one.edition != other.edition or (
        journal is not Journals.SAME and _editions(one.journal, other.journal)
    ):
        found.append("another edition of the journal")
    if one.kind != other.kind and (one.kind in NOTICES or other.kind in NOTICES):
        found.append(f"one is a notice ({one.kind if one.kind in NOTICES else other.kind})")
    if one.pmid and other.pmid and one.pmid != other.pmid:
        found.append("other PMID")
    if one.pmcid and other.pmcid and one.pmcid != other.pmcid:
        found.append("other PMCID")
    if one.registrations and other.registrations and one.registrations.isdisjoint(other.registrations):
        found.append("other trial registration")
    if years is not None and years > 2:
        found.append(f"{years} years apart")
    return found


def _other_titles(one: Features, other: Features, title: Titles, subtitle: bool) -> Iterator[str]:
    """What tells two titles apart. `subtitle`: one leaves it out under one identifier or on the same pages, and only
    a subtitle that makes a reply or an erratum counts."""
    slip = title in (Titles.TYPO, Titles.SLIP) and not numbered(one.title, other.title)
    if one.numbers != other.numbers and not subtitle and not slip:
        yield "titles differ in a number"
    word = marked(one.title, other.title)
    if word and not (subtitle and word not in ANSWERS):
        yield f"only one title has “{word}”"


def _editions(one: str, other: str) -> bool:
    """The names differ by nothing but a word that tells two editions of one journal apart."""
    if not one or not other:
        return False
    differing = set(one.split()) ^ set(other.split())
    return bool(differing) and differing <= EDITION_WORDS


ABSTRACT_LEAST = 200
# The beginning of a text that was cut off, and a short text as a whole, say enough where they are the same to the letter.
CUT_LEAST = 150
WHOLE_LEAST = 50


def compare_abstracts(one: Features, other: Features) -> Match:
    """SAME: as good as letter for letter as far as both go, with the same numbers. DIFFERENT: two texts."""
    if not one.abstract or not other.abstract:
        return Match.UNKNOWN
    if one.abstract == other.abstract and len(one.abstract) >= ABSTRACT_LEAST:
        return Match.SAME
    left, right = one.abstract_folded(), other.abstract_folded()
    size = min(len(left), len(right))
    if left[:size] == right[:size] and size >= (WHOLE_LEAST if len(left) == len(right) else CUT_LEAST):
        return Match.SAME
    if size < ABSTRACT_LEAST:
        return Match.UNKNOWN
    left, right = left[:size], right[:size]
    alike = fuzz.ratio(left, right)
    if alike >= 97.0 and _same_digits(left, right):
        return Match.SAME
    return Match.DIFFERENT if alike < 60.0 else Match.UNKNOWN


def _same_digits(left: str, right: str) -> bool:
    """The numbers agree; the last few may have been cut off at one end."""
    ours, theirs = _number(left), _number(right)
    common = max(min(len(ours), len(theirs)) - 4, 0)
    return ours[:common] == theirs[:common] and abs(len(ours) - len(theirs)) <= 4
