"""ASReview projects: records and labels from two SQLite files that nobody has to trust."""

import contextlib
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from studies.formats import Entry, Refusal, UnreadableFile, read
from tests.studies.formats.samples import zipped

Items = Callable[..., list[Entry | Refusal]]
RECORD = (
    "CREATE TABLE record (record_id INTEGER PRIMARY KEY, dataset_row INTEGER, dataset_id TEXT, duplicate_of INTEGER, "
    "title TEXT, abstract TEXT, authors JSON, notes JSON, keywords JSON, year INTEGER, doi TEXT, url TEXT, included INTEGER)"
)
RESULTS = (
    "CREATE TABLE results (record_id INTEGER UNIQUE, label INTEGER, classifier TEXT, querier TEXT, balancer TEXT, "
    "feature_extractor TEXT, training_set INTEGER, time FLOAT, note TEXT, tags JSON, user_id INTEGER)"
)
ROWS = [
    (
        0,
        "Naps and recall",
        "One.\nTwo &amp; NCT01234567.",
        '["Okoye, A.", "Li, C."]',
        '["a"]',
        2020,
        "10.1000/x",
    ),
    (1, "Night shifts", None, "not json", "[]", None, None),
    (2, "Dreams", "", "[]", "[]", 1899, "x"),
    (3, None, None, "[]", "[]", None, None),
]


def base(path: Path, statements: list[tuple[str, list[tuple[object, ...]]]]) -> bytes:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        for statement, rows in statements:
            if rows:
                connection.executemany(statement, rows)
            else:
                connection.execute(statement)
    connection.close()
    return path.read_bytes()


INSERT = "INSERT INTO record (record_id, title, abstract, authors, keywords, year, doi) VALUES (?, ?, ?, ?, ?, ?, ?)"
LABEL = "INSERT INTO results (record_id, label, note, user_id) VALUES (?, ?, ?, ?)"


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., bytes]:
    def project(record: str = RECORD, **more: bytes) -> bytes:
        store = base(tmp_path / "d.db", [(record, []), (INSERT, list(ROWS))])
        labels = base(
            tmp_path / "r.db",
            [(RESULTS, []), (LABEL, [(0, 1, "good", 7), (1, 0, None, None), (2, None, "", 7)])],
        )
        files = {"project.json": json.dumps({"version": "2.0"}).encode(), "data/original.csv": b"title\nx\n"}
        return zipped(files | {"data_store.db": store, "reviews/abc/results.db": labels} | more)

    return project


