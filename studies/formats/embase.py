"""Embase's exports that give each field a row of its own: CSV "by row", and plain text.

The fields are the columns of its other tables, so that one reader makes records of all of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache

from studies.formats.columns import guess_mapping, normal
from studies.formats.entry import Item, Refusal, entry_or_refusal
from studies.formats.rows import RowReader
from studies.formats.source import Source
from studies.formats.table import UNCLOSED, Lines, rows_in
from studies.formats.tagged import NO_ENTRY, too_long, unix
from studies.formats.text import storable

TEXT_START = re.compile(rb"[\r\n]RECORD \d{1,7}[ \t]*(?=[\r\n]|\Z)")
_HEADING = re.compile(r"RECORD \d{1,7}[ \t]*$")
_FIELDS = frozenset(
    {
        "title", "original title", "author names", "author addresses", "correspondence address", "editors", "source",
        "source title", "publication year", "volume", "issue", "first page", "last page", "date of publication",
        "publication type", "conference name", "conference location", "conference date", "issn", "isbn", "book publisher",
        "abstract", "original non english abstract", "author keywords", "emtree drug index terms major focus",
        "emtree drug index terms", "emtree medical index terms major focus", "emtree medical index terms",
        "cas registry numbers", "device trade names", "drug trade names", "molecular sequence numbers",
        "embase classifications", "clinical trial numbers", "article language", "language of article", "summary language",
        "language of summary", "embase accession id", "medline pmid", "pui", "doi", "full text link", "embase link",
        "open url link", "copyright", "aip ip entry date", "full record entry date",
    }
)  # fmt: skip
Fields = dict[str, list[str]]


def is_by_row(text: str) -> bool:
    """True for a table whose first rows each begin with the name of a field, and hold its values."""
    lines = [line for line in unix(text[:20_000]).split("\n")[:12] if line.strip()]
    try:
        rows = list(csv.reader(lines))[:6]
    except csv.Error:
        return False
    named = [row for row in rows if row and normal(row[0].lstrip("\ufeff")) in _FIELDS]
    values = [cell for row in rows for cell in row[1:]]
    return len(named) >= max(2, len(rows) - 1) and not any(normal(cell) in _FIELDS for cell in values)


def read_by_row(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file; an entry begins where the first field comes again."""
    position, row_number, begun = 0, 0, 1
    fields: Fields = {}
    raw: list[str] = []
    first = ""
    for row, line in rows_in(Lines(source), ","):
        row_number += 1
        if row is None:
            position += 1
            yield Refusal(position, row_number, storable(line), UNCLOSED)
            continue
        name = row[0].strip().lstrip("\ufeff") if row else ""
        if not name:
            continue
        first = first or name
        if name == first and fields:
            position += 1
            yield _item(position, begun, "\n".join(raw), fields)
            fields, raw = {}, []
        if not fields:
            begun = row_number
        fields.setdefault(name, []).extend(row[1:])
        raw.append(line)
    if fields:
        yield _item(position + 1, begun, "\n".join(raw), fields)


def read_text(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    for offset, block, complete in source.blocks(TEXT_START):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        if not _HEADING.match(unix(text).lstrip("\ufeff \n").partition("\n")[0]):
            continue  # what stands above the first entry
        position += 1
        fields = _fields(text)
        if fields:
            yield _item(position, offset, text, fields)
        else:
            yield Refusal(position, offset, storable(text), NO_ENTRY)


def _fields(text: str) -> Fields:
    """Field name -> the lines below it."""
    fields: Fields = {}
    values: list[str] | None = None
    for line in unix(text).split("\n")[1:]:
        stripped = line.strip()
        if stripped.isupper() and normal(stripped) in _FIELDS:
            values = fields.setdefault(stripped, [])
        elif stripped and values is not None:
            values.append(stripped)
    return fields


@lru_cache(maxsize=500)
def _reader(names: tuple[str, ...]) -> RowReader:
    return RowReader(names, guess_mapping(names), "Embase")


def _item(position: int, offset: int, raw: str, fields: Fields) -> Item:
    listed = ("author", "keyword", "term")
    cells = [
        ("; " if any(word in name.lower() for word in listed) else " ").join(values)
        for name, values in fields.items()
    ]
    return entry_or_refusal(position, offset, storable(raw), _reader(tuple(fields)).record(cells))
