"""Joining pairs into groups, so that no group holds two records that contradict one another."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType

from studies.dedupe.candidates import Grouping, Pair, Verdict
from studies.dedupe.features import Features
from studies.dedupe.proposing import STRICT
from studies.dedupe.verdicts import contradict

Decisions = Collection[tuple[int, int]]

# A record that fits more groups than this is judged by the first of them.
MOST_FITS = 10
# So many different entries are no longer one document, whatever they share.
MOST = 100
_NOBODY: Mapping[int, int] = MappingProxyType({})


def settle(
    records: Mapping[int, Features],
    pairs: Iterable[Pair],
    *,
    apart: Decisions = (),
    together: Decisions = (),
    alike: Mapping[int, int] = _NOBODY,
) -> Grouping:
    """Groups and remaining pairs. `alike`: a record -> the one that is the same in every field and stands for it.

    Raises ValueError where one pair was decided both ways.
    """
    clusters = Clusters(records, alike, apart)
    refused = {_ordered(pair) for pair in apart}
    for linked in sorted({_ordered(pair) for pair in together}):
        if linked in refused:
            raise ValueError(f"Records {linked[0]} and {linked[1]} were decided to be one and to be apart.")
        clusters.join_by_hand(*linked)
    ranked = sorted(pairs, key=lambda pair: (-pair.score, pair.left, pair.right))
    likely = [pair for pair in ranked if pair.verdict is Verdict.LIKELY]
    certain: list[Pair] = []
    for pair in _strict(ranked):
        (certain if clusters.join(pair.left, pair.right) else likely).append(pair)
    for pair, clear in _loose(ranked, clusters):
        (certain if clear and clusters.join(pair.left, pair.right) else likely).append(pair)
    remaining = _one_for_two_groups(likely, clusters)
    return Grouping(
        clusters.groups(), sorted((*certain, *remaining), key=lambda pair: (pair.left, pair.right))
    )


def _strict(ranked: list[Pair]) -> list[Pair]:
    return [pair for pair in ranked if pair.verdict is Verdict.CERTAIN and pair.score >= STRICT]


def _loose(ranked: list[Pair], clusters: "Clusters") -> list[tuple[Pair, bool]]:
    """The pairs of the loose rules, and whether each is clear.

    A record that leaves out its pages may fit two that contradict one another, an abstract and its paper: then it is
    certain of neither.
    """
    loose = [pair for pair in ranked if pair.verdict is Verdict.CERTAIN and pair.score < STRICT]
    fits: dict[int, set[int]] = {}
    for pair in loose:
        one, other = clusters.find(pair.left), clusters.find(pair.right)
        fits.setdefault(one, set()).add(other)
        fits.setdefault(other, set()).add(one)
    torn = {
        root
        for root, others in fits.items()
        if any(clusters.contradict(one, other) for one, other in combinations(sorted(others)[:MOST_FITS], 2))
    }
    return [(pair, torn.isdisjoint((clusters.find(pair.left), clusters.find(pair.right)))) for pair in loose]


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    return (pair[0], pair[1]) if pair[0] <= pair[1] else (pair[1], pair[0])


def _asked(pair: Pair) -> Pair:
    """A pair that would be certain but for a third record, as a question."""
    if pair.verdict is Verdict.LIKELY:
        return pair
    reason = "a third record contradicts"
    return replace(
        pair, verdict=Verdict.LIKELY, evidence=(*pair.evidence, reason), score=min(pair.score, 0.7999)
    )


def _one_for_two_groups(likely: Iterable[Pair], clusters: "Clusters") -> list[Pair]:
    """A person is asked once about two groups, with the best pair; and never again about what was decided."""
    best: dict[tuple[int, int], Pair] = {}
    for pair in sorted(likely, key=lambda pair: (-pair.score, pair.left, pair.right)):
        roots = _ordered((clusters.find(pair.left), clusters.find(pair.right)))
        if roots[0] != roots[1] and not clusters.decided_apart(*roots):
            best.setdefault(roots, _asked(pair))
    return list(best.values())


class Clusters:
    """Groups that grow; a record is in exactly one."""

    def __init__(self, records: Mapping[int, Features], alike: Mapping[int, int], apart: Decisions) -> None:
        self._records = records
        self._alike = alike
        self._parent: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._refused: dict[int, set[int]] = {}
        self._by_hand: set[int] = set()
        for left, right in apart:
            self._refused.setdefault(left, set()).add(right)
            self._refused.setdefault(right, set()).add(left)

    def find(self, key: int) -> int:
        parent = self._parent
        root = key
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(key, key)) != root:
            parent[key], key = root, above
        return root

    def members(self, root: int) -> list[int]:
        return self._members.get(root) or [root]

    def decided_apart(self, one: int, other: int) -> bool:
        """Whether a person kept any record of one group from any of the other."""
        refused = self._refused.get(one)
        return refused is not None and any(self.find(key) == other for key in refused)

    def join_by_hand(self, left: int, right: int) -> None:
        """A person's decision; where others of theirs forbid what follows from it, keeping apart loses nothing."""
        one, other = self.find(left), self.find(right)
        if one != other and not self.decided_apart(one, other):
            self._by_hand.add(self._merge(one, other))

    def join(self, left: int, right: int) -> bool:
        """Join the groups of two records unless that puts a contradiction into one; False when it would."""
        one, other = self.find(left), self.find(right)
        if one == other:
            return True
        if self.decided_apart(one, other) or self._contradiction(left, right, one, other):
            return False
        self._merge(one, other)
        return True

    def contradict(self, one: int, other: int) -> bool:
        """Whether two groups, by their roots, hold records that contradict one another."""
        return one != other and (self.decided_apart(one, other) or self._clash(one, other))

    def _contradiction(self, left: int, right: int, one: int, other: int) -> bool:
        """Beside the two records that are certainly one."""
        mine, theirs = self._alike.get(left, left), self._alike.get(right, right)
        ours, others = self._speakers(left, one), self._speakers(right, other)
        if len(ours) + len(others) > MOST:
            return True
        return any(contradict(a, b) for a in ours for b in others if not (a.key == mine and b.key == theirs))

    def _clash(self, one: int, other: int) -> bool:
        ours, others = self._speakers(one, one), self._speakers(other, other)
        return any(contradict(a, b) for a in ours[:MOST_FITS] for b in others[:MOST_FITS])

    def _speakers(self, key: int, root: int) -> list[Features]:
        """The different entries of a group. Those that a person joined to this one against the rules do not count."""
        names = {self._alike.get(member, member) for member in self.members(root)}
        entries = [self._records[name] for name in sorted(names) if name in self._records]
        if root not in self._by_hand or key not in self._records:
            return entries
        me = self._records[key]
        return [entry for entry in entries if entry is me or not contradict(me, entry)]

    def _merge(self, one: int, other: int) -> int:
        root, leaf = min(one, other), max(one, other)
        self._parent[leaf] = root
        self._members[root] = self.members(root) + self._members.pop(leaf, [leaf])
        refused = self._refused.pop(leaf, None)
        if refused:
            self._refused.setdefault(root, set()).update(refused)
        if leaf in self._by_hand:
            self._by_hand.discard(leaf)
            self._by_hand.add(root)
        return root

    def groups(self) -> list[tuple[int, ...]]:
        known = (sorted(key for key in members if key in self._records) for members in self._members.values())
        return sorted(tuple(members) for members in known if len(members) > 1)
