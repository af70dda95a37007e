"""A ZIP that holds one export, as Rayyan sends it."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from studies.formats import asreview_project
from studies.formats.entry import Item, UnreadableFile

_READABLE = (".csv", ".ris", ".nbib", ".bib", ".enw", ".ciw", ".xml", ".txt", ".tsv", ".json", ".xlsx")
_ASIDE = ("customizations_log", "__macosx", "readme", "license", ".ds_store")
MOST_UNPACKED = 4 * 2**30
MOST_EXPANSION = 200

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What unpacking a damaged archive raises."""

DAMAGED = "The ZIP archive is damaged. Download it again, or unpack it and upload the files inside."


def is_workbook(stream: BinaryIO) -> bool:
    """True when the archive is an Excel workbook."""
    return any(name.startswith("xl/") for name in _opened(stream).namelist())


def is_project(stream: BinaryIO) -> bool:
    """True when the archive is an ASReview project."""
    return asreview_project.is_project(_opened(stream))


def read_project(stream: BinaryIO) -> Iterator[Item]:
    """The records of an ASReview project."""
    return asreview_project.read_project(_opened(stream))


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        stream.seek(0)
        return zipfile.ZipFile(stream)
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error


def only_member(stream: BinaryIO) -> tuple[str, IO[bytes]]:
    """(name, stream) of the one export in the archive; raises where there is none or more than one."""
    archive = _opened(stream)
    names = archive.namelist()
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise UnreadableFile(
            "This is an Office document, not a table. Export the references as RIS, .nbib or CSV."
        )
    members = [
        part
        for part in archive.infolist()
        if part.filename.lower().endswith(_READABLE)
        and not any(word in part.filename.lower() for word in _ASIDE)
    ]
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
        raise UnreadableFile(
            "The ZIP archive is locked with a password. Unpack it and upload the files inside."
        )
    try:
        return part.filename, archive.open(part)
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error
