"""Ovid's citation text: a number in angle brackets, field names on lines, indented values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, entry_or_refusal
from studies.formats.names import authors
from studies.formats.source import Source
from studies.formats.tagged import Tags, remaining, take, take_year, too_long, unique, unix
from studies.formats.text import clean, one_line, storable

START = re.compile(rb"[\r\n]<\d{1,7}>[ \t]*(?=[\r\n]|\Z)")
_NUMBER = re.compile(r"<\d{1,7}>\s*$")
_FIELD = re.compile(r"[A-Z][A-Za-z/&() .-]{1,70}$")
_FIRST = ("Score", "Accession Number", "Unique Identifier")
_NOTES = re.compile(
    r"\s*\*|\s*\+|\s+\d{1,2}(?:,\s*\d{1,2})*$|\s*\((?:\d|\*|\+)\)|\s*\[(?:Ed|eds?)\.?\]$", re.IGNORECASE
)
_DEGREES = re.compile(
    r"(?:(?<![ ,])[ ,]+(?:MD|PhD|MSc|MPH|RN|FAAN|BSc|MA|MS|DrPH|MBBS|DO|DDS|PharmD|FRCP|ScD|DPhil))+\b\.?"
)
_LABEL = re.compile(
    r"\.?\s*\[(?:Article|Review|Miscellaneous|Letter|Editorial|Report|Abstract|Journal Article)\]\.?$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"^(?P<journal>.+?)\.\s+(?:Vol\.?\s*)?(?P<volume>\d+)(?:\((?P<issue>[^)]+)\))?"
    r"(?::(?P<pages>[\w-]+)|\s+[^,]*,\s*(?P<pages2>[\w-]+))?"
)


def read_ovid(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    for offset, block, complete in source.blocks(START):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        counted, where = 0, offset
        for at, raw in _parts(text):
            tags = parse_fields(raw)
            if not tags:
                continue
            position += 1
            where += source.span(text[counted:at], text, block)
            counted = at
            yield entry_or_refusal(position, where, storable(raw), _record(tags))


def _parts(text: str) -> list[tuple[int, str]]:
    """Entries without a number begin where the first field name comes again."""
    if text.startswith("<"):
        return [(0, text)]
    for name in _FIRST:
        starts = [match.start() for match in re.finditer(rf"(?:^|(?<=[\r\n])){name}[ \t]*(?=[\r\n])", text)]
        if starts:
            starts[0] = 0
            return [(a, text[a:b]) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [(0, text)]


def parse_fields(raw: str) -> Tags:
    """Field name -> the lines below it."""
    tags: Tags = {}
    values: list[str] | None = None
    for line in clean(unix(raw)).split("\n"):
        stripped = line.strip()
        if not stripped or _NUMBER.match(stripped):
            continue
        if line[0] not in " \t" and _FIELD.match(stripped):
            values = tags.setdefault(stripped, [])
        elif values is not None:
            values.append(stripped)
    return tags


def _record(tags: Tags) -> ParsedRecord:
    title = _LABEL.sub(
        "", _joined(tags, "Title") or _joined(tags, "Chapter Title") or _joined(tags, "Book Title")
    )
    where = _joined(tags, "Source")
    place = _WHERE.match(where[:1000])
    journal = place["journal"].strip() if place else where.split(". ")[0].strip(" .")
    accession = _joined(tags, "Accession Number").rstrip(".") or _joined(tags, "Unique Identifier")
    numbers = {"accession": accession} if accession else {}
    abstract = _joined(tags, "Abstract")
    numbers.update(ids.registrations_of(f"{title} {abstract}"))
    doi = ids.find_doi(_joined(tags, "DOI Number", "Digital Object Identifier", "DOI"))
    tags["Source"] = [where] if where else []
    year = ids.find_year([*tags.get("Year of Publication", ()), *reversed(re.findall(r"\d{4}", where))])
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(tags),
        year=year or take_year(tags, "Status"),
        journal=journal,
        volume=place["volume"] if place else "",
        issue=(place["issue"] or "") if place else "",
        pages=ids.join_pages((place["pages"] or place["pages2"] or "") if place else ""),
        doi=doi,
        identifiers=numbers,
        kind=_joined(tags, "Publication Type", "Document Type").strip("-"),
        language=_joined(tags, "Language").rstrip("."),
        keywords=_keywords(tags),
        urls=unique(
            u for u in tags.pop("Link to the Ovid Full Text or citation", []) if u.startswith("http")
        ),
        issn=ids.issn_of([_joined(tags, "ISSN")]),
        source=take(tags, "Database") or "Ovid",
        extra=remaining(tags),
    )


def _joined(tags: Tags, *names: str) -> str:
    for name in names:
        values = tags.pop(name, None)
        if values:
            return one_line(" ".join(values))
    return ""


def _authors(tags: Tags) -> tuple[str, ...]:
    names = _joined(tags, "Author", "Authors").split(";")
    found = []
    for name in names:
        plain = _DEGREES.sub("", _NOTES.sub("", one_line(name))).strip(" ,;")
        if plain and not re.fullmatch(r"(?:PhD|MD|RN|FAAN|MSc|MPH)\s*\d*", one_line(name)):
            found.append(plain)
    return authors(found)


def _keywords(tags: Tags) -> tuple[str, ...]:
    values = tags.pop("Author Keywords", []) + tags.pop("Subject Headings", [])
    pieces = (piece for value in values for piece in value.split(";"))
    return unique(part.rstrip(".") for piece in pieces if (part := one_line(piece)))
