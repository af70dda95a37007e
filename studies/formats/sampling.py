"""The beginning of a table, for a person who is to say what its columns hold."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from studies.formats.columns import dialect_of, guess_mapping
from studies.formats.detect import by_content
from studies.formats.entry import UnreadableFile
from studies.formats.source import HEAD, decoded_head, read_fully
from studies.formats.table import parsed_head
from studies.formats.text import value
from studies.formats.workbook import first_rows

ROWS = 4
LONGEST = 240
MOST_COLUMNS = 400
_TELLING = {"title", "doi", "pmid", "nct"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The headings of a table and its first rows, as plain text, each cell cut to LONGEST characters."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def clear(self) -> bool:
        """True where nobody has to be asked: a known tool's table, or every column recognised."""
        guessed = guess_mapping(self.headings)
        named = [heading for heading in self.headings if heading]
        return bool(set(guessed.values()) & _TELLING) and (
            bool(dialect_of(self.headings)) or len(guessed) == len(named)
        )


def sample(stream: BinaryIO, filename: str = "") -> Sample | None:
    """The beginning of a CSV, tab-delimited or Excel table; None for anything else."""
    head = read_fully(stream, HEAD)
    try:
        name = by_content(head, filename)
        if name == "xlsx":
            stream.seek(0)
            return _sample(first_rows(stream))
    except (UnreadableFile, zipfile.BadZipFile):
        return None  # reading it says what is wrong
    if name == "csv" or (name is None and filename.lower().endswith((".csv", ".tsv", ".tab"))):
        return _sample(parsed_head(decoded_head(head)))
    return None


def _sample(table: tuple[Sequence[str], Sequence[Sequence[str]]]) -> Sample | None:
    headings, rows = table
    if not any(headings) or len(headings) > MOST_COLUMNS or any("\x00" in one for one in headings):
        return None
    return Sample(
        tuple(headings),
        tuple(
            tuple(value(cell)[:LONGEST] for cell in itertools.islice(row, len(headings)))
            for row in itertools.islice((row for row in rows if any(cell.strip() for cell in row)), ROWS)
        ),
    )


_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+$")
_YEAR = re.compile(r"(?:1[89]|20)\d\d$")
_PMID = re.compile(r"\d{6,8}$")
_NAMES = re.compile(r"[^\W\d_][\w'-]+(?: [\w'-]+)?,? +[A-Z](?:\.|[A-Z]|[a-z]+)?")
ABSTRACT_LEAST = 220


def guess_by_cells(sample: Sample) -> dict[str, str]:
    """Heading -> field: by the headings, and where these say nothing by what stands in the first rows."""
    mapping = guess_mapping(sample.headings)
    used = set(mapping.values())
    long: list[tuple[float, str]] = []
    for index, heading in enumerate(sample.headings):
        cells = [row[index] for row in sample.rows if index < len(row) and row[index]]
        if heading in mapping or not heading or not cells:
            continue
        field = _kind_of(cells)
        if field and field not in used:
            mapping[heading] = field
            used.add(field)
        elif not field:
            long.append((sum(map(len, cells)) / len(cells), heading))
    for length, heading in sorted(long, reverse=True):
        if length >= ABSTRACT_LEAST and "abstract" not in used:
            mapping[heading] = "abstract"
            used.add("abstract")
        elif "title" not in used and length >= 12:
            mapping[heading] = "title"
            used.add("title")
    return mapping


def _kind_of(cells: Sequence[str]) -> str:
    """What every cell of a column looks like, or ""."""
    for field, pattern in (("doi", _DOI), ("year", _YEAR), ("pmid", _PMID), ("authors", _NAMES)):
        if all(pattern.match(cell) for cell in cells) and (field != "authors" or _listed(cells)):
            return field
    return ""


def _listed(cells: Sequence[str]) -> bool:
    """Names, and not sentences: with commas or semicolons, and initials at an end."""
    return all(
        re.search(r"[,;]", cell) and re.search(r"\b[A-Z]\.?(?:[A-Z]\.?)?(?:$|[;,])", cell) for cell in cells
    )
