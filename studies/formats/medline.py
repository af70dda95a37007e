"""PubMed's .nbib, PMC's and ERIC's MEDLINE text.

There is no end mark: an entry begins at `PMID-` (or `PMC -` right before it), or at a tag after
an empty line. Continuation lines begin with blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, Refusal, entry_or_refusal
from studies.formats.names import authors as long_names
from studies.formats.names import medline as short_name
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

START = re.compile(
    rb"[\r\n](?:PMCR? {0,2}- ?[^\r\n]{1,20}[\r\n]{1,2}PMID ?-|PMID ?-"
    rb"|(?:(?<=\n\n)|(?<=\r\r)|(?<=\n\r\n)|(?<=\n\r\r\n))[A-Z]{2,5} {0,2}-)"
)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,4}) {0,2}-(?!-)[ \t]?(.*)", re.DOTALL)
_LINKED = re.compile(r"\[(\w+)\]\s*$")


def dialect_of(head: str) -> str:
    """PubMed, PMC or ERIC."""
    if re.search(r"^OWN ?- *ERIC", head, re.MULTILINE):
        return "ERIC"
    return "PMC" if re.search(r"^PMC ?- *PMC\d+\s+PMID-", head, re.MULTILINE) else "PubMed"


def read_medline(source: Source, dialect: str, head: str) -> Iterator[Item]:
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
        if set(tags) == {""}:
            yield Refusal(position, offset, raw, NO_ENTRY)
        else:
            yield entry_or_refusal(position, offset, raw, _record(tags, dialect))


def parse_tags(raw: str) -> Tags:
    """One entry's lines as tag -> values."""
    tags: Tags = {}
    values: list[str] = []
    more: list[str] = []
    for line in clean(unix(raw)).split("\n"):
        if line[:1] in (" ", "\t"):
            if values and (stripped := line.strip()):
                more.append(stripped)
            continue
        match = _TAG.match(line)
        if match:
            join_on(values, more, " ")
            values = tags.setdefault(match[1], [])
            values.append(match[2].strip())
        elif line.strip() and tags:
            # A line that PubMed never writes: kept, since it may be a value cut from its tag.
            tags.setdefault("", []).append(line.strip())
    join_on(values, more, " ")
    return tags


def _record(tags: Tags, dialect: str) -> ParsedRecord:
    dois, piis, urls = _locations(tags)
    title = take(tags, "TI", "BTI", "CTI", "TT")
    drop_equal(tags, title, "TI", "BTI", "CTI", "TT")
    abstract = take(tags, "AB") or (
        ""
        if any("available from the publisher" in text for text in tags.get("OAB", ()))
        else take(tags, "OAB")
    )
    pmid = ids.pmid_of(take(tags, "PMID"))
    numbers = _numbers(tags, title, abstract)
    if piis:
        numbers["pii"] = piis[0]
    isbn = ids.isbn_of(take_all(tags, "ISBN"))
    if isbn:
        numbers["isbn"] = isbn
    serial = tags.get("IS", []) + tags.get("ISSN", [])
    issn = ids.issn_of(serial)
    if issn:
        tags.pop("IS", None)
        tags.pop("ISSN", None)
    journal, short = take(tags, "JT") or take(tags, "BTI", "CTI"), take(tags, "TA")
    pages = take(tags, "PG")
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(tags),
        year=take_year(tags, "DP", "DEP", "SO"),
        journal=journal or short,
        journal_abbreviation=short if journal and short.casefold() != journal.casefold() else "",
        volume=take(tags, "VI"),
        issue=take(tags, "IP"),
        pages=ids.join_pages(pages),
        doi=dois[0] if dois else "",
        pmid=pmid,
        pmcid=ids.pmcid_of(take(tags, "PMC", "PMCR")),
        identifiers=numbers,
        kind="; ".join(take_all(tags, "PT")),
        language="; ".join(take_all(tags, "LA")),
        keywords=unique(take_all(tags, "MH", "OT")),
        urls=urls,
        issn=issn,
        source="ERIC" if dialect == "ERIC" else "PubMed",
        extra=remaining(tags),
    )


def _authors(tags: Tags) -> tuple[str, ...]:
    """Full names where every author has one, else the short ones; groups after the persons."""
    full, short = take_all(tags, "FAU"), take_all(tags, "AU")
    groups = tuple(take_all(tags, "CN"))
    if full and len(full) >= len(short):
        if len(full) == len(short):
            return long_names(full) + groups
        tags["AU"] = short
        return long_names(full) + groups
    if full:
        tags["FAU"] = full
    return tuple(short_name(name) for name in short) + groups


def _locations(tags: Tags) -> tuple[list[str], list[str], tuple[str, ...]]:
    """DOIs, publisher items and addresses from AID and LID; others stay where they are."""
    dois: dict[str, None] = {}
    piis: dict[str, None] = {}
    urls: dict[str, None] = {}
    for tag in ("LID", "AID"):
        kept = []
        for value in (one_line(value) for value in tags.get(tag, ())):
            kind = match[1].lower() if (match := _LINKED.search(value)) else ""
            doi = ids.find_doi(value) if kind in ("", "doi") else ""
            if doi:
                dois[doi] = None
            elif kind == "pii":
                piis[value[: match.start()].strip() if match else value] = None
            elif value.startswith(("http://", "https://")):
                urls[value] = None
            elif value:
                kept.append(value)
        tags[tag] = kept
    further = list(dois)[1:]
    if further:
        tags["AID"].extend(further)
    return list(dois), list(piis), tuple(urls)


def _numbers(tags: Tags, title: str, abstract: str) -> dict[str, str]:
    """Trial numbers from SI, else from the text; ERIC's own number."""
    found = ids.registrations_of(" ".join(tags.get("SI", ()))) or ids.registrations_of(f"{title} {abstract}")
    for value in tags.get("OID", ()):
        if re.fullmatch(r"E[JD]\d{5,8}", value):
            found["eric"] = value
    return found
