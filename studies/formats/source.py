"""A stream of bytes with its encoding found out, read in pieces of bounded size.

Everything is handled as UTF-8 or as an eight-bit encoding in which line ends are bytes, so that
a file can be cut into entries before it is decoded: one entry in the wrong encoding then spoils
neither its neighbours nor the byte offsets.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from studies.formats.entry import UnreadableFile

HEAD = 64 * 1024
CHUNK = 256 * 1024
ENTRY_LIMIT = 32 * 1024 * 1024
HOLD_BACK = 512

_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_C1 = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def _undefined(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that cp1252 leaves undefined, as Latin-1 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_C1.get(byte, "\ufffd") for byte in error.object[error.start : error.end]), error.end


codecs.register_error("concord-latin", _undefined)


def wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32 by its mark, or UTF-16 by where its NUL bytes stand; else ""."""
    for mark, name in _WIDE:
        if head.startswith(mark):
            return name
    sample = head[:4096]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    pairs = len(sample) // 2
    high, low = sample[0::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if low > 0.4 and high < 0.05:
        return "utf-16-le"
    if high > 0.4 and low < 0.05:
        return "utf-16-be"
    return ""


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8 where it is valid, else cp1252."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "concord-latin"), "cp1252"


def decoded_head(head: bytes) -> str:
    """The beginning of a file as text, whatever its encoding; a cut last character is dropped."""
    wide = wide_encoding(head)
    if wide:
        return head.decode(wide, "ignore").lstrip("\ufeff")
    if head.startswith(codecs.BOM_UTF8):
        head = head[3:]
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4 and error.reason == "unexpected end of data":
            return head[: error.start].decode("utf-8")
    return head.decode("cp1252", "concord-latin")


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """That many bytes, or all there are: a stream may hand out fewer at a time."""
    parts: list[bytes] = []
    have = 0
    while have < size and (part := stream.read(size - have)):
        parts.append(part)
        have += len(part)
    return b"".join(parts)


class Source:
    """A binary stream with its head looked at: pieces out, bytes counted, encodings noted."""

    def __init__(self, stream: BinaryIO, start: bytes = b"") -> None:
        self._stream = stream
        self.head = start + read_fully(stream, HEAD)
        self._pending = self.head
        self.bytes_read = 0
        self._wide = wide_encoding(self.head)
        self._seen: dict[str, None] = {}
        self._decoder = codecs.getincrementaldecoder(self._wide)("replace") if self._wide else None
        self.mark = self._mark()
        self._pending = self._pending[self.mark :]
        self.bytes_read = self.mark

    def _mark(self) -> int:
        if self.head.startswith(codecs.BOM_UTF8):
            return 3
        for mark, name in _WIDE:
            if name == self._wide and self.head.startswith(mark):
                return len(mark)
        return 0

    @property
    def encoding(self) -> str:
        """What the bytes read so far turned out to be."""
        if self._wide:
            return self._wide + (" with mark" if self.mark else "")
        seen = [name for name in ("utf-8", "cp1252") if name in self._seen] or ["utf-8"]
        name = seen[0] if len(seen) == 1 else "utf-8, in places cp1252"
        return name + (" with mark" if self.mark else "")

    def read(self) -> bytes:
        """The next piece, b"" at the end. Wide encodings come as UTF-8."""
        while True:
            data = self._pending or self._stream.read(CHUNK)
            self._pending = b""
            self.bytes_read += len(data)
            if self._decoder is None:
                return data
            text = self._decoder.decode(data, final=not data)
            if text or not data:
                return text.encode("utf-8", "surrogatepass")

    def text(self, data: bytes) -> str:
        """One entry's bytes as text."""
        if data.isascii():
            return data.decode("ascii")
        if self._wide:
            return data.decode("utf-8", "replace")
        text, name = decode(data)
        self._seen[name] = None
        return text

    def width(self, data: bytes) -> int:
        """How many bytes of the file these bytes were."""
        if not self._wide:
            return len(data)
        return len(data.decode("utf-8", "replace").encode(self._wide))

    def span(self, part: str, text: str, block: bytes) -> int:
        """How many bytes of the file a part of a block's text was."""
        if len(text) == len(block) and not self._wide:
            return len(part)
        return self.width(part.encode("utf-8", "replace"))

    def whole(self, limit: int, what: str) -> bytes:
        """All that is left, for formats that cannot be cut; refuses more than `limit` bytes."""
        parts: list[bytes] = []
        size = 0
        while part := self.read():
            size += len(part)
            if size > limit:
                raise UnreadableFile(
                    f"{what} is larger than {limit // 2**20} MB. Split the export into smaller files."
                )
            parts.append(part)
        return b"".join(parts)

    def blocks(self, start: re.Pattern[bytes]) -> Iterator[tuple[int, bytes, bool]]:
        """Cut the file at the lines that `start` matches: (offset, bytes, complete).

        `start` begins with the line end before the line. The first block is what stands before the first match. A block over ENTRY_LIMIT is handed
        out in its first part with complete False, and the rest of it is passed over.
        """
        offset, buffer, scanned, skipping = self.mark, b"", 0, False
        ended = False
        while not ended:
            piece = self.read()
            ended = not piece
            buffer += piece
            begin = 0
            horizon = len(buffer) if ended else max(scanned, len(buffer) - HOLD_BACK)
            for match in start.finditer(buffer, scanned):
                cut = match.start() + 1
                if cut > horizon:
                    break
                if not skipping:
                    yield offset, buffer[begin:cut], True
                skipping = False
                offset += self.width(buffer[begin:cut])
                begin = cut
            buffer = buffer[begin:]
            scanned = max(horizon - begin, 0)
            if len(buffer) > ENTRY_LIMIT and not ended:
                if not skipping:
                    yield offset, buffer[:4000], False
                skipping = True
                drop = len(buffer) - HOLD_BACK
                offset += self.width(buffer[:drop])
                buffer, scanned = buffer[drop:], 0
        if buffer and not skipping:
            yield offset, buffer, True
