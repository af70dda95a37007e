"""Authors: who is named, whatever the order and however much of the given names."""

import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from studies.dedupe.text import fold

MAX_AUTHORS = 24
MAX_NAME = 200


class Authors(IntEnum):
    AGREE = 3  # the first authors, and most of the others
    OVERLAP = 2
    UNKNOWN = 1  # one side names nobody
    DISJOINT = 0


@dataclass(slots=True)
class Names:
    """Up to 24 authors: family names folded, given names as they stand, and how many authors there are in all."""

    families: tuple[str, ...]
    givens: tuple[str, ...]
    count: int
    _words: tuple[frozenset[str], ...] = field(default=(), compare=False)

    def words(self) -> tuple[frozenset[str], ...]:
        """Every word of each author's name but initials; made when first asked for."""
        if not self._words:
            pairs = zip(self.families, map(fold, self.givens), strict=True)
            self._words = tuple(
                frozenset(word for word in f"{family} {given}".split() if len(word) > 1 or word == family)
                for family, given in pairs
            )
        return self._words

    def initial(self, at: int) -> str:
        return _initial(self.givens[at][:6])


@lru_cache(maxsize=65536)
def _initial(given: str) -> str:
    return fold(given)[:1]


def read_names(authors: tuple[str, ...]) -> Names:
    families, givens = [], []
    others = 0
    if len(authors) == 1 and "," in authors[0]:
        authors = _taken_apart(authors[0])
    for author in authors[:MAX_AUTHORS]:
        family, given = _split(author[:MAX_NAME])
        if (family, given) in _OTHERS:
            others += 1
        elif family:
            families.append(family)
            givens.append(given)
    return Names(tuple(families), tuple(givens), len(authors) - others if families else 0)


_WITH_INITIALS = re.compile(r"[^\W\d_][\w'’\- ]* [A-Z](?:[.\- ]?[A-Z]){0,3}\.?")


def _taken_apart(author: str) -> tuple[str, ...]:
    """Several authors in one field: `Joppi R, Bertele V, Garattini S.`"""
    parts = tuple(part.strip() for part in author.split(",") if part.strip())
    return parts if len(parts) > 1 and all(map(_WITH_INITIALS.fullmatch, parts)) else (author,)


# `et al.`, `and others`: nobody, whichever way it was taken apart.
_OTHERS = {("al", "et"), ("et al", ""), ("al", ""), ("others", ""), ("others", "and")}


def _split(author: str) -> tuple[str, str]:
    """Family and given names. Without a comma, trailing initials are given names (`Prasad VK`), else the last word rules."""
    family, comma, given = author.partition(",")
    if comma:
        plain = family.isascii() and family.isalpha()
        return family.lower() if plain else _family(fold(family)), given.strip()
    parts = author.replace(".", " ").split()
    tail = len(parts)
    while tail > 1 and len(parts[tail - 1]) <= 3 and parts[tail - 1].isupper():
        tail -= 1
    if tail < len(parts):
        return _family(fold(" ".join(parts[:tail]))), " ".join(parts[tail:])
    if len(parts) == 1:
        return fold(author), ""
    return _family(fold(parts[-1])) if parts else "", " ".join(parts[:-1])


_PARTICLE_WORDS = "van von der den de la le du da dos del di al el jr sr ii iii ter ten st bin ben"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


def _family(folded: str) -> str:
    """Family names without particles, which databases move or leave out."""
    if " " not in folded:
        return folded
    return " ".join(word for word in folded.split() if word not in _PARTICLES) or folded


def compare_names(one: Names, other: Names) -> Authors:
    """How well two lists of authors agree; the shorter one may leave out the rest (`et al.`)."""
    if not one.count or not other.count:
        return Authors.UNKNOWN
    first = one.families[0] == other.families[0] or _same_person(one, other)
    shorter, longer = (one, other) if len(one.families) <= len(other.families) else (other, one)
    if first and len(shorter.families) == 1:
        return Authors.AGREE if _initials_fit(one, other) else Authors.OVERLAP
    if first and _others_of_the_name(one, other):
        return Authors.OVERLAP
    if first and one.families == other.families:
        return Authors.AGREE
    pool = frozenset().union(*longer.words())
    named = sum(1 for words in shorter.words() if not words.isdisjoint(pool))
    if first and named >= 0.6 * len(shorter.families):
        return Authors.AGREE
    if first or named >= min(2, 0.5 * len(shorter.families)):
        return Authors.OVERLAP
    close = any(_misspelt(ours, theirs) for ours in one.families[:3] for theirs in other.families[:3])
    return Authors.OVERLAP if close else Authors.DISJOINT


def _same_person(one: Names, other: Names) -> bool:
    """The first authors: a family name in common, one taken for a given name, or a slip."""
    ours, theirs = set(one.families[0].split()), set(other.families[0].split())
    if not ours.isdisjoint(theirs):
        return True
    if not ours.isdisjoint(other.words()[0]) and not theirs.isdisjoint(one.words()[0]):
        return True
    return _misspelt(one.families[0], other.families[0])


def _misspelt(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    if short < 4 or abs(len(one) - len(other)) > 2:
        return False
    limit = 1 if short < 7 else 2
    return Levenshtein.distance(one, other, score_cutoff=limit) <= limit


def _others_of_the_name(one: Names, other: Names) -> bool:
    """Whether most of those who stand at one place under one name begin with different given names."""
    same = [
        at
        for at, (ours, theirs) in enumerate(zip(one.families, other.families, strict=False))
        if ours == theirs
    ]
    initials = [(one.initial(at), other.initial(at)) for at in same]
    known = [(ours, theirs) for ours, theirs in initials if ours and theirs]
    return 2 * sum(1 for ours, theirs in known if ours != theirs) > len(known)


def _initials_fit(one: Names, other: Names) -> bool:
    ours, theirs = one.initial(0), other.initial(0)
    return not ours or not theirs or ours == theirs
