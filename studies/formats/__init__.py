"""Bibliographic files to records: bytes in, entries and refusals out, in order, nothing lost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, cast

from studies.formats import (
    archive,
    bibtex,
    ebsco_xml,
    embase,
    endnote_xml,
    enw,
    ictrp,
    json_entries,
    medline,
    other_tags,
    ovid,
    pubmed_text,
    pubmed_xml,
    reference_list,
    ris,
    table,
    workbook,
    wos,
)
from studies.formats.archive import several
from studies.formats.columns import FIELDS, guess_mapping
from studies.formats.detect import by_content, refuse_foreign
from studies.formats.entry import Decision, Entry, Item, ParsedRecord, Refusal, UnreadableFile
from studies.formats.sampling import Sample, guess_by_cells, sample
from studies.formats.source import CHUNK, Source, decoded_head, read_fully
from studies.formats.table import UnmappedTable

__all__ = [
    "FIELDS",
    "LABELS",
    "SUPPORTED",
    "Decision",
    "Entry",
    "ParsedRecord",
    "Reading",
    "Refusal",
    "Sample",
    "UnmappedTable",
    "UnreadableFile",
    "detect",
    "guess_by_cells",
    "guess_mapping",
    "read",
    "sample",
    "several",
    "who_wrote",
]

LABELS: Mapping[str, str] = {
    "ris": "RIS",
    "medline": "PubMed (.nbib, MEDLINE)",
    "pubmed_xml": "PubMed XML",
    "endnote_xml": "EndNote XML",
    "ebsco_xml": "EBSCOhost XML",
    "ictrp": "ICTRP XML (registries of trials)",
    "enw": "EndNote (.enw)",
    "bibtex": "BibTeX",
    "wos": "Web of Science plain text (.ciw)",
    "csv": "CSV or tab-delimited table",
    "xlsx": "Excel workbook (.xlsx)",
    "json": "ClinicalTrials.gov or CSL JSON",
    "ovid": "Ovid citation text",
    "embase_rows": "Embase CSV, a field a row",
    "embase_text": "Embase plain text",
    "cochrane": "Cochrane Library citations",
    "refworks": "RefWorks tagged text",
    "pubmed_text": "PubMed abstracts as text",
    "references": "Pasted reference list",
    "asreview": "ASReview project (.asreview)",
    "zip": "ZIP archive with one export",
}
"""Format -> its name on the page."""

SUPPORTED: tuple[str, ...] = tuple(LABELS)

_Reader = Callable[[Source, str, str], Iterator[Item]]
_READERS: Mapping[str, _Reader] = {
    "ris": ris.read_ris,
    "medline": medline.read_medline,
    "pubmed_xml": pubmed_xml.read_pubmed_xml,
    "endnote_xml": endnote_xml.read_endnote_xml,
    "ebsco_xml": ebsco_xml.read_ebsco_xml,
    "ictrp": ictrp.read_ictrp,
    "enw": enw.read_enw,
    "bibtex": bibtex.read_bibtex,
    "wos": wos.read_wos,
    "json": json_entries.read_json,
    "ovid": ovid.read_ovid,
    "embase_rows": embase.read_by_row,
    "embase_text": embase.read_text,
    "cochrane": other_tags.read_cochrane,
    "refworks": other_tags.read_refworks,
    "pubmed_text": pubmed_text.read_pubmed_text,
    "references": reference_list.read_references,
}
_DIALECTS: Mapping[str, Callable[[str], str]] = {
    "embase_rows": lambda head: "Embase",
    "embase_text": lambda head: "Embase",
    "ebsco_xml": lambda head: "EBSCO",
    "ictrp": lambda head: "ICTRP",
    "ris": ris.dialect_of,
    "medline": medline.dialect_of,
    "json": lambda head: "ClinicalTrials.gov" if json_entries.is_trials(head) else "CSL",
}

_HOSTS = frozenset(
    {
        "Ovid",
        "EBSCO",
        "ProQuest",
        "EndNote",
        "Zotero",
        "Mendeley",
        "Citavi",
        "Rayyan",
        "ASReview",
        "Covidence",
        "CSL",
    }
)
"""What hosts or keeps many databases: whose records they are, the entries say."""

_UNKNOWN = (
    "No known format of references was found in the file. Export the search results from the database or "
    "reference manager as RIS, .nbib, XML, BibTeX or CSV, and upload that file unchanged."
)


class Reading:
    """A file being read: iterate once over it for its entries and refusals.

    `preface` is the text that an entry needs above it to be read alone (the headings of a table, else
    nothing): a refused entry that was mended is read again as `preface` and its text.
    """

    def __init__(
        self,
        *,
        name: str,
        dialect: str,
        items: Iterator[Item],
        source: Source | None,
        stream: BinaryIO,
        preface: str = "",
    ) -> None:
        self.format = name
        self.dialect = dialect
        self.preface = preface
        self._items = items
        self._broken: tuple[type[Exception], ...] = ()
        self._archive = stream if source is None else None
        self._source = source

    def from_archive(self, stream: BinaryIO) -> Reading:
        """The same reading, which counts the bytes of the archive and takes what unpacking raises for damage."""
        self._broken = archive.BROKEN
        self._archive = stream
        return self

    @property
    def encoding(self) -> str:
        """The encoding as far as it is known from what was read."""
        return self._source.encoding if self._source else "utf-8"

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were taken so far."""
        if self._archive is not None:
            return self._archive.tell()
        return self._source.bytes_read if self._source else 0

    def __iter__(self) -> Iterator[Item]:
        try:
            yield from self._items
        except UnreadableFile:
            raise
        except self._broken as error:
            raise UnreadableFile(archive.DAMAGED) from error


