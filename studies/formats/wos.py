"""Web of Science plain text (.ciw, .txt, .isi): two-letter tags, continuation by three blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, Refusal, entry_or_refusal
from studies.formats.names import authors
from studies.formats.source import Source
from studies.formats.tagged import (
    NO_ENTRY,
    Tags,
    drop_equal,
    join_on,
    remaining,
    take,
    take_all,
    take_year,
    too_long,
    unique,
    unix,
)
from studies.formats.text import clean, one_line, storable

START = re.compile(rb"[\r\n]PT(?: [A-Z][A-Za-z]{0,20})?[ \t]*(?=[\r\n]|\Z)")
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$", re.DOTALL)
_LINES = frozenset({"AU", "AF", "BA", "BF", "BE", "GP", "CA", "C1", "CR", "ED", "EM", "RI", "OI"})
_END = frozenset({"ER", "EF"})
_FILE = frozenset({"FN", "VR"})


def read_wos(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    for offset, block, complete in source.blocks(START):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        tags = parse_tags(text)
        if not tags:
            continue
        position += 1
        raw = storable(text)
        if "PT" not in tags and not ("TI" in tags or "UT" in tags):
            yield Refusal(position, offset, raw, NO_ENTRY)
        else:
            yield entry_or_refusal(position, offset, raw, record(tags))


def parse_tags(raw: str) -> Tags:
    """One entry's lines as tag -> values; authors and references are one value a line."""
    tags: Tags = {}
    values: list[str] = []
    more: list[str] = []
    tag = ""
    for line in clean(unix(raw)).split("\n"):
        match = _TAG.match(line)
        if match:
            join_on(values, more, " ")
            tag = "" if match[1] in _FILE else match[1]
            if tag and tag not in _END:
                values = tags.setdefault(tag, [])
                values.append((match[2] or "").strip())
        elif stripped := line.strip():
            if tag in _END:
                tags.setdefault(tag, []).append(stripped)
            elif tag in _LINES:
                values.append(stripped)
            elif tag:
                more.append(stripped)
    join_on(values, more, " ")
    return tags


def record(tags: Tags) -> ParsedRecord:
    """The fields of one entry; `tags` is used up. Also serves the tab-delimited form."""
    title = take(tags, "TI")
    journal = take(tags, "SO")
    short = take(tags, "JI", "J9")
    numbers = _numbers(tags)
    pmid = numbers.pop("pmid", "") or ids.pmid_of(take(tags, "PM"))
    abstract = take(tags, "AB")
    for name, number in ids.registrations_of(f"{title} {abstract}").items():
        numbers.setdefault(name, number)
    isbn = ids.isbn_of(take_all(tags, "BN"))
    if isbn:
        numbers["isbn"] = isbn
    doi_text = take(tags, "DI")
    doi = ids.find_doi(doi_text)
    if doi_text and not doi:
        tags["DI"] = [doi_text]
    kind = take_all(tags, "DT", "PT")
    drop_equal(tags, journal, "JI", "J9")
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(tags),
        year=take_year(tags, "PY", "PD", "EA"),
        journal=journal or short,
        journal_abbreviation=short if journal and short.casefold() != journal.casefold() else "",
        volume=take(tags, "VL"),
        issue=take(tags, "IS"),
        pages=_pages(tags),
        doi=doi,
        pmid=pmid,
        identifiers=numbers,
        kind=kind[0] if kind and kind[0] != "-" else "",
        language=take(tags, "LA"),
        keywords=_keywords(tags),
        urls=tuple(u for u in take_all(tags, "UR") if u.startswith("http")),
        issn=ids.issn_of(take_all(tags, "SN", "EI")),
        source=_database(numbers),
        extra=remaining(tags),
    )


def _numbers(tags: Tags) -> dict[str, str]:
    accession = take(tags, "UT")
    if not accession:
        return {}
    database, _, number = accession.partition(":")
    if database == "MEDLINE":
        return {"pmid": ids.pmid_of(number)} if ids.pmid_of(number) else {"accession": accession}
    if database in ("WOS", "ISI"):
        return {"wos": accession}
    return {database.lower() if number else "accession": accession}


def _database(numbers: dict[str, str]) -> str:
    return "Inspec" if "inspec" in numbers else "Web of Science"


def _authors(tags: Tags) -> tuple[str, ...]:
    """AF holds full names beside AU; some hosts put all names on one line."""
    names = take_all(tags, "AF")
    short = take_all(tags, "AU")
    if len(names) < len(short):
        names = short
    if any(";" in name for name in names):
        names = [part for name in names for part in name.split(";")]
    return authors(names) + tuple(take_all(tags, "CA"))


def _pages(tags: Tags) -> str:
    start, end = take(tags, "BP"), take(tags, "EP")
    return ids.join_pages(start, end) or ids.join_pages(take(tags, "PS")) or take(tags, "AR")


def _keywords(tags: Tags) -> tuple[str, ...]:
    values = take_all(tags, "DE", "ID")
    return unique(part for value in values for piece in value.split(";") if (part := one_line(piece)))
