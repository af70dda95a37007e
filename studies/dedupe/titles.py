"""How two titles relate, and what in their difference forbids taking them for one."""

import re
from collections.abc import Sequence
from enum import IntEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from studies.dedupe.notes import read_heading
from studies.dedupe.text import fold, one_spelling
from studies.dedupe.vocabulary import (
    AFTER_LETTER,
    COUNTED,
    ENDINGS,
    JOINING,
    LETTERED,
    NUMBERS,
    PREFIXES,
    ROMAN,
    ROMAN_LETTERS,
    SMALL,
)
from studies.dedupe.vocabulary import ANSWERS as _ANSWERS
from studies.dedupe.vocabulary import MARKERS as _MARKERS

MARKERS = frozenset(map(one_spelling, _MARKERS))
ANSWERS = frozenset(map(one_spelling, _ANSWERS))


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


def comparable(folded: str) -> tuple[str, str, str]:
    """Numbers in digits, spelt out or Roman ones too, in one spelling of English and as spelt; and what tells apart.

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
    spelt = " ".join(words)
    return one_spelling(spelt), spelt, "".join(telling)


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
    if _only_small(mine) and _only_small(theirs) and _content(one) == _content(other):
        return Titles.TYPO if len(one) >= 12 else Titles.CLOSE
    return max(_slip(mine, theirs), _slip(*stretch(one, other))) or (
        Titles.CLOSE if _only_small(mine) and _only_small(theirs) else Titles.DIFFERENT
    )


def stretch(one: str, other: str) -> tuple[list[str], list[str]]:
    """What is left of each title without the words with which both begin and end: words that occur twice tell, too."""
    mine, theirs = one.split(), other.split()
    start = _common(mine, theirs)
    end = _common(mine[start:][::-1], theirs[start:][::-1])
    return mine[start : len(mine) - end], theirs[start : len(theirs) - end]


def _common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    pairs = enumerate(zip(mine, theirs, strict=False))
    return next((at for at, (ours, others) in pairs if ours != others), min(len(mine), len(theirs)))


def difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words of each title that the other one lacks, in their order."""
    mine, theirs = one.split(), other.split()
    here, there = set(mine), set(theirs)
    return [word for word in mine if word not in there], [word for word in theirs if word not in here]


def numbered(one: str, other: str) -> bool:
    """Whether the words in which two titles differ hold a digit. Without one, a slip befell what a letter numbers:
    `factor h` and `factr h`."""
    mine, theirs = difference(one, other)
    return not all(word.isalpha() for word in (*mine, *theirs))


def _content(title: str) -> str:
    return "".join(word for word in title.split() if word not in SMALL)


def _only_small(words: list[str]) -> bool:
    return all(word in SMALL for word in words)


def _slip(mine: list[str], theirs: list[str]) -> Titles:
    """A letter or two lost, doubled, swapped or wrong, but not where `a-`, `hyper-` and `un-` stand, and not in `A`
    and `B`; or words that ran together, with such a slip."""
    left, right = "".join(mine), "".join(theirs)
    if left == right:
        return Titles.TYPO if mine else Titles.DIFFERENT
    if not mine or not theirs or len(mine) > 3 or len(theirs) > 3 or _marker(mine, theirs):
        return Titles.DIFFERENT
    if len(mine) == len(theirs):
        return min(map(_misspelt, mine, theirs)) if len(mine) < 3 else Titles.DIFFERENT
    short = min(len(left), len(right))
    joined = near(left, right, least=8, most=1 if short < 10 else 2)
    return Titles.TYPO if joined and not _turned(left, right) else Titles.DIFFERENT


def _misspelt(left: str, right: str) -> Titles:
    """How far one word can pass for a slip in the other."""
    short, long = sorted((left, right), key=len)
    if left in _FUNCTION or right in _FUNCTION:
        return Titles.TYPO if _joins(left, right) else Titles.DIFFERENT
    limit = 1 if len(short) < 10 else 2
    if len(short) < 3 or OSA.distance(left, right, score_cutoff=limit) > limit or _turned(left, right):
        return Titles.DIFFERENT
    if len(long) >= 6:
        return Titles.TYPO
    within = short[0] == long[0] and short[-1] == long[-1]
    swapped = len(short) > 3 and sorted(short) == sorted(long)
    slipped = _letters_lost(short, long) and (within or swapped or long == short + "s")
    return Titles.SLIP if slipped else Titles.DIFFERENT


_FUNCTION = SMALL | JOINING


def _joins(left: str, right: str) -> bool:
    """A slip in a word that joins others, and that makes no other word of it: `wtih`, `fo`, `andd`."""
    word, slip = (left, right) if left in _FUNCTION else (right, left)
    if slip in _FUNCTION or slip in MARKERS:
        return False
    if len(word) >= 3:
        return OSA.distance(slip, word, score_cutoff=1) <= 1
    return _letters_lost(slip, word) or _doubled(word, slip)


