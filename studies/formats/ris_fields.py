"""RIS tags to fields. The same tag means different things in different dialects."""

from __future__ import annotations

import re

from studies.formats import identifiers as ids
from studies.formats.decisions import decisions_in_notes
from studies.formats.entry import ParsedRecord
from studies.formats.names import authors
from studies.formats.tagged import Tags, drop_equal, remaining, take, take_all, take_year, unique
from studies.formats.text import paragraphs

_TAKEN = frozenset({"TY", "ER"})
_CHAPTERS = frozenset({"CHAP", "ECHAP", "CONF", "CPAPER"})
_PUBMED = re.compile(r"pubmed|medline|\bNLM\b", re.IGNORECASE)
_EBSCO_NUMBER = re.compile(r"Accession Number: *([^.;\s]+)")
_OWN_NUMBER = re.compile(r"([a-z_]{2,20}): (\S.*)$")
_NUMBERED = ("AN", "UT", "U2", "C5", "C2", "U1", "C6", "ID")
_LINKS = ("UR", "L1", "L2", "L3", "L4", "LK")


def record(tags: Tags, dialect: str, default_source: str) -> ParsedRecord:
    """The fields of one entry; `tags` is used up."""
    kind = take(tags, "TY")
    source = take(tags, "DB", "DP")
    database = source or default_source
    title = (
        take(tags, "TI", "T1")
        or (take(tags, "CT", "BT") if kind in ("BOOK", "EBOOK") else "")
        or take(tags, "ST")
    )
    drop_equal(tags, title, "TI", "T1", "ST")
    journal, short = _journal(tags, kind)
    notes = tags.get("N1", [])
    keywords = take_all(tags, "KW", "K1", "DE")
    numbers = _numbers(tags, dialect, database, notes)
    doi = _doi(tags, notes)
    urls = _urls(tags)
    if not doi:
        doi = next((found for url in urls if (found := ids.doi_from_url(url))), "")
    if urls and "2-s2.0-" in "".join(urls):
        numbers.setdefault("scopus", next((eid for url in urls if (eid := ids.scopus_of(url))), ""))
    abstract = _abstract(tags)
    _registrations(numbers, tags, title, abstract)
    serial = tags.get("SN", [])
    issn, isbn = (ids.issn_of(serial), ids.isbn_of(serial)) if serial else ((), "")
    if issn or isbn:
        tags.pop("SN", None)
    if isbn:
        numbers["isbn"] = isbn
    names = take_all(tags, "AU")
    first = take_all(tags, "A1")
    pmid, pmcid = numbers.pop("pmid", ""), numbers.pop("pmcid", "")
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=authors(names + first if first != names else names),
        year=take_year(tags, "PY", "Y1", "DA", "YR"),
        journal=journal,
        journal_abbreviation=short,
        volume=take(tags, "VL", "VO"),
        issue=_issue(tags, dialect),
        pages=_pages(tags),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        identifiers=numbers,
        kind=_kind(tags, kind),
        language=take(tags, "LA"),
        keywords=_keywords(keywords) if keywords else (),
        urls=urls,
        issn=issn,
        source=source or default_source or ("Web of Science" if "wos" in numbers else ""),
        decisions=decisions_in_notes(notes) if notes else (),
        extra=remaining(tags),
    )


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
    issue = take(tags, "IS", "CP")
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


def _doi(tags: Tags, notes: list[str]) -> str:
    """DO, which may hold an address and stand twice; else where the dialects hide it."""
    for tag in ("DO", "DI", "L3", "M3"):
        for value in tags.get(tag, ()):
            doi = ids.find_doi(value)
            if doi:
                kept = [v for v in tags[tag] if ids.find_doi(v).casefold() != doi.casefold()]
                if tag != "L3":
                    tags.pop(tag)
                    if kept:
                        tags[tag] = kept
                return doi
    for value in notes:
        if value[:4].lower() == "doi:":
            return ids.find_doi(value)
    return ""


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


def _numbers(tags: Tags, dialect: str, database: str, notes: list[str]) -> dict[str, str]:
    """Accession numbers, each under the name of its database."""
    found: dict[str, str] = {}
    for value in tags.pop("PMID", []) + tags.pop("PM", []):
        found.setdefault("pmid", ids.pmid_of(value))
    for tag in _NUMBERED:
        if tag not in tags:
            continue
        kept = [value for value in tags[tag] if value and not _claim(found, tag, value, dialect, database)]
        if kept:
            tags[tag] = kept
        else:
            tags.pop(tag, None)
    for value in tags.get("C8", ()):
        if named := _OWN_NUMBER.match(value):
            found.setdefault(named[1], named[2])
    if tags.get("C8"):
        tags["C8"] = [value for value in tags["C8"] if not _OWN_NUMBER.match(value)]
    if "accession" not in found and notes:
        match = next((m for note in notes if (m := _EBSCO_NUMBER.search(note))), None)
        if match:
            found["accession"] = match[1]
    if "embase" in database.lower() and "embase" not in found and notes:
        found["embase"] = ids.embase_of(" ".join(notes))
    return {name: number for name, number in found.items() if number}


def _claim(found: dict[str, str], tag: str, value: str, dialect: str, database: str) -> bool:
    """True when the value is an identifier, which is then noted."""
    value = value.strip()
    name, number = _named(tag, value, dialect, database)
    if not number or name in found:
        return bool(number) and found.get(name) == number
    found[name] = number
    return True


def _named(tag: str, value: str, dialect: str, database: str) -> tuple[str, str]:
    if tag in ("AN", "UT") and ":" in value[:9] and value.partition(":")[0].isupper():
        if value.startswith("MEDLINE:"):
            return "pmid", ids.pmid_of(value[8:])
        return ("wos" if value.startswith("WOS:") else value.partition(":")[0].lower()), value
    if value[:3].upper() == "PMC" and value[3:].isdigit():
        return "pmcid", value.upper()
    if tag == "U2" and value[:1] == "L" and value[1:].isdigit():
        return "embase", value
    if tag == "C5" or (tag == "C2" and dialect in ("Scopus", "")):
        return "pmid", ids.pmid_of(value) if len(value) > 4 else ""
    if tag == "U1":
        return "pmid", ids.pmid_of(value) if "[pmid]" in value.lower() else ""
    if tag == "ID":
        return _record_id(value, dialect)
    if tag != "AN":
        return "", ""
    if value[:3].upper() == "NCT" and value[3:].isdigit():
        return "nct", value.upper()
    if _PUBMED.search(database) and ids.pmid_of(value):
        return "pmid", ids.pmid_of(value)
    if value.startswith("rayyan-"):
        return "rayyan", value
    return "accession", value


def _record_id(value: str, dialect: str) -> tuple[str, str]:
    """ID is an accession number from Ovid and PsycINFO, and a mere running number from EndNote."""
    if value.startswith("rayyan-"):
        return "rayyan", value
    if dialect in ("Ovid", "PsycINFO"):
        return "accession", value
    if value[:3] == "NCT" and value[3:].isdigit():
        return "nct", value
    return "", ""


def _registrations(numbers: dict[str, str], tags: Tags, title: str, abstract: str) -> None:
    """Trial numbers from the fields meant for them, else from title and abstract."""
    fields = [value for tag in ("C1", "SI", "N1", "C3") if tag in tags for value in tags[tag]]
    found = ids.registrations_of(" ".join(fields)) if fields else {}
    for name, number in (found or ids.registrations_of(f"{title} {abstract}")).items():
        numbers.setdefault(name, number)
