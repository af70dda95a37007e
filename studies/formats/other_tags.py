"""Tagged exports that say the same as RIS under other tags: Cochrane Library's citations, RefWorks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from studies.formats.entry import Item, Refusal, entry_or_refusal
from studies.formats.ris_fields import record
from studies.formats.source import Source
from studies.formats.tagged import NO_ENTRY, Tags, join_on, too_long, unix
from studies.formats.text import clean, storable

COCHRANE_START = re.compile(rb"[\r\n]Record #\d{1,7} of \d{1,7}[ \t]*(?=[\r\n]|\Z)")
REFWORKS_START = re.compile(rb"[\r\n]RT [A-Z][A-Za-z/ ,-]{2,60}[ \t]*(?=[\r\n]|\Z)")
_COCHRANE_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}):(?: (.*)|$)", re.DOTALL)
_REFWORKS_TAG = re.compile(r"([A-Z][A-Z0-9]) (.*)$", re.DOTALL)
_HEADING = re.compile(r"Record #\d+ of \d+$")

_COCHRANE: Mapping[str, str] = {
    "ID": "AN", "SO": "JF", "YR": "PY", "NO": "IS", "PG": "SP", "PT": "M3", "KY": "KW", "DOI": "DO", "US": "UR",
}  # fmt: skip
_REFWORKS: Mapping[str, str] = {
    "RT": "TY", "YR": "PY", "FD": "DA", "VO": "VL", "OP": "EP", "K1": "KW", "LK": "UR", "UL": "UR", "DS": "DB",
    "NO": "N1", "A2": "A2", "JO": "JO",
}  # fmt: skip
_LISTS = frozenset({"KW"})


def read_cochrane(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return _read(source, COCHRANE_START, _COCHRANE_TAG, _COCHRANE, "Cochrane")


def read_refworks(source: Source, dialect: str, head: str) -> Iterator[Item]:
    """Entries and refusals in the order of the file."""
    return _read(source, REFWORKS_START, _REFWORKS_TAG, _REFWORKS, "RefWorks")


def _read(
    source: Source, start: re.Pattern[bytes], tag: re.Pattern[str], names: Mapping[str, str], dialect: str
) -> Iterator[Item]:
    position = 0
    default = "CENTRAL" if dialect == "Cochrane" else ""
    for offset, block, complete in source.blocks(start):
        text = source.text(block)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        tags, aside = _tags(text, tag, names)
        if not tags and not (aside and position):
            continue  # what stands above the first entry
        position += 1
        if tags:
            yield entry_or_refusal(position, offset, storable(text), record(tags, dialect, default))
        else:
            yield Refusal(position, offset, storable(text), NO_ENTRY)


def _tags(raw: str, pattern: re.Pattern[str], names: Mapping[str, str]) -> tuple[Tags, bool]:
    """(the entry's lines as RIS tag -> values, whether other text stands there)."""
    tags: Tags = {}
    values: list[str] = []
    more: list[str] = []
    aside = False
    for line in clean(unix(raw)).split("\n"):
        match = pattern.match(line)
        if match:
            join_on(values, more, "\n")
            tag = names.get(match[1], match[1])
            values = tags.setdefault(tag, [])
            text = (match[2] or "").strip()
            values.extend(text.split(";") if tag in _LISTS else [text])
        elif (stripped := line.strip()) and not _HEADING.match(stripped):
            if values:
                more.append(stripped)
            aside = True
    join_on(values, more, "\n")
    return tags, aside
