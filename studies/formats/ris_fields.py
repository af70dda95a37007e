"""RIS tags to fields. The same tag means different things in different dialects."""

from __future__ import annotations

import re

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes
from studies.formats.entry import ParsedRecord
from studies.formats.names import authors
from studies.formats.ovid import place_in
from studies.formats.ris_numbers import database_of, doi, numbers, registrations
from studies.formats.tagged import Tags, drop_equal, remaining, take, take_all, take_year, unique
from studies.formats.text import paragraphs

_TAKEN = frozenset({"TY", "ER"})
_CHAPTERS = frozenset({"CHAP", "ECHAP", "CONF", "CPAPER"})
_REGISTERED = re.compile(r"NCT\d{8},?$")
_LINKS = ("UR", "L1", "L2", "L3", "L4", "LK")


def record(tags: Tags, dialect: str, default_source: str) -> ParsedRecord:
    """The fields of one entry; `tags` is used up."""
    kind = take(tags, "TY")
    source = database_of(tags, dialect, take(tags, "DB", "DP") or default_source)
    title = (
        take(tags, "TI", "T1")
        or (take(tags, "CT", "BT") if kind in ("BOOK", "EBOOK") else "")
        or take(tags, "ST")
    )
    drop_equal(tags, title, "TI", "T1", "ST")
    journal, short = _journal(tags, kind)
    notes = tags.get("N1", [])
    keywords = take_all(tags, "KW", "K1", "DE")
    found = numbers(tags, dialect, source, notes)
    own_doi = doi(tags, notes)
    urls = _urls(tags)
    if journal.startswith("http"):
        journal, urls = "", unique([*urls, journal])  # Cochrane, for records of registries
    _from_links(found, urls)
    abstract = _abstract(tags)
    registrations(found, tags, title, abstract)
    serial = tags.get("SN", [])
    issn, isbn = (ids.issn_of(serial), ids.isbn_of(serial)) if serial else ((), "")
    if issn or isbn:
        tags.pop("SN", None)
    if isbn:
        found["isbn"] = isbn
    place = place_in(tags["SO"][0]) if not journal and tags.get("SO") else None
    pmid, pmcid = found.pop("pmid", ""), found.pop("pmcid", "")
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(tags, found),
        year=take_year(tags, "PY", "Y1", "DA", "YR") or (place.year if place else None),
        journal=journal or (place.journal if place else ""),
        journal_abbreviation=short,
        volume=take(tags, "VL", "VO") or (place.volume if place else ""),
        issue=_issue(tags, dialect) or (place.issue if place else ""),
        pages=_pages(tags) or (place.pages if place else ""),
        doi=own_doi or next((named for url in urls if (named := ids.doi_from_url(url))), ""),
        pmid=pmid,
        pmcid=pmcid,
        identifiers=found,
        kind=_kind(tags, kind),
        language=take(tags, "LA"),
        keywords=_keywords(keywords) if keywords else (),
        urls=urls,
        issn=issn,
        source=source or ("Web of Science" if "wos" in found else ""),
        decisions=decisions_in_notes(notes) if notes else (),
        extra=remaining(tags),
    )


def _authors(tags: Tags, found: dict[str, str]) -> tuple[str, ...]:
    """AU and A1; Cochrane names the number of a registered trial as its author."""
    names = take_all(tags, "AU")
    first = take_all(tags, "A1")
    if first != names:
        names += first
    registered = [name for name in names if name.startswith("NCT") and _REGISTERED.match(name)]
    if registered:
        found.setdefault("nct", "; ".join(name.rstrip(",") for name in registered))
        names = [name for name in names if name not in registered]
    return authors(names)


def _from_links(found: dict[str, str], urls: tuple[str, ...]) -> None:
    """The numbers in addresses of Scopus, PubMed and PubMed Central."""
    if urls and "2-s2.0-" in "".join(urls):
        found.setdefault("scopus", next((eid for url in urls if (eid := ids.scopus_of(url))), ""))
    pmid, pmcid = ids.numbers_in_links(urls) if urls else ("", "")
    if pmid:
        found.setdefault("pmid", pmid)
    if pmcid:
        found.setdefault("pmcid", pmcid)


def _journal(tags: Tags, kind: str) -> tuple[str, str]:
    """Full and abbreviated name; T2 is the journal, book or conference."""
    full = take(tags, "JF", "T2") or (take(tags, "BT") if kind in _CHAPTERS else "")
    short = take(tags, "JA", "J2", "J1", "JI", "J9")
    other = take(tags, "JO")
    if not full:
        full, other = other, ""
    if not full:
        full, short = short, ""
    if other and not short and other.casefold() != full.casefold():
        short, other = other, ""
    if short.casefold() == full.casefold():
        short = ""
    for name in (full, short):
        if name:
            drop_equal(tags, name, "JF", "T2", "JA", "J2", "J1", "JO", "BT", "JI", "J9")
    if other and other.casefold() not in (full.casefold(), short.casefold()):
        tags.setdefault("JO", []).append(other)
    return full, short


def _issue(tags: Tags, dialect: str) -> str:
    issue = take(tags, "IS", "CP", "IP") if dialect == "Ovid" else take(tags, "IS", "CP")
    if not issue and dialect not in ("Embase", "Ovid"):
        number = tags.get("M1", [""])[0].strip()
        if 0 < len(number) <= 6 and any(character.isdigit() for character in number):
            return take(tags, "M1")
    return issue


def _pages(tags: Tags) -> str:
    start, end = take(tags, "SP"), take(tags, "EP")
    pages = ids.join_pages(start, end)
    return pages or (take(tags, "C7") if not start else "")


def _kind(tags: Tags, kind: str) -> str:
    """TY, with what M3 adds to it (Embase: "Conference Abstract")."""
    further = tags.get("M3", [""])[0].strip()
    if (
        further
        and len(further) < 60
        and "[" not in further
        and not ids.find_doi(further)
        and further.lower() not in ("no", "doi")
    ):
        take(tags, "M3")
        return f"{kind}; {further}" if kind and kind.casefold() != further.casefold() else further
    return kind


def _abstract(tags: Tags) -> str:
    for tag in ("AB", "N2"):
        values = tags.get(tag)
        while values:
            text = paragraphs(values.pop(0))
            if text:
                drop_equal(tags, text.replace("\n", " "), "AB", "N2")
                return text
    return ""


def _keywords(values: list[str]) -> tuple[str, ...]:
    if any(";" in value for value in values):
        values = [part for value in values for piece in value.split(";") if (part := piece.strip())]
    return unique(values)


def _urls(tags: Tags) -> tuple[str, ...]:
    """Addresses; what a link tag holds besides stays in `extra`."""
    found: list[str] = []
    for tag in _LINKS:
        values = tags.get(tag)
        if not values:
            continue
        kept: list[str] = []
        for value in values:
            parts = value.split()
            links = [part for part in parts if part.startswith(("http://", "https://", "ftp://"))]
            found.extend(links)
            if len(links) < len(parts):
                kept.append(value)
        if kept:
            tags[tag] = kept
        else:
            del tags[tag]
    return unique(found)
