"""An ASReview project (.asreview): a ZIP with its labels in a SQLite file. Its records are in another one (version 2),
or in the file that was uploaded to it, which is kept in the folder `data` (version 1).

The files are somebody else's: they are copied to disk up to a limit, opened read-only with nothing of their schema
trusted, and only plain tables of the expected names are read.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from studies.formats import identifiers as ids
from studies.formats.decisions import verdict_of
from studies.formats.entry import Decision, Entry, Item, ParsedRecord, UnreadableFile, entry_or_refusal
from studies.formats.source import CHUNK, ENTRY_LIMIT
from studies.formats.tagged import unique
from studies.formats.text import one_line, paragraphs, storable, value

RECORDS = "data_store.db"
RESULTS = "results.db"
FIRST_RESULTS = "results.sql"
Read = Callable[[BinaryIO, str], Iterator[Item]]
MOST_UNPACKED = 1024 * 2**20
OLD = (
    "This is a project of a very old ASReview, or one without records. Open it in ASReview, export its data set as CSV "
    "or RIS, and upload that."
)
OTHERS = (
    "The numbers of the records in this ASReview project are not those of the file that it was made of. Open it in "
    "ASReview, export its data set as CSV or RIS, and upload that."
)
DAMAGED = "The ASReview project is damaged. Export it again, or export its data set as CSV or RIS."
TOO_BIG = "The ASReview project unpacks to more than the server takes. Export its data set as CSV or RIS."
COLUMNS = ("record_id", "title", "abstract", "authors", "notes", "keywords", "year", "doi", "url")


def is_project(archive: zipfile.ZipFile) -> bool:
    return "project.json" in archive.namelist()


def read_project(archive: zipfile.ZipFile, read: Read) -> Iterator[Item]:
    """The records in the order of the project, each with what was decided of it. `read` reads the file that a project
    of version 1 was made of."""
    stores = [part for part in archive.infolist() if part.filename.split("/")[-1] == RECORDS]
    labels = [part for part in archive.infolist() if part.filename.split("/")[-1] == RESULTS]
    if not stores and not labels:
        return _first_version(archive, read)
    if len(stores) != 1 or len(labels) > 1:
        raise UnreadableFile(OLD)
    if sum(part.file_size for part in (*stores, *labels)) > MOST_UNPACKED:
        raise UnreadableFile(TOO_BIG)
    return _items(archive, stores[0], labels[0] if labels else None)


def _items(
    archive: zipfile.ZipFile, store: zipfile.ZipInfo, labels: zipfile.ZipInfo | None
) -> Iterator[Item]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            decided = _decisions(_unpacked(archive, labels, Path(folder))) if labels else {}
            with contextlib.closing(_opened(_unpacked(archive, store, Path(folder)))) as base:
                for position, row in enumerate(_rows(base, "record", COLUMNS), 1):
                    fields = _record(row, decided.get(row.get("record_id")))
                    raw = json.dumps(row, ensure_ascii=False, default=repr)
                    yield entry_or_refusal(position, position, storable(raw), fields)
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise UnreadableFile(DAMAGED) from error


def _first_version(archive: zipfile.ZipFile, read: Read) -> Iterator[Item]:
    labels = [part for part in archive.infolist() if part.filename.split("/")[-1] == FIRST_RESULTS]
    name = _dataset_of(archive)
    data = [part for part in archive.infolist() if part.filename == f"data/{name}"]
    if len(data) != 1 or len(labels) > 1:
        raise UnreadableFile(OLD)
    if sum(part.file_size for part in (*data, *labels)) > MOST_UNPACKED:
        raise UnreadableFile(TOO_BIG)
    return _items_of_first(archive, data[0], labels[0] if labels else None, read)


def _dataset_of(archive: zipfile.ZipFile) -> str:
    with archive.open("project.json") as file:
        text = file.read(2**20)
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(DAMAGED) from error
    name = about.get("dataset_path") if isinstance(about, dict) else None
    return name if isinstance(name, str) else ""


def _items_of_first(
    archive: zipfile.ZipFile, data: zipfile.ZipInfo, labels: zipfile.ZipInfo | None, read: Read
) -> Iterator[Item]:
    """ASReview numbers the entries of the file, or takes their numbers from its column `record_id`. It keeps a list of
    these: where ours are others, labels would go to wrong records, and nothing is read."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = _unpacked(archive, labels, Path(folder)) if labels else None
            decided = _decisions(path, note="notes") if path else {}
            listed = _numbers(path) if path else set()
            seen: set[object] = set()
            with archive.open(data) as member:
                for item in read(member, data.filename):  # type: ignore[arg-type]
                    number = _number(item)
                    seen.add(number)
                    decision = decided.get(number)
                    if isinstance(item, Entry) and decision:
                        item = replace(item, fields=replace(item.fields, decisions=(decision,)))  # noqa: PLW2901
                    yield item
            if listed != seen and (listed or decided):
                raise UnreadableFile(OTHERS)
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise UnreadableFile(DAMAGED) from error


