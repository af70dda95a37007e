"""EndNote's XML, also written by other reference managers: every text inside <style> elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes
from studies.formats.entry import Item, ParsedRecord
from studies.formats.names import authors
from studies.formats.source import Source
from studies.formats.tagged import unique
from studies.formats.text import clean, one_line, paragraphs, value
from studies.formats.xml_entries import Taken, read_xml, text_of

NAMES = ("record",)
_PUBMED = re.compile(r"pubmed|medline|\bNLM\b", re.IGNORECASE)


def read_endnote_xml(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return read_xml(source, NAMES, _record)


def _record(root: Element) -> ParsedRecord:
    taken = Taken(root)
    kinds = taken.all("ref-type")
    kind = (value(kinds[0].get("name", "")) or text_of(kinds[0])) if kinds else ""
    title = taken.text("titles/title", "titles/short-title")
    abstract = _abstract(taken)
    source = taken.text("remote-database-name", "remote-database-provider")
    numbers = _numbers(taken, source)
    for name, number in ids.registrations_of(f"{taken.text('custom1')} {title} {abstract}").items():
        numbers.setdefault(name, number)
    urls = _urls(taken)
    doi = ids.find_doi(taken.text("electronic-resource-num"))
    doi = doi or next((found for url in urls if (found := ids.doi_from_url(url))), "")
    serial = taken.texts("isbn", "issn")
    isbn = ids.isbn_of(serial)
    if isbn:
        numbers["isbn"] = isbn
    pmid, pmcid = (
        numbers.pop(name, "") or linked
        for name, linked in zip(("pmid", "pmcid"), ids.numbers_in_links(urls), strict=True)
    )
    journal, short = _journal(taken)
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=authors(taken.texts("contributors/authors/author")),
        year=ids.find_year(taken.texts("dates/year") + taken.texts("dates/pub-dates/date")),
        journal=journal,
        journal_abbreviation=short,
        volume=taken.text("volume"),
        issue=taken.text("number", "issue"),
        pages=ids.join_pages(taken.text("pages")),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        identifiers=numbers,
        kind=kind,
        language=taken.text("language"),
        keywords=_keywords(taken),
        urls=urls,
        issn=ids.issn_of(serial),
        source=source,
        decisions=decisions_in_notes(taken.seen("notes")),
        extra=taken.remaining(),
    )


def _abstract(taken: Taken) -> str:
    parts = taken.all("abstract")
    return paragraphs(clean("".join(parts[0].itertext()).replace("\r", "\n"))) if parts else ""


def _journal(taken: Taken) -> tuple[str, str]:
    """The periodical's name, the secondary title (journal, book or conference) and its abbreviation."""
    full = taken.text("periodical/full-title")
    second = taken.text("titles/secondary-title")
    short = taken.text("periodical/abbr-1", "titles/alt-title", "alt-periodical/abbr-1")
    journal = full or second or taken.text("titles/tertiary-title", "alt-periodical/full-title")
    if not short and second and second.casefold() != journal.casefold():
        short = second
    return journal, "" if short.casefold() == journal.casefold() else short


def _numbers(taken: Taken, source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    number = taken.text("accession-num")
    if number[:4] in ("WOS:", "ISI:"):
        found["wos"] = number
    elif ids.pmid_of(number) and (not source or _PUBMED.search(source)):
        # An accession number without a database is EndNote's own field for the PubMed number.
        found["pmid" if source else "accession"] = ids.pmid_of(number) if source else number
    elif re.fullmatch(r"L\d{6,}", number) and "embase" in source.lower():
        found["embase"] = number
    elif ids.registrations_of(number):
        found.update(ids.registrations_of(number))
    elif number:
        found["accession"] = number
    if "embase" in source.lower() and "embase" not in found:
        number = ids.embase_of(" ".join(taken.seen("notes")))
        if number:
            found["embase"] = number
    pmcid = ids.pmcid_of(" ".join(taken.texts("custom2")))
    if pmcid:
        found["pmcid"] = pmcid
    return found


def _urls(taken: Taken) -> tuple[str, ...]:
    values = taken.texts("urls//url", "urls/related-urls", "urls/pdf-urls", "urls/text-urls", "urls/web-urls")
    return unique(
        part
        for value in values
        for part in value.split()
        if part.startswith(("http://", "https://", "ftp://"))
    )


def _keywords(taken: Taken) -> tuple[str, ...]:
    """One element each, or one element with all of them on lines."""
    found: list[str] = []
    for element in taken.all("keywords/keyword"):
        text = clean("".join(element.itertext()))
        found.extend(part for line in re.split(r"[\r\n;]", text) if (part := one_line(line)))
    return unique(found)
