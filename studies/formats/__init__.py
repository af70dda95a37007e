"""Bibliographic files to records: bytes in, entries and refusals out, in order, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from studies.formats import medline, ris, wos
from studies.formats.detect import by_content, refuse_foreign
from studies.formats.entry import Decision, Entry, Item, ParsedRecord, Refusal, UnreadableFile
from studies.formats.source import Source, decoded_head

__all__ = [
    "LABELS",
    "SUPPORTED",
    "Decision",
    "Entry",
    "ParsedRecord",
    "Reading",
    "Refusal",
    "UnreadableFile",
    "detect",
    "read",
]

LABELS: Mapping[str, str] = {
    "ris": "RIS",
    "medline": "PubMed (.nbib, MEDLINE)",
    "wos": "Web of Science plain text (.ciw)",
}
SUPPORTED: tuple[str, ...] = tuple(LABELS)

_READERS: Mapping[str, Callable[[Source, str, str], Iterator[Item]]] = {
    "ris": ris.read_ris,
    "medline": medline.read_medline,
    "wos": wos.read_wos,
}
_DIALECTS: Mapping[str, Callable[[str], str]] = {"ris": ris.dialect_of, "medline": medline.dialect_of}


class Reading:
    """A file being read: iterate once over it for its entries and refusals."""

    def __init__(self, source: Source, format: str, dialect: str, items: Iterator[Item]) -> None:
        self.format = format
        self.dialect = dialect
        self._source = source
        self._items = items

    @property
    def encoding(self) -> str:
        """The encoding as far as it is known from what was read."""
        return self._source.encoding

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were taken so far."""
        return self._source.bytes_read

    def __iter__(self) -> Iterator[Item]:
        return self._items


def detect(head: bytes, filename: str = "") -> str | None:
    """The format of a file by its first bytes, or None."""
    try:
        refuse_foreign(head)
    except UnreadableFile:
        return None
    return by_content(head)


def read(stream: BinaryIO, *, filename: str = "", mapping: Mapping[str, str] | None = None) -> Reading:
    """Read a file of any supported format.

    Raises UnreadableFile at once where the file is no export at all, and while iterating where it
    breaks off in a way that nothing after it can be read.
    """
    source = Source(stream)
    refuse_foreign(source.head)
    name = by_content(source.head)
    if name not in _READERS:
        raise UnreadableFile(
            "No known format of references was found in the file. Export the search results as "
            f"{', '.join(LABELS.values())}."
        )
    head = decoded_head(source.head)
    dialect = _DIALECTS[name](head) if name in _DIALECTS else ""
    return Reading(source, name, dialect, _READERS[name](source, dialect, head))