def _doubled(word: str, slip: str) -> bool:
    return any(word[:at] + letter + word[at:] == slip for at, letter in enumerate(word))


def _letters_lost(short: str, long: str) -> bool:
    """One letter lost or two swapped: `weak` and `wek`. What is no acronym beside another (`hdl` and `ldl`)."""
    if OSA.distance(short, long, score_cutoff=1) > 1 or short.isdigit():
        return False
    return len(short) < len(long) or sorted(short) == sorted(long)


def _turned(left: str, right: str) -> bool:
    """The two differ in what begins or ends a word and turns its sense: `symptomatic` and `asymptomatic`."""
    end = _common(left[::-1], right[::-1])
    for at in range(end, LEAST_REST - 1, -1):
        starts = left[: len(left) - at], right[: len(right) - at]
        if starts in PREFIXES and _stands(left[len(left) - at :], starts):
            return True
        if max(map(len, starts)) > LONGEST_AFFIX:
            break
    start = _common(left, right)
    return any((left[at:], right[at:]) in ENDINGS for at in range(start, max(start - LONGEST_AFFIX, -1), -1))


LEAST_REST = 4
LONGEST_AFFIX = 6


def _stands(rest: str, starts: tuple[str, str]) -> bool:
    """Whether the rest of a word can stand without what begins it: `symptomatic`, but not `lgorithm` or `acceptance`."""
    return _BEGINS.match(rest) is not None and not (rest[0] in "aeiou" and not {"a", "e"}.isdisjoint(starts))


_BEGINS = re.compile(r"[aeiouy]|[^aeiouy][aeiouyhlrw]|s[ckmnpqtv]|[cgkmp]n|p[st]")


LEAST_MISPRINTED = 20


def misprinted(one: str, other: str, *, lost: bool = False) -> bool:
    """Whether two titles are one but for a misprint that turns no sense, also in a short word or at its edge: for
    where a text or a range of pages leaves no doubt. `lost`: a letter may be lost anywhere, also one that stands alone."""
    mine, theirs = stretch(one, other)
    if min(len(one), len(other)) < LEAST_MISPRINTED or max(len(mine), len(theirs)) > 2:
        return False
    if len(mine) != len(theirs):
        left, right = "".join(mine), "".join(theirs)
        least = 0 if lost and (left + right).isalpha() else 1
        return (
            min(len(left), len(right)) >= least
            and near(left, right, least=0, most=1)
            and not _turned(left, right)
        )
    return all(
        ours == others or _misprint(ours, others, lost) for ours, others in zip(mine, theirs, strict=True)
    )


def _misprint(left: str, right: str, lost: bool) -> bool:
    short, long = sorted((left, right), key=len)
    if {left, right} & _FUNCTION:
        return not {left, right} & MARKERS and len(long) > 1 and near(left, right, least=1, most=1)
    if len(short) < 2 or not (left + right).isalpha() or _turned(left, right):
        return False
    if not near(left, right, least=2, most=1 if len(short) < 10 else 2):
        return False
    inside = short[0] == long[0] and short[-1] == long[-1]
    if len(short) == len(long):
        return sorted(short) == sorted(long) or len(short) >= 4
    return lost or inside or len(long) >= 5


def near(one: str, other: str, least: int = LEAST_MISPRINTED, most: int = 2) -> bool:
    """Two titles without blanks, or two words, that differ by a letter or two at most."""
    return min(len(one), len(other)) >= least and OSA.distance(one, other, score_cutoff=most) <= most


def marked(one: str, other: str) -> str:
    """The word in which two titles differ and which makes one of them another kind of document, or nothing."""
    return _marker(*difference(one, other))


def _marker(mine: list[str], theirs: list[str]) -> str:
    found = [
        word
        for ours, others in ((mine, theirs), (theirs, mine))
        for at, word in enumerate(ours)
        if word in MARKERS and not _written_otherwise(word, ours[at + 1 : at + 2], others)
    ]
    return next((word for word in found if word in ANSWERS), found[0] if found else "")


def _written_otherwise(marker: str, following: list[str], others: list[str]) -> bool:
    """The other title has it too: as `nonimmune` for `non immune`, in the plural, or with a slip in it."""
    joined = marker + following[0] if following else ""
    if joined in others or any(near(joined, word, least=8, most=1) for word in others if following):
        return True
    return any(_slip_in(marker, word) for word in others)


def _slip_in(marker: str, word: str) -> bool:
    if word in MARKERS:
        return word in (marker + "s", marker[:-1])
    if len(marker) >= 5 or (len(marker) == 4 and marker in JOINING):
        return OSA.distance(marker, word, score_cutoff=1) <= 1
    if len(marker) == 4 and len(word) <= 4 and _letters_lost(word, marker):
        return True
    return len(marker) >= 3 and _doubled(marker, word)
