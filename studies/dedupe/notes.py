"""What databases add to a title that is not part of it, and what it says of the record."""

import re
from dataclasses import dataclass

MAX_TITLE = 2000

_LANGUAGES = (
    "afrikaans|arabic|bosnian|bulgarian|catalan|chinese|croatian|czech|danish|dutch|english|estonian|finnish|flemish|"
    "french|georgian|german|greek|hebrew|hindi|hungarian|icelandic|indonesian|italian|japanese|korean|latvian|"
    "lithuanian|macedonian|malay|norwegian|persian|polish|portuguese|romanian|russian|serbian|serbo croatian|slovak|"
    "slovene|slovenian|spanish|swedish|thai|turkish|ukrainian|vietnamese"
)
# MEDLINE, Embase and Ovid, in brackets at the end.
_NOTE = re.compile(
    r"[\s.]*[\[(]\s*(?:(?:article\s+)?(?:in\s+)?(?P<language>"
    + _LANGUAGES
    + r")(?:\s*[,;/]\s*(?:"
    + _LANGUAGES
    + r"))*"
    r"|review|multiple letters|\d+\s+ref(?:erence)?s?|see comments?|corrected"
    r"|author\W{0,2}s?\W{0,2} transl(?:ation)?)\s*[\])]\s*\.?\s*$",
    re.IGNORECASE,
)
# The same, with a citation that may have been cut off: what follows belongs to it.
_OPEN_NOTE = re.compile(
    r"[\s.]*\[\s*(?:(?:published )?errat(?:um|a)(?:\(s\))? (?:appears?|is published) in|see comments? in|comments? in)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
# Embase, of a letter and the answers to it: `X (multiple letters) [1]`, `[2] (multiple letters)`.
_NUMBERED_LETTER = re.compile(r"(?<=\(multiple letters\))\s*\[\d\]\W*$", re.IGNORECASE)
# CINAHL cites what a letter comments on: `More on X... N Engl J Med. 2009 Jan 29;360(5):544-6`.
_COMMENTED = re.compile(r"\.\.\.\s*[A-Z][^;]{3,80}(?:19|20)\d\d[^;]{0,15};\s*\d[^;]{0,30}$")

_NOTICES = {
    "errat": "erratum", "corri": "erratum", "corre": "erratum", "autho": "erratum", "publi": "erratum",
    "adden": "addendum", "retra": "retraction", "withd": "retraction", "expre": "concern",
}  # fmt: skip
_NOTICE = re.compile(
    r"^\W*(?P<notice>errat(?:um|a)|corrigend(?:um|a)|(?:author |publisher )?corrections?|addend(?:um|a)"
    r"|retraction(?: note| notice)?|withdrawal notice|expression of concern)\s*(?::|\bto\b\s*:?|\bfor\b\s*:)\s*",
    re.IGNORECASE,
)
# Web of Science: `X (vol 360, pg 542, 2009)`. Embase and Scopus: `X (Journal (2009) 360 (542-544))`.
_CITED = re.compile(
    r"\s*(?:\(\s*vol(?:ume)?\.?\s*\d+[^()]{0,60}\)"
    r"|\([^()]{3,160}\((?:[A-Za-z]{3,9}\.? )?(?:19|20)\d\d\)[^()]{0,40}(?:\([^()]{0,60}\)[^()]{0,40}){0,3}\)"
    r"|\[[^\[\]]{3,160}\((?:19|20)\d\d\)[^\[\]]{0,60}\])\W*$"
)
_CITED_OPEN = re.compile(
    r"\s*[(\[](?:the )?[A-Z][^()\[\]]{3,160}[(\[](?:[A-Za-z]{1,9}\.?)?[^()]{0,20}$", re.IGNORECASE
)

NOTICES = frozenset(_NOTICES.values())
REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title without its additions, the language that one of them named, and the kind of document they gave away."""

    text: str
    language: str = ""
    kind: str = ""


def read_heading(title: str) -> Heading:
    text = title.strip()[:MAX_TITLE]
    language = kind = ""
    if "[" in text:
        text = _OPEN_NOTE.sub("", text, count=1)
    text = _NUMBERED_LETTER.sub("", text)
    while text and text[-1] in "]).":
        found = _NOTE.search(text)
        if not found or not found.start():
            break
        language = language or (found.group("language") or "").lower()
        text = text[: found.start()]
    if "..." in text and ";" in text and _COMMENTED.search(text):
        text, kind = _COMMENTED.sub("", text), REMARK
    notice = _NOTICE.match(text)
    if notice:
        text, kind = text[notice.end() :], _NOTICES[notice.group("notice")[:5].lower()]
        text = _CITED_OPEN.sub("", text) if not _CITED.search(text) else text
    if text and text[-1] in ")].":
        cited = _CITED.search(text)
        if cited and cited.start():
            text, kind = text[: cited.start()], kind or "erratum"
    return Heading(text, language, kind) if text.strip(" .[]()\"'“”") else Heading(title.strip()[:MAX_TITLE])
