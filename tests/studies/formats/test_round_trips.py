"""What a writer wrote, a reader reads: for each writer, and through spreadsheets."""

import io
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.formats import Entry, ParsedRecord, Refusal, read
from studies.formats.text import clean, one_line
from studies.formats.write_bibtex import write_bibtex
from studies.formats.write_csv import write_csv
from studies.formats.write_ris import write_ris

Read = Callable[[bytes, str], list[ParsedRecord]]

LETTERS = string.ascii_letters + "éüßøñçœŁžабвгαβγ北京日本"
WORD = st.text(LETTERS, min_size=1, max_size=12)
# Whatever people type, as long as cleaning leaves it as it is: markup and entities are not text.
TEXT = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Cf")), min_size=1, max_size=80
    )
    .map(lambda text: one_line(clean(one_line(clean(text)))))
    .filter(lambda text: text == one_line(clean(text)) and any(map(str.isalnum, text)))
)
NAME = st.builds(lambda family, given: f"{family.title()}, {given.title()}", WORD, WORD)
PAGES = st.one_of(
    st.just(""), st.integers(1, 9999).map(str), st.integers(1, 999).map(lambda n: f"e{n}"),
    st.tuples(st.integers(1, 999), st.integers(1, 999)).filter(lambda p: p[0] != p[1]).map(lambda p: f"{p[0]}-{p[1]}"),
)  # fmt: skip
NUMBER = st.one_of(st.just(""), st.integers(1, 999).map(str))
DOI = st.one_of(
    st.just(""),
    st.text(string.ascii_letters + string.digits + "-_./()", min_size=1, max_size=20)
    .map(lambda t: f"10.1000/a{t}b")
    .filter(lambda d: d.count("(") == d.count(")") == 0),
)
IDENTIFIERS = st.fixed_dictionaries(
    {},
    optional={
        "wos": st.integers(10**14, 10**15 - 1).map(lambda n: f"WOS:{n}"),
        "embase": st.integers(10**7, 10**9).map(lambda n: f"L{n}"),
        "nct": st.integers(0, 10**8 - 1).map(lambda n: f"NCT{n:08d}"),
        "scopus": st.integers(10**9, 10**11).map(lambda n: f"2-s2.0-{n}"),
    },
)
KEYWORD = WORD.map(str.lower)

RECORDS = st.builds(
    ParsedRecord,
    title=TEXT,
    abstract=st.one_of(st.just(""), TEXT, st.lists(TEXT, min_size=2, max_size=3).map("\n".join)),
    authors=st.lists(NAME, max_size=5).map(tuple),
    year=st.one_of(st.none(), st.integers(1800, 2030)),
    journal=st.one_of(st.just(""), WORD.map(lambda word: f"Journal of {word}")),
    volume=NUMBER,
    issue=NUMBER,
    pages=PAGES,
    doi=DOI,
    pmid=st.one_of(st.just(""), st.integers(1, 99_999_999).map(str)),
    pmcid=st.one_of(st.just(""), st.integers(100, 99_999_999).map(lambda n: f"PMC{n}")),
    identifiers=IDENTIFIERS,
    kind=st.just("JOUR"),
    language=st.sampled_from(["", "eng", "ger"]),
    keywords=st.lists(KEYWORD, unique=True, max_size=4).map(tuple),
    urls=st.lists(WORD.filter(str.isascii).map(lambda word: f"https://example.org/{word}"), unique=True, max_size=2).map(tuple),
    issn=st.lists(st.integers(10**6, 10**7 - 1).map(lambda n: f"{str(n)[:4]}-{str(n)[4:]}X"), unique=True, max_size=2).map(tuple),
    source=st.sampled_from(["", "Embase", "Scopus"]),
)  # fmt: skip
LIKE_A_TAG = re.compile(r"[A-Z][A-Z0-9]{1,4} {1,2}-")
COMPARED = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "pmcid",
    "keywords",
    "language",
    "issn",
)
TOGETHER = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def records_of(data: bytes, name: str) -> list[ParsedRecord]:
    found = list(read(io.BytesIO(data), filename=name))
    assert not [item for item in found if isinstance(item, Refusal)]
    return [item.fields for item in found if isinstance(item, Entry)]


