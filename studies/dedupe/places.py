"""Where a record was printed: volume, issue, pages and journal in one spelling."""

import re
from enum import IntEnum
from functools import lru_cache

from studies.dedupe.text import fold, one_spelling

_PAGE = re.compile(r"([a-z]{0,6})[\s.]?0*(\d+)([a-z]?)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:--?|[\u2010-\u2015\u2212]|\bto\b)\s*", re.IGNORECASE)
_NO_PAGES = re.compile(
    r"no(?:ne)?\b.*|specified|n/?a|unpag\w*|np|epub\b.*|in press|ahead of print|online\b.*|\d+\s*p(?:ages?|p)?\.?",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:pp?|pages?|pgs?|art(?:icle)?(?:\s+(?:no|number|id))?)\b[.:\s]*(?=[a-z]{0,4}\d)", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_SUPPLEMENT = re.compile(r"\bs(?:uppl(?:ement)?)?(?:\b|(?=\d))\W*(?P<number>\d*)", re.IGNORECASE)


def normalise_pages(text: str) -> tuple[str, str]:
    """First and last page: `221-8`, `pp. 221--228`, `221` and `e221` all begin on 221.

    The last page is empty where only one is given. An `e` before the number is written or left out at will and is
    dropped; other letters (`S12`, `C219`) stay.
    """
    value = text.strip()
    if not value or _NO_PAGES.fullmatch(value):
        return "", ""
    value = _PREFIX.sub("", value)
    parts = _RANGE.split(value.split(",")[0].split(";")[0], maxsplit=1)
    first = _PAGE.search(parts[0])
    if not first:
        return "", ""
    start = _page(first)
    last = _PAGE.search(parts[1]) if len(parts) > 1 else None
    return start, _complete(start, _page(last)) if last else ""


def _page(found: re.Match[str]) -> str:
    letters = found.group(1).lower()
    return ("" if letters in ("e", "p", "pp") else letters) + found.group(2) + found.group(3).lower()


def _complete(first: str, last: str) -> str:
    """`221`, `8` -> `228`; a last page before the first is a slip and stays as it is."""
    head, tail = _DIGITS.search(first), _DIGITS.search(last)
    if not head or not tail:
        return last
    begin, end = head.group(), tail.group()
    if len(end) < len(begin):
        end = begin[: len(begin) - len(end)] + end
    return first[: head.start()] + end


def normalise_volume(text: str) -> str:
    """`Vol. 35 Suppl 1` -> `35`; empty where no number is given (`Ph.D.`, `(Jul)`)."""
    found = _DIGITS.search(text)
    return found.group().lstrip("0") if found else ""


def normalise_issue(text: str, volume: str = "") -> str:
    """`Suppl. 1`, `S1` and a volume of `35 Suppl 1` -> `s1`; `7-8` -> `7`."""
    supplement = _SUPPLEMENT.search(text) or (_SUPPLEMENT.search(volume) if not text.strip() else None)
    if supplement:
        number = supplement.group("number") or ""
        return "s" + number.lstrip("0")
    found = _DIGITS.search(text)
    return found.group().lstrip("0") if found else ""


class Journals(IntEnum):
    SAME = 3
    UNKNOWN = 2  # one of them is not given
    ALIKE = 1  # perhaps the same, too different to build on
    DIFFERENT = 0


_CONFERENCE = re.compile(
    r"\.?\s*\bConference\s*:|\b(?:congress|annual meeting|symposium|proceedings of the)\b", re.IGNORECASE
)
_AFTER = re.compile(r"\s*(?:\.?\s*\bConference\s*(?:Publication)?:|[:=/(\[;]).*", re.IGNORECASE | re.DOTALL)
_AFTER_PLACE = re.compile(r"\s*[=(\[].*", re.DOTALL)
_SUBTITLE = re.compile(r"[:;/]")
_LAST_THE = re.compile(r",\s*the\W*$", re.IGNORECASE)
# What one spelling makes of `journal`, `jour` and `jou` alike.
_JOURNAL = re.compile(r"^jou?r?(?=n|$)")
_FILLERS = (
    "the of and in for on de la le les du des der die das und fur et el y los las a an to at zur zum di del della"
    " dei e da do dos en"
)
_FILL = frozenset(_FILLERS.split())
_EDITION = re.compile(
    r"\b(english|engl|international|internationale|american|european|asian|chinese|spanish|german|french|japanese)"
    r"\.?\s+ed(?:ition)?\b",
    re.IGNORECASE,
)
_EDITIONS = "english internationale international int german deutsch spanish french chinese"
EDITION_WORDS = frozenset(_EDITIONS.split())
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@lru_cache(maxsize=65536)
def is_conference(journal: str) -> bool:
    return bool(_CONFERENCE.search(journal))


