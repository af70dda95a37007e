"""CSV and tab-delimited tables, read row by row with each row's text kept verbatim.

A quotation mark that is never closed would swallow every row behind it: such a row is refused,
and reading goes on with the line after it.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from studies.formats.columns import dialect_of, guess_mapping, recognised
from studies.formats.entry import Item, Refusal, UnreadableFile, entry_or_refusal
from studies.formats.rows import RowReader
from studies.formats.source import ENTRY_LIMIT, Source
from studies.formats.tagged import TOO_LONG, unix
from studies.formats.text import one_line, storable

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES = 500
_SEARCHED_ROWS = 15

UNCLOSED = (
    "A quotation mark opens in this row and is not closed. Close it, or double it where it is meant "
    "as a character, and retry."
)

csv.field_size_limit(ENTRY_LIMIT)


class UnmappedTable(UnreadableFile):
    """A table of which no column is recognised as the title; `header` holds its headings."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = tuple(header)
        super().__init__(
            "No column of the table looks like a title or an identifier. Match its columns by hand, or "
            "give them headings such as Title, Authors, Year, Journal, DOI."
        )


class _RunAway(Exception):
    """A row took more lines than a row can have."""


class Lines:
    """Lines of a source as text, with those of the row being read remembered."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._waiting: deque[str] = deque()
        self._rest = b""
        self._ended = False
        self.taken: list[str] = []

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _RunAway
        while not self._waiting:
            if self._ended:
                raise StopIteration
            self._fill()
        line = self._waiting.popleft()
        self.taken.append(line)
        return line

    def _fill(self) -> None:
        piece = self._source.read()
        self._ended = not piece
        data = self._rest + piece
        if not self._ended and len(data) <= ENTRY_LIMIT:
            cut = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
            data, self._rest = data[:cut], data[cut:]
        else:
            self._rest = b""
        # bytes.splitlines cuts at CR, LF and CRLF only, unlike that of str.
        self._waiting.extend(self._source.text(line) for line in data.splitlines(keepends=True))

    def put_back(self) -> str:
        """Give back all lines but the first of the row, and return that."""
        first, *others = self.taken
        self._waiting.extendleft(reversed(others))
        self.taken = []
        return first


def delimiter_of(text: str) -> str:
    """The delimiter under which the first rows show the most known headings."""
    lines = _filled_lines(text)
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    best, most = "", (0, 0)
    for mark in DELIMITERS:
        rows = _parsed(lines, mark)
        score = max(((recognised(row), len(row)) for row in rows if len(row) > 1), default=(0, 0))
        if score > most:
            best, most = mark, score
    return best


def _filled_lines(text: str) -> list[str]:
    """The first lines that are not empty, with their ends."""
    lines = (line for line in unix(text).split("\n") if line.strip())
    return [f"{line}\n" for line in itertools.islice(lines, _SEARCHED_ROWS)]


def _headings(row: Sequence[str]) -> list[str]:
    return [one_line(cell).lstrip("\ufeff") for cell in row]


def _parsed(lines: list[str], mark: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=mark, skipinitialspace=True))
    except csv.Error:
        return []


def header_of(text: str) -> list[str]:
    """The headings of a table, given its beginning; [] where there is none."""
    mark = delimiter_of(text)
    if not mark:
        return []
    return max(_parsed(_filled_lines(text), mark), key=recognised, default=[])


def is_table(text: str) -> bool:
    """True when a row of headings is recognised: a title or identifier and one more column."""
    found = set(guess_mapping(header_of(text)).values())
    return len(found) >= 2 and bool(found & {"title", "doi", "pmid", "nct"})


def choose_mapping(header: Sequence[str], mapping: Mapping[str, str] | None) -> Mapping[str, str]:
    """The given mapping, else the guessed one; raises where neither says what a row is about."""
    chosen = mapping or guess_mapping(header)
    if not set(chosen.values()) & {"title", "doi", "pmid", "nct", "abstract", "authors"}:
        raise UnmappedTable(header)
    return chosen


def parsed_head(text: str) -> tuple[list[str], list[list[str]]]:
    """The headings of a table and its first rows, given its beginning."""
    mark, header = _layout(text)
    lines = [f"{line}\n" for line in itertools.islice(unix(text).split("\n"), _SEARCHED_ROWS * 10)]
    rows = _parsed(lines, mark)
    at = next((index for index, row in enumerate(rows) if _headings(row) == header), -1)
    return header, rows[at + 1 :]


def _layout(head: str) -> tuple[str, list[str]]:
    """The delimiter and the headings."""
    mark = delimiter_of(head) or ("\t" if "\t" in head.split("\n", maxsplit=1)[0] else ",")
    return mark, _headings(header_of(head) or next(iter(_parsed(_filled_lines(head), mark)), []))


def read_table(
    source: Source, head: str, filename: str, mapping: Mapping[str, str] | None
) -> tuple[str, str, Iterator[Item]]:
    """(dialect, the heading row as text, entries and refusals in the order of the rows)."""
    mark, header = _layout(head)
    chosen = choose_mapping(header, mapping)
    reader = RowReader(header, chosen, dialect_of(header), filename)
    return dialect_of(header), row_text(header, mark), _items(source, mark, reader)


def row_text(cells: Sequence[str], mark: str) -> str:
    """Cells as one line of a table."""
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=mark).writerow(cells)
    return line.getvalue()


def _items(source: Source, mark: str, reader: RowReader) -> Iterator[Item]:
    lines = Lines(source)
    position, row_number, body = 0, 0, False
    for row, raw in rows_in(lines, mark):
        row_number += 1
        if row is None:
            if body:
                position += 1
                yield Refusal(position, row_number, storable(raw), UNCLOSED)
            continue
        if not any(cell.strip() for cell in row):
            continue
        if not body or row[0] == reader.header[0]:
            # Above the headings stand remarks; below them the headings again, where exports were put together.
            is_header = _headings(row) == reader.header
            body = body or is_header
            if is_header or not body:
                continue
        position += 1
        if len(raw) > ENTRY_LIMIT:
            yield Refusal(position, row_number, storable(raw[:4000]), TOO_LONG)
            continue
        yield entry_or_refusal(position, row_number, storable(raw), reader.record(row))
    if not body:
        raise UnmappedTable(reader.header)


def rows_in(lines: Lines, mark: str) -> Iterator[tuple[list[str] | None, str]]:
    """(cells, verbatim text) of each row; cells are None for a row that never ends."""
    rows = csv.reader(lines, delimiter=mark, skipinitialspace=mark != "\t")
    while True:
        lines.taken = []
        try:
            row = next(rows)
        except StopIteration:
            return
        except (_RunAway, csv.Error):
            rows = csv.reader(lines, delimiter=mark, skipinitialspace=mark != "\t")
            yield None, lines.put_back()
            continue
        if len(lines.taken) > 1 and not _well_quoted(lines.taken, mark):
            rows = csv.reader(lines, delimiter=mark, skipinitialspace=mark != "\t")
            yield None, lines.put_back()
            continue
        yield row, "".join(lines.taken).rstrip("\r\n")


def _well_quoted(taken: list[str], mark: str) -> bool:
    """False when a row over several lines came about by a stray quotation mark."""
    try:
        return len(list(csv.reader(taken, delimiter=mark, skipinitialspace=mark != "\t", strict=True))) == 1
    except csv.Error:
        return False