def without_registration(record: ParsedRecord) -> dict[str, str]:
    """Numbers as written; a trial number that the text itself happens to name is found besides."""
    return dict(record.identifiers)


@TOGETHER
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_ris(written: list[ParsedRecord]) -> None:
    found = records_of("".join(write_ris(written)).encode(), "out.ris")
    assert len(found) == len(written)
    for before, after in zip(written, found, strict=True):
        for name in COMPARED:
            if name == "abstract" and any(LIKE_A_TAG.match(line) for line in before.abstract.split("\n")[1:]):
                # The writer joins such a line to the one before it, since no reader could tell it from a tag.
                assert after.abstract.split() == before.abstract.split()
            else:
                assert getattr(after, name) == getattr(before, name), name
        assert (after.urls, after.source, after.kind) == (before.urls, before.source or after.source, "JOUR")
        assert without_registration(after) == without_registration(before)


@TOGETHER
@given(st.lists(RECORDS, min_size=1, max_size=4), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_csv(written: list[ParsedRecord], encoding: str) -> None:
    found = records_of("".join(write_csv((record, ()) for record in written)).encode(encoding), "out.csv")
    assert len(found) == len(written)
    for before, after in zip(written, found, strict=True):
        for name in (*COMPARED, "urls", "kind", "source"):
            assert getattr(after, name) == getattr(before, name), name
        assert without_registration(after) == without_registration(before)


@TOGETHER
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_bibtex(written: list[ParsedRecord]) -> None:
    found = records_of("".join(write_bibtex(written)).encode(), "out.bib")
    assert len(found) == len(written)
    for before, after in zip(written, found, strict=True):
        for name in COMPARED:
            expected = getattr(before, name)
            if name in ("title", "abstract", "journal"):
                # TeX has its own signs for dashes and quotation marks; line ends are blanks to it.
                assert signs(getattr(after, name)) == signs(expected), name
            else:
                assert getattr(after, name) == expected, name


def signs(text: str) -> str:
    for written, meant in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’")):
        text = text.replace(written, meant)
    for typographic, typed in (
        ("–", "-"),
        ("—", "-"),
        ("“", '"'),
        ("”", '"'),
        ("‘", "'"),
        ("’", "'"),
        ("¡", "!"),
        ("¿", "?"),
    ):
        text = text.replace(typographic, typed)
    return "".join(text.replace("!`", "!").replace("?`", "?").split())


@TOGETHER
@given(RECORDS)
def test_a_record_read_and_written_again_is_the_same_record(record: ParsedRecord) -> None:
    once = records_of("".join(write_ris([record])).encode(), "")
    twice = records_of("".join(write_ris(once)).encode(), "")
    assert once == twice


@pytest.mark.parametrize("text", ["TY  - JOUR", "ER  - ", "AB  - no tag\nTY  - nor this\nER  - ", " TI  - x"])
def test_text_that_looks_like_a_tag_stays_text(text: str) -> None:
    record = ParsedRecord(title="A title", abstract=f"First.\n{text}")
    (found,) = records_of("".join(write_ris([record, record])).encode(), "")[:1]
    assert "".join(found.abstract.split()) == "".join(record.abstract.split())


def test_formulas_are_written_so_that_no_spreadsheet_runs_them() -> None:
    record = ParsedRecord(title='=HYPERLINK("x")', authors=("@Sum, A",), journal="+1", volume="-2")
    text = "".join(write_csv([(record, ("=cmd",))], more=("Note",)))
    assert "'=HYPERLINK" in text
    assert "'=cmd" in text
    (found,) = records_of(text.encode(), "out.csv")
    assert (found.title, found.authors, found.journal, found.volume) == (
        record.title,
        record.authors,
        "+1",
        "-2",
    )


@pytest.mark.parametrize(
    "author",
    ["Garcia Lopez, Maria Jose", "de la Cruz, Juan Carlos", "World Health Organization", "Smith, A."],
)
def test_a_single_author_is_never_read_as_two(author: str) -> None:
    text = "".join(write_csv([(ParsedRecord(title="T", authors=(author,)), ())]))
    assert records_of(text.encode(), "out.csv")[0].authors == (author,)
