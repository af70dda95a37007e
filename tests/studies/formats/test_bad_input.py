"""What people upload by mistake or in malice: a clear message, and no crash, hang or runaway memory."""

import contextlib
import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator

import pytest

from studies.formats import Entry, ParsedRecord, Refusal, UnreadableFile, detect, read
from studies.formats.source import ENTRY_LIMIT
from tests.studies.formats.samples import SAMPLES, XLSX, zipped

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "This is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Office file"),
        (b"\x1f\x8b\x08" + bytes(100), "gzip archive"),
        (b"Rar!\x1a\x07" + bytes(100), "RAR archive"),
        (b"{\\rtf1\\ansi text}", "rich text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image"),
        (b"SQLite format 3\x00" + bytes(100), "database file"),
        (bytes(range(256)) * 40, "binary, not text"),
        (b"\x00" * 5000, "binary, not text"),
        (b"<!DOCTYPE html><html><body>Session expired</body></html>", "web page"),
        (b"   \r\n\r\n  ", "No known format"),
        (b"PK\x03\x04" + bytes(200), "ZIP archive is damaged"),
        (zipped({"word/document.xml": b"<x/>"}), "Office document"),
        (zipped({"notes.md": b"x"}), "holds no export"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["search.ris", "search.csv", ""])
def test_files_that_are_no_export_say_what_to_do(data: bytes, message: str, name: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        list(read(io.BytesIO(data), filename=name))
    assert detect(data, name) in (None, "xlsx")


def test_two_glued_entries_of_the_formats_without_end_marks(records: Records) -> None:
    assert len(records("%0 Journal Article\n%T One\n%0 Book\n%T Two\n")) == 2
    assert len(records("PT J\nTI One\nPT J\nTI Two\nER\nEF\n")) == 2
    assert len(records("@article{a, title={One}}@article{b, title={Two}}")) == 2


def test_fifty_thousand_authors(records: Records) -> None:
    lines = "".join(f"AU  - Family{number}, A.\n" for number in range(50_000))
    record = records(f"TY  - JOUR\nTI  - Many\n{lines}ER  - \n")[0]
    assert len(record.authors) == 50_000
    assert record.authors[-1] == "Family49999, A."


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - {}\nER  - \n",
        "PMID- 1\nTI  - {}\n",
        "PT J\nTI {}\nER\n",
        "%0 Book\n%T {}\n",
        "@article{{a, title = {{{}}}}}\n",
        "<PubmedArticle><MedlineCitation><Article><ArticleTitle>{}</ArticleTitle></Article></MedlineCitation></PubmedArticle>",
        "<xml><records><record><titles><title>{}</title></titles></record></records></xml>",
        'Title,Year,DOI\n"{}",2020,\n',
        '[{{"title": "{}", "type": "article"}}]',
    ],
)
def test_a_title_of_a_megabyte(text: str, records: Records) -> None:
    title = ("word " * 210_000).strip()
    began = time.process_time()
    assert records(text.format(title))[0].title == title
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "nasty",
    [
        "{" * 20_000, "}" * 20_000, "\\" * 20_000, '"' * 20_001, "<" * 20_000, "&" * 20_000, "<a " * 8_000, "$" * 9_999,
        "&amp;" * 10_000, "\\'{" * 5_000, " and " * 5_000, ", " * 9_000, "(" * 9_000, "A. " * 9_000, "10." * 9_000, "- " * 9_000,
        "<p>" * 9_000, "=" * 9_000, "[" * 30_000, "NCT" * 9_000, "\u202e" * 9_000, "a\u0301" * 9_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - %s\nAU  - %s\nDO  - %s\nSP  - %s\nN1  - %s\nUR  - %s\nER  - \n",
        "PMID- 1\nTI  - %s\nFAU - %s\nAID - %s\nPG  - %s\nDP  - %s\nSI  - %s\n",
        '@article{a,\n title = {%s},\n author = {%s},\n doi = {%s},\n pages = "%s",\n note = %s,\n url = {%s}\n}\n',
        "Title,Authors,DOI,Pages,Notes,Year\n%s,%s,%s,%s,%s,%s\n",
        "<xml><records><record><titles><title>%s</title></titles><author>%s</author>%s%s%s%s</record></records></xml>",
        '[{"title": "T", "type": "%s", "page": "%s", "x": %s, "y": %s, "z": "%s", "DOI": "%s"}]',
        "1. %s. %s. %s. 2020;1:1-2.\n2. %s (2020). %s. %s, 1, 2.\n",
    ],
)
def test_nothing_takes_long_over_repeated_signs(text: str, nasty: str) -> None:
    began = time.process_time()
    try:
        reading = read(
            io.BytesIO((text % ((nasty,) * 6)).encode()), filename="x.csv" if text.startswith("Title") else ""
        )
        list(reading)
    except UnreadableFile:
        pass
    assert time.process_time() - began < 5


