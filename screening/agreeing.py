"""How far the judges of a stage agree, pair by pair, and whether a pair drifts. Pure: from tables of counts to figures.

A table is 2 x 2: rows what the first of the pair said, columns the second; first passes on, then excludes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consensus.agreement import Estimate, Table, ac1, kappa, pabak, raw, size, specific, stratified

RECENT = 100
ENOUGH = 50
# Two-sided 99 %: a warning is rare enough to be looked at.
SURE = 2.5758
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Agreement of one pair, or of all. positive: of what either passes on, the share that both do; negative: of what
    either excludes."""

    items: int
    raw: Estimate
    kappa: Estimate
    pabak: Estimate
    ac1: Estimate
    positive: float | None
    negative: float | None


def figures(table: Table) -> Figures:
    return Figures(
        items=size(table),
        raw=raw(table),
        kappa=kappa(table),
        pabak=pabak(table),
        ac1=ac1(table),
        positive=specific(table, 0),
        negative=specific(table, 1),
    )


def added(tables: Sequence[Table]) -> list[list[int]]:
    return [[sum(table[i][j] for table in tables) for j in range(2)] for i in range(2)]


def overall(tables: Mapping[Pair, Table]) -> Figures:
    """All pairs together. Kappa is the mean of the pairs', each weighing as many records as it judged (Barlow, Lai and
    Azen 1991): it does not change with who is called the first of a pair, nor with how differently pairs exclude."""
    pooled = figures(added(list(tables.values())))
    if len(tables) < 2:
        return pooled
    return Figures(
        items=pooled.items,
        raw=pooled.raw,
        kappa=stratified([(size(table), kappa(table)) for table in tables.values()]),
        pabak=pooled.pabak,
        ac1=pooled.ac1,
        positive=pooled.positive,
        negative=pooled.negative,
    )


@dataclass(frozen=True, slots=True)
class Drift:
    """What is noticeable about a pair. fell: agreement before and lately, if it fell. leans: how many differences have
    the first of the pair passing on, and how many the second, if one of them passes on clearly more."""

    fell: tuple[float, float] | None = None
    leans: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.fell or self.leans)


def drift(before: Table, lately: Table) -> Drift:
    """Compare the latest records of a pair with the ones before (two proportions), and their differences with each
    other (McNemar 1947 with continuity correction)."""
    return Drift(fell=falling(before, lately), leans=leaning(added([before, lately])))


def falling(before: Table, lately: Table) -> tuple[float, float] | None:
    n, m = size(before), size(lately)
    if n < ENOUGH or m < ENOUGH:
        return None
    same, now = before[0][0] + before[1][1], lately[0][0] + lately[1][1]
    pooled = (same + now) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if not error or (same / n - now / m) / error < SURE:
        return None
    return same / n, now / m


def leaning(table: Table) -> tuple[int, int] | None:
    one, other = table[0][1], table[1][0]
    if one + other < 10:
        return None
    strength = (abs(one - other) - 1) / math.sqrt(one + other)
    return (one, other) if strength > SURE else None
