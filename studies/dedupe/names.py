"""Authors: who is named, whatever the order and however much of the given names."""

from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import Levenshtein

from studies.dedupe.text import fold

MAX_AUTHORS = 24


class Authors(IntEnum):
    AGREE = 3  # the first authors, and most of the others
    OVERLAP = 2
    UNKNOWN = 1  # one side names nobody
    DISJOINT = 0


@dataclass(frozen=True, slots=True)
class Names:
    """`surnames`: one set of words for each author; `words`: all words; `initial`: the first author's."""

    surnames: tuple[frozenset[str], ...]
    words: tuple[frozenset[str], ...]
    initial: str
    count: int


NOBODY = Names((), (), "", 0)


def read_names(authors: tuple[str, ...]) -> Names:
    surnames: list[frozenset[str]] = []
    words: list[frozenset[str]] = []
    initial = ""
    for author in authors[:MAX_AUTHORS]:
        family, given = _split(author)
        if not family:
            continue
        if not words:
            initial = given[:1]
        surnames.append(frozenset(family.split()))
        words.append(frozenset(part for part in (*family.split(), *given.split()) if len(part) > 1))
    return Names(tuple(surnames), tuple(words), initial, len(authors)) if surnames else NOBODY


def _split(author: str) -> tuple[str, str]:
    """Family and given names. Without a comma, trailing initials are given names (`Prasad VK`), else the last word rules."""
    family, comma, given = author.partition(",")
    if comma:
        return _family(fold(family)), fold(given)
    parts = author.replace(".", " ").split()
    tail = len(parts)
    while tail > 1 and len(parts[tail - 1]) <= 3 and parts[tail - 1].isupper():
        tail -= 1
    if tail < len(parts):
        return _family(fold(" ".join(parts[:tail]))), fold(" ".join(parts[tail:]))
    if len(parts) == 1:
        return fold(author), ""
    return _family(fold(parts[-1])), fold(" ".join(parts[:-1]))


_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "la",
        "le",
        "du",
        "da",
        "dos",
        "del",
        "di",
        "al",
        "el",
        "jr",
        "sr",
        "ii",
        "iii",
        "ter",
        "ten",
        "st",
        "bin",
        "ben",
    ]
)


def _family(folded: str) -> str:
    """Family names without particles, which databases move or leave out."""
    if " " not in folded:
        return folded
    return " ".join(word for word in folded.split() if word not in _PARTICLES) or folded


def compare_names(one: Names, other: Names) -> Authors:
    """How well two lists of authors agree; the shorter one may leave out the rest (`et al.`)."""
    if not one.count or not other.count:
        return Authors.UNKNOWN
    first = _same_person(one, 0, other, 0)
    if first and min(len(one.words), len(other.words)) == 1:
        return Authors.AGREE if _initials_fit(one, other) else Authors.OVERLAP
    known = frozenset().union(*other.words)
    shorter, pool = (
        (one, known) if len(one.words) <= len(other.words) else (other, frozenset().union(*one.words))
    )
    named = sum(1 for words in shorter.words if not words.isdisjoint(pool))
    share = named / len(shorter.words)
    if first and share >= 0.6:
        return Authors.AGREE
    if first or share >= 0.5 or named >= 2:
        return Authors.OVERLAP
    return Authors.OVERLAP if _close(one, other) else Authors.DISJOINT


def _same_person(one: Names, i: int, other: Names, j: int) -> bool:
    """A family name in common, or one that the other database took for a given name."""
    return bool(
        not one.surnames[i].isdisjoint(other.surnames[j])
        or (not one.surnames[i].isdisjoint(other.words[j]) and not other.surnames[j].isdisjoint(one.words[i]))
        or _misspelt(one.surnames[i], other.surnames[j])
    )


def _misspelt(one: frozenset[str], other: frozenset[str]) -> bool:
    left, right = "".join(sorted(one)), "".join(sorted(other))
    if left == right:
        return True
    short = min(len(left), len(right))
    return short >= 4 and Levenshtein.distance(left, right, score_cutoff=2) <= (1 if short < 7 else 2)


def _initials_fit(one: Names, other: Names) -> bool:
    return not one.initial or not other.initial or one.initial == other.initial


def _close(one: Names, other: Names) -> bool:
    return any(_misspelt(left, right) for left in one.surnames[:3] for right in other.surnames[:3])