LONG = [
    "\n" * 200_000, " " * 200_000, "\n words" * 60_000, "\nwords" * 60_000, " \t" * 100_000, ", " * 100_000, "\n,\n" * 60_000,
    ") " * 100_000, "10.1000/" + ")" * 200_000, "10.1000/" + "." * 200_000, "RAYYAN-" * 40_000, 'RAYYAN-LABELS: "a"=>[' * 10_000,
    "ER  -\n" * 40_000, "\nER  -\nTI  - x" * 10_000, "}\n" * 60_000, "{\n a = {" * 20_000, "<!-- a --> " * 5_000, "%0 \n" * 20_000,
    " and\n and" * 20_000, ". 1 " * 50_000, "a@b{" * 40_000, "</p <p" * 30_000, "&amp" * 50_000, '"\n' * 60_001, "\nPT J" * 30_000,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(LONG)))
@pytest.mark.parametrize(
    "name",
    [
        "ris",
        "medline",
        "wos",
        "enw",
        "ovid",
        "bibtex",
        "csv",
        "pubmed_xml",
        "endnote_xml",
        "json",
        "references",
    ],
)
def test_the_time_grows_with_the_size_and_not_with_its_square(name: str, number: int) -> None:
    starts = {
        "ris": "TY  - JOUR\nTI  - %s\nAU  - %s\n", "medline": "PMID- 1\nTI  - %s\nAU  - %s\n", "wos": "PT J\nTI %s\nAU %s\n",
        "enw": "%%0 Book\n%%T %s\n%%A %s\n", "ovid": "<1>\nTitle\n  %s\nAuthor\n  %s\n", "bibtex": "@article{%s,\n title = {%s",
        "csv": 'Title,Year,Authors\n"%s",2020,"%s"\n', "json": '[{"title": "%s", "x": "%s"',
        "pubmed_xml": "<PubmedArticle><MedlineCitation>%s</MedlineCitation>%s", "endnote_xml": "%s<records><record><titles>%s",
        "references": "1. Smith AB. %s. J Lett. 2020;1:1.\n2. %s",
    }  # fmt: skip
    began = time.process_time()
    with contextlib.suppress(UnreadableFile):
        list(
            read(
                io.BytesIO((starts[name] % (LONG[number], LONG[number])).encode()),
                filename="x.csv",
                format=name,
            )
        )
    assert time.process_time() - began < 8


def test_macros_that_stand_for_macros_do_not_explode(records: Records) -> None:
    lines = ['@string{a0 = "0123456789"}'] + [f"@string{{a{n + 1} = a{n} # a{n} # a{n}}}" for n in range(40)]
    record = records("\n".join(lines) + "\n@article{k, title = {T}, note = a40, year = 2020}\n")[0]
    assert (record.title, record.year) == ("T", 2020)


def test_an_entry_that_never_ends_is_refused_in_part_and_the_next_is_read() -> None:
    def parts() -> Iterator[bytes]:
        yield b"TY  - JOUR\nTI  - Endless\nAB  - "
        for _ in range(ENTRY_LIMIT // 2**20 + 8):
            yield b"words and words " * 2**16
        yield b"\nER  - \nTY  - JOUR\nTI  - Next\nER  - \n"

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self._parts, self._rest = parts(), b""

        def read(self, size: int = -1) -> bytes:
            while not self._rest:
                piece = next(self._parts, None)
                if piece is None:
                    return b""
                self._rest = piece
            out, self._rest = self._rest[:size], self._rest[size:]
            return out

    tracemalloc.start()
    found = list(read(Stream()))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(item) for item in found] == [Refusal, Entry]
    assert isinstance(found[0], Refusal)
    assert "longer than 32 MB" in found[0].reason
    assert len(found[0].text) <= 4000
    assert peak < 5 * ENTRY_LIMIT


def test_a_large_file_is_read_in_bounded_memory() -> None:
    entry = b"TY  - JOUR\nTI  - A title\nAU  - One, A.\nAB  - " + b"word " * 200 + b"\nER  - \n\n"

    class Repeated(io.RawIOBase):
        left = 5_000

        def read(self, size: int = -1) -> bytes:
            count = min(self.left, max(size // len(entry), 1))
            self.left -= count
            return entry * count

    tracemalloc.start()
    reading = read(Repeated())  # type: ignore[arg-type]
    assert sum(1 for _ in reading) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reading.bytes_read == 5_000 * len(entry)
    assert peak < 8 * 2**20


def test_a_zip_bomb_in_a_workbook_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(XLSX)) as book,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in book.namelist():
            if name != "xl/worksheets/sheet1.xml":
                bomb.writestr(name, book.read(name))
        with bomb.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(80):
                sheet.write(bytes(2**20))
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read(io.BytesIO(stream.getvalue()))
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read(io.BytesIO(zipped({"search.ris": bytes(80 * 2**20)})))


def test_a_workbook_that_declares_entities_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        members = {name: book.read(name) for name in book.namelist()}
    members["xl/worksheets/sheet1.xml"] = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + members["xl/worksheets/sheet1.xml"]
    )
    with pytest.raises(UnreadableFile, match="damaged"):
        read(io.BytesIO(zipped(members)))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_file_cut_short_at_any_place_is_read_or_refused(name: str) -> None:
    data = SAMPLES[name][0]
    whole = SAMPLES[name][2]
    for length in range(0, len(data), max(len(data) // 120, 1)):
        try:
            found = list(read(io.BytesIO(data[:length]), filename=name))
        except UnreadableFile:
            continue
        assert [item.position for item in found] == list(range(1, len(found) + 1))
        assert len(found) <= whole + 1
        for item in found:
            assert not isinstance(item, Refusal) or (item.reason and item.text)
