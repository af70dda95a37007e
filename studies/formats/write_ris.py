"""Records as RIS that reference managers, screening tools and our own reader take back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from studies.formats.entry import ParsedRecord
from studies.formats.text import one_line

_TYPES = frozenset(
    [
        "ABST",
        "AGGR",
        "ANCIENT",
        "ART",
        "ADVS",
        "BILL",
        "BLOG",
        "BOOK",
        "CHAP",
        "CASE",
        "CTLG",
        "CHART",
        "CLSWK",
        "COMP",
        "CPAPER",
        "CONF",
        "DATA",
        "DICT",
        "EDBOOK",
        "EBOOK",
        "ECHAP",
        "EJOUR",
        "ENCYC",
        "EQUA",
        "FIGURE",
        "GEN",
        "GOVDOC",
        "GRNT",
        "HEAR",
        "ICOMM",
        "INPR",
        "JFULL",
        "JOUR",
        "LEGAL",
        "MANSCPT",
        "MAP",
        "MGZN",
        "MPCT",
        "MULTI",
        "MUSIC",
        "NEWS",
        "PAMP",
        "PAT",
        "PCOMM",
        "RPRT",
        "SER",
        "SLIDE",
        "SOUND",
        "STAND",
        "STAT",
        "THES",
        "UNBILL",
        "UNPB",
        "VIDEO",
        "WEB",
        "DBASE",
    ]
)
_WORDS = (
    ("conference", "CONF"),
    ("inproceedings", "CONF"),
    ("proceedings", "CONF"),
    ("chapter", "CHAP"),
    ("incollection", "CHAP"),
    ("inbook", "CHAP"),
    ("book", "BOOK"),
    ("thesis", "THES"),
    ("dissertation", "THES"),
    ("report", "RPRT"),
    ("preprint", "UNPB"),
    ("article", "JOUR"),
    ("journal", "JOUR"),
    ("review", "JOUR"),
    ("letter", "JOUR"),
    ("editorial", "JOUR"),
    ("trial", "JOUR"),
)
_LIKE_A_TAG = re.compile(r"\s*[A-Z][A-Z0-9]{1,4} {1,2}-")
_RANGE = re.compile(r"([^-\s]+)-([^-\s]+)$")
_OWN_TAGS = {"accession": "AN", "wos": "AN", "embase": "U2", "nct": "C1", "isbn": "SN"}


def ris_type(record: ParsedRecord) -> str:
    """The RIS type that fits the kind of publication best."""
    first = record.kind.split(";")[0].strip()
    if first in _TYPES:
        return first
    low = record.kind.casefold()
    found = next((code for word, code in _WORDS if word in low), "")
    return found or ("JOUR" if record.journal else "GEN")


def ris_entry(record: ParsedRecord, *, notes: Sequence[str] = ()) -> str:
    """One entry, with its line ends; `notes` become N1 lines."""
    lines: list[str] = []

    def put(tag: str, *values: str) -> None:
        lines.extend(f"{tag}  - {text}" for value in values if (text := one_line(value)))

    kind = ris_type(record)
    put("TY", kind)
    put("TI", record.title)
    put("AU", *record.authors)
    put("PY", str(record.year) if record.year else "")
    put("T2", record.journal)
    put("J2", record.journal_abbreviation)
    put("VL", record.volume)
    put("IS", record.issue)
    pages = _RANGE.match(record.pages)
    put("SP", pages[1] if pages else record.pages)
    put("EP", pages[2] if pages else "")
    put("DO", record.doi)
    lines.extend(_abstract(record.abstract))
    put("KW", *record.keywords)
    put("LA", record.language)
    put("SN", *record.issn)
    put("U1", f"{record.pmid}[pmid]" if record.pmid else "")
    put("C2", record.pmcid)
    detail = record.kind.removeprefix(kind).lstrip("; ") if record.kind.startswith(kind) else record.kind
    put("M3", detail)
    for name, number in record.identifiers.items():
        put(_OWN_TAGS.get(name, "C8"), number if name in _OWN_TAGS else f"{name}: {number}")
    put("UR", *record.urls)
    put("DB", record.source)
    put("N1", *notes)
    lines.append("ER  - ")
    return "\r\n".join(lines) + "\r\n\r\n"


def _abstract(text: str) -> Iterator[str]:
    """The abstract, its further paragraphs on untagged lines; a line that looks like a tag is joined on."""
    joined: list[str] = []
    for line in text.split("\n"):
        plain = one_line(line)
        if joined and _LIKE_A_TAG.match(plain):
            joined[-1] += f" {plain}"
        elif plain:
            joined.append(plain)
    if joined:
        yield f"AB  - {joined[0]}"
        yield from joined[1:]


def write_ris(records: Iterable[ParsedRecord]) -> Iterator[str]:
    """The entries one after the other, to be encoded as UTF-8."""
    for record in records:
        yield ris_entry(record)
