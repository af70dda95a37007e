"""The pairs of a whole set that are worth comparing, and their verdicts, in bulk."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from studies.dedupe.blocking import keys_of
from studies.dedupe.candidates import Pair, Verdict
from studies.dedupe.features import Features
from studies.dedupe.rules import weigh

Ints = npt.NDArray[np.int64]

# In a larger block only neighbours by title are compared: forty records that share a key share it by chance.
BLOCK = 40
NEIGHBOURS = 8
CHUNK = 200_000
LEAST_ALIKE = 60.0


def verdicts(records: Sequence[Features]) -> Iterator[Pair]:
    """The certain and the likely pairs of the records, which must be sorted by key."""
    strong, weak = candidate_pairs(records)
    for left, right in _pairs(strong, len(records)):
        yield from _told(records[left], records[right])
    titles = [record.compact for record in records]
    for start in range(0, len(weak), CHUNK):
        part = weak[start : start + CHUNK]
        lefts, rights = part // len(records), part % len(records)
        alike = cpdist(
            [titles[i] for i in lefts.tolist()],
            [titles[i] for i in rights.tolist()],
            scorer=fuzz.partial_ratio,
        )
        for left, right in _pairs(part[alike >= LEAST_ALIKE], len(records)):
            yield from _told(records[left], records[right])


def _pairs(codes: Ints, size: int) -> Iterator[tuple[int, int]]:
    yield from zip((codes // size).tolist(), (codes % size).tolist(), strict=True)


def _told(one: Features, other: Features) -> Iterator[Pair]:
    pair = weigh(one, other)
    if pair.verdict is not Verdict.APART:
        yield pair


def candidate_pairs(records: Sequence[Features]) -> tuple[Ints, Ints]:
    """Pairs that share a key, as `left * len(records) + right`: by identifier or place, and by title or names alone.

    The former are always compared; the latter only where the titles have something in common.
    """
    strong, weak = _Blocks(), _Blocks()
    for at, record in enumerate(records):
        for key in keys_of(record):
            (strong if key[0] in "dpcxrva" else weak).add(key, at)
    order = np.empty(len(records), dtype=np.int64)
    order[sorted(range(len(records)), key=lambda at: (records[at].compact, at))] = np.arange(len(records))
    sure = strong.pairs(len(records), order)
    return sure, np.setdiff1d(weak.pairs(len(records), order), sure, assume_unique=True)


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
