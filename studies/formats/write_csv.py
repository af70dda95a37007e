"""Records as a CSV table that spreadsheets and our own reader take back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from studies.formats.entry import ParsedRecord
from studies.formats.names import split_list

HEADER = (
    "Title",
    "Authors",
    "Year",
    "Journal",
    "Journal abbreviation",
    "Volume",
    "Issue",
    "Pages",
    "DOI",
    "PMID",
    "PMCID",
    "ISSN",
    "ISBN",
    "Publication type",
    "Language",
    "Abstract",
    "Keywords",
    "URLs",
    "Database",
    "Embase number",
    "Web of Science number",
    "Scopus number",
    "Trial registration",
    "Accession number",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_row(record: ParsedRecord) -> list[str]:
    """The cells of one record under HEADER."""
    numbers = record.identifiers
    return [
        record.title,
        _joined_authors(record.authors),
        str(record.year) if record.year else "",
        record.journal,
        record.journal_abbreviation,
        record.volume,
        record.issue,
        record.pages,
        record.doi,
        record.pmid,
        record.pmcid,
        "; ".join(record.issn),
        numbers.get("isbn", ""),
        record.kind,
        record.language,
        record.abstract,
        "; ".join(record.keywords),
        " ".join(record.urls),
        record.source,
        *(numbers.get(name, "") for name in ("embase", "wos", "scopus", "nct", "accession")),
    ]


def _joined_authors(authors: Sequence[str]) -> str:
    """Separated by semicolons; a single name that could be read as two ends with one."""
    joined = "; ".join(authors)
    return f"{joined};" if len(authors) == 1 and split_list(joined) != [joined] else joined


def write_csv(
    rows: Iterable[tuple[ParsedRecord, Sequence[str]]], *, more: Sequence[str] = ()
) -> Iterator[str]:
    """Header and rows as text, to be encoded as UTF-8 with its mark; `more` heads the further cells of a row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*HEADER, *more])
    for record, further in rows:
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([safe_cell(cell) for cell in (*csv_row(record), *further)])
    yield buffer.getvalue()
