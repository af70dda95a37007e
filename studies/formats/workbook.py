"""Excel workbooks (.xlsx): the sheet whose header is best recognised."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from studies.formats.columns import dialect_of, recognised
from studies.formats.entry import Item, UnreadableFile, entry_or_refusal
from studies.formats.rows import RowReader
from studies.formats.table import choose_mapping, row_text
from studies.formats.text import storable

MOST_UNPACKED = 1024 * 2**20
MOST_EXPANSION = 200
_SEARCHED_ROWS = 15

TOO_BIG_UNPACKED = (
    "The workbook unpacks to more than the server takes ({size} MB). Save the sheet as CSV and upload that."
)
DAMAGED = "The workbook is damaged and cannot be opened. Open it in a spreadsheet program, save it again as .xlsx or CSV."


def refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Raise for an archive that unpacks to far more than it is, or declares entities."""
    for part in archive.infolist():
        packed, size = max(part.compress_size, 1), part.file_size
        if size > 50 * 2**20 and size / packed > MOST_EXPANSION:
            raise UnreadableFile(TOO_BIG_UNPACKED.format(size=size // 2**20))
    total = sum(part.file_size for part in archive.infolist())
    if total > MOST_UNPACKED:
        raise UnreadableFile(TOO_BIG_UNPACKED.format(size=total // 2**20))
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as member:
                if b"<!DOCTYPE" in member.read(4096):
                    raise UnreadableFile(DAMAGED)


def read_workbook(
    stream: BinaryIO, filename: str, mapping: Mapping[str, str] | None
) -> tuple[str, str, Iterator[Item]]:
    """(dialect, the heading row as text, entries in the order of the rows)."""
    sheet, number, header = _best_sheet(stream)
    chosen = choose_mapping(header, mapping)
    reader = RowReader(header, chosen, dialect_of(header), filename)
    return dialect_of(header), row_text(header, "\t"), _items(sheet, number, reader)


def first_rows(stream: BinaryIO) -> tuple[list[str], list[list[str]]]:
    """The headings of the best recognised sheet, and its first rows."""
    sheet, number, header = _best_sheet(stream)
    try:
        rows = sheet.iter_rows(min_row=number + 1, max_row=number + _SEARCHED_ROWS, values_only=True)
        return header, [[_text(cell) for cell in row] for row in rows]
    except Exception as error:
        raise UnreadableFile(DAMAGED) from error


def _best_sheet(stream: BinaryIO) -> tuple[Any, int, list[str]]:
    """(sheet, row number of its headings, headings)."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(stream) as archive:
            refuse_bomb(archive)
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True)
        sheets = [(sheet, *_header(sheet)) for sheet in book.worksheets]
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(DAMAGED) from error
    if not sheets:
        raise UnreadableFile("The workbook has no sheet with cells. Save the table as CSV and upload that.")
    return max(sheets, key=lambda found: recognised(found[2]))


def _header(sheet: Any) -> tuple[int, list[str]]:
    """(row number, headings) of the best recognised of the first rows."""
    best: tuple[int, list[str]] = (1, [])
    for number, row in enumerate(sheet.iter_rows(max_row=_SEARCHED_ROWS, values_only=True), 1):
        cells = [_text(cell).strip() for cell in row]
        if not best[1] and any(cells):
            best = (number, cells)
        if recognised(cells) > recognised(best[1]):
            best = (number, cells)
    return best


def _items(sheet: Any, header_row: int, reader: RowReader) -> Iterator[Item]:
    position = 0
    try:
        for number, row in enumerate(
            sheet.iter_rows(min_row=header_row + 1, values_only=True), header_row + 1
        ):
            cells = [_text(cell) for cell in row]
            if not any(cell.strip() for cell in cells):
                continue
            position += 1
            raw = "\t".join(cells).rstrip("\t")
            yield entry_or_refusal(position, number, storable(raw), reader.record(cells))
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(DAMAGED) from error


def _text(cell: object) -> str:
    """A cell as a person sees it: 2020, not 2020.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
