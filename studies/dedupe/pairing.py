"""The pairs of a whole set that are worth comparing, and their verdicts, in bulk."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from studies.dedupe.blocking import TELLING, keys_of
from studies.dedupe.candidates import Pair
from studies.dedupe.features import Features
from studies.dedupe.titles import LEAST_ALIKE
from studies.dedupe.verdicts import weigh_if_near

Ints = npt.NDArray[np.int64]

# In a larger block only neighbours by title are compared: forty records that share a key share it by chance.
BLOCK = 40
NEIGHBOURS = 8
CHUNK = 200_000


def verdicts(records: Sequence[Features]) -> Iterator[Pair]:
    """The certain and the likely pairs of the records, which must be sorted by key."""
    telling, other = candidate_pairs(records)
    size = len(records)
    for codes in (telling, *_alike(other, [record.compact for record in records])):
        for left, right in zip((codes // size).tolist(), (codes % size).tolist(), strict=True):
            pair = weigh_if_near(records[left], records[right])
            if pair is not None:
                yield pair


def _alike(codes: Ints, titles: list[str]) -> Iterator[Ints]:
    """The pairs whose titles have something in common: as a whole, or one as the other's beginning or end."""
    size = len(titles)
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        lefts = [titles[at] for at in (part // size).tolist()]
        rights = [titles[at] for at in (part % size).tolist()]
        keep = cpdist(lefts, rights, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE) > 0
        for at in np.flatnonzero(~keep).tolist():
            short, long = sorted((lefts[at], rights[at]), key=len)
            keep[at] = long.startswith(short) or long.endswith(short)
        yield part[keep]


def candidate_pairs(records: Sequence[Features]) -> tuple[Ints, Ints]:
    """Pairs that share a key, as `left * len(records) + right`: by an identifier or a place, and by title or names.

    The former are always compared; the latter only where the titles have something in common.
    """
    telling, other = _Blocks(), _Blocks()
    for at, record in enumerate(records):
        for key in keys_of(record):
            (telling if key[0] in TELLING else other).add(key, at)
    order = np.empty(len(records), dtype=np.int64)
    order[sorted(range(len(records)), key=lambda at: (records[at].compact, at))] = np.arange(len(records))
    sure = telling.pairs(len(records), order)
    return sure, np.setdiff1d(other.pairs(len(records), order), sure, assume_unique=True)


class _Blocks:
    """Keys as numbers beside the records that bear them: sorted, equal keys stand together."""

    def __init__(self) -> None:
        self._hashes: list[int] = []
        self._members: list[int] = []

    def add(self, key: str, member: int) -> None:
        self._hashes.append(hash(key))
        self._members.append(member)

    def pairs(self, size: int, order: Ints) -> Ints:
        hashes = np.array(self._hashes, dtype=np.int64)
        members = np.array(self._members, dtype=np.int64)
        self._hashes, self._members = [], []
        if not len(hashes):
            return members
        by_title = np.lexsort((order[members], hashes))
        hashes, members = hashes[by_title], members[by_title]
        starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
        lengths = np.diff(np.concatenate((starts, [len(hashes)])))
        block = np.repeat(np.arange(len(starts)), lengths)
        small = np.repeat(lengths <= BLOCK, lengths)
        found = []
        for step in range(1, min(int(lengths.max()), BLOCK)):
            together = block[step:] == block[:-step]
            if step > NEIGHBOURS:
                together &= small[step:]
            if together.any():
                one, other = members[:-step][together], members[step:][together]
                found.append(np.unique(np.minimum(one, other) * size + np.maximum(one, other)))
        return np.unique(np.concatenate(found)) if found else members[:0]
