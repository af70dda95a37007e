"""The beginning of a table, for a person who is to say what its columns hold."""

from __future__ import annotations

import itertools
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
