"""MEDLINE, Web of Science text, refer and Ovid text."""

from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def test_pubmed_full_names_groups_identifiers_and_continued_lines(records: Records) -> None:
    first, second = records(samples.NBIB)
    assert first.title == "Proteomics: a title that is so long that it is continued on a second line."
    assert first.authors == ("Shru, Basa Sahu", "van Vin, Palani", "SEPSIS Study Group")
    assert (first.year, first.pages, first.doi, first.pmcid) == (2019, "221-8", "10.1000/nb.1", "PMC3333333")
    assert first.identifiers == {"nct": "NCT02239640", "pii": "ABR-5-67"}
    assert (first.journal, first.journal_abbreviation) == ("Advanced letters", "Adv Lett")
    assert first.kind == "Journal Article; Randomized Controlled Trial"
    assert first.keywords == ("Humans", "electrophoresis")
    assert first.extra["DP"] == ("2019 Winter",)
    assert (second.pmid, second.authors) == ("27169099", ("Gentile, P",))


def test_pmc_puts_its_number_above_the_pubmed_number(records: Records) -> None:
    assert [(r.pmcid, r.pmid) for r in records(samples.PMC_MEDLINE)] == [
        ("PMC6055010", "30042925"),
        ("PMC6055011", "30042926"),
    ]


def test_eric_has_no_pubmed_number(records: Records) -> None:
    first, _ = records(samples.ERIC_NBIB)
    assert (first.identifiers["eric"], first.source, first.authors) == ("EJ1131633", "ERIC", ("Smith, Tom",))


def test_records_without_an_empty_line_between_them_are_told_apart(records: Records) -> None:
    assert [r.pmid for r in records("PMID- 1\nTI  - A\nPMID- 2\nTI  - B\nPMID-3\nTI- C\n")] == ["1", "2", "3"]


def test_a_line_without_a_tag_is_kept(records: Records) -> None:
    assert records("PMID- 1\nSO  invalid line\nTI  - A\n")[0].extra[""] == ("SO  invalid line",)


def test_dashes_at_the_start_of_wrapped_lines_are_no_tags(records: Records) -> None:
    text = "PMID- 1\nTI  - A\nAB  - Words\n      IL - 6 rose. RISK- of\n      TI  - bias.\n"
    assert records(text)[0].abstract == "Words IL - 6 rose. RISK- of TI - bias."


def test_web_of_science_full_names_references_and_numbers(records: Records) -> None:
    first, second = records(samples.CIW)
    assert first.authors == ("Alves, Fabiana", "Luke, Timothy J.")
    assert first.title == "Optical properties of single crystals"
    assert first.extra["CR"] == ("BERCHA DM, 1997, FIZ", "BRAVINA SL, 1997, FERRO")
    assert (first.pmid, first.identifiers["wos"], first.keywords) == (
        "15170338",
        "WOS:000236333300001",
        ("one", "two", "THREE"),
    )
    assert first.issn == ("0925-3467", "1873-1252")
    assert second.pages == "112"


def test_web_of_science_without_its_header_and_with_authors_on_one_line(records: Records) -> None:
    record = records(
        "PT J\nAU Joffe, Hadine; Hall, Janet E\nTI A\nSO Letters\nUT MEDLINE:16735938\nER\n\nEF\n"
    )[0]
    assert (record.authors, record.pmid) == (("Joffe, Hadine", "Hall, Janet E"), "16735938")


def test_refer_entries_begin_with_a_type_or_with_a_title(records: Records) -> None:
    first, second, third = records(samples.ENW)
    assert (first.title, first.authors, first.doi, first.issn) == (
        "Trust",
        ("Guo, Wenbo", "Straub, Detmar W."),
        "10.1000/ew.1",
        ("0276-7783",),
    )
    assert first.keywords == ("trust", "platforms")
    assert (second.title, second.kind) == ("Title first", "Book")
    assert third.year == 2019


def test_a_refer_entry_without_fields_is_refused(items: Items) -> None:
    found = items("%0 Journal\n%0 Book\n%T Title\n")
    assert [type(item) for item in found] == [Refusal, Entry]


def test_ovid_text_names_its_fields(records: Records) -> None:
    first, second = records(samples.OVID_TEXT)
    assert first.title == "Listening: a part of life"
    assert first.authors == ("Bunk, Sandra Schmidt", "Doe, Jo")
    assert (first.journal, first.volume, first.issue, first.pages, first.year) == (
        "Nursing Quarterly",
        "28",
        "2",
        "103-106",
        2015,
    )
    assert second.title == "Second"


@pytest.mark.parametrize("text", ["PMID- \n\n", "PT J\nER\nEF\n", "%0\n"])
def test_entries_that_hold_nothing_are_refused(text: str, items: Items) -> None:
    assert [type(item) for item in items(text)] == [Refusal]
