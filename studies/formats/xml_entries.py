"""XML cut into its entries, so that one broken entry is refused and the rest is read.

Each entry is parsed alone by a parser that refuses entities and document types: what an entity
bomb declares in the head of a file is never expanded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from studies.formats.entry import Item, ParsedRecord, Refusal, UnreadableFile, entry_or_refusal
from studies.formats.source import Source
from studies.formats.tagged import too_long
from studies.formats.text import clean, one_line, storable

_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9a-fA-F]+);)(\w{1,32};)?")
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x(?:0?[0-8bcefBCEF]|1[0-9a-fA-F]);|(?:[0-8]|1[124-9]|2\\d|3[01]);)"
)
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,400}>")

BROKEN_OFF = (
    "The entry breaks off before its end mark. The download was probably cut short: "
    "export again, or add the entry by hand."
)
BOMB = (
    "The file declares XML entities of its own, which no database does and which can exhaust the "
    "server. Export the search results again from the database."
)


def refuse_entities(head: str) -> None:
    """Raise for a file whose head declares entities."""
    if "<!ENTITY" in head:
        raise UnreadableFile(BOMB)


def _named_entity(match: re.Match[str]) -> str:
    """HTML's names, which XML does not know, as characters; a stray ampersand as itself."""
    if not match[1]:
        return "&amp;"
    text = html.unescape(match[0])
    return "&amp;" + match[1] if text == match[0] else html.escape(text)


def parse(text: str) -> Element | str:
    """One element, or the reason why it cannot be parsed."""
    text = _ILLEGAL.sub("", text)
    try:
        element = fromstring(_NAMED.sub(_named_entity, text), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        detail = str(error) if isinstance(error, ParseError) else "it declares entities"
        return f"The entry is not well-formed XML ({detail}). Mend the text here, or add the entry by hand."
    return element


def read_xml(
    source: Source, names: tuple[str, ...], to_record: Callable[[Element], ParsedRecord]
) -> Iterator[Item]:
    """Every element with one of the names, in the order of the file."""
    joined = "|".join(names)
    start = re.compile(rf"[>\s]<(?:{joined})(?=[\s>/])".encode())
    opening = re.compile(rf"<({joined})(?:\s[^<>]*)?(/?)>")
    position = 0
    for offset, block, complete in source.blocks(start):
        text = source.text(block)
        if position == 0:
            refuse_entities(text)
        if not complete:
            position += 1
            yield from too_long(position, offset, text)
            continue
        match = opening.search(text)
        if match is None:
            continue
        position += 1
        where = offset + source.span(text[: match.start()], text, block)
        yield _item(position, where, text, match, to_record)


def _item(
    position: int, offset: int, text: str, match: re.Match[str], to_record: Callable[[Element], ParsedRecord]
) -> Item:
    closing = f"</{match[1]}>"
    end = match.end() if match[2] else text.find(closing, match.end())
    if end < 0:
        return Refusal(position, offset, storable(text[match.start() :].strip()), BROKEN_OFF)
    raw = text[match.start() : end if match[2] else end + len(closing)]
    element = parse(raw)
    if isinstance(element, str):
        return Refusal(position, offset, storable(raw), element)
    return entry_or_refusal(position, offset, storable(raw), to_record(element))


def text_of(element: Element | None) -> str:
    """All text below an element, on one line, cleaned."""
    if element is None:
        return ""
    return one_line(clean("".join(element.itertext())))


def _is_date(element: Element) -> bool:
    """Year, month and day are one value."""
    return element.tag.endswith("Date") or element[0].tag in ("Year", "MedlineDate")


class Taken:
    """Which elements were understood, so that the others can be kept as `extra`."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._taken: set[Element] = set()

    def text(self, *paths: str) -> str:
        """The text of the first element found with any."""
        for path in paths:
            for element in self._root.iterfind(path):
                text = text_of(element)
                if text:
                    self._taken.add(element)
                    return text
        return ""

    def texts(self, *paths: str) -> list[str]:
        """The text of all elements found."""
        return [text for element in self.all(*paths) if (text := text_of(element))]

    def seen(self, path: str) -> list[str]:
        """The text of all elements found, which stay for `extra`."""
        return [text for element in self._root.iterfind(path) if (text := text_of(element))]

    def all(self, *paths: str) -> list[Element]:
        """All elements found, marked as understood."""
        found = [element for path in paths for element in self._root.iterfind(path)]
        self._taken.update(found)
        return found

    def remaining(self) -> dict[str, tuple[str, ...]]:
        """Parent/tag -> texts of every leaf that was not understood."""
        extra: dict[str, list[str]] = {}
        stack = [(child, self._root.tag) for child in reversed(self._root)]
        while stack:
            element, parent = stack.pop()
            if element in self._taken:
                continue
            if len(element) and not (element.text or "").strip() and not _is_date(element):
                stack.extend((child, element.tag) for child in reversed(element))
                continue
            text = " ".join(part for child in element if (part := text_of(child))) or text_of(element)
            if text:
                extra.setdefault(f"{parent}/{element.tag}", []).append(text)
        return {name: tuple(values) for name, values in extra.items()}
