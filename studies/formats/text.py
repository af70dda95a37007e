"""Cleaning of delivered text: entities, markup, controls that deceive the eye, blanks."""

from __future__ import annotations

import html
import re
import unicodedata

# Bidirectional embeddings, overrides and isolates; marks without width that break comparisons.
_INVISIBLE = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x061C]
)
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F])
_SEPARATORS = {0x0B: " ", 0x0C: " ", 0x85: " ", 0x2028: " ", 0x2029: " ", 0xA0: " "}
# Half of a character, as JSON can spell it: no database stores that.
_HALVES: dict[int, str | None] = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: dict[int, str | None] = {**_INVISIBLE, **_CONTROLS, **_SEPARATORS}
_ODD = re.compile("[\ud800-\udfff" + "".join(re.escape(chr(code)) for code in _TABLE) + "]")
_DIRT = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])

_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Only the tags that publishers put into titles and abstracts: "p < 0.05 and n > 3" is no markup.
_NAMES = "i|b|u|em|strong|sub|sup|inf|sc|small|font|span|tt|bold|italic|underline|strike|ovid|named-content|a"
_BLOCKS = "p|br|div|h[1-6]|li|ul|ol|dl|dt|dd|hr|table|tbody|thead|tr|td|th|sec|title|label|section|abstract|abstracttext"
_INLINE_TAG = re.compile(
    rf"</?(?:(?:jats:|mml:)?(?:{_NAMES})|mml:[a-z]+|m[a-z]{{1,9}})(?:\s[^<>\n]{{0,400}})?/?>", re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:jats:)?(?:{_BLOCKS})(?:\s[^<>\n]{{0,400}})?/?>", re.IGNORECASE)
_ACTIVE = re.compile(r"<(script|style)\b[^<>]{0,400}>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n]+")
_INNER = re.compile(r"[ \t]{2,}")


def _entity(match: re.Match[str]) -> str:
    text = html.unescape(match[0])
    # An encoded line end or control would break the line structure or hide text.
    return " " if text in "\r\n\t\x00" else text


def _without_markup(text: str) -> str:
    if "<" not in text or ">" not in text:
        return text
    if "<s" in text or "<S" in text:
        text = _ACTIVE.sub(" ", text)
    return _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text))


def clean(text: str) -> str:
    """Decode entities, strip markup and invisible controls, and compose (NFC). Line ends stay."""
    if "<" in text:
        text = _without_markup(text)
    if "&" in text:
        decoded = _ENTITY.sub(_entity, text)
        if decoded is not text and decoded != text:
            # Entities are often encoded twice (&amp;lt;i&amp;gt;).
            text = _without_markup(_ENTITY.sub(_entity, decoded))
    if text.isascii():
        return text.encode().translate(None, _DIRT).decode()
    if _ODD.search(text):
        text = text.translate(_TABLE | _HALVES)
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Runs of blanks and line ends become one blank."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", text).strip()


def paragraphs(text: str) -> str:
    """Runs of blanks become one; line ends stay, without empty lines."""
    if "\n" not in text:
        return one_line(text)
    lines = (_INNER.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def value(text: str) -> str:
    """A cleaned single-line value."""
    return one_line(clean(text))


def storable(raw: str) -> str:
    """The verbatim text, with NUL made visible."""
    return raw.replace("\x00", "\u2400") if "\x00" in raw else raw