def detect(head: bytes, filename: str = "") -> str | None:
    """The format of a file by its first bytes, or None. The name decides only where the bytes leave a doubt."""
    try:
        refuse_foreign(head)
        return by_content(head, filename)
    except UnreadableFile:
        return None


def who_wrote(stream: BinaryIO, filename: str = "") -> str:
    """The database or tool that wrote a file, as far as its beginning tells it; else ""."""
    try:
        reading = read(stream, filename=filename)
        first = next((item.fields.source for item in reading if isinstance(item, Entry)), "")
    except UnreadableFile:
        return ""
    named = reading.dialect if reading.dialect not in _HOSTS else ""
    return named or first or reading.dialect


def read(
    stream: BinaryIO,
    *,
    filename: str = "",
    mapping: Mapping[str, str] | None = None,
    format: str | None = None,  # noqa: A002 - the word of the page and of Reading
) -> Reading:
    """Read a file of any supported format.

    `mapping` (heading -> field of FIELDS) overrides what the columns of a table are guessed to be;
    `format` overrides detection, for text that was pasted as a reference list.
    Raises UnreadableFile where the file is no export at all, or, while iterating, where nothing after
    the present place can be read; UnmappedTable, one of its kind, where a person must match columns.
    """
    start = read_fully(stream, 4)
    if start == b"PK\x03\x04":
        return _read_archive(_seekable(start, stream), filename, mapping)
    source = Source(stream, start)
    refuse_foreign(source.head)
    name = format or by_content(source.head, filename)
    head = decoded_head(source.head)
    if name in ("csv", "xlsx") or (name is None and mapping):
        dialect, headings, items = table.read_table(source, head, filename, mapping)
        return Reading(
            name="csv", dialect=dialect, items=items, source=source, stream=stream, preface=headings
        )
    if name is None or name not in _READERS:
        raise UnreadableFile(_UNKNOWN)
    dialect = _DIALECTS[name](head) if name in _DIALECTS else ""
    items = _READERS[name](source, dialect, head)
    return Reading(name=name, dialect=dialect, items=items, source=source, stream=stream)


def _read_archive(stream: BinaryIO, filename: str, mapping: Mapping[str, str] | None) -> Reading:
    if archive.is_workbook(stream):
        stream.seek(0)
        dialect, headings, items = workbook.read_workbook(stream, filename, mapping)
        return Reading(
            name="xlsx", dialect=dialect, items=items, source=None, stream=stream, preface=headings
        )
    if archive.is_project(stream):
        items = archive.read_project(stream, _dataset)
        reading = Reading(name="asreview", dialect="ASReview", items=items, source=None, stream=stream)
        return reading.from_archive(stream)
    name, member = archive.only_member(stream)
    try:
        reading = read(cast("BinaryIO", member), filename=name, mapping=mapping)
    except archive.BROKEN as error:
        raise UnreadableFile(archive.DAMAGED) from error
    return reading.from_archive(stream)


def _dataset(stream: BinaryIO, filename: str) -> Iterator[Item]:
    """A file inside a project, of whatever format it is."""
    return iter(read(stream, filename=filename))


def _seekable(start: bytes, stream: BinaryIO) -> BinaryIO:
    """The stream from its beginning; what cannot be wound back is copied to disk first."""
    if stream.seekable():
        stream.seek(0)
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the reading
    copy.write(start)
    while piece := stream.read(CHUNK):
        copy.write(piece)
    copy.seek(0)
    return cast("BinaryIO", copy)
