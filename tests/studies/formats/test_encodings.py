"""Encodings, line ends and characters that deceive."""

import io
from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal, read
from studies.formats.text import clean
from tests.studies.formats.samples import EMBASE_RIS, NBIB, SAMPLES, WOS_RIS

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]

TEXT = "TY  - JOUR\r\nTI  - Étude de la fièvre – “aiguë”\r\nAU  - Müller, Jörg\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - Second\r\nER  - \r\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 with mark"),
        ("utf-16", "utf-16-le with mark"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32", "utf-32-le with mark"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_encoding_gives_the_same_record(encoding: str, told: str, records: Records) -> None:
    reading = read(io.BytesIO(TEXT.encode(encoding)))
    found = [item.fields for item in reading if isinstance(item, Entry)]
    assert [record.title for record in found] == ["Étude de la fièvre – “aiguë”", "Second"]
    assert found[0].authors == ("Müller, Jörg",)
    assert reading.encoding == told


def test_latin_1_and_bytes_that_cp1252_leaves_undefined_are_read(records: Records) -> None:
    assert records("TY  - JOUR\nTI  - Étude\nER  - \n".encode("latin-1"))[0].title == "Étude"
    assert records(b"TY  - JOUR\nTI  - A \x81\x9d title\nER  - \n")[0].title == "A \x81\x9d title"


def test_one_entry_in_another_encoding_does_not_spoil_its_neighbours() -> None:
    data = "TY  - JOUR\nTI  - Fièvre\nER  - \n".encode() + "TY  - JOUR\nTI  - Fièvre\nER  - \n".encode(
        "cp1252"
    )
    reading = read(io.BytesIO(data))
    assert [item.fields.title for item in reading if isinstance(item, Entry)] == ["Fièvre", "Fièvre"]
    assert reading.encoding == "utf-8, in places cp1252"


def test_offsets_in_a_wide_encoding_count_its_bytes(items: Items) -> None:
    data = TEXT.encode("utf-16")
    second = items(data)[1]
    assert data[second.offset : second.offset + 4].decode("utf-16-le") == "TY"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize(
    "name",
    ["embase.ris", "scopus.ris", "pubmed.nbib", "savedrecs.ciw", "export.enw", "export.bib", "ovid.txt"],
)
def test_each_kind_of_line_end_gives_the_same_records(name: str, end: str, records: Records) -> None:
    data = SAMPLES[name][0].decode().replace("\r\n", "\n")
    assert records(data.replace("\n", end), name) == records(data, name)


def test_bare_carriage_returns_between_line_feeds_end_lines_too(records: Records) -> None:
    first, second = records(WOS_RIS)
    assert first.identifiers["wos"] == "WOS:000444108200009"
    assert first.extra["AD"] == ("Some College", "Other College")
    assert first.extra["C3"] == ("City University",)
    assert second.identifiers["wos"] == "WOS:000444108200010"


def test_separators_inside_a_text_do_not_end_its_line(records: Records) -> None:
    record = records("TY  - JOUR\nTI  - A\u2028B\x85C\x0bD\x0cE\nER  - \n")[0]
    assert record.title == "A B C D E"


def test_nul_bidi_overrides_and_invisible_marks_are_taken_out_of_the_fields_and_nul_is_shown_in_the_raw(
    items: Items,
) -> None:
    data = "TY  - JOUR\nTI  - Not\x00 \u202eevil\u202c, \u2066so\u2069 \ufeffsafe\nER  - \n"
    entry = items(data)[0]
    assert isinstance(entry, Entry)
    assert entry.fields.title == "Not evil, so safe"
    assert "\x00" not in entry.raw
    assert "Not\u2400" in entry.raw
    assert "\u202e" in entry.raw


def test_text_is_composed(records: Records) -> None:
    assert records("TY  - JOUR\nTI  - Cafe\u0301\nER  - \n")[0].title == "Caf\u00e9"


@pytest.mark.parametrize(
    ("delivered", "cleaned"),
    [
        ("p &lt; 0.05 &amp;amp; n > 3", "p < 0.05 & n > 3"),
        ("p < 0.05 and q > 0.1", "p < 0.05 and q > 0.1"),
        ("CO<sub>2</sub> &#233;t&eacute; &#x3b1;", "CO2 \u00e9t\u00e9 \u03b1"),
        ("<p>One.</p><p>Two.</p>", " One.  Two. "),
        ("<jats:p>One</jats:p>", " One "),
        ("&lt;i&gt;in vivo&lt;/i&gt;", "in vivo"),
        ("A&B Q&A; R&D", "A&B Q&A; R&D"),
        ("<script>alert(1)</script>text", " text"),
        ("10.1002/(SICI)1097<1661::AID-SIM968>3.0.CO;2-2", "10.1002/(SICI)1097<1661::AID-SIM968>3.0.CO;2-2"),
    ],
)
def test_entities_and_markup_go_and_comparisons_stay(delivered: str, cleaned: str) -> None:
    assert clean(delivered) == cleaned


def test_the_raw_entry_is_verbatim(items: Items) -> None:
    for text in (EMBASE_RIS, NBIB):
        joined = "".join(item.raw for item in items(text) if isinstance(item, Entry))
        assert joined == text.lstrip("\ufeff").lstrip("\r\n")


def test_offsets_inside_a_run_of_entries_in_cp1252_count_its_bytes(items: Items) -> None:
    data = "TY  - JOUR\nTI  - Étude\nER  - \nT1  - Deuxième\nER  - \nT1  - Troisième\nER  - \n".encode(
        "cp1252"
    )
    found = items(data)
    assert [data[item.offset : item.offset + 4] for item in found] == [b"TY  ", b"T1  ", b"T1  "]


def test_all_offsets_hold_in_a_wide_encoding_too(items: Items) -> None:
    for name in ("glued.ris", "export.bib", "pubmed.xml", "endnote.xml", "ctg-studies.json", "ovid.txt"):
        data = SAMPLES[name][0].decode("utf-8-sig").encode("utf-16")
        for item in items(data, name):
            raw = item.raw if isinstance(item, Entry) else item.text
            assert data[item.offset :].decode("utf-16-le", "ignore").startswith(raw[:20]), name
