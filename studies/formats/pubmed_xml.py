"""PubMed's XML: articles and book articles."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord
from studies.formats.source import Source
from studies.formats.tagged import unique
from studies.formats.text import value
from studies.formats.xml_entries import Taken, read_xml, text_of

NAMES = ("PubmedArticle", "PubmedBookArticle")
_DATES = ("Journal/JournalIssue/PubDate", "Book/PubDate", "ArticleDate", "ContributionDate")


def read_pubmed_xml(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return read_xml(source, NAMES, _record)


def _record(root: Element) -> ParsedRecord:
    taken = Taken(root)
    article = "MedlineCitation/Article" if root.tag == "PubmedArticle" else "BookDocument"
    book_title = taken.text("BookDocument/Book/BookTitle")
    title = taken.text(f"{article}/ArticleTitle", f"{article}/VernacularTitle")
    if not title:
        title, book_title = book_title, ""
    numbers = _numbers(taken)
    abstract = _abstract(taken, article)
    for name, number in _trials(taken, title, abstract).items():
        numbers.setdefault(name, number)
    doi, pmid, pmcid = numbers.pop("doi", ""), numbers.pop("pubmed", ""), numbers.pop("pmc", "")
    isbn = ids.isbn_of(taken.texts("BookDocument/Book/Isbn"))
    if isbn:
        numbers["isbn"] = isbn
    pmids = [text for text in taken.texts("MedlineCitation/PMID", "BookDocument/PMID") if ids.pmid_of(text)]
    journal = taken.text(f"{article}/Journal/Title") or book_title
    medline_name = taken.text("MedlineCitation/MedlineJournalInfo/MedlineTA")
    short = taken.text(f"{article}/Journal/ISOAbbreviation") or medline_name
    journal = journal or short
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(taken, article),
        year=_year(root, article),
        journal=journal,
        journal_abbreviation="" if short.casefold() == journal.casefold() else short,
        volume=taken.text(f"{article}/Journal/JournalIssue/Volume", "BookDocument/Book/Volume"),
        issue=taken.text(f"{article}/Journal/JournalIssue/Issue"),
        pages=_pages(taken, article),
        doi=doi,
        pmid=pmid or (ids.pmid_of(pmids[-1]) if pmids else ""),
        pmcid=ids.pmcid_of(pmcid),
        identifiers=numbers,
        kind="; ".join(
            taken.texts(f"{article}/PublicationTypeList/PublicationType", "BookDocument/PublicationType")
        ),
        language="; ".join(taken.texts(f"{article}/Language")),
        keywords=_keywords(taken),
        issn=ids.issn_of(
            taken.texts(f"{article}/Journal/ISSN", "MedlineCitation/MedlineJournalInfo/ISSNLinking")
        ),
        source="PubMed",
        extra=_remarks(taken) | taken.remaining(),
    )


def _remarks(taken: Taken) -> dict[str, tuple[str, ...]]:
    """What other publications say of this one, by kind: RetractionIn, ErratumIn, CommentOn."""
    found: dict[str, list[str]] = {}
    for element in taken.all("MedlineCitation/CommentsCorrectionsList/CommentsCorrections"):
        text = " ".join(text for child in element if (text := text_of(child)))
        found.setdefault(value(element.get("RefType", "CommentsCorrections")), []).append(text)
    return {kind: tuple(values) for kind, values in found.items()}


def _numbers(taken: Taken) -> dict[str, str]:
    """Identifiers by type; the lists of the references below an article are not its own."""
    found: dict[str, str] = {}
    for element in taken.all(
        "PubmedData/ArticleIdList/ArticleId",
        "PubmedBookData/ArticleIdList/ArticleId",
        "BookDocument/ArticleIdList/ArticleId",
    ):
        kind, text = value(element.get("IdType", "")), text_of(element)
        if kind and text:
            found.setdefault(kind, ids.find_doi(text) if kind == "doi" else text)
    for element in taken.all("MedlineCitation/Article/ELocationID", "BookDocument/Book/ELocationID"):
        kind, text = value(element.get("EIdType", "")), text_of(element)
        if kind and text and element.get("ValidYN", "Y") != "N":
            found.setdefault(kind, ids.find_doi(text) if kind == "doi" else text)
    return {kind: text for kind, text in found.items() if text and kind != "medline"}


def _trials(taken: Taken, title: str, abstract: str) -> dict[str, str]:
    listed = " ".join(
        taken.texts("MedlineCitation/Article/DataBankList/DataBank/AccessionNumberList/AccessionNumber")
    )
    return ids.registrations_of(listed) or ids.registrations_of(f"{title} {abstract}")


def _abstract(taken: Taken, article: str) -> str:
    lines = []
    for part in taken.all(f"{article}/Abstract/AbstractText"):
        text, label = text_of(part), value(part.get("Label", ""))
        if text:
            lines.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(lines)


def _authors(taken: Taken, article: str) -> tuple[str, ...]:
    """Persons and groups; editors of a book only where it has no authors."""
    lists = taken.all(f"{article}/AuthorList") or []
    if not lists:
        lists = taken.all("BookDocument/Book/AuthorList")
    authors = [author for block in lists if block.get("Type") != "editors" for author in block]
    if not authors:
        authors = [author for block in lists for author in block]
    return tuple(name for author in authors if (name := _name(author)))


def _name(author: Element) -> str:
    family, given = text_of(author.find("LastName")), text_of(author.find("ForeName"))
    given = given or text_of(author.find("Initials"))
    suffix = text_of(author.find("Suffix"))
    if family and given:
        return f"{family}, {given}" + (f" {suffix}" if suffix else "")
    return family or text_of(author.find("CollectiveName"))


def _year(root: Element, article: str) -> int | None:
    texts = []
    base = root.find(article)
    for path in _DATES:
        date = base.find(path) if base is not None else None
        if date is not None:
            texts += [text_of(date.find("Year")), text_of(date.find("MedlineDate"))]
    return ids.find_year(texts)


def _pages(taken: Taken, article: str) -> str:
    whole = taken.text(f"{article}/Pagination/MedlinePgn")
    start, end = taken.text(f"{article}/Pagination/StartPage"), taken.text(f"{article}/Pagination/EndPage")
    return ids.join_pages(whole) or ids.join_pages(start, end)


def _keywords(taken: Taken) -> tuple[str, ...]:
    found = []
    for heading in taken.all("MedlineCitation/MeshHeadingList/MeshHeading"):
        name = text_of(heading.find("DescriptorName"))
        qualifiers = [text_of(qualifier) for qualifier in heading.iterfind("QualifierName")]
        found += [f"{name}/{qualifier}" for qualifier in qualifiers] or [name]
    found += taken.texts("MedlineCitation/KeywordList/Keyword", "BookDocument/KeywordList/Keyword")
    return unique(text for text in found if text)
