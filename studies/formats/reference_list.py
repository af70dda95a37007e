"""A pasted reference list: one reference a line, a paragraph, or a number; or bare DOIs and PMIDs.

What can be told with some safety (identifiers, year, authors, title) is told; the whole text stays
as the entry's raw text, and becomes the title where no title can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, entry_or_refusal
from studies.formats.names import authors, is_initials, medline
from studies.formats.source import Source
from studies.formats.tagged import unix
from studies.formats.text import clean, one_line, storable

LIMIT = 20 * 2**20
LONGEST = 5000

_NUMBER = re.compile(r"^\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|\d{1,4}[.):])(?:\s+|(?=[A-Z]))")
_BULLET = re.compile(r"^\s*[•*\u2013-]\s+")
_PMID = re.compile(r"\bPMID:?\s*(\d{1,8})\b", re.IGNORECASE)
_BARE_PMID = re.compile(r"^\d{5,8}$")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]+")
_YEAR = re.compile(r"\b(?:1[89]\d\d|20\d\d)[a-z]?\b")
_APA = re.compile(
    r"^(?P<authors>.{2,2000}?)\s*\((?P<year>(?:1[89]|20)\d\d)[a-z]?(?:,[^)]*)?\)[.:,]?\s*(?P<rest>.+)$"
)
_PLACE = re.compile(
    r"(?P<year>(?:1[89]|20)\d\d)?[^;:]{0,12}[;,]?\s*(?P<volume>\d{1,4})\s*(?:\((?P<issue>[^)]{1,20})\))?\s*[:,]\s*"
    r"(?:pp?\.?\s*)?(?P<pages>[a-zA-Z]?\d[\w.-]*(?:\s*[-–]\s*\w+)?)"
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]\"”?!A-Z]{2})[.?!]\s+(?=[\"“A-ZÀ-Þ0-9])")
_STOP = re.compile(r"(?<=[^\s.])[.?!]\s+(?=[\"“A-ZÀ-Þ0-9])")
_APA_NAME = re.compile(r"([^,&]+,\s*(?:[A-ZÀ-Þ]\.[ -]?)+)")


def references(text: str) -> list[tuple[int, str]]:
    """The references of a list: (character offset, verbatim text)."""
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\r\n]+", text)]
    lines = [(at, line) for at, line in lines if line.strip()]
    if not lines:
        return []
    numbered = [index for index, (_, line) in enumerate(lines) if _NUMBER.match(line)]
    if len(numbered) >= 2 and numbered[0] <= 1 and len(numbered) * 8 >= len(lines):
        starts = [lines[index][0] for index in numbered]
        # A heading above the first number is none of the references.
        return _cut(text, starts)
    blanks = [match.end() for match in re.finditer(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*", text)]
    if blanks and any(_continues(line) for _, line in lines):
        return _cut(text, [lines[0][0], *(at for at in blanks if at < len(text) and at > lines[0][0])])
    return lines


def _continues(line: str) -> bool:
    """True for a line that cannot begin a reference: it goes on where the one before was wrapped."""
    return line[:1].isspace() or line.lstrip()[:1].islower()


def _cut(text: str, starts: list[int]) -> list[tuple[int, str]]:
    parts = ((a, text[a:b]) for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    return [(at, part.rstrip()) for at, part in parts if part.strip()]


def is_list(text: str) -> bool:
    """True when most of the pieces of a text look like references, DOIs or PMIDs."""
    found = [one_line(part) for _, part in references(text[:20_000])][:200]
    if not found:
        return False
    return sum(_looks(part) for part in found) >= 0.7 * len(found)


def _looks(part: str) -> bool:
    if ids.find_doi(part) or _PMID.search(part) or _BARE_PMID.match(part) or re.match(r"PMC\d{3,}$", part):
        return True
    words = part.count(" ")
    return (
        words >= 6
        and len(part) < 3000
        and bool(_YEAR.search(part))
        and part.count(".") >= 2
        and "{" not in part
    )


def read_references(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """One entry for each reference."""
    data = source.whole(LIMIT, "The reference list")
    text = source.text(data)
    at_character, at_byte = 0, source.mark
    for position, (at, raw) in enumerate(references(text), 1):
        at_byte += source.span(text[at_character:at], text, data)
        at_character = at
        yield entry_or_refusal(position, at_byte, storable(raw), parse_reference(raw))


def parse_reference(raw: str) -> ParsedRecord:
    """One reference in Vancouver, APA or a similar style, or a bare identifier."""
    text = one_line(clean(unix(raw)))
    text = _BULLET.sub("", _NUMBER.sub("", text))
    doi = ids.find_doi(text)
    match = _PMID.search(text)
    pmid = match[1].lstrip("0") if match else (text if _BARE_PMID.match(text) else "")
    pmcid = ids.pmcid_of(text)
    urls = tuple(url.rstrip(".,;)") for url in _URL.findall(text))
    if len(text) > LONGEST:
        return ParsedRecord(title=text, doi=doi, pmid=pmid)
    rest = _without_identifiers(text, doi)
    if len(rest.split()) < 4:
        return ParsedRecord(
            doi=doi, pmid=pmid, pmcid=pmcid, urls=urls, title="" if doi or pmid or pmcid else rest
        )
    parts = _apa(rest) or _vancouver(rest)
    names, title, journal = parts
    place = _PLACE.search(rest[rest.find(title) + len(title) :]) if title else None
    return ParsedRecord(
        title=title or rest,
        authors=names,
        year=ids.find_year([place["year"] or "" if place else "", *_YEAR.findall(rest)]),
        journal=journal,
        volume=place["volume"] if place else "",
        issue=(place["issue"] or "") if place else "",
        pages=ids.join_pages(place["pages"].replace(" ", "").rstrip(".")) if place else "",
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        identifiers=ids.registrations_of(text),
        urls=urls,
    )


def _without_identifiers(text: str, doi: str) -> str:
    text = _URL.sub(" ", text)
    if doi:
        text = text.replace(doi, " ")
    text = _PMID.sub(" ", text)
    text = re.sub(r"\b(?:doi|PMCID)\b:?\s*(?:PMC\d+)?|\bPMC\d{3,}\b", " ", text, flags=re.IGNORECASE)
    return one_line(re.sub(r"\s+[.;:,](?=\s|$)", " ", text))


def _apa(text: str) -> tuple[tuple[str, ...], str, str] | None:
    """Authors (Year). Title. Journal, volume(issue), pages."""
    match = _APA.match(text)
    if match is None or ". " in match["authors"].replace(".,", "").replace(
        ". ", " ", match["authors"].count(".")
    ):
        return None
    names = [name.strip(" ,&") for name in _APA_NAME.findall(match["authors"])] or re.split(
        r";|\band\b|&", match["authors"].rstrip(".")
    )
    pieces = _SENTENCE.split(match["rest"], maxsplit=1)
    journal = pieces[1].split(",")[0].strip(" .") if len(pieces) > 1 else ""
    return authors(names), pieces[0].strip(" ."), journal


def _vancouver(text: str) -> tuple[tuple[str, ...], str, str]:
    """Authors. Title. Journal. Year;volume(issue):pages."""
    pieces = _STOP.split(text, maxsplit=3)
    if not _are_names(pieces[0]):
        pieces = _SENTENCE.split(text, maxsplit=3)
    if len(pieces) < 3 or not re.search(r"\b[A-ZÀ-Þ]{1,3}\b|et al", pieces[0]) or " " not in pieces[1]:
        return (), "", ""
    names = [
        name.strip() for name in pieces[0].split(",") if name.strip() and name.strip().lower() != "et al"
    ]
    journal = re.split(r"\s+(?:1[89]|20)\d\d", pieces[2])[0].strip(" .,;")
    return tuple(medline(name) for name in names), pieces[1].strip(" ."), journal


def _are_names(text: str) -> bool:
    """True for "Smith AB, van der Berg J, et al": every part ends in initials."""
    parts = [part.strip() for part in text.split(",")]
    return all(part.lower() == "et al" or is_initials(part.split()[-1]) for part in parts if part) and any(
        parts
    )
