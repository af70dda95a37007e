"""PubMed's and EndNote's XML."""

from collections.abc import Callable

import pytest

from studies.formats import Entry, ParsedRecord, Refusal, UnreadableFile
from tests.studies.formats import samples

Records = Callable[..., list[ParsedRecord]]
Items = Callable[..., list[Entry | Refusal]]


def article(inner: str) -> str:
    return f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>{inner}</MedlineCitation></PubmedArticle></PubmedArticleSet>"


def test_an_article_with_inline_markup_labels_groups_and_a_retraction(items: Items) -> None:
    entry = items(samples.PUBMED_XML)[0]
    assert isinstance(entry, Entry)
    record = entry.fields
    assert record.title == "Effect of H. pylori on CO2 & more"
    assert record.abstract == "AIM: To see.\nSeen."
    assert record.authors == ("Gibb, F W", "ADMIRE Group")
    assert (record.year, record.pages, record.doi, record.pmcid) == (
        2013,
        "764-9",
        "10.1000/px.1",
        "PMC123456",
    )
    assert record.identifiers == {"nct": "NCT00000001"}
    assert record.kind == "Retracted Publication"
    assert record.extra["RetractionIn"] == ("J Lett. 2014",)
    assert record.extra["JournalIssue/PubDate"] == ("2013 Spring",)
    assert entry.raw.startswith("<PubmedArticle>")
    assert entry.raw.endswith("</PubmedArticle>")


def test_the_numbers_of_its_references_are_not_the_numbers_of_an_article(items: Items) -> None:
    entry = items(samples.PUBMED_XML)[0]
    assert isinstance(entry, Entry)
    assert entry.fields.doi != "10.9999/other"
    assert "10.9999/other" in str(entry.fields.extra)


def test_a_book_article_is_an_entry_and_a_broken_one_is_refused_alone(items: Items) -> None:
    _, book, broken, empty = items(samples.PUBMED_XML)
    assert isinstance(book, Entry)
    assert (book.fields.title, book.fields.year, book.fields.pmid) == ("Guideline", 2009, "21413195")
    assert isinstance(broken, Refusal)
    assert "not well-formed XML" in broken.reason
    assert isinstance(empty, Refusal)


def test_a_lone_article_without_a_set_is_read(records: Records) -> None:
    assert (
        records("<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>")[0].pmid
        == "7"
    )


@pytest.mark.parametrize(
    ("inner", "field", "value"),
    [
        ("<Article><ArticleDate><Year>2020</Year></ArticleDate></Article>", "year", 2020),
        (
            "<Article><Pagination><StartPage>1</StartPage><EndPage>9</EndPage></Pagination></Article>",
            "pages",
            "1-9",
        ),
        ('<Article><ELocationID EIdType="doi" ValidYN="N">10.1000/x</ELocationID></Article>', "doi", ""),
        (
            '<Article><Abstract><AbstractText Label="UNLABELLED">Words</AbstractText></Abstract></Article>',
            "abstract",
            "Words",
        ),
        ("<Article><VernacularTitle>Titre</VernacularTitle></Article>", "title", "Titre"),
        ("<MedlineJournalInfo><MedlineTA>J Lett</MedlineTA></MedlineJournalInfo>", "journal", "J Lett"),
    ],
)
def test_one_field_of_pubmed(inner: str, field: str, value: object, records: Records) -> None:
    assert getattr(records(article(inner))[0], field) == value


def test_endnote_text_is_joined_over_styles(items: Items) -> None:
    first, second = items(samples.ENDNOTE_XML)
    assert isinstance(first, Entry)
    record = first.fields
    assert record.title == "Patient satisfaction"
    assert record.authors == ("Agha, Z.", "Schapira, R. M.")
    assert (record.journal, record.journal_abbreviation) == ("Telemedicine journal", "Telemed J")
    assert (record.pmid, record.pmcid, record.doi) == ("19919189", "PMC2814065", "10.1000/ex.1")
    assert record.keywords == ("Female", "Humans")
    assert record.extra["caption/style"] == ("Duplicate",)
    assert isinstance(second, Entry)
    assert second.fields.title == "Plain & R&D"


def test_an_entry_that_breaks_off_is_refused_and_says_so(items: Items) -> None:
    text = samples.ENDNOTE_XML
    cut = text[: text.index("Plain") + 3]
    made, refused = items(cut)
    assert isinstance(made, Entry)
    assert isinstance(refused, Refusal)
    assert "breaks off" in refused.reason
    assert refused.text.startswith("<record>")


def test_an_entity_bomb_is_refused_as_a_whole() -> None:
    from tests.studies.formats.conftest import items_of

    bomb = '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    for root in ("<xml><records><record><titles><title>&b;</title></titles></record></records></xml>",
                 "<PubmedArticleSet><PubmedArticle><ArticleTitle>&b;</ArticleTitle></PubmedArticle></PubmedArticleSet>"):  # fmt: skip
        with pytest.raises(UnreadableFile, match="declares XML entities"):
            items_of(bomb + root)


def test_an_external_entity_inside_an_entry_is_never_fetched(items: Items) -> None:
    text = '<xml><records><record><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><titles><title>&e;</title></titles></record></records></xml>'
    with pytest.raises(UnreadableFile, match="declares XML entities"):
        items(text)


def test_control_characters_that_xml_forbids_do_not_cost_the_entry(records: Records) -> None:
    text = "<xml><records><record><titles><title>A\x0b title &#x1; more</title></titles></record></records></xml>"
    assert records(text)[0].title == "A title more"
