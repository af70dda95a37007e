"""EndNote's refer format (.enw, .ref): a percent sign, one character, a blank, the value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes
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
from studies.formats.text import clean, paragraphs, storable

START = re.compile(
    rb"[\r\n](?:%0(?=[ \t\r\n]|\Z)|(?:(?<=\n\n)|(?<=\r\r)|(?<=\n\r\n)|(?<=\n\r\r\n))%[A-Z@](?= ))"
)
_TAG = re.compile(r"%([0-9A-Z@&!?*~$(<>+\[\]=^#])(?:[ \t]+(.*)|[ \t]*)$", re.DOTALL)
_ACCESSIONS = (("WOS:", "wos"), ("rayyan-", "rayyan"))
_ZERO = re.compile(r"^%0(?:[ \t]|$)", re.MULTILINE)


def read_enw(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    for offset, block, complete in _whole(source):
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
            yield entry_or_refusal(position, offset, raw, _record(tags))


def _whole(source: Source) -> Iterator[tuple[int, bytes, bool]]:
    """Blocks, with a %0 that stands below other tags put back into its entry."""
    held: tuple[int, bytes, bool] | None = None
    for offset, block, complete in source.blocks(START):
        if held is not None:
            if held[2] and complete and _belongs(source, held[1], block):
                held = (held[0], held[1] + block, True)
                continue
            yield held
        held = (offset, block, complete)
    if held is not None:
        yield held


def _belongs(source: Source, before: bytes, block: bytes) -> bool:
    text = unix(source.text(before[-4000:]))
    return (
        block.startswith(b"%0")
        and not text.endswith("\n\n")
        and "%" in text
        and not _ZERO.search(unix(source.text(before)))
    )


def parse_tags(raw: str) -> Tags:
    """One entry's lines as character -> values."""
    tags: Tags = {}
    values: list[str] = []
    more: list[str] = []
    tag = ""
    for line in clean(unix(raw)).split("\n"):
        match = _TAG.match(line)
        if match:
            join_on(values, more, "\n")
            tag = match[1]
            values = tags.setdefault(tag, [])
            values.append((match[2] or "").strip())
        elif stripped := line.strip():
            if not values:
                tags.setdefault("", []).append(stripped)
            elif tag == "K":
                values.append(stripped)
            else:
                more.append(stripped)
    join_on(values, more, "\n")
    return tags


def _record(tags: Tags) -> ParsedRecord:
    kind = take(tags, "0")
    title = take(tags, "T", "!")
    drop_equal(tags, title, "!")
    urls = unique(part for value in take_all(tags, "U") for part in value.split())
    doi = next((found for value in tags.get("R", ()) if (found := ids.find_doi(value))), "")
    if doi:
        kept = [value for value in tags["R"] if ids.find_doi(value) != doi]
        tags["R"] = kept
    doi = doi or next((found for url in urls if (found := ids.doi_from_url(url))), "")
    serial = tags.get("@", [])
    numbers: dict[str, str] = {}
    issn, isbn = ids.issn_of(serial), ids.isbn_of(serial)
    if issn or isbn:
        tags.pop("@", None)
    if isbn:
        numbers["isbn"] = isbn
    source = take(tags, "~", "W")
    accession = take(tags, "M")
    pmid = ids.pmid_of(accession) if re.search("pubmed|medline|NLM", source, re.IGNORECASE) else ""
    if accession and not pmid:
        named = next((name for mark, name in _ACCESSIONS if accession.startswith(mark)), "accession")
        numbers[named] = accession
    abstract = paragraphs(tags["X"].pop(0)) if tags.get("X") else ""
    for name, number in ids.registrations_of(f"{title} {abstract}").items():
        numbers.setdefault(name, number)
    linked_pmid, linked_pmcid = ids.numbers_in_links(urls)
    journal = take(tags, "J", "B")
    short = take(tags, "1") if kind.startswith("Journal") else ""
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=authors(take_all(tags, "A")),
        year=take_year(tags, "D", "8"),
        journal=journal,
        journal_abbreviation=short,
        volume=take(tags, "V"),
        issue=take(tags, "N"),
        pages=ids.join_pages(take(tags, "P")),
        doi=doi,
        pmid=pmid or linked_pmid,
        pmcid=ids.pmcid_of(" ".join(tags.get("2", ()))) or linked_pmcid,
        identifiers=numbers,
        kind=kind,
        language=take(tags, "G"),
        keywords=_keywords(tags),
        urls=urls,
        issn=issn,
        source=source,
        decisions=decisions_in_notes(tags.get("Z", []) + tags.get("O", [])),
        extra={f"%{tag}" if tag else "": values for tag, values in remaining(tags).items()},
    )


def _keywords(tags: Tags) -> tuple[str, ...]:
    values = take_all(tags, "K")
    return unique(part for value in values for piece in value.split(";") if (part := piece.strip()))
