"""RIS: each tag as the dialect means it."""

from collections.abc import Callable

import pytest

from studies.formats import Decision, Entry, ParsedRecord, Refusal
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def test_embase_delivers_its_number_the_pubmed_number_and_the_kind(records: Records) -> None:
    record = records(samples.EMBASE_RIS)[0]
    assert record.title == "Cysts in vivo: p < 0.05"
    assert record.authors == ("Ruiz, P.", "van der Meer, J.A.")
    assert record.identifiers == {"embase": "L100200300", "nct": "NCT01234567"}
    assert (record.pmid, record.doi, record.kind) == (
        "25485260",
        "10.1000/gl.2014.1",
        "JOUR; Conference Abstract",
    )
    assert (record.issn, record.pages, record.source) == (("2226-7190",), "152-160", "Embase")
    assert record.extra["DB"] == ("Medline",)
    assert "M1" in record.extra
    assert record.issue == "3"


def test_ovid_says_no_pagination_and_what_follows_its_end_mark_is_kept(records: Records) -> None:
    first, second = records(samples.OVID_RIS)
    assert first.pages == ""
    assert first.doi == "10.1000/ov.1"
    assert first.identifiers["accession"] == "2019-65183-001"
    assert first.extra["NL"] == ("Clin Lett",)
    assert "Ovid Full Text" in first.extra["ER"][0]
    assert "Search Strategy" in second.extra["C1"][0]
    assert second.title == "Another."


def test_scopus_article_number_pubmed_number_eid_and_notes_over_many_lines(records: Records) -> None:
    record = records(samples.SCOPUS_RIS)[0]
    assert (record.pages, record.pmid, record.identifiers["scopus"]) == (
        "104501",
        "31421429",
        "2-s2.0-85074596690",
    )
    assert record.issn == ("0306-9877",)
    assert record.extra["N1"][0].count("\n") == 3
    assert (record.journal, record.journal_abbreviation) == ("Hypotheses", "Hypoth.")


def test_endnote_writes_keywords_under_one_tag_and_its_own_number_is_no_accession(records: Records) -> None:
    record = records(samples.ENDNOTE_RIS)[0]
    assert record.keywords == ("Animals", "Humans", "Rats")
    assert (record.pmid, record.pmcid) == ("21553931", "PMC3078967")
    assert "accession" not in record.identifiers
    assert record.extra["ID"] == ("369",)


def test_ebsco_hides_doi_and_number(records: Records) -> None:
    record = records(samples.EBSCO_RIS)[0]
    assert (record.doi, record.identifiers["accession"], record.year) == ("10.1000/eb.1", "136666666", 2019)
    assert record.extra["Y1"] == ("2019/06//",)


