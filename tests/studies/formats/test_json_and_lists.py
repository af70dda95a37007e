"""JSON of ClinicalTrials.gov and of reference managers, and pasted reference lists."""

import json
from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def test_a_registered_trial_becomes_a_record(records: Records) -> None:
    first, second = records(samples.TRIALS_JSON)
    assert (first.title, first.abstract, first.year) == ("Official title", "Words.", 2012)
    assert first.identifiers == {"nct": "NCT01234567"}
    assert first.urls == ("https://clinicaltrials.gov/study/NCT01234567",)
    assert first.extra["brief title"] == ("Brief",)
    assert first.extra["other numbers"] == ("2019-001234-11",)
    assert second.title == "Zweite Stüdie"


def test_a_list_of_studies_and_a_single_study_are_read_as_well(records: Records) -> None:
    studies = json.loads(samples.TRIALS_JSON)["studies"]
    assert len(records(json.dumps(studies))) == 2
    assert records(json.dumps(studies[0], indent=1))[0].title == "Official title"


def test_csl_names_dates_and_own_keys(records: Records) -> None:
    first, second = records(samples.CSL_JSON)
    assert (first.title, first.authors, first.year) == ("A title", ("van de Velde, Rens", "WHO"), 2020)
    assert (first.journal, first.pages, first.doi) == ("Letters", "1-9", "10.1000/cj.1")
    assert second.title == "Second"


def test_a_study_that_breaks_off_is_refused_and_those_before_it_are_made(items: Items) -> None:
    text = samples.TRIALS_JSON
    made, cut = items(text[: text.index("Zweite")])
    assert isinstance(made, Entry)
    assert isinstance(cut, Refusal)
    assert "not complete JSON" in cut.reason


def test_a_broken_study_in_the_middle_costs_itself_alone(items: Items) -> None:
    study = '{"protocolSection": {"identificationModule": {"nctId": "NCT0000000%d", "briefTitle": "T"}}}'
    text = "[" + ", ".join([study % 1, study.replace('"T"', '"T') % 2, study % 3]) + "]"
    assert [type(item) for item in items(text)] == [Entry, Refusal, Entry]


def test_references_in_vancouver_and_apa_style_and_bare_numbers(records: Records) -> None:
    vancouver, apa, doi, pmid = records(samples.REFERENCES)
    assert vancouver.title == "A trial of things in adults"
    assert vancouver.authors == ("Smith, AB", "van der Berg, J")
    assert (vancouver.journal, vancouver.year, vancouver.volume, vancouver.issue, vancouver.pages) == (
        "J Lett",
        2019,
        "12",
        "3",
        "221-8",
    )
    assert apa.title == "Another trial of things"
    assert apa.authors == ("Jones, K. L.", "Doe, A.")
    assert (apa.journal, apa.year, apa.pages) == ("Journal of Letters", 2020, "1-9")
    assert doi.doi == "10.1000/rf.3"
    assert pmid.pmid == "12345678"


def test_a_list_of_numbers_alone_is_read(records: Records) -> None:
    assert [record.pmid for record in records("12345678\n23456789\n\n34567890\n")] == [
        "12345678",
        "23456789",
        "34567890",
    ]
    assert [record.doi for record in records("10.1000/a\nhttps://doi.org/10.1000/b\n")] == [
        "10.1000/a",
        "10.1000/b",
    ]


def test_wrapped_references_between_empty_lines_are_put_together(records: Records) -> None:
    text = "Smith AB, Jones K. A trial of things\n  in adults. J Lett. 2019;12:1-9.\n\nDoe C. Second trial of\nthings. J Lett. 2020;13:1.\n"
    assert [record.title for record in records(text)] == [
        "A trial of things in adults",
        "Second trial of things",
    ]


def test_what_cannot_be_taken_apart_is_the_title(records: Records) -> None:
    text = "Some unpublished report about the health of people living by the sea, ministry, undated\n"
    assert records(text, format="references")[0].title == text.strip()


@pytest.mark.parametrize("mark", ["1. ", "[1] ", "(1) ", "• ", "- "])
def test_numbers_and_bullets_are_no_part_of_a_reference(mark: str, records: Records) -> None:
    second = mark.replace("1", "2")
    text = f"{mark}Smith AB. A trial of many things. J Lett. 2019;1:1-2.\n{second}Doe C. Another trial of things. J Lett. 2019;1:3-4.\n"
    assert [record.authors for record in records(text)] == [("Smith, AB",), ("Doe, C",)]
