"""A ZIP that holds several exports, taken apart at once: each becomes an import of its own, with its own account."""

from collections.abc import Generator, Iterable
from pathlib import PurePath
from typing import BinaryIO, TypeAlias, cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from config.refusals import Invalid
from studies.formats import UnreadableFile, several

Upload: TypeAlias = "UploadedFile[bytes]"


def unpacked(uploads: Iterable[Upload]) -> Generator[Upload, None, None]:
    """The files to import: each as it is, but of an archive with several exports these."""
    for upload in uploads:
        start = upload.read(4)
        upload.seek(0)
        parts: list[Upload] = []
        try:
            if start == b"PK\x03\x04":
                take_out(upload, parts)
                upload.seek(0)
            yield from parts or [upload]
        finally:
            for part in parts:
                part.close()


def plain(name: str) -> str:
    """A file's name without what nobody sees, such as what turns the direction of text."""
    return "".join(character for character in name if character.isprintable()).strip()


def take_out(upload: Upload, parts: list[Upload]) -> None:
    """Of an archive with several exports, a file each."""
    try:
        for name, pieces in several(cast("BinaryIO", upload.file), settings.IMPORT_MAX_BYTES):
            called = plain(PurePath(name).name) or "export"
            made = TemporaryUploadedFile(called, "application/octet-stream", 0, None)
            parts.append(made)
            for piece in pieces:
                made.write(piece)
            made.size = made.tell()
            made.seek(0)
    except UnreadableFile as error:
        raise Invalid(f"{upload.name}: {error}") from error
