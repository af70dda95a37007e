"""What a reader hands out: entries, refused entries, and files that cannot be read at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["include", "exclude", "unsure"]

EMPTY_ENTRY = (
    "The entry holds no title, author, identifier or any other content. "
    "Add a title and retry, or leave the entry out."
)


class UnreadableFile(Exception):
    """The whole file cannot be read. The message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer decided in the tool that the file came from.

    `verdict` is None where the tool noted labels or a remark without deciding.
    `stage` is "title_abstract", "full_text" or "" where the file does not say.
    """

    reviewer: str = ""
    verdict: Verdict | None = None
    reason: str = ""
    labels: tuple[str, ...] = ()
    note: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """One entry, taken apart. Text is NFC, entity-decoded, free of markup, NUL and bidi controls."""

    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    source: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when there is nothing in it that a reviewer could judge or look up."""
        return not (
            self.title
            or self.abstract
            or self.authors
            or self.doi
            or self.pmid
            or self.pmcid
            or self.identifiers
            or self.journal
            or self.urls
            or self.keywords
            or self.extra
            or self.decisions
            or self.year
            or self.volume
            or self.pages
            or self.issn
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as delivered.

    `offset` is the byte at which it begins, or the row number in a table. `raw` is its text,
    verbatim, save that NUL is shown as U+2400: no database stores it.
    """

    position: int
    offset: int
    raw: str
    fields: ParsedRecord


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that could not be made a record, with what a person needs to mend it."""

    position: int
    offset: int
    text: str
    reason: str


Item = Entry | Refusal


def entry_or_refusal(position: int, offset: int, raw: str, fields: ParsedRecord) -> Item:
    """An entry, or, where nothing in it can be used, its refusal."""
    if fields.is_empty:
        return Refusal(position, offset, raw, EMPTY_ENTRY)
    return Entry(position, offset, raw, fields)
