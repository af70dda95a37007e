"""Records as BibTeX in UTF-8, with its special characters escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from studies.formats.entry import ParsedRecord
from studies.formats.text import one_line
from studies.formats.write_ris import ris_type

_TYPES = {
    "JOUR": "article",
    "CONF": "inproceedings",
    "CPAPER": "inproceedings",
    "CHAP": "incollection",
    "BOOK": "book",
    "THES": "phdthesis",
    "RPRT": "techreport",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_VERBATIM = frozenset({"doi", "url"})


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


def _key(record: ParsedRecord, taken: dict[str, int]) -> str:
    """Family name and year, with a number where that is taken."""
    family = record.authors[0].split(",")[0] if record.authors else "anonymous"
    plain = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    base = re.sub(r"\W+", "", plain) or "record"
    base = f"{base}{record.year or ''}"
    taken[base] = taken.get(base, 0) + 1
    # No family name keeps a hyphen, so that no key is another one's with its number.
    return base if taken[base] == 1 else f"{base}-{taken[base]}"


def bibtex_entry(record: ParsedRecord, key: str) -> str:
    """One entry under the given key."""
    kind = _TYPES.get(ris_type(record), "misc")
    container = "booktitle" if kind in ("inproceedings", "incollection") else "journal"
    values = {
        "title": record.title,
        "author": " and ".join(_name(name) for name in record.authors),
        "year": str(record.year) if record.year else "",
        container: record.journal,
        "shortjournal": record.journal_abbreviation,
        "volume": record.volume,
        "number": record.issue,
        "pages": record.pages.replace("-", "--") if record.pages.count("-") == 1 else record.pages,
        "doi": record.doi,
        "pmid": record.pmid,
        "pmcid": record.pmcid,
        "issn": ", ".join(record.issn),
        "isbn": record.identifiers.get("isbn", ""),
        "url": " ".join(record.urls[:1]),
        "keywords": "; ".join(record.keywords) + (";" if len(record.keywords) == 1 else ""),
        "language": record.language,
        "abstract": record.abstract,
    }
    lines = [f"@{kind}{{{key},"]
    for name, value in values.items():
        text = one_line(value)
        if text:
            escaped = text if name in _VERBATIM or name == "author" else _escaped(text)
            lines.append(f"  {name} = {{{escaped}}},")
    lines.append("}\n")
    return "\n".join(lines) + "\n"


def _name(name: str) -> str:
    """A body without a comma stands in braces, so that nobody takes it apart."""
    return _escaped(name) if ", " in name else f"{{{_escaped(name)}}}"


def write_bibtex(records: Iterable[ParsedRecord]) -> Iterator[str]:
    """The entries one after the other, each with a key of its own, to be encoded as UTF-8."""
    taken: dict[str, int] = {}
    for record in records:
        yield bibtex_entry(record, _key(record, taken))
