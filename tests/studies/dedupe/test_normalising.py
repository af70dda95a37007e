"""Identifiers, pages, volumes, titles and journals in one spelling each."""

import pytest

from studies.dedupe import (
    normalise_accession,
    normalise_doi,
    normalise_journal,
    normalise_nct,
    normalise_pages,
    normalise_pmcid,
    normalise_pmid,
    normalise_title,
    normalise_volume,
)
from studies.dedupe.places import Journals, compare_journals


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/ABC.12",
        "doi:10.1000/abc.12",
        "https://doi.org/10.1000/abc.12",
        "http://dx.doi.org/10.1000%2Fabc.12.",
        "10.1000/abc.12 [doi]",
        "(10.1000/abc.12)",
        "10.1000/abc.12</a>",
    ],
)
def test_a_doi_is_read_in_every_spelling(text: str) -> None:
    assert normalise_doi(text) == "10.1000/abc.12"


def test_parentheses_that_belong_to_a_doi_stay() -> None:
    assert normalise_doi("10.1016/S0140-6736(05)66666-6") == "10.1016/s0140-6736(05)66666-6"


@pytest.mark.parametrize("text", ["", "n/a", "10.1000", "www.example.org", "PMC123"])
def test_what_is_no_doi_is_nothing(text: str) -> None:
    assert normalise_doi(text) == ""


@pytest.mark.parametrize("text", ["12345678", "PMID: 12345678", "012345678", "12345678 [pubmed]"])
def test_a_pmid_is_read_in_every_spelling(text: str) -> None:
    assert normalise_pmid(text) == "12345678"


@pytest.mark.parametrize("text", ["", "PMC1234567", "none", "10.1000/12345"])
def test_what_is_no_pmid_is_nothing(text: str) -> None:
    assert normalise_pmid(text) == ""


def test_other_identifiers_have_one_spelling() -> None:
    assert normalise_pmcid("pmc 01234567.1") == "PMC1234567"
    assert normalise_nct("see nct-1234567") == "NCT01234567"
    assert normalise_accession("wos", "WOS:000123456700001") == "WOS:000123456700001"
    assert normalise_accession("wos", "ISI:000123456700001") == "WOS:000123456700001"
    assert normalise_accession("embase", "L612345678") == normalise_accession("embase", "612345678")
    assert normalise_accession("scopus", "eid=2-s2.0-85000000000") == "2-s2.0-85000000000"
    assert normalise_accession("psycinfo", "2019-12345-001") == "2019-12345-001"


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("221-228", ("221", "228")),
        ("221-8", ("221", "228")),
        ("pp. 221--228", ("221", "228")),
        ("221–228", ("221", "228")),
        ("221 to 228", ("221", "228")),
        ("e221", ("221", "")),
        ("Article 221", ("221", "")),
        ("S52-59", ("s52", "s59")),
        ("S52-S59", ("s52", "s59")),
        ("1281-90", ("1281", "1290")),
        ("507-507", ("507", "507")),
        ("1-113, iii-iv", ("1", "113")),
        ("215 p", ("", "")),
        ("No Pagination Specified", ("", "")),
        ("", ("", "")),
    ],
)
def test_pages_are_read_in_every_spelling(text: str, pages: tuple[str, str]) -> None:
    assert normalise_pages(text) == pages


def test_volumes_are_numbers() -> None:
    assert [normalise_volume(text) for text in ("35", "Vol. 35 Suppl 1", "035", "Ph.D.", "(Jul)")] == [
        "35",
        "35",
        "35",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Cx&nbsp;601 for <i>fistulas</i>, phase II. [French]", "cx 601 for fistulas phase 2"),
        ("Müller &amp; Søn", "muler and son"),
        ("Effect of 1,000 steps", "effect of 1000 steps"),
        ("«Étude»", "etude"),
        ("", ""),
        ("[Spanish]", "spanish"),
        ("中文标题", "中文标题"),
    ],
)
def test_titles_are_reduced_to_what_can_be_compared(title: str, plain: str) -> None:
    assert normalise_title(title) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Lancet", "Lancet (London, England)"),
        ("N Engl J Med", "New England Journal of Medicine"),
        (
            "Proc Natl Acad Sci U S A",
            "Proceedings of the National Academy of Sciences of the United States of America",
        ),
        ("JAMA", "Journal of the American Medical Association"),
        ("Int J Cardiol", "International Journal of Cardiology"),
        ("Archives of Physical Medicine & Rehabilitation", "Arch Phys Med Rehabil"),
        ("Trials [Electronic Resource]", "Trials"),
        ("AMCIS 2017 Proceedings", "Americas Conference on Information Systems"),
        ("J Thromb Haemost. Conference: 23rd Congress", "Journal of Thrombosis and Haemostasis"),
    ],
)
def test_journals_agree_with_their_short_names(one: str, other: str) -> None:
    assert compare_journals(normalise_journal(one), normalise_journal(other)) is Journals.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lancet", "Lancet Oncology"),
        ("BMJ", "BMJ Open"),
        ("Journal of Neurology", "Journal of Neurosurgery"),
        ("Stroke", "Journal of Stroke and Cerebrovascular Diseases"),
        ("Nephron", "Nephrologie"),
        ("American Journal of Medicine", "American Journal of Medical Genetics"),
    ],
)
def test_journals_with_a_word_in_common_are_not_the_same(one: str, other: str) -> None:
    assert compare_journals(normalise_journal(one), normalise_journal(other)) is not Journals.SAME