@lru_cache(maxsize=65536)
def normalise_journal(journal: str) -> str:
    """The name without subtitle, place and edition: `The Lancet (London, England)` -> `lancet`."""
    return _plain(_AFTER.sub("", journal)) or _plain(journal)


@lru_cache(maxsize=65536)
def journal_in_full(journal: str) -> str:
    """The name with what follows a colon or a stroke (`Hematology/Oncology Clinics`), which abbreviations keep."""
    if not _SUBTITLE.search(journal) or is_conference(journal):
        return ""
    return _plain(_AFTER_PLACE.sub("", journal))


def _plain(journal: str) -> str:
    words = _YEAR.sub("", one_spelling(fold(_LAST_THE.sub("", journal)))).split()
    kept = [word for at, word in enumerate(words) if word not in _FILL or _therapy(words, at)]
    return " ".join(_JOURNAL.sub("jour", word) for word in kept)


def _therapy(words: list[str], at: int) -> bool:
    """A `the` that is no article but short for another word: `Phys The`."""
    return words[at] == "the" and at > 0 and words[at - 1] not in _FILL


@lru_cache(maxsize=65536)
def event_of(journal: str) -> str:
    """The conference that Embase names after the journal, or in its place."""
    if not is_conference(journal):
        return ""
    named = journal.split("Conference:", 1)[-1]
    return " ".join(fold(named).split()[:8])


@lru_cache(maxsize=65536)
def edition_of(journal: str) -> str:
    """The edition of a journal that appears in several languages; a translation has the same volume and pages."""
    found = _EDITION.search(journal)
    return found.group(1).lower()[:4] if found else ""


@lru_cache(maxsize=65536)
def compare_journals(one: str, other: str) -> Journals:
    """Two names from `normalise_journal`: written out, abbreviated, or as initials."""
    if not one or not other:
        return Journals.UNKNOWN
    if one.replace(" ", "") == other.replace(" ", ""):
        return Journals.SAME
    short, long = sorted((one.split(), other.split()), key=lambda words: (sum(map(len, words)), words))
    if _abbreviates(short, long) or _initials(short, long):
        return Journals.SAME
    shared = len(set(short) & set(long))
    if shared and 2 * shared >= min(len(short), len(long)):
        return Journals.ALIKE
    return Journals.DIFFERENT


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """Each short word abbreviates one long word, in order; at most the tail of the long name is left out."""
    if len(short) > len(long):
        short, long = long, short
    if len(short) == 1 and len(long) > 1 and len(short[0]) < len(long[0]):
        return False
    at = 0
    for word in short:
        at += at < len(long) and long[at] == "the" != word[:3]
        if at == len(long) or not _shortens(word, long[at]):
            return False
        at += 1
    return at == len(long) or (len(short) >= 3 and len(long) - len(short) <= 6 and _place(long[at:]))


def _place(words: list[str]) -> bool:
    """What follows a name in full and is left out of its short form: a place or the society that prints it."""
    return bool(words) and words[0] in _TAILS


_TAIL_WORDS = "official america united states usa us uk england london new york baltimore md electronic online resource print"
_SERIES = ("proceedings", "annual", "conference", "international")
_TAILS = frozenset(_TAIL_WORDS.split())


def _shortens(one: str, other: str) -> bool:
    """`nat` for `nature` by its beginning, `natl` for `national` by first, last and some letters between."""
    if one == other or (one[0] == other[0] and (one.startswith(other) or other.startswith(one))):
        return True
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if short[0] != long[0] or len(short) < 2:
        return False
    letters = iter(long)
    return 3 <= len(short) <= 5 and short[-1] == long[-1] and all(letter in letters for letter in short)


def _initials(short: list[str], long: list[str]) -> bool:
    """`amcis` for `americas conference information systems`: beginnings of all words, in order, and nothing else."""
    acronyms = [word for word in short if word not in _SERIES]
    if len(acronyms) != 1 or not 3 <= len(acronyms[0]) <= 8:
        return False
    tail = next((at for at, word in enumerate(long) if at and word in _TAILS), len(long))
    spelt = (long[:tail], [word for word in long if word not in _SERIES])
    return any(len(words) > 1 and _spells(acronyms[0], words) for words in spelt)


def _spells(acronym: str, words: list[str]) -> bool:
    reached = {0}
    for word in words:
        reached = {
            at + size
            for at in reached
            for size in range(1, min(len(word), 3) + 1)
            if acronym[at : at + size] == word[:size] and at + size <= len(acronym)
        }
    return len(acronym) in reached
