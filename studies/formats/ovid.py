"""Ovid's citation text: a number in angle brackets, field names on lines, indented values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, entry_or_refusal
from studies.formats.names import authors
from studies.formats.source import Source
from studies.formats.tagged import Tags, remaining, take, take_year, too_long, unique, unix
from studies.formats.text import clean, one_line, storable

START = re.compile(rb"[\r\n]<\d{1,7}>[ \t]*(?=[\r\n]|\Z)")
_NUMBER = re.compile(r"<\d{1,7}>\s*$")
_FIELD = re.compile(r"[A-Z][A-Za-z/&() .-]{1,70}$")
_LINK = re.compile(r"Link to [A-Za-z ]{3,60}:$")
_DATABASE = re.compile(r"^Database: *(\S.*)$", re.MULTILINE)
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was printed, as far as one line tells it."""

    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None


def place_in(where: str) -> Place:
    """Nursing Quarterly. 28(2):103-106, April 2015 and its like, taken apart."""
    match = _WHERE.match(where[:1000])
    year = ids.find_year(reversed(re.findall(r"\d{4}", where[:1000])))
    if match is None:
        return Place(where.split(". ", maxsplit=1)[0].strip(" ."), year=year)
    return Place(
        match["journal"].strip(),
        match["volume"],
        match["issue"] or "",
        ids.join_pages(match["pages"] or match["pages2"] or ""),
        year,
    )


def read_ovid(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    databases = _DATABASE.findall(unix(head[:4000]))
    default = one_line(clean(databases[0])) if len(databases) == 1 else ""
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
            yield entry_or_refusal(position, where, storable(raw), _record(tags, default))


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
        if line[0] not in " \t" and (_FIELD.match(stripped) or _LINK.match(stripped)):
            values = tags.setdefault(stripped.rstrip(":"), [])
        elif values is not None:
            values.append(stripped)
    return tags


def _record(tags: Tags, default: str) -> ParsedRecord:
    title = _LABEL.sub(
        "", _joined(tags, "Title") or _joined(tags, "Chapter Title") or _joined(tags, "Book Title")
    )
    where = _joined(tags, "Source")
    place = place_in(where)
    source = take(tags, "Database") or default
    numbers = _numbers(tags, source)
    abstract = _joined(tags, "Abstract")
    numbers.update(ids.registrations_of(f"{title} {abstract}"))
    doi = ids.find_doi(_joined(tags, "DOI Number", "Digital Object Identifier", "DOI"))
    tags["Source"] = [where] if where else []
    year = ids.find_year(tags.get("Year of Publication", ())) or place.year
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(tags),
        year=year or take_year(tags, "Status"),
        journal=place.journal,
        volume=place.volume,
        issue=place.issue,
        pages=place.pages,
        doi=doi,
        pmid=numbers.pop("pmid", ""),
        identifiers=numbers,
        kind=_joined(tags, "Publication Type", "Document Type").strip("-"),
        language=_joined(tags, "Language").rstrip("."),
        keywords=_keywords(tags),
        urls=unique(
            u for u in tags.pop("Link to the Ovid Full Text or citation", []) if u.startswith("http")
        ),
        issn=ids.issn_of(
            _joined(tags, name) for name in ("ISSN", "ISSN Print", "ISSN Electronic", "ISSN Linking")
        ),
        source=source or "Ovid",
        extra=remaining(tags),
    )


def _numbers(tags: Tags, source: str) -> dict[str, str]:
    """The accession number is the first line below its name; MEDLINE's is PubMed's."""
    number = take(tags, "Accession Number", "Unique Identifier", "PMID").rstrip(".")
    if "medline" in source.lower() and ids.pmid_of(number):
        return {"pmid": ids.pmid_of(number)}
    if "embase" in source.lower() and number.isdigit():
        return {"embase": f"L{number}"}
    return {"accession": number} if number else {}


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
    values = []
    for name in (
        "Author Keywords",
        "Keyword Heading",
        "Subject Headings",
        "MeSH Subject Headings",
        "Heading Word",
    ):
        values += tags.pop(name, [])
    pieces = (piece for value in values for piece in value.split(";"))
    return unique(part.rstrip(".") for piece in pieces if (part := one_line(piece)))
