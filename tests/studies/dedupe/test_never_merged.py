"""What looks like a duplicate and is none: never merged by itself, at most put before a person."""

from typing import Any

import pytest

from studies.dedupe import Verdict, compare, group
from tests.studies.dedupe.records import ABSTRACT, ARTICLE, record

TITLE = ARTICLE["title"]
ELSEWHERE = {"pages": "301-309"}

PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "part I and part II": (
        {"title": TITLE + ". Part I"},
        {"title": TITLE + ". Part II", **ELSEWHERE},
    ),
    "part I and part II without a place": (
        {"title": "Part I: " + TITLE, "volume": "", "issue": "", "pages": ""},
        {"title": "Part II: " + TITLE, "volume": "", "issue": "", "pages": ""},
    ),
    "part A and part B": ({"title": TITLE + ", part A"}, {"title": TITLE + ", part B"}),
    "part 1 and the whole": ({"title": TITLE + ": part 1"}, {"title": TITLE}),
    "type A and type B": (
        {"title": "Outcomes of residents with haemophilia A in mountain villages"},
        {"title": "Outcomes of residents with haemophilia B in mountain villages"},
    ),
    "an erratum named in the title": ({}, {"title": "Erratum: " + TITLE, "pages": "512", "issue": "6"}),
    "a correction under the article's DOI": (
        {"doi": "10.1000/jir.31.221"},
        {"doi": "10.1000/jir.31.221", "title": "Correction to: " + TITLE},
    ),
    "an author correction": ({}, {"title": "Author Correction: " + TITLE, "pages": ""}),
    "a corrigendum that cites": (
        {},
        {"title": f'Corrigendum to "{TITLE}" [J. Imag. Rehabil. 31 (2016) 221-228]', "pages": ""},
    ),
    "an erratum as Web of Science writes it": (
        {},
        {"title": TITLE + " (vol 31, pg 221, 2016)", "pages": "512"},
    ),
    "an erratum as Embase writes it": (
        {},
        {"title": TITLE + " (Journal of Imaginary Rehabilitation (2016) 31 (221-228))", "pages": "512"},
    ),
    "an erratum told by its kind alone": ({}, {"kind": "Published Erratum"}),
    "a retraction": ({}, {"title": "Retraction: " + TITLE, "pages": ""}),
    "a retraction and an erratum of one article": (
        {"title": "Retraction: " + TITLE, "pages": ""},
        {"title": "Erratum: " + TITLE, "pages": ""},
    ),
    "an expression of concern": ({}, {"title": "Expression of concern: " + TITLE}),
    "a conference abstract in a supplement": ({}, {"issue": "Suppl 1", "pages": "S12"}),
    "a conference abstract elsewhere": (
        {},
        {"journal": "Alpine Congress on Falls", "volume": "", "pages": ""},
    ),
    "a conference abstract of the year before": (
        {"abstract": ABSTRACT},
        {"year": 2015, "volume": "30", "issue": "S1", "pages": "S77", "abstract": ABSTRACT},
    ),
    "a conference abstract without pages": (
        {},
        {
            "journal": "Journal of Imaginary Rehabilitation. Conference: 9th Alpine Congress on Falls",
            "volume": "",
            "issue": "",
            "pages": "",
        },
    ),
    "a conference abstract told by its kind": (
        {},
        {"kind": "Conference Abstract", "volume": "", "pages": ""},
    ),
    "a comment": ({}, {"title": "Comment on: " + TITLE}),
    "a reply": ({}, {"title": TITLE + ": reply", "pages": "229"}),
    "an authors' reply": ({}, {"title": TITLE + " - Authors' reply", "pages": "229"}),
    "a letter of the same title by others": (
        {},
        {"authors": ("Zgraggen, Otto",), "pages": "229", "kind": "Letter"},
    ),
    "a letter by the same people without pages": ({}, {"kind": "Letter", "volume": "", "pages": ""}),
    "other authors, nothing else known": (
        {"volume": "", "issue": "", "pages": ""},
        {"volume": "", "issue": "", "pages": "", "authors": ("Zgraggen, Otto", "Yersin, Ann")},
    ),
    "other authors on the same page": ({}, {"authors": ("Zgraggen, Otto", "Yersin, Ann")}),
    "other people of the same names": (
        {"authors": ("Wang, X", "Li, Y", "Zhang, Z"), "volume": "", "issue": "", "pages": ""},
        {"authors": ("Wang, Q", "Li, M", "Zhang, H"), "volume": "", "issue": "", "pages": ""},
    ),
    "another person of the same name": (
        {"authors": ("Wang, Xue",), "volume": "", "issue": "", "pages": ""},
        {"authors": ("Wang, Qi",), "volume": "", "issue": "", "pages": ""},
    ),
    "two years and five years": (
        {"title": TITLE + ", two-year results"},
        {"title": TITLE + ", 5-year results"},
    ),
    "phase 2 and phase III": (
        {"title": "A phase 2 trial of " + TITLE},
        {"title": "A phase III trial of " + TITLE},
    ),
    "first and second": ({"title": "First results: " + TITLE}, {"title": "Second results: " + TITLE}),
    "numbers that differ under one DOI": (
        {"title": TITLE + " 2015", "doi": "10.1000/jir.31.221"},
        {"title": TITLE + " 2016", "doi": "10.1000/jir.31.221"},
    ),
    "an annual update": (
        {"title": "Falls in mountain villages: annual statistics", "volume": "", "issue": "", "pages": ""},
        {
            "title": "Falls in mountain villages: annual statistics",
            "volume": "",
            "issue": "",
            "pages": "",
            "year": 2017,
        },
    ),
    "an annual update with the same abstract": (
        {
            "title": "Annual report on falls in mountain villages",
            "volume": "",
            "pages": "",
            "abstract": ABSTRACT,
        },
        {
            "title": "Annual report on falls in mountain villages",
            "volume": "",
            "pages": "",
            "abstract": ABSTRACT,
            "year": 2017,
        },
    ),
    "an annual update in the next volume": ({}, {"year": 2017, "volume": "32"}),
    "an editorial on the first page of every issue": (
        {"title": "From the editors of this journal to you", "pages": "1"},
        {"title": "From the editors of this journal to you", "pages": "1", "issue": "5"},
    ),
    "two versions of a Cochrane review": (
        {"doi": "10.1002/14651858.CD000001.pub2", "volume": "", "issue": "3", "pages": "CD000001"},
        {"doi": "10.1002/14651858.CD000001.pub3", "volume": "", "issue": "9", "pages": "CD000001"},
    ),
    "two introductions to a conference track": (
        {"doi": "10.1000/track.2015.1", "volume": "", "pages": ""},
        {"doi": "10.1000/track.2016.1", "volume": "", "pages": "", "year": 2017},
    ),
    "a translation": ({"language": "eng"}, {"language": "ger", **ELSEWHERE}),
    "a translation on the same pages": ({"language": "eng"}, {"language": "ger"}),
    "a translation told by a note": ({"title": TITLE + ". [German]"}, {"title": TITLE + ". [French]"}),
    "the English edition": ({}, {"journal": "Journal of Imaginary Rehabilitation (English ed.)"}),
    "a title in two languages": ({}, {"title": "Gehhilfen und Stürze bei Bewohnern von Bergdörfern"}),
    "abstracts of one supplement under its DOI": (
        {"doi": "10.1000/jir.suppl1", "title": "Walking aids among residents of mountain villages"},
        {"doi": "10.1000/jir.suppl1", "title": "Hearing aids among pupils of lowland schools"},
    ),
    "one drug and another under a supplement's DOI": (
        {"doi": "10.1000/jir.suppl1", "title": "Effect of drug A on falls among residents of villages"},
        {"doi": "10.1000/jir.suppl1", "title": "Effect of drug B on falls among residents of villages"},
    ),
    "symptomatic and asymptomatic": (
        {"title": "Falls among symptomatic residents of mountain villages"},
        {"title": "Falls among asymptomatic residents of mountain villages"},
    ),
    "with and without": (
        {"title": "Falls among residents with walking aids in mountain villages"},
        {"title": "Falls among residents without walking aids in mountain villages"},
    ),
    "men and women": (
        {"title": "Falls among men in mountain villages of the south"},
        {"title": "Falls among women in mountain villages of the south"},
    ),
    "protocol and results": ({"title": TITLE + ": study protocol"}, {"title": TITLE}),
    "a preprint": (
        {"journal": "medRxiv", "volume": "", "pages": "", "doi": "10.1101/1"},
        {"doi": "10.1000/2"},
    ),
    "two replies": (
        {"title": "Response to letter to the editor", "volume": "", "issue": "", "pages": ""},
        {"title": "Response to letter to the editor", "pages": "229"},
    ),
    "two registered trials of one title": (
        {"kind": "trial registration", "journal": "", "identifiers": {"nct": "NCT00000101"}},
        {"kind": "trial registration", "journal": "", "identifiers": {"nct": "NCT00000102"}},
    ),
    "two records of PubMed": ({"pmid": "11111111"}, {"pmid": "22222222"}),
    "a title that is missing": ({}, {"title": ""}),
    "an erratum that bears title and DOI of its article": (
        {"doi": "10.1000/jir.31.221"},
        {"doi": "10.1000/jir.31.221", "issue": "6", "pages": "512"},
    ),
    "one abstract at two meetings": ({"issue": "S1", "pages": "S12"}, {"issue": "S2", "pages": "S340"}),
    "a poster and a talk of one supplement": (
        {"issue": "S1", "pages": "S12"},
        {"issue": "S1", "pages": "S340"},
    ),
    "a thesis and its article with one abstract": (
        {"journal": "", "volume": "", "issue": "", "pages": "", "abstract": ABSTRACT},
        {"abstract": ABSTRACT},
    ),
    "a conference abstract in a supplement, the article in press": (
        {"issue": "Suppl 1", "pages": "S12"},
        {"volume": "", "issue": "", "pages": ""},
    ),
    "a conference abstract of the year before, the article in press": (
        {"year": 2015, "volume": "30", "pages": "77"},
        {"volume": "", "issue": "", "pages": ""},
    ),
    "one drug and another on the same pages": (
        {"title": "Effect of prednisone on falls among residents of mountain villages"},
        {"title": "Effect of prednisolone on falls among residents of mountain villages"},
    ),
    "acronyms one letter apart": (
        {"title": "Levels of HDL among residents of mountain villages"},
        {"title": "Levels of LDL among residents of mountain villages"},
    ),
    "mothers and fathers": (
        {"title": "Maternal walking aids and falls among residents of villages", "pages": ""},
        {"title": "Paternal walking aids and falls among residents of villages", "pages": ""},
    ),
    "guidelines a year on": (
        {"title": "Guidelines for walking aids among residents of villages", "volume": "", "pages": ""},
        {
            "title": "Guidelines for walking aids among residents of villages",
            "volume": "",
            "pages": "",
            "year": 2017,
        },
    ),
    "a reply on the pages of its letter": (
        {"title": "Walking aids and falls"},
        {"title": "Walking aids and falls: authors' reply"},
    ),
    "another journal on the same page": (
        {"journal": "Alpine Letters", "pages": "221"},
        {"journal": "Lowland Bulletin", "pages": "221"},
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_it_is_never_merged_by_itself(name: str) -> None:
    one, other = (record(**fields) for fields in PAIRS[name])
    assert compare(one, other).verdict is not Verdict.CERTAIN, compare(one, other).evidence
    assert group([one, other]).groups == []


PROPOSED = (
    "an erratum named in the title",
    "a correction under the article's DOI",
    "an erratum as Web of Science writes it",
    "a conference abstract in a supplement",
    "a conference abstract elsewhere",
    "a translation",
    "a title that is missing",
    "two versions of a Cochrane review",
)


@pytest.mark.parametrize("name", PROPOSED)
def test_it_is_put_before_a_person(name: str) -> None:
    one, other = (record(**fields) for fields in PAIRS[name])
    assert compare(one, other).verdict is Verdict.LIKELY


def test_numbers_that_differ_are_not_even_proposed() -> None:
    one, other = (record(**fields) for fields in PAIRS["part I and part II without a place"])
    assert compare(one, other).verdict is Verdict.APART


def test_other_authors_are_not_even_proposed() -> None:
    one, other = (record(**fields) for fields in PAIRS["other authors, nothing else known"])
    assert compare(one, other).verdict is Verdict.APART
