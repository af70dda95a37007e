"""PubMed's "Abstract (text)": a numbered citation, then title, authors, abstract and numbers as paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, entry_or_refusal
from studies.formats.names import medline
from studies.formats.source import Source
from studies.formats.tagged import too_long, unix
from studies.formats.text import clean, one_line, storable

# An entry ends with its PMID, which may be followed by a statement of interests; the next one begins two lines on.
START = re.compile(rb"[\r\n](?:(?<=\n\n\n)|(?<=\r\n\r\n\r\n)|(?<=\r\r\r))\d{1,6}\. (?=[A-Z0-9])")
_NUMBER = re.compile(r"\d{1,6}\. ")
_PLACE = re.compile(
    r"^(?P<journal>.+?)\. (?P<year>(?:1[89]|20)\d\d)[^;:.]*"
    r"(?:;(?P<volume>[^(:;.]+)?(?:\((?P<issue>[^)]+)\))?(?::(?P<pages>[\w-]+))?)?"
)
_NUMBERS = re.compile(r"^(DOI|PMCID|PMID): *(\S+)", re.MULTILINE)
_MARKS = re.compile(r"\((?:#|\d)[\d)(#, ]*\)")
_ASIDE = ("Author information:", "Comment in", "Comment on", "Erratum in", "Update of", "Republished", "©",
          "Copyright", "Conflict of interest", "Collaborators:", "Retraction in", "Publisher:")  # fmt: skip


def read_pubmed_text(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    position = 0
    for offset, block, complete in source.blocks(START):
        text = source.text(block)
        if not text.strip():
            continue
        position += 1
        if complete:
            yield entry_or_refusal(position, offset, storable(text), _record(clean(unix(text))))
        else:
            yield from too_long(position, offset, text)


def _record(text: str) -> ParsedRecord:
    parts = [part for piece in re.split(r"\n[ \t]*\n", text.strip()) if (part := piece.strip())]
    where, title, names = (one_line(part) for part in (*parts[:3], "", "", "")[:3])
    where = _NUMBER.sub("", where, count=1)
    place = _PLACE.match(where)
    numbers: dict[str, str] = {}
    for name, number in _NUMBERS.findall(text):
        numbers.setdefault(name, number)
    rest = parts[3:] if _are_authors(names) else parts[2:]
    abstract = "\n".join(one_line(part) for part in rest if _is_abstract(part))
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=_authors(names) if _are_authors(names) else (),
        year=int(place["year"]) if place else ids.find_year([where]),
        journal=place["journal"] if place else "",
        volume=((place["volume"] or "") if place else "").strip(),
        issue=(place["issue"] or "") if place else "",
        pages=ids.join_pages((place["pages"] or "") if place else ""),
        doi=ids.find_doi(numbers.get("DOI", "")) or ids.find_doi(where),
        pmid=ids.pmid_of(numbers.get("PMID", "")),
        pmcid=ids.pmcid_of(numbers.get("PMCID", "")),
        identifiers=ids.registrations_of(f"{title} {abstract}"),
        source="PubMed",
        extra={"citation": (where,)} | ({"notes": aside} if (aside := _remarks(rest)) else {}),
    )


def _are_authors(text: str) -> bool:
    """Smith JA(1), O'Neil K(2); SEPSIS Study Group."""
    first = _MARKS.sub("", text).split(",")[0].rstrip(". ")
    return bool(re.search(r"\s[A-Z]{1,3}(?: (?:Jr|Sr|\dnd|\drd))?$", first)) or "(1)" in text[:120]


def _authors(text: str) -> tuple[str, ...]:
    persons, _, groups = text.rstrip(". ").partition(";")
    names = [name for part in _MARKS.sub("", persons).split(",") if (name := part.strip())]
    return tuple(medline(name) for name in names) + tuple(
        group for part in groups.split(";") if (group := part.strip())
    )


def _is_abstract(part: str) -> bool:
    return not part.startswith(_ASIDE) and not _NUMBERS.match(part)


def _remarks(parts: list[str]) -> tuple[str, ...]:
    return tuple(one_line(part) for part in parts if part.startswith(_ASIDE))
