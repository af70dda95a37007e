"""Many records at once, by PostgreSQL's COPY: half the processor time of INSERT, on both sides."""

import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from django.db import connection

from studies.models import Record

COLUMNS = (
    *(
        "review_id",
        "batch_id",
        "position",
        "raw",
        "title",
        "abstract",
        "authors",
        "year",
        "journal",
        "volume",
    ),
    *(
        "issue",
        "pages",
        "doi",
        "pmid",
        "kind",
        "language",
        "pmcid",
        "journal_abbreviation",
        "issn",
        "urls",
        "identifiers",
        "keywords",
        "source",
        "extra",
    ),
)
COPY = f"COPY studies_record ({', '.join(COLUMNS)}) FROM STDIN"


def copy_records(records: Iterable[Record]) -> None:
    """Store unsaved records as they are. They get their ids in the database, not here."""
    lines = StringIO()
    for record in records:
        lines.write("\t".join([as_text(getattr(record, name)) for name in COLUMNS]))
        lines.write("\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, lines)


def as_text(value: Any) -> str:
    """One value as COPY's text format has it."""
    if isinstance(value, str):
        return escaped(value)
    if value is None:
        return r"\N"
    if isinstance(value, dict):
        return escaped(json.dumps(value, ensure_ascii=False))
    if isinstance(value, Sequence):
        return escaped(array(value))
    return str(value)


def escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text


def array(values: Sequence[str]) -> str:
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in values)
    return "{" + ",".join([f'"{one}"' for one in quoted]) + "}"