def test_records_come_with_what_was_decided_of_them(project: Callable[..., bytes]) -> None:
    reading = read(io.BytesIO(project()), filename="mine.asreview")
    found = list(reading)
    assert (reading.format, reading.dialect) == ("asreview", "ASReview")
    assert [item.position for item in found] == [1, 2, 3, 4]
    first, second, third, empty = found
    assert isinstance(first, Entry)
    said = first.fields
    assert (said.title, said.abstract, said.authors, said.year, said.doi) == (
        "Naps and recall",
        "One.\nTwo & NCT01234567.",
        ("Okoye, A.", "Li, C."),
        2020,
        "10.1000/x",
    )
    assert said.identifiers == {"nct": "NCT01234567"}
    assert [(one.reviewer, one.verdict, one.note) for one in said.decisions] == [
        ("User 7", "include", "good")
    ]
    assert isinstance(second, Entry)
    assert [(one.reviewer, one.verdict) for one in second.fields.decisions] == [("", "exclude")]
    assert isinstance(third, Entry)
    assert third.fields.decisions == ()
    assert isinstance(empty, Refusal)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "very old ASReview"),
        ({"data_store.db": b""}, "very old ASReview"),
        ({"data_store.db": b"SQLite format 3\x00" + bytes(4000)}, "damaged|very old"),
        ({"data_store.db": b"nonsense" * 100}, "damaged"),
        ({"a/data_store.db": b"", "b/data_store.db": b""}, "very old ASReview"),
    ],
)
def test_what_is_no_project_of_today_says_what_to_do(
    files: dict[str, bytes], message: str, items: Items
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        items(zipped({"project.json": b"{}"} | files), "x.asreview")


@pytest.mark.parametrize(
    "statements",
    [
        [("CREATE VIEW record AS SELECT 1 AS record_id, 'x' AS title", [])],
        [("CREATE TABLE record (record_id INTEGER, title TEXT GENERATED ALWAYS AS (upper('x')))", [])],
        [("CREATE TABLE record (title TEXT)", [])],
        [("CREATE TABLE other (record_id INTEGER)", [])],
    ],
)
def test_only_plain_tables_are_read(
    statements: list[tuple[str, list[tuple[object, ...]]]],
    project: Callable[..., bytes],
    items: Items,
    tmp_path: Path,
) -> None:
    odd = base(tmp_path / "odd.db", statements)
    with pytest.raises(UnreadableFile, match="very old ASReview"):
        items(project(**{"data_store.db": odd}), "x.asreview")


def test_a_project_that_unpacks_to_too_much_is_refused(
    project: Callable[..., bytes], items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studies.formats.asreview_project.MOST_UNPACKED", 5000)
    with pytest.raises(UnreadableFile, match="more than the server takes"):
        items(project(), "x.asreview")


def test_broken_bytes_of_a_project_end_in_a_message_or_in_what_can_be_read(
    project: Callable[..., bytes], items: Items
) -> None:
    whole = project()
    for at in range(200, len(whole), len(whole) // 40):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with contextlib.suppress(UnreadableFile):
            assert len(items(broken, "x.asreview")) <= 8


FIRST = "CREATE TABLE results (record_id INTEGER, label INTEGER, classifier TEXT, training_set INTEGER, labeling_time INTEGER, notes TEXT)"
LISTED = "CREATE TABLE record_table (record_id INT)"
LABEL_FIRST = "INSERT INTO results (record_id, label, notes) VALUES (?, ?, ?)"
RIS = b"TY  - JOUR\nTI  - Naps\nER  - \n\nTY  - JOUR\nTI  - Shifts\nER  - \n\nTY  - JOUR\nER  - \n"
CSV = b"record_id,title,abstract\n7,Naps,x\n5,Shifts,y\n6,Dreams,z\n"


@pytest.fixture
def first_version(tmp_path: Path) -> Callable[..., bytes]:
    def first_version(name: str, data: bytes, listed: list[int], **more: bytes) -> bytes:
        rows: list[tuple[object, ...]] = [(one,) for one in listed]
        labels: list[tuple[object, ...]] = [(listed[0], 1, "good"), (listed[1], 0, None)]
        base_of = base(
            tmp_path / "r.sql",
            [
                (FIRST, []),
                (LISTED, []),
                ("INSERT INTO record_table VALUES (?)", rows),
                (LABEL_FIRST, labels),
            ],
        )
        about = json.dumps({"version": "1.2.1", "dataset_path": name}).encode()
        files = {
            "project.json": about,
            f"data/{name}": data,
            "reviews/abc/results.sql": base_of,
            "feature_matrices/x.npz": b"x",
        }
        return zipped(files | more)

    return first_version


@pytest.mark.parametrize(("name", "data", "listed"), [("a.ris", RIS, [0, 1, 2]), ("a.csv", CSV, [7, 5, 6])])
def test_a_project_of_the_first_version_is_the_file_it_was_made_of_with_its_labels(
    name: str, data: bytes, listed: list[int], first_version: Callable[..., bytes]
) -> None:
    reading = read(io.BytesIO(first_version(name, data, listed)), filename="mine.asreview")
    found = list(reading)
    assert reading.format == "asreview"
    assert [item.position for item in found] == [1, 2, 3]
    first, second, third = found
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert (first.fields.title, second.fields.title) == ("Naps", "Shifts")
    assert [(one.verdict, one.note) for one in first.fields.decisions] == [("include", "good")]
    assert [one.verdict for one in second.fields.decisions] == ["exclude"]
    assert isinstance(third, Refusal) or third.fields.decisions == ()


@pytest.mark.parametrize("listed", [[0, 1], [0, 1, 2, 3], [1, 2, 3]])
def test_labels_never_go_to_records_that_may_be_others(
    listed: list[int], first_version: Callable[..., bytes], items: Items
) -> None:
    with pytest.raises(UnreadableFile, match="not those of the file"):
        items(first_version("a.ris", RIS, listed), "x.asreview")


def test_a_first_version_without_its_file_or_with_a_name_that_leads_elsewhere_is_refused(
    first_version: Callable[..., bytes], items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("../../etc/passwd", "b.ris", 7, None):
        about = json.dumps({"version": "1.0", "dataset_path": name}).encode()
        with pytest.raises(UnreadableFile, match="very old ASReview"):
            items(zipped({"project.json": about, "data/a.ris": RIS}), "x.asreview")
    for about in (b"[1]", b"{", b"\xff"):
        with pytest.raises(UnreadableFile, match=r"very old|damaged"):
            items(zipped({"project.json": about, "data/a.ris": RIS}), "x.asreview")
    monkeypatch.setattr("studies.formats.asreview_project.MOST_UNPACKED", 100)
    with pytest.raises(UnreadableFile, match="more than the server takes"):
        items(first_version("a.ris", RIS, [0, 1, 2]), "x.asreview")
