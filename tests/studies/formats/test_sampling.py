"""The beginning of a table, and what its columns seem to hold."""

import io

import pytest

from studies.formats import Sample, guess_by_cells, sample
from tests.studies.formats.samples import SAMPLES, XLSX


def test_columns_with_foreign_headings_are_guessed_from_their_cells() -> None:
    found = Sample(
        ("Nr", "Überschrift", "Wer", "Wann", "Kennung", "PM", "Inhalt"),
        (
            (
                "1",
                "Naps and recall in adults",
                "Okoye, A; Brandt, J",
                "2020",
                "10.1000/x.1",
                "3142142",
                "Text " * 50,
            ),
            (
                "2",
                "Dreams of identical twins",
                "Li, C",
                "2021",
                "https://doi.org/10.1000/y",
                "3142143",
                "More " * 60,
            ),
        ),
    )
    assert guess_by_cells(found) == {
        "Überschrift": "title",
        "Wer": "authors",
        "Wann": "year",
        "Kennung": "doi",
        "PM": "pmid",
        "Inhalt": "abstract",
    }


def test_what_headings_say_goes_before_what_cells_look_like() -> None:
    found = Sample(("Title", "Year", "Seen"), (("2001", "2019", "2020"), ("1984", "2018", "2021")))
    assert guess_by_cells(found) == {"Title": "title", "Year": "year"}


@pytest.mark.parametrize("name", SAMPLES)
def test_only_tables_have_a_sample(name: str) -> None:
    content, kind, _found, _refused = SAMPLES[name]
    seen = sample(io.BytesIO(content), name)
    assert (seen is not None) == (kind in ("csv", "xlsx"))


def test_a_known_tool_or_known_headings_need_no_person() -> None:
    for name in ("scopus.csv", "rayyan.csv", "asreview.csv", "savedrecs.txt"):
        seen = sample(io.BytesIO(SAMPLES[name][0]), name)
        assert seen, name
        assert seen.clear, name
    plain = sample(io.BytesIO(b"Title,Year\nOne,2020\n"), "x.csv")
    odd = sample(io.BytesIO(b"Title,Year,Shelf\nOne,2020,4\n"), "x.csv")
    assert plain
    assert plain.clear
    assert odd
    assert not odd.clear


def test_the_rows_of_a_workbook_are_the_ones_below_its_headings() -> None:
    seen = sample(io.BytesIO(XLSX), "table.xlsx")
    assert seen
    assert len(seen.rows) == 2
    assert all(len(cell) <= 240 for row in seen.rows for cell in row)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04" + bytes(200), b"\x00" * 5000, b"Title\x00,Year\nx,1\n"]
)
def test_what_is_no_table_has_none(content: bytes) -> None:
    assert sample(io.BytesIO(content), "x.csv") is None
