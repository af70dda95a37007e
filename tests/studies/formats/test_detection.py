"""The format of a file is told by its content, whatever it is called."""

import io
from collections.abc import Callable

import pytest

from studies.formats import LABELS, SUPPORTED, Entry, Refusal, UnreadableFile, detect, read
from tests.studies.formats.samples import SAMPLES, XLSX, zipped

Items = Callable[..., list[Entry | Refusal]]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_format_is_known_by_its_content_under_any_name(name: str) -> None:
    data, expected, _, _ = SAMPLES[name]
    assert detect(data, "download.bin") == expected
    assert expected in SUPPORTED
    assert LABELS[expected]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_entry_is_made_or_refused_and_all_bytes_are_read(name: str) -> None:
    data, _, found, refused = SAMPLES[name]
    reading = read(io.BytesIO(data), filename=name)
    items = list(reading)
    assert [item.position for item in items] == list(range(1, found + 1))
    assert sum(isinstance(item, Refusal) for item in items) == refused
    if reading.format != "xlsx" and not name.endswith(".zip"):
        assert reading.bytes_read == len(data)


class Dribble(io.RawIOBase):
    """A stream that hands out a few bytes at a time and cannot be wound back."""

    def __init__(self, data: bytes, size: int) -> None:
        self._inner, self._size = io.BytesIO(data), size

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(self._size if size < 0 else min(size, self._size))


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("name", SAMPLES)
def test_how_the_bytes_arrive_makes_no_difference(name: str, size: int, items: Items) -> None:
    data = SAMPLES[name][0]
    assert list(read(Dribble(data, size), filename=name)) == items(data, name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, sample in SAMPLES.items()
        if sample[1] not in ("xlsx", "csv", "references", "zip", "embase_rows")
    ],
)
def test_offsets_point_at_the_bytes_of_the_entry(name: str, items: Items) -> None:
    data = SAMPLES[name][0]
    for item in items(data, name):
        raw = item.raw if isinstance(item, Entry) else item.text
        assert data[item.offset :].startswith(raw.encode()[:40])


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("embase.ris", "Embase"), ("ovid.ris", "Ovid"), ("wos.ris", "Web of Science"), ("scopus.ris", "Scopus"),
        ("endnote.ris", "EndNote"), ("ebsco.ris", "EBSCO"), ("proquest.ris", "ProQuest"), ("zotero.ris", "Zotero"),
        ("asreview.ris", "ASReview"), ("rayyan.ris", "Rayyan"), ("pmc.txt", "PMC"), ("eric.nbib", "ERIC"),
        ("scopus.csv", "Scopus"), ("rayyan.csv", "Rayyan"), ("asreview.csv", "ASReview"), ("pubmed.csv", "PubMed"),
        ("review_1_excluded_csv_2024.csv", "Covidence"), ("ctg-studies.csv", "ClinicalTrials.gov"),
        ("ctg-studies.json", "ClinicalTrials.gov"), ("savedrecs.txt", "Web of Science"),
    ],
)  # fmt: skip
def test_who_wrote_the_file_is_told(name: str, dialect: str) -> None:
    assert read(io.BytesIO(SAMPLES[name][0]), filename=name).dialect == dialect


def test_a_zip_with_one_export_is_read_as_that_export(items: Items) -> None:
    data = SAMPLES["rayyan.csv"][0]
    archive = zipped({"articles.csv": data, "customizations_log.csv": b"a,b\n1,2\n"})
    assert items(archive) == items(data)


def test_a_workbook_is_told_from_other_archives() -> None:
    assert detect(XLSX[:65536], "x.zip") == "xlsx"
    with pytest.raises(UnreadableFile, match="2 files"):
        read(io.BytesIO(zipped({"a.ris": b"TY  - ", "b.ris": b"TY  - "})))
    with pytest.raises(UnreadableFile, match="very old ASReview"):
        read(io.BytesIO(zipped({"project.json": b"{}", "data/a.csv": b""})))


def test_a_mapping_makes_a_table_of_unknown_headings_readable(items: Items) -> None:
    data = "Was;Wer;Wann\nEine Studie;Müller, A.;2020\n"
    with pytest.raises(UnreadableFile, match="Match its columns"):
        items(data, "export.csv")
    found = items(data, "export.csv", mapping={"Was": "title", "Wer": "authors", "Wann": "year"})
    entry = found[0]
    assert isinstance(entry, Entry)
    assert (entry.fields.title, entry.fields.authors, entry.fields.year) == (
        "Eine Studie",
        ("Müller, A.",),
        2020,
    )


@pytest.mark.parametrize(
    "data",
    [b"this should fail", b"Dear all,\nplease find attached.\n", b"a,b\n1,2\n", b"{}", b"<html5/>", b" ## "],
)
def test_what_holds_no_references_is_no_format(data: bytes) -> None:
    assert detect(data, "notes.txt") is None
    with pytest.raises(UnreadableFile, match="No known format"):
        read(io.BytesIO(data), filename="notes.txt")
