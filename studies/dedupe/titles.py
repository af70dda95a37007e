"""How two titles relate, and what in their difference forbids taking them for one."""

from enum import IntEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from studies.dedupe.notes import read_heading
from studies.dedupe.text import fold, one_spelling
from studies.dedupe.vocabulary import COUNTED, LETTERED, NUMBERS, ROMAN, ROMAN_LETTERS, SMALL
from studies.dedupe.vocabulary import MARKERS as _MARKERS

MARKERS = frozenset(map(one_spelling, _MARKERS))


class Titles(IntEnum):
    EQUAL = 5  # letter for letter, blanks and punctuation aside
    TYPO = 4  # a slip of the pen in a longer word, or a small word left out
    CONTAINED = 3  # one is the other with a subtitle or a heading
    CLOSE = 2
    MISSING = 1
    DIFFERENT = 0


CLOSE_AT = 85.0
LEAST_ALIKE = 60.0


def normalise_title(title: str) -> str:
    """A title as words that can be compared: `Cx&nbsp;601 for <i>fistulas</i>, phase II. [French]` ->
    `cx 601 for fistulas phase 2`."""
    return comparable(fold(read_heading(title).text))


def comparable(folded: str) -> str:
    """Numbers in digits, whether spelt out or Roman, and one spelling of English."""
    words = folded.split()
    for at, word in enumerate(words):
        if word in NUMBERS:
            words[at] = NUMBERS[word]
        elif word in ROMAN:
            words[at] = ROMAN[word]
        elif len(word) == 1 and at and words[at - 1] in LETTERED:
            words[at] = ROMAN_LETTERS.get(word, word) if words[at - 1] in COUNTED else word
            if not words[at].isdigit():
                words[at - 1], words[at] = "", words[at - 1] + word
    return one_spelling(" ".join(filter(None, words)))


def digits_of(text: str) -> str:
    """All digits in order: titles that differ here are different titles."""
    return "".join(filter(str.isdigit, text)) if not text.isalpha() else ""


def compare_titles(one: str, other: str) -> Titles:
    """Two titles from `normalise_title`."""
    if not one or not other:
        return Titles.MISSING
    left, right = one.replace(" ", ""), other.replace(" ", "")
    if left == right:
        return Titles.EQUAL
    short, long = (left, right) if len(left) < len(right) else (right, left)
    contained = len(short) >= 20 and (long.startswith(short) or long.endswith(short))
    alike = fuzz.ratio(left, right)
    if alike < LEAST_ALIKE and not contained:
        return Titles.DIFFERENT
    mine, theirs = difference(one, other)
    if _only_small(mine) and _only_small(theirs):
        return Titles.TYPO if len(left) >= 12 and _content(one) == _content(other) else Titles.CLOSE
    if _slip(mine, theirs):
        return Titles.TYPO
    if contained:
        return Titles.CONTAINED
    if alike >= CLOSE_AT or fuzz.token_sort_ratio(one, other) >= CLOSE_AT:
        return Titles.CLOSE
    return Titles.DIFFERENT


def difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words of each title that the other one lacks, in their order."""
    mine, theirs = one.split(), other.split()
    here, there = set(mine), set(theirs)
    return [word for word in mine if word not in there], [word for word in theirs if word not in here]


def _content(title: str) -> str:
    return "".join(word for word in title.split() if word not in SMALL)


def _only_small(words: list[str]) -> bool:
    return all(word in SMALL for word in words)


def _slip(mine: list[str], theirs: list[str]) -> bool:
    """Two or fewer letters off in one stretch of long words: not the beginning, where `a-`, `hyper-` and `un-` stand."""
    left, right = "".join(mine), "".join(theirs)
    if left == right:
        return True
    if min(len(left), len(right)) < 6 or len(mine) > 3 or len(theirs) > 3:
        return False
    if any(word in MARKERS for word in (*mine, *theirs)):
        return False
    limit = 1 if min(len(left), len(right)) < 10 else 2
    return Levenshtein.distance(left, right, score_cutoff=limit) <= limit and not _opposite(left, right)


_OPPOSITE_ENDS = tuple(
    tuple(pair.split("/"))
    for pair in [
        "ate/ite",
        "ase/ose",
        "ine/ene",
        "ane/ene",
        "ol/al",
        "e/ic",
        "ic/ous",
        "yl/ol",
        "in/an",
        "in/on",
    ]
)


def _opposite(left: str, right: str) -> bool:
    """The two differ in what begins or ends a word and turns its sense (`symptomatic`, `asymptomatic`)."""
    same_end = 0
    while same_end < min(len(left), len(right)) and left[-1 - same_end] == right[-1 - same_end]:
        same_end += 1
    same_start = 0
    while same_start < min(len(left), len(right)) - same_end and left[same_start] == right[same_start]:
        same_start += 1
    if same_start == 0 or max(len(left), len(right)) - same_end <= 5:
        return True
    return any(
        (left.endswith(this) and right.endswith(that)) or (left.endswith(that) and right.endswith(this))
        for this, that in _OPPOSITE_ENDS
    )


def marked(one: str, other: str) -> str:
    """The word in which two titles differ and which makes one of them another kind of document, or nothing."""
    for words in difference(one, other):
        for word in words:
            if word in MARKERS:
                return word
    return ""
