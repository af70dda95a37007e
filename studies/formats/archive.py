"""A ZIP that holds one export, as Rayyan sends it, or several, each of which is taken out."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from studies.formats import asreview_project
from studies.formats.entry import Item, UnreadableFile
from studies.formats.source import CHUNK

_READABLE = (".csv", ".ris", ".nbib", ".bib", ".enw", ".ciw", ".xml", ".txt", ".tsv", ".json", ".xlsx")
_ASIDE = ("customizations_log", "__macosx", "readme", "license", ".ds_store")
MOST_UNPACKED = 4 * 2**30
MOST_EXPANSION = 200
MOST_MEMBERS = 100

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What unpacking a damaged archive raises."""

LOCKED = "The ZIP archive is locked with a password. Unpack it and upload the files inside."
DAMAGED = "The ZIP archive is damaged. Download it again, or unpack it and upload the files inside."


def is_workbook(stream: BinaryIO) -> bool:
    """True when the archive is an Excel workbook."""
    return any(name.startswith("xl/") for name in _opened(stream).namelist())


def is_project(stream: BinaryIO) -> bool:
    """True when the archive is an ASReview project."""
    return asreview_project.is_project(_opened(stream))


def read_project(stream: BinaryIO, read: asreview_project.Read) -> Iterator[Item]:
    """The records of an ASReview project."""
    try:
        return asreview_project.read_project(_opened(stream), read)
    except BROKEN as error:
        raise UnreadableFile(asreview_project.DAMAGED) from error


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        stream.seek(0)
        return zipfile.ZipFile(stream)
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error


def _exports(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        part
        for part in archive.infolist()
        if part.filename.lower().endswith(_READABLE)
        and not any(word in part.filename.lower() for word in _ASIDE)
    ]


def several(stream: BinaryIO, most: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, pieces) of each export, where the archive holds more than one; of any other archive nothing.

    More than MOST_MEMBERS of them, or more than `most` bytes, whatever the archive says of itself, are refused. One
    that cannot be opened is left to its import, which says so.
    """
    try:
        archive = _opened(stream)
    except UnreadableFile:
        return
    members = _exports(archive)
    packed = any(name.startswith(("xl/", "word/", "ppt/")) for name in archive.namelist())
    if len(members) < 2 or packed or asreview_project.is_project(archive):
        return
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(
            f"The ZIP archive holds {len(members)} files. Unpack it and upload up to {MOST_MEMBERS} of them at once."
        )
    if any(part.flag_bits & 1 for part in members):
        raise UnreadableFile(LOCKED)
    left = _Left(most)
    if sum(part.file_size for part in members) > most:
        raise UnreadableFile(left.message)
    for part in members:
        yield part.filename, _pieces(archive, part, left)


class _Left:
    """How many bytes may still come out of an archive."""

    message = "The files in the ZIP archive unpack to more than the server takes. Unpack it and upload the files inside."

    def __init__(self, most: int) -> None:
        self._most = most

    def take(self, size: int) -> None:
        self._most -= size
        if self._most < 0:
            raise UnreadableFile(self.message)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: _Left) -> Iterator[bytes]:
    try:
        with archive.open(part) as member:
            while piece := member.read(CHUNK):
                left.take(len(piece))
                yield piece
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error


def only_member(stream: BinaryIO) -> tuple[str, IO[bytes]]:
    """(name, stream) of the one export in the archive; raises where there is none or more than one."""
    archive = _opened(stream)
    if any(name.startswith(("word/", "ppt/")) for name in archive.namelist()):
        raise UnreadableFile(
            "This is an Office document, not a table. Export the references as RIS, .nbib or CSV."
        )
    members = _exports(archive)
    if len(members) != 1:
        found = "no export of references" if not members else f"{len(members)} files"
        raise UnreadableFile(f"The ZIP archive holds {found}. Unpack it and upload the files inside.")
    part = members[0]
    if part.file_size > MOST_UNPACKED or (
        part.file_size > 50 * 2**20 and part.file_size / max(part.compress_size, 1) > MOST_EXPANSION
    ):
        raise UnreadableFile(
            "The file in the ZIP archive unpacks to more than the server takes. Split the export."
        )
    if part.flag_bits & 1:
        raise UnreadableFile(LOCKED)
    try:
        return part.filename, archive.open(part)
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error
