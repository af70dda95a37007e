"""How two titles relate, and what in their difference forbids taking them for one."""

from enum import IntEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from studies.dedupe.notes import read_heading
from studies.dedupe.text import fold, one_spelling
from studies.dedupe.vocabulary import AFTER_LETTER, COUNTED, LETTERED, NUMBERS, ROMAN, ROMAN_LETTERS, SMALL
from studies.dedupe.vocabulary import MARKERS as _MARKERS

MARKERS = frozenset(map(one_spelling, _MARKERS))


class Titles(IntEnum):
    EQUAL = 6  # letter for letter, blanks and punctuation aside
    TYPO = 5  # a slip of the pen in a longer word, or a small word left out
    CONTAINED = 4  # one is the other with a subtitle or a heading
    SLIP = 3  # a slip in a short word: enough where something else leaves no doubt
    CLOSE = 2
    MISSING = 1
    DIFFERENT = 0


CLOSE_AT = 85.0
LEAST_ALIKE = 60.0
FEW_WORDS_OFF = 70.0


def normalise_title(title: str) -> str:
    """A title as words that can be compared: `Cx&nbsp;601 for <i>fistulas</i>, phase II. [French]` ->
    `cx 601 for fistulas phase 2`."""
    return comparable(fold(read_heading(title).text))[0]


def comparable(folded: str) -> tuple[str, str]:
    """Numbers in digits, spelt out or Roman ones too, and one spelling of English; beside it what tells titles apart.

    The latter is all digits and all letters that stand for a number, in order: `phase ii of hepatitis c` -> `2c`.
    """
    words = folded.split()
    telling = []
    for at, word in enumerate(words):
        if len(word) == 1 and not word.isdigit():
            if at and _names_one(words, at):
                words[at] = ROMAN_LETTERS.get(word, word) if words[at - 1] in COUNTED else word
                telling.append(words[at])
            continue
        if word in NUMBERS:
            words[at] = NUMBERS[word]
        elif word in ROMAN:
            words[at] = ROMAN[word]
        if not words[at].isalpha():
            telling.append("".join(filter(str.isdigit, words[at])))
    return one_spelling(" ".join(words)), "".join(telling)


def _names_one(words: list[str], at: int) -> bool:
    """Whether a single letter names something: `hepatitis a virus`, but not `hepatitis: a review`."""
    if words[at - 1] not in LETTERED:
        return False
    return words[at] != "a" or at + 1 == len(words) or words[at + 1] in AFTER_LETTER


def compare_titles(one: str, other: str) -> Titles:
    """Two titles from `normalise_title`."""
    if not one or not other:
        return Titles.MISSING
    left, right = one.replace(" ", ""), other.replace(" ", "")
    if left == right:
        return Titles.EQUAL
    short, long = (left, right) if len(left) < len(right) else (right, left)
    contained = (len(short) >= 12 and long.startswith(short)) or (len(short) >= 20 and long.endswith(short))
    alike = fuzz.ratio(left, right)
    if alike < LEAST_ALIKE and not contained:
        return Titles.DIFFERENT
    slip = _worded_alike(one, other) if alike >= FEW_WORDS_OFF else Titles.DIFFERENT
    if slip > Titles.CONTAINED:
        return slip
    if contained:
        return Titles.CONTAINED
    if slip is not Titles.DIFFERENT:
        return slip
    close = alike >= CLOSE_AT or fuzz.token_sort_ratio(one, other, score_cutoff=CLOSE_AT)
    return Titles.CLOSE if close else Titles.DIFFERENT


def _worded_alike(one: str, other: str) -> Titles:
    mine, theirs = difference(one, other)
    if _only_small(mine) and _only_small(theirs):
        return Titles.TYPO if len(one) >= 12 and _content(one) == _content(other) else Titles.CLOSE
    return _slip(mine, theirs)


def difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words of each title that the other one lacks, in their order."""
    mine, theirs = one.split(), other.split()
    here, there = set(mine), set(theirs)
    return [word for word in mine if word not in there], [word for word in theirs if word not in here]


def _content(title: str) -> str:
    return "".join(word for word in title.split() if word not in SMALL)


def _only_small(words: list[str]) -> bool:
    return all(word in SMALL for word in words)


def _slip(mine: list[str], theirs: list[str]) -> Titles:
    """One or two letters off in one stretch, but not where `a-`, `hyper-` and `un-` stand, and not in `A` and `B`."""
    left, right = "".join(mine), "".join(theirs)
    if left == right:
        return Titles.TYPO
    short = min(len(left), len(right))
    if short < 3 or max(len(left), len(right)) < 4 or len(mine) > 3 or len(theirs) > 3:
        return Titles.DIFFERENT
    if _marker(mine, theirs):
        return Titles.DIFFERENT
    limit = 1 if short < 10 else 2
    if Levenshtein.distance(left, right, score_cutoff=limit) > limit or _opposite(left, right):
        return Titles.DIFFERENT
    return Titles.TYPO if short >= 6 else Titles.SLIP


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
    if same_start == 0 or (len(left) > 8 and max(len(left), len(right)) - same_end <= 5):
        return True
    return any(
        (left.endswith(this) and right.endswith(that)) or (left.endswith(that) and right.endswith(this))
        for this, that in _OPPOSITE_ENDS
    )


def one_letter_off(one: str, other: str) -> bool:
    """Whether two titles differ by one letter of one word, other than an `a` that may turn its sense."""
    mine, theirs = difference(one, other)
    if len(mine) != 1 or len(theirs) != 1 or min(len(mine[0]), len(theirs[0])) < 4:
        return False
    short, long = sorted((mine[0], theirs[0]), key=len)
    if Levenshtein.distance(short, long, score_cutoff=1) > 1:
        return False
    return len(short) == len(long) or short.count("a") == long.count("a")


def marked(one: str, other: str) -> str:
    """The word in which two titles differ and which makes one of them another kind of document, or nothing."""
    return _marker(*difference(one, other))


def _marker(mine: list[str], theirs: list[str]) -> str:
    for ours, others in ((mine, theirs), (theirs, mine)):
        for at, word in enumerate(ours):
            if word in MARKERS and not _written_otherwise(word, ours[at + 1 : at + 2], others):
                return word
    return ""


def _written_otherwise(marker: str, following: list[str], others: list[str]) -> bool:
    """The other title has it too: as `nonimmune` for `non immune`, or with a slip in it."""
    if following and marker + following[0] in others:
        return True
    return len(marker) >= 5 and any(
        Levenshtein.distance(marker, word, score_cutoff=1) <= 1 for word in others
    )