def test_proquest_doubles_its_issn_and_joins_its_numbers(records: Records) -> None:
    record = records(samples.PROQUEST_RIS)[0]
    assert record.issn == ("0894-9867",)
    assert record.identifiers["accession"] == "2214991469; 51887"
    assert record.source == "PTSDpubs"


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("DO  - doi:10.1000/ABC.", "doi", "10.1000/ABC"),
        ("UR  - https://doi.org/10.1000/x%281%29", "doi", "10.1000/x(1)"),
        (
            "DO  - 10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
            "doi",
            "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
        ),
        ("UR  - https://example.org/article/10.1000/xyz/full", "doi", ""),
        ("DB  - PMC\nAN  - PMC3654245\nU1  - 23690738[pmid]", "pmcid", "PMC3654245"),
        ("DB  - PMC\nAN  - PMC3654245\nU1  - 23690738[pmid]", "pmid", "23690738"),
        ("DB  - PubMed\nAN  - 012345", "pmid", "12345"),
        ("DB  - CINAHL\nAN  - 12345", "pmid", ""),
        ("PY  - Start date: 20170812", "year", 2017),
        ("DP  - ClinicalTrials.gov\nID  - NCT01234567", "identifiers", {"nct": "NCT01234567"}),
        (
            "C1  - ISRCTN12345678 EudraCT 2019-001234-11",
            "identifiers",
            {"isrctn": "ISRCTN12345678", "eudract": "2019-001234-11"},
        ),
        ("PY  - 10 15", "year", None),
        ("PY  - YEAR/MONTH/DAY/\nPY  - 2001/09/01/", "year", 2001),
        ("SP  - pp 37-64", "pages", "37-64"),
        ("SP  - 221\nEP  - 8", "pages", "221-8"),
        ("SP  - e221", "pages", "e221"),
        ("SP  - 49\nEP  - 52", "pages", "49-52"),
        ("VO  - 8", "volume", "8"),
        ("AU  - Valle-Delgado,J. J.", "authors", ("Valle-Delgado, J. J.",)),
        (
            "AU  - A. Author-One\nAU  - World Health Organization",
            "authors",
            ("Author-One, A.", "World Health Organization"),
        ),
        ("AU  - Wang, L.\nAU  - Wang, L.", "authors", ("Wang, L.", "Wang, L.")),
        ("AU  - One, A.\nA1  - One, A.", "authors", ("One, A.",)),
        ("KW  - one; two\nKW  - two", "keywords", ("one", "two")),
        ("SN  - 9798373627394", "issn", ()),
        ("AB  - One.\nTwo.\n\nThree.", "abstract", "One.\nTwo.\nThree."),
        ("N2  - first line,\n      ER then second", "abstract", "first line,\nER then second"),
    ],
)
def test_one_field(lines: str, field: str, value: object, records: Records) -> None:
    record = records(f"TY  - JOUR\nTI  - Title\n{lines}\nER  - \n")[0]
    assert getattr(record, field) == value


def test_tags_without_values_and_with_trailing_blanks_do_no_harm(records: Records) -> None:
    record = records("TY  - JOUR \nTI  -\nT1  -  Title \nSP  -\nIS  - \nER  -")[0]
    assert (record.title, record.pages, record.issue) == ("Title", "", "")


def test_a_tag_nobody_knows_is_kept(records: Records) -> None:
    assert records("TY  - JOUR\nTI  - T\nZZ  - kept\nZZ  - too\nER  - \n")[0].extra["ZZ"] == ("kept", "too")


def test_entries_glued_together_are_told_apart(records: Records) -> None:
    assert [record.title for record in records(samples.GLUED_RIS)] == ["First", "Second", "Third", "Fourth"]


def test_an_entry_without_its_first_line_is_an_entry(records: Records) -> None:
    assert records("\ufeff\nT1  - Alone\nAU  - One, A\nER  -\n")[0].title == "Alone"


def test_an_empty_entry_is_refused_with_its_place_and_what_to_do(items: Items) -> None:
    refused, made = items("TY  - JOUR\nER  - \n\nTY  - JOUR\nN1  - only a note\nER  - \n")
    assert isinstance(refused, Refusal)
    assert (refused.position, refused.offset) == (1, 0)
    assert "Add a title" in refused.reason
    assert "TY  - JOUR" in refused.text
    assert isinstance(made, Entry)


def test_the_tail_of_an_entry_whose_beginning_was_cut_off_is_refused(items: Items) -> None:
    tail, made = items("AD  - Some place\nKW  - one\nER  - \n\nTY  - JOUR\nTI  - Whole\nER  - \n")
    assert isinstance(tail, Refusal)
    assert "belongs to no entry" in tail.reason
    assert isinstance(made, Entry)


def test_lines_above_the_first_entry_name_the_database(records: Records) -> None:
    text = "Provider: American Psychological Association\nDatabase: PsycINFO\nContent: x\n\nTY  - JOUR\nTI  - T\nER  - \n"
    record = records(text)[0]
    assert record.source == "PsycINFO"


def test_decisions_of_asreview_and_rayyan_come_along(records: Records) -> None:
    kept, left, unseen = records(samples.ASREVIEW_RIS)
    assert (kept.decisions, left.decisions, unseen.decisions) == (
        (Decision(verdict="include"),),
        (Decision(verdict="exclude"),),
        (),
    )
    ana, ben = records(samples.RAYYAN_RIS)[0].decisions
    assert ana == Decision("Ana", "include", "", ("adults", "RCT"), "check")
    assert ben == Decision("Ben", "exclude", "wrong outcome", ("adults", "RCT"))