def _number(item: Item) -> int:
    own = item.fields.extra.get("record_id", ()) if isinstance(item, Entry) else ()
    text = own[0] if own else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else item.position - 1


def _numbers(path: Path) -> set[object]:
    with contextlib.closing(_opened(path)) as base:
        return {row["record_id"] for row in _rows(base, "record_table", ("record_id",))}


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, folder: Path) -> Path:
    """The member as a file, however large it says that it is."""
    path = folder / part.filename.split("/")[-1]
    with archive.open(part) as member, path.open("wb") as out:
        _copy(member, out)
    return path


def _copy(member: Any, out: BinaryIO) -> None:
    left = MOST_UNPACKED
    while piece := member.read(CHUNK):
        left -= len(piece)
        if left < 0:
            raise UnreadableFile(TOO_BIG)
        out.write(piece)


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    base.execute("PRAGMA trusted_schema = OFF")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ENTRY_LIMIT)
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    return base


def _rows(base: sqlite3.Connection, table: str, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The wanted columns, as far as they are there, of a plain table."""
    made = base.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    if made is None or "VIRTUAL" in str(made[0])[:40].upper() or "GENERATED" in str(made[0]).upper():
        raise UnreadableFile(OLD)
    there = {row[1] for row in base.execute(f"PRAGMA table_info({table})")}
    names = [name for name in wanted if name in there]
    if "record_id" not in names:
        raise UnreadableFile(OLD)
    found = base.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY record_id")  # noqa: S608 - our own names
    for row in found:
        yield dict(zip(names, row, strict=True))


def _decisions(path: Path, note: str = "note") -> dict[Any, Decision]:
    """Record -> what was decided of it; what nobody has labelled has none."""
    found: dict[Any, Decision] = {}
    with contextlib.closing(_opened(path)) as base:
        for row in _rows(base, "results", ("record_id", "label", note, "user_id")):
            verdict = verdict_of(str(row.get("label"))) if row.get("label") is not None else None
            said = value(str(row.get(note) or ""))
            if verdict or said:
                person = f"User {row['user_id']}" if row.get("user_id") is not None else ""
                found[row["record_id"]] = Decision(reviewer=person, verdict=verdict, note=said)
    return found


def _record(row: Mapping[str, Any], decision: Decision | None) -> ParsedRecord:
    title, abstract = value(_text(row, "title")), paragraphs(value_lines(_text(row, "abstract")))
    notes = _list(row, "notes")
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_list(row, "authors"),
        year=ids.find_year([_text(row, "year")]),
        doi=ids.find_doi(_text(row, "doi")),
        keywords=unique(_list(row, "keywords")),
        urls=(url,) if (url := one_line(_text(row, "url"))).startswith("http") else (),
        identifiers=ids.registrations_of(f"{title} {abstract}"),
        extra={"notes": notes} if notes else {},
        decisions=(decision,) if decision else (),
    )


def value_lines(text: str) -> str:
    """Cleaned text with its line ends."""
    return "\n".join(value(line) for line in text.splitlines())


def _text(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return (
        found if isinstance(found, str) else "" if found is None or isinstance(found, bytes) else str(found)
    )


def _list(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list that is kept as JSON."""
    try:
        found = json.loads(_text(row, name) or "[]")
    except (ValueError, RecursionError):
        found = [_text(row, name)]
    listed = found if isinstance(found, list) else [found]
    return tuple(text for one in listed if isinstance(one, str) and (text := value(one)))
