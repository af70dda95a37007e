"""JSON: ClinicalTrials.gov's studies, and CSL-JSON as Zotero and others write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from studies.formats import identifiers as ids
from studies.formats.entry import Item, ParsedRecord, Refusal, entry_or_refusal
from studies.formats.names import inverted
from studies.formats.source import ENTRY_LIMIT, Source
from studies.formats.tagged import unique
from studies.formats.text import clean, paragraphs, storable, value

_TRIAL = re.compile(r'[\[,\s]\{\s*"protocolSection"')
_SKIP = re.compile(r"[\s,\[\]]*")
_OPEN = re.compile(r'\s*\{\s*"studies"\s*:\s*\[')

NOT_JSON = "The entry is not complete JSON ({detail}). The download was probably cut short: export again, or add it by hand."
NO_OBJECT = (
    "An entry was expected here and a bare value found. Check whether this is an export of references."
)


def is_trials(head: str) -> bool:
    """True for ClinicalTrials.gov's JSON."""
    return '"protocolSection"' in head


def read_json(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file, one study or reference at a time."""
    for position, (offset, raw, found) in enumerate(_objects(source), 1):
        if isinstance(found, str):
            yield Refusal(position, offset, storable(raw[:ENTRY_LIMIT]), found)
        elif "protocolSection" in found:
            yield entry_or_refusal(position, offset, storable(raw), _trial(found))
        else:
            yield entry_or_refusal(position, offset, storable(raw), _reference(found))


def _objects(source: Source) -> Iterator[tuple[int, str, dict[str, Any] | str]]:
    """The elements of the outermost list: (offset, text, object or reason)."""
    decoder = json.JSONDecoder()
    text, offset, ended, opened = "", source.mark, False, False
    pending = b""
    while True:
        if not ended:
            piece = source.read()
            ended = not piece
            cut, pending = _complete(pending + piece, ended)
            text += source.text(cut)
        at = 0
        if not opened and text.strip():
            match = _OPEN.match(text)
            at = match.end() if match else 0
            opened = True
        at = _skipped(text, at)
        while at < len(text) and (ended or text[at] == "{"):
            begin = at
            if text[at : at + 1] == "}" or text.startswith('"', at):
                return  # what follows the list: nextPageToken, totalCount
            try:
                found, at = decoder.raw_decode(text, begin)
            except (json.JSONDecodeError, RecursionError) as error:
                if not ended and len(text) - begin < ENTRY_LIMIT:
                    at = begin
                    break
                follow = _TRIAL.search(text, begin + 1)
                at = follow.start() + 1 if follow else len(text)
                detail = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
                found = NOT_JSON.format(detail=detail)
            outcome = found if isinstance(found, (dict, str)) else NO_OBJECT
            yield offset + _width(source, text[:begin]), text[begin:at], outcome
            at = _skipped(text, at)
        offset += _width(source, text[:at])
        text = text[at:]
        if ended and not text.strip():
            return


def _skipped(text: str, at: int) -> int:
    match = _SKIP.match(text, at)
    return match.end() if match else at


def _width(source: Source, text: str) -> int:
    return source.width(text.encode("utf-8", "surrogatepass"))


def _complete(data: bytes, ended: bool) -> tuple[bytes, bytes]:
    """Cut before a character that the piece splits."""
    if ended:
        return data, b""
    cut = len(data)
    while cut > 0 and len(data) - cut < 4 and data[cut - 1] & 0xC0 == 0x80:
        cut -= 1
    if cut > 0 and data[cut - 1] >= 0xC0:
        return data[: cut - 1], data[cut - 1 :]
    return data, b""


def _at(node: object, *path: str) -> Any:
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _strings(node: object) -> list[str]:
    if isinstance(node, str):
        return [text] if (text := value(node)) else []
    if isinstance(node, list):
        return [text for part in node for text in _strings(part)]
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        return [str(node)]
    return []


def _text(node: object, *path: str) -> str:
    found = _strings(_at(node, *path))
    return found[0] if found else ""


def _list(node: object, *path: str) -> list[Any]:
    found = _at(node, *path)
    return found if isinstance(found, list) else []


def _trial(study: dict[str, Any]) -> ParsedRecord:
    """A registered trial as a record: its official title, its summary, its sponsor and its number."""
    protocol = _at(study, "protocolSection")
    identity, nct = _at(protocol, "identificationModule"), _text(protocol, "identificationModule", "nctId")
    official, brief = _text(identity, "officialTitle"), _text(identity, "briefTitle")
    described = _at(protocol, "descriptionModule")
    summary = [clean(str(_at(described, name) or "")) for name in ("briefSummary", "detailedDescription")]
    status = _at(protocol, "statusModule")
    dates = [_text(status, name, "date") for name in ("startDateStruct", "studyFirstPostDateStruct")]
    dates.append(_text(status, "studyFirstSubmitDate"))
    sponsor = _text(protocol, "sponsorCollaboratorsModule", "leadSponsor", "name")
    officials = _list(protocol, "contactsLocationsModule", "overallOfficials")
    names = [_text(person, "name").split(",")[0] for person in officials if isinstance(person, dict)]
    others = _list(identity, "secondaryIdInfos")
    numbers = ids.registrations_of(" ".join([nct, *(_text(other, "id") for other in others)]))
    extra = {
        "brief title": (brief,) if official and brief else (),
        "acronym": (_text(identity, "acronym"),),
        "overall status": (_text(status, "overallStatus"),),
        "sponsor": (sponsor,),
        "conditions": tuple(_strings(_at(protocol, "conditionsModule", "conditions"))),
        "interventions": tuple(
            _text(i, "name") for i in _list(protocol, "armsInterventionsModule", "interventions")
        ),
        "enrollment": (_text(protocol, "designModule", "enrollmentInfo", "count"),),
        "dates": tuple(date for date in dates if date),
        "other numbers": tuple(_text(other, "id") for other in others),
        "organisation number": (_text(identity, "orgStudyIdInfo", "id"),),
        "has results": ("yes",) if study.get("hasResults") else (),
    }
    return ParsedRecord(
        title=official or brief,
        abstract=paragraphs("\n".join(summary)),
        authors=tuple(inverted(name) for name in names if name) or ((sponsor,) if sponsor else ()),
        year=ids.find_year(dates),
        identifiers=numbers,
        kind=_text(protocol, "designModule", "studyType"),
        keywords=unique(
            _strings(_at(protocol, "conditionsModule", "keywords"))
            + _strings(_at(protocol, "conditionsModule", "conditions"))
        ),
        urls=(f"https://clinicaltrials.gov/study/{nct}",) if nct else (),
        source="ClinicalTrials.gov",
        extra={name: kept for name, values in extra.items() if (kept := tuple(v for v in values if v))},
    )


_CSL_TAKEN = frozenset(
    [
        "title",
        "abstract",
        "author",
        "issued",
        "container-title",
        "container-title-short",
        "journalAbbreviation",
        "volume",
        "issue",
        "page",
        "DOI",
        "PMID",
        "PMCID",
        "ISSN",
        "ISBN",
        "URL",
        "type",
        "language",
        "keyword",
        "source",
        "id",
    ]
)


def _reference(node: dict[str, Any]) -> ParsedRecord:
    """One CSL-JSON item; keys that are not CSL's stay in `extra`."""
    title, abstract = _text(node, "title"), paragraphs(clean(str(node.get("abstract") or "")))
    dates = _list(node, "issued", "date-parts")
    year = ids.find_year(
        [str(part) for row in dates for part in (row if isinstance(row, list) else [row])][:1]
    )
    numbers = ids.registrations_of(f"{title} {abstract}")
    isbn = ids.isbn_of(_strings(node.get("ISBN")))
    if isbn:
        numbers["isbn"] = isbn
    doi = ids.find_doi(_text(node, "DOI") or _text(node, "doi"))
    urls = tuple(url for url in _strings(node.get("URL")) if url.startswith("http"))
    return ParsedRecord(
        title=title,
        abstract=abstract,
        authors=tuple(name for person in _list(node, "author") if (name := _csl_name(person))),
        year=year or ids.find_year([_text(node, "issued", "raw"), _text(node, "year")]),
        journal=_text(node, "container-title") or _text(node, "journal"),
        journal_abbreviation=_text(node, "container-title-short") or _text(node, "journalAbbreviation"),
        volume=_text(node, "volume"),
        issue=_text(node, "issue"),
        pages=ids.join_pages(_text(node, "page")),
        doi=doi,
        pmid=ids.pmid_of(_text(node, "PMID") or _text(node, "pmid")),
        pmcid=ids.pmcid_of(_text(node, "PMCID")),
        identifiers=numbers,
        kind=_text(node, "type"),
        language=_text(node, "language"),
        keywords=unique(part for piece in _text(node, "keyword").split(",") if (part := piece.strip())),
        urls=urls,
        issn=ids.issn_of(_strings(node.get("ISSN"))),
        source=_text(node, "source"),
        extra={
            value(name): tuple(kept)
            for name, part in node.items()
            if name not in _CSL_TAKEN and (kept := _strings(part))
        },
    )


def _csl_name(person: object) -> str:
    if isinstance(person, str):
        return inverted(value(person))
    family, given = _text(person, "family"), _text(person, "given")
    particle = _text(person, "non-dropping-particle")
    family = f"{particle} {family}".strip()
    return (f"{family}, {given}" if given else family) or _text(person, "literal") or _text(person, "name")
