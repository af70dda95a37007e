"""What databases write differently and what is one all the same."""

from typing import Any

import pytest

from studies.dedupe import Verdict, compare
from tests.studies.dedupe.records import ABSTRACT, ARTICLE, record

TITLE = ARTICLE["title"]
NOWHERE = {"volume": "", "issue": "", "pages": ""}
NOTHING = {**NOWHERE, "authors": (), "year": None, "journal": ""}
DOI = {"doi": "10.1000/jir.31.221"}

SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the same in every field": ({}, {}),
    "capitals": ({}, {"title": TITLE.upper(), "journal": ARTICLE["journal"].upper()}),
    "a blank within a name": (
        {"title": "Effect of Cx601 on falls among residents"},
        {"title": "Effect of Cx 601 on falls among residents"},
    ),
    "entities and markup": (
        {},
        {"title": TITLE.replace(" and ", " &amp; ").replace("falls", "<i>falls</i>")},
    ),
    "a language note": ({"title": f"[{TITLE}]. [German]"}, {}),
    "a review note": ({"title": TITLE + ". [Review] [88 refs]"}, {}),
    "a note of an erratum": ({"title": TITLE + ".[Erratum appears in J Imag Rehabil. 2017 Jan;32(1):7]"}, {}),
    "a note of an erratum that was cut off": ({"title": TITLE + ".[Erratum appears in J Imag Re"}, {}),
    "Roman and Arabic numbers": (
        {"title": "Walking aids in mountain villages: a phase II trial"},
        {"title": "Walking aids in mountain villages: a phase 2 trial"},
    ),
    "British and American spelling": (
        {"title": "Randomised trial of haemoglobin and behaviour in paediatric centres"},
        {"title": "Randomized trial of hemoglobin and behavior in pediatric centers"},
    ),
    "Greek letters": (
        {"title": "Levels of TNF-α among residents of villages"},
        {"title": "Levels of TNF-alpha among residents of villages"},
    ),
    "a slip of the pen": ({}, {"title": TITLE.replace("residents", "residants")}),
    "pages cut short": ({}, {"pages": "221-8"}),
    "pages with a letter": ({}, {"pages": "e221-e228"}),
    "the first page alone": ({}, {"pages": "pp. 221"}),
    "a journal's abbreviation": ({}, {"journal": "J. Imag. Rehabil."}),
    "a journal's place": ({}, {"journal": "Journal of Imaginary Rehabilitation (Bern, Switzerland)"}),
    "initials": ({}, {"authors": ("Arbogast I", "Brunner M", "Caduff L")}),
    "names turned round": ({}, {"authors": ("Ida, Arbogast", "Max, Brunner", "Lena, Caduff")}),
    "one author and others": ({}, {"authors": ("Arbogast, I.",)}),
    "accents": ({"authors": ("Müller, Zoë", "Brunner, M")}, {"authors": ("Muller Z", "Brunner M")}),
    "online and in print": ({}, {"year": 2017}),
    "a subtitle that is left out": ({}, {"title": TITLE.split(":")[0]}),
    "a volume with its supplement": (
        {"volume": "31 Suppl 1", "issue": ""},
        {"volume": "31", "issue": "SUPPL.1"},
    ),
    "no issue": ({}, {"issue": ""}),
    "no pages": ({}, {"pages": ""}),
    "nothing but the journal and year": ({}, NOWHERE),
    "pages mistyped within an issue": ({}, {"pages": "212-228"}),
    "volume and issue one field on": ({}, {"volume": "", "issue": "31", "pages": "4"}),
    "the same DOI": ({**DOI, **NOWHERE, "year": 2015}, {"doi": "https://doi.org/10.1000/JIR.31.221"}),
    "the same DOI and another way to name the journal": (
        DOI,
        {**DOI, **NOWHERE, "journal": "Rehab Letters Online"},
    ),
    "the same PMID": ({"pmid": "12345678", **NOWHERE}, {"pmid": "PMID: 12345678"}),
    "the same Embase number": (
        {"identifiers": {"embase": "L612345678"}, **NOWHERE},
        {"identifiers": {"embase": "612345678"}},
    ),
    "one DOI registered anew": (DOI, {"doi": "10.1000/new.99"}),
    "the same abstract, online and in print": (
        {**NOWHERE, "abstract": ABSTRACT},
        {**NOWHERE, "abstract": "BACKGROUND: " + ABSTRACT, "year": 2017},
    ),
    "a year between, and no place yet": ({**NOWHERE, "year": 2015}, {}),
    "a year between, and no place at all": ({**NOWHERE, "year": 2015}, NOWHERE),
    "a letter lost, and no place": ({}, {**NOWHERE, "title": TITLE.replace("villages", "vilages")}),
    "two letters swapped in a short word": ({}, {**NOWHERE, "title": TITLE.replace("falls", "flals")}),
    "a letter lost at the edge of a short word, on the same pages": (
        {},
        {"title": TITLE.replace("falls", "alls")},
    ),
    "a letter lost in a joining word": ({}, {**NOWHERE, "title": TITLE.replace("among", "amon")}),
    "a blank lost": ({}, {**NOWHERE, "title": TITLE.replace("Walking aids", "Walkingaids")}),
    "words joined, and another ending": (
        {"title": "A double blinded trial of walking aids in non immune residents of villages", **DOI},
        {
            "title": "A double blind trial of walking aids in nonimmune residents of villages",
            **DOI,
            **NOWHERE,
        },
    ),
    "a slip that looks like another spelling": ({}, {**NOWHERE, "title": TITLE.replace("cohort", "cohoert")}),
    "a subtitle that is left out, and no place": ({}, {**NOWHERE, "title": TITLE.split(":")[0]}),
    "a subtitle of another kind that is left out on the same pages": (
        {"title": "Walking aids and falls: results in 412 women"},
        {"title": "Walking aids and falls"},
    ),
    "and others": ({}, {**NOWHERE, "authors": ("Arbogast, I.", "et al.")}),
    "all authors in one field": ({}, {**NOWHERE, "authors": ("Arbogast I, Brunner M, Caduff L.",)}),
    "Greek capitals": (
        {"title": "Levels of TGF-β1 among residents"},
        {"title": "LEVELS OF TGF-Β1 AMONG RESIDENTS"},
    ),
    "a journal with a stroke": (
        {"journal": "Hematology/Oncology Clinics of Bern"},
        {"journal": "Hematol Oncol Clin Bern", "pages": ""},
    ),
    "title and abstract alone": (
        {**NOTHING, "abstract": ABSTRACT},
        {**NOTHING, "abstract": ABSTRACT},
    ),
    "a title translated twice": (
        {"title": "[Walking aids and tumbles in villages of the mountains]", "language": "ger"},
        {"title": "Aids for walking and falls in mountain villages. [German]"},
    ),
    "an erratum of two databases": (
        {
            "title": f"Erratum: {TITLE} (Journal of Imaginary Rehabilitation (2016) 31 (221-228))",
            "pages": "512-512",
        },
        {"title": f"{TITLE} (vol 31, pg 221, 2016)", "pages": "512"},
    ),
    "one registered trial": (
        {"kind": "trial registration", "journal": "", **NOWHERE, "identifiers": {"nct": "NCT00000101"}},
        {"kind": "Trial registry record", "journal": "", **NOWHERE, "identifiers": {"nct": "nct 00000101"}},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_it_is_certain(name: str) -> None:
    one, other = (record(**fields) for fields in SAME[name])
    pair = compare(one, other)
    assert pair.verdict is Verdict.CERTAIN, pair.evidence


def test_the_evidence_names_what_is_shared_first() -> None:
    pair = compare(record(**DOI), record(**DOI))
    assert pair.evidence == (
        "same DOI",
        "titles equal",
        "authors agree",
        "same journal",
        "same year",
        "volume 31",
        "pages 221-228",
    )


def test_scores_put_certain_above_likely_above_apart() -> None:
    certain = compare(record(), record())
    likely = compare(record(), record(journal="Alpine Congress on Falls", volume="2", pages="7"))
    apart = compare(record(), record(title="Hearing aids of pupils in lowland schools", pages="9"))
    assert [pair.verdict for pair in (certain, likely, apart)] == [
        Verdict.CERTAIN,
        Verdict.LIKELY,
        Verdict.APART,
    ]
    assert certain.score > likely.score > apart.score
