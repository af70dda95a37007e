"""EBSCOhost's XML: a <rec> an entry, its fields below header/controlInfo in parts on journal, issue and article."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord
from studies.formats.names import authors
from studies.formats.source import Source
from studies.formats.tagged import unique
from studies.formats.text import clean, one_line, paragraphs, value
from studies.formats.xml_entries import Taken, read_xml, text_of

NAMES = ("rec",)
ARTICLE = ".//controlInfo/artinfo/"


def read_ebsco_xml(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return read_xml(source, NAMES, _record)


def _record(root: Element) -> ParsedRecord:
    taken = Taken(root)
    header = root.find(".//header")
    said = (
        {name: value(header.get(name, "")) for name in ("longDbName", "shortDbName", "uiTerm")}
        if header is not None
        else {}
    )
    title = taken.text(f"{ARTICLE}tig/atl", ".//controlInfo/bkinfo/btl")
    abstract = _abstract(taken)
    numbers, doi = _numbers(taken, said.get("uiTerm", ""))
    source = said.get("longDbName") or said.get("shortDbName", "")
    pmid = numbers.get("accession", "") if "MEDLINE" in source.upper() else ""
    if ids.pmid_of(pmid):
        numbers.pop("accession")
    numbers.update(ids.registrations_of(f"{title} {abstract}"))
    urls = unique(url for url in taken.texts(".//plink", ".//PLink", ".//pdfLink") if url.startswith("http"))
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=authors(taken.texts(f"{ARTICLE}aug/au", ".//controlInfo/bkinfo/aug/au")),
        year=_year(taken, root),
        journal=taken.text(".//controlInfo/jinfo/jtl"),
        volume=taken.text(".//controlInfo/pubinfo/vid"),
        issue=taken.text(".//controlInfo/pubinfo/iid"),
        pages=_pages(taken),
        doi=doi,
        pmid=ids.pmid_of(pmid),
        identifiers=numbers,
        kind="; ".join(unique(taken.texts(f"{ARTICLE}doctype", f"{ARTICLE}pubtype"))),
        language=taken.text(".//controlInfo/language"),
        keywords=unique(taken.texts(f"{ARTICLE}sug/subj", f"{ARTICLE}su/*", f"{ARTICLE}keyword")),
        urls=urls,
        issn=ids.issn_of(taken.texts(".//controlInfo/jinfo/issn")),
        source=source,
        extra=taken.remaining(),
    )  # fmt: skip


def _abstract(taken: Taken) -> str:
    parts = ["".join(one.itertext()) for one in taken.all(f"{ARTICLE}ab")]
    return paragraphs(clean("\n".join(parts).replace("\r", "\n")))


def _year(taken: Taken, root: Element) -> int | None:
    """In an attribute of the date, else in its digits."""
    dates = list(root.iterfind(".//controlInfo/pubinfo/dt"))
    said = [value(one.get("year", "")) for one in dates] + [text_of(one)[:4] for one in dates]
    found = ids.find_year(said)
    if found:
        taken.all(".//controlInfo/pubinfo/dt")
    return found


def _numbers(taken: Taken, accession: str) -> tuple[dict[str, str], str]:
    """(numbers, DOI): the unique identifiers of an entry, one of them without a type."""
    doi, plain = "", accession
    for one in taken.all(f"{ARTICLE}ui"):
        text = one_line(text_of(one))
        if one.get("type", "").casefold() == "doi" or ids.find_doi(text):
            doi = doi or ids.find_doi(text)
        elif not plain and not one.get("type"):
            plain = text
    isbn = ids.isbn_of(taken.texts(".//controlInfo/bkinfo/isbn"))
    return {name: text for name, text in (("accession", plain), ("isbn", isbn)) if text}, doi


def _pages(taken: Taken) -> str:
    """EBSCO gives the first page, and how many they are."""
    first, count = taken.text(f"{ARTICLE}ppf"), taken.text(f"{ARTICLE}ppct")
    plain = first.isascii() and first.isdecimal() and count.isascii() and count.isdecimal()
    if plain and len(first) < 8 and 1 < int(count[:6]) < 5000:
        return ids.join_pages(first, str(int(first) + int(count[:6]) - 1))
    return ids.join_pages(first)
