"""Joining pairs into groups, so that no group holds two records that contradict one another."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from studies.dedupe.candidates import Grouping, Pair, Verdict
from studies.dedupe.features import Features
from studies.dedupe.verdicts import contradict

Decisions = Collection[tuple[int, int]]

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
    certain, likely = [], []
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.left, pair.right)):
        if pair.verdict is Verdict.LIKELY:
            likely.append(pair)
        elif pair.verdict is Verdict.CERTAIN:
            if clusters.join(pair.left, pair.right):
                certain.append(pair)
            else:
                likely.append(_demoted(pair))
    remaining = _one_for_two_groups(likely, clusters)
    return Grouping(
        clusters.groups(), sorted((*certain, *remaining), key=lambda pair: (pair.left, pair.right))
    )


def _ordered(pair: tuple[int, int]) -> tuple[int, int]:
    return (pair[0], pair[1]) if pair[0] <= pair[1] else (pair[1], pair[0])


def _demoted(pair: Pair) -> Pair:
    reason = "another record of the group contradicts"
    return replace(
        pair, verdict=Verdict.LIKELY, evidence=(*pair.evidence, reason), score=min(pair.score, 0.8)
    )


def _one_for_two_groups(likely: Iterable[Pair], clusters: "Clusters") -> list[Pair]:
    """A person is asked once about two groups, with the best pair; and never again about what was decided."""
    best: dict[tuple[int, int], Pair] = {}
    for pair in sorted(likely, key=lambda pair: (-pair.score, pair.left, pair.right)):
        roots = _ordered((clusters.find(pair.left), clusters.find(pair.right)))
        if roots[0] != roots[1] and not clusters.decided_apart(*roots):
            best.setdefault(roots, pair)
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

    def _contradiction(self, left: int, right: int, one: int, other: int) -> bool:
        ours, theirs = self._speakers(left, one), self._speakers(right, other)
        if len(ours) + len(theirs) > MOST:
            return True
        return any(
            contradict(mine, yours)
            for mine in ours
            for yours in theirs
            if not (mine.key == self._alike.get(left, left) and yours.key == self._alike.get(right, right))
        )

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
