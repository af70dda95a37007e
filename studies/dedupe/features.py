"""A candidate in the spelling that comparing works on; made once for each record."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from studies.dedupe.candidates import Candidate
from studies.dedupe.identifiers import (
    accessions_of,
    normalise_doi,
    normalise_pmcid,
    normalise_pmid,
    registrations_of,
)
from studies.dedupe.names import Names, read_names
from studies.dedupe.notes import read_heading
from studies.dedupe.places import (
    edition_of,
    event_of,
    is_conference,
    journal_in_full,
    normalise_issue,
    normalise_journal,
    normalise_pages,
    normalise_volume,
)
from studies.dedupe.text import compact, fold
from studies.dedupe.titles import comparable

_NONE: frozenset[str] = frozenset()

_KINDS = (
    ("retraction", re.compile(r"retraction|withdrawal", re.IGNORECASE)),
    ("addendum", re.compile(r"addend", re.IGNORECASE)),
    ("erratum", re.compile(r"errat|corrig|correction", re.IGNORECASE)),
    (
        "registry",
        re.compile(r"trial.?regist|regist.*(?:trial|entry|record)|clinicaltrial|ctgov", re.IGNORECASE),
    ),
    ("conference", re.compile(r"conf|proceed|meeting|cpaper|poster", re.IGNORECASE)),
    ("remark", re.compile(r"comment|letter|editorial|reply|note\b", re.IGNORECASE)),
    ("preprint", re.compile(r"preprint|unpb|unpub|posted", re.IGNORECASE)),
    ("thesis", re.compile(r"thes[ie]s|dissert", re.IGNORECASE)),
    ("book", re.compile(r"book|chap", re.IGNORECASE)),
    ("protocol", re.compile(r"protocol", re.IGNORECASE)),
)

ABSTRACT_USED = 1200
# Longer fields are slips of an export; their beginning is enough to compare.
MAX_FIELD = 500


@dataclass(slots=True)
class Features:
    key: int
    title: str
    spelt: str  # the same, as the database spells it
    compact: str
    head: str  # the same without the subtitle; empty where there is none
    numbers: str
    names: Names
    year: int | None
    journal: str
    journal_in_full: str  # with its subtitle; empty where it has none
    edition: str
    event: str
    conference: bool
    volume: str
    issue: str
    first: str
    last: str
    doi: str
    pmid: str
    pmcid: str
    accessions: frozenset[str]
    registrations: frozenset[str]
    language: frozenset[str]
    kind: str
    abstract: str
    folded: str | None = field(default=None)

    def fields(self) -> tuple[object, ...]:
        """Everything but the key."""
        return (
            self.compact, self.names.families, self.names.givens, self.names.count, self.year, self.journal, self.edition, self.event, self.volume, self.issue,
            self.first, self.last, self.doi, self.pmid, self.pmcid, self.accessions, self.registrations, self.language,
            self.kind, self.abstract,
        )  # fmt: skip

    def abstract_folded(self) -> str:
        """The beginning of the abstract, folded when first asked for: most pairs are decided without it."""
        if self.folded is None:
            self.folded = compact(fold(_cut(self.abstract)))
        return self.folded


# Headings of a structured abstract, which some databases leave out.
_HEADING = re.compile(
    r"(?:^|(?<=[.\s]))(?:background|introduction|context|objectives?|aims?|purpose|methods?"
    r"|design|setting|participants|interventions?|measurements?|results?|findings?|conclusions?)\s*:"
    r"|^(?:background|objectives?|aims?|purpose|introduction|abstract|summary)\b",
    re.IGNORECASE,
)
_TRUNCATED = re.compile(r"\(?abstract truncated.*", re.IGNORECASE | re.DOTALL)


def _cut(abstract: str) -> str:
    return _HEADING.sub("", _TRUNCATED.sub("", abstract[:ABSTRACT_USED]).strip())


def features_of(candidate: Candidate) -> Features:
    heading = read_heading(candidate.title)
    title, spelt, numbers = comparable(fold(heading.text))
    letters = compact(title)
    volume, pages = candidate.volume[:MAX_FIELD], candidate.pages[:MAX_FIELD]
    first, last = normalise_pages(pages) if pages else ("", "")
    journal = candidate.journal[:MAX_FIELD]
    identifiers = candidate.identifiers
    return Features(
        key=candidate.key,
        title=title,
        spelt=title if spelt == title else spelt,
        compact=letters,
        head=_head(heading.text),
        numbers=numbers,
        names=read_names(candidate.authors),
        year=candidate.year,
        journal=normalise_journal(journal) if journal else "",
        journal_in_full=journal_in_full(journal) if journal else "",
        edition=edition_of(journal) if journal else "",
        event=event_of(journal) if journal else "",
        conference=is_conference(journal) if journal else False,
        volume=normalise_volume(volume) if volume else "",
        issue=normalise_issue(candidate.issue[:MAX_FIELD], volume) if candidate.issue or volume else "",
        first=first,
        last=last,
        doi=normalise_doi(candidate.doi[:MAX_FIELD]),
        pmid=normalise_pmid(candidate.pmid[:MAX_FIELD]),
        pmcid=normalise_pmcid(candidate.pmcid[:MAX_FIELD]),
        accessions=accessions_of(identifiers) if identifiers else _NONE,
        registrations=registrations_of(identifiers) if identifiers else _NONE,
        language=_languages(candidate.language or heading.language),
        kind=heading.kind or (kind_of(candidate.kind[:MAX_FIELD]) if candidate.kind else ""),
        abstract=candidate.abstract,
    )


_SUBTITLE = re.compile(r":\s|\s[-\u2013\u2014]{1,2}\s|[.?!]\s+(?=[A-Z])")
HEAD_LEAST = 5


def _head(title: str) -> str:
    found = _SUBTITLE.search(title)
    if not found:
        return ""
    head = compact(comparable(fold(title[: found.start()]))[0])
    return head if len(head) >= HEAD_LEAST else ""


@lru_cache(maxsize=4096)
def kind_of(text: str) -> str:
    """The kind of document where it is telling; an article is the default of every database and tells nothing."""
    for kind, pattern in _KINDS:
        if pattern.search(text):
            return kind
    return ""


_ISO = {
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "chi": "zh", "zho": "zh",
    "jpn": "ja", "por": "pt", "dut": "nl", "nld": "nl", "cze": "cs", "ces": "cs", "swe": "sv", "pol": "pl",
    "gre": "el", "ell": "el", "per": "fa", "fas": "fa", "tur": "tr", "dan": "da", "ukr": "uk", "chinese": "zh",
    "spanish": "es", "german": "de", "dutch": "nl", "japanese": "ja", "portuguese": "pt", "czech": "cs",
    "swedish": "sv", "polish": "pl", "greek": "el", "persian": "fa", "turkish": "tr", "hrv": "cr",
    "srp": "se", "slk": "sl", "slo": "sl", "rum": "ro", "ron": "ro",
}  # fmt: skip
_NO_LANGUAGE = frozenset(("us", "gb", "and", "in", "mul", "und", "other", "undetermined"))
_LANGUAGE_SPLIT = re.compile(r"[^a-z]+")


def _languages(text: str) -> frozenset[str]:
    if not text:
        return _NONE
    words = _LANGUAGE_SPLIT.split(text.lower())
    return frozenset(_ISO.get(word, word[:2]) for word in words if len(word) > 1 and word not in _NO_LANGUAGE)
