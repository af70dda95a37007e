"""How far two judges agree beyond chance. Pure; every function takes a square table of counts.

Notation: n items, q categories, p_ij the share that the first judge put in i and the second in j, r_i and c_j the
row and column shares. Intervals are 95 %, normal approximation, clipped to the range of the measure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959963984540054
Table = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its standard error and 95 % interval; value None where it is not defined."""

    value: float | None
    error: float | None = None
    low: float | None = None
    high: float | None = None


UNDEFINED = Estimate(None)


def within(value: float, error: float) -> Estimate:
    """The 95 % interval, cut to [-1, 1]; rounding never leaves the value itself outside."""
    low, high = max(value - Z * error, -1.0), min(value + Z * error, 1.0)
    return Estimate(value, error, min(low, value), max(high, value))


def size(table: Table) -> int:
    """The number of items. Raises ValueError for a table that is not square or holds a negative count."""
    if any(len(row) != len(table) for row in table) or any(count < 0 for row in table for count in row):
        raise ValueError("an agreement table is square and counts items")
    return sum(map(sum, table))


def shares(table: Table) -> tuple[list[list[float]], list[float], list[float]]:
    n = size(table)
    p = [[count / n for count in row] for row in table]
    return p, [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]


def raw(table: Table) -> Estimate:
    """Observed agreement, with Wilson's interval (Wilson 1927)."""
    n = size(table)
    if not n:
        return UNDEFINED
    p = sum(table[i][i] for i in range(len(table))) / n
    centre, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    # Rounding may put a bound on the wrong side of a share of exactly 0 or 1.
    low, high = min((centre - half) / scale, p), max((centre + half) / scale, p)
    return Estimate(p, math.sqrt(p * (1 - p) / n), low, high)


def kappa(table: Table) -> Estimate:
    """Cohen's kappa (Cohen 1960), standard error by Fleiss, Cohen and Everitt (1969). Undefined where chance alone
    agrees always, as when both judges used one category."""
    n = size(table)
    if not n:
        return UNDEFINED
    p, r, c = shares(table)
    q = range(len(table))
    observed, chance = sum(p[i][i] for i in q), sum(r[i] * c[i] for i in q)
    if math.isclose(chance, 1.0):
        return UNDEFINED
    k = (observed - chance) / (1 - chance)
    a = sum(p[i][i] * (1 - (r[i] + c[i]) * (1 - k)) ** 2 for i in q)
    b = (1 - k) ** 2 * sum(p[i][j] * (c[i] + r[j]) ** 2 for i in q for j in q if i != j)
    error = math.sqrt(max(a + b - (k - chance * (1 - k)) ** 2, 0) / (n * (1 - chance) ** 2))
    return within(k, error)


def weighted_kappa(table: Table, *, power: int = 1) -> Estimate:
    """Kappa for ordered categories (Cohen 1968): a difference of d levels of q weighs 1 - (d / (q - 1)) ** power.
    Standard error by Fleiss, Cohen and Everitt (1969)."""
    n, levels = size(table), len(table)
    if not n or levels < 2:
        return UNDEFINED
    p, r, c = shares(table)
    q = range(levels)
    w = [[1 - (abs(i - j) / (levels - 1)) ** power for j in q] for i in q]
    observed = sum(w[i][j] * p[i][j] for i in q for j in q)
    chance = sum(w[i][j] * r[i] * c[j] for i in q for j in q)
    if math.isclose(chance, 1.0):
        return UNDEFINED
    k = (observed - chance) / (1 - chance)
    row = [sum(c[j] * w[i][j] for j in q) for i in q]
    column = [sum(r[i] * w[i][j] for i in q) for j in q]
    spread = sum(p[i][j] * (w[i][j] - (row[i] + column[j]) * (1 - k)) ** 2 for i in q for j in q)
    error = math.sqrt(max(spread - (k - chance * (1 - k)) ** 2, 0) / (n * (1 - chance) ** 2))
    return within(k, error)


def stratified(found: Sequence[tuple[int, Estimate]]) -> Estimate:
    """The mean of independent estimates by their number of items (Barlow, Lai and Azen 1991); those that are not defined
    are left out."""
    known = [(n, one.value, one.error) for n, one in found if one.value is not None and one.error is not None]
    total = sum(n for n, _value, _error in known)
    if not total:
        return UNDEFINED
    value = sum(n * value for n, value, _error in known) / total
    return within(value, math.sqrt(sum((n * error) ** 2 for n, _value, error in known)) / total)


def pabak(table: Table) -> Estimate:
    """Kappa adjusted for prevalence and bias (Byrt, Bishop and Carlin 1993)."""
    found, q = raw(table), len(table)
    if found.value is None or found.low is None or found.high is None or q < 2:
        return UNDEFINED
    value, low, high = ((q * one - 1) / (q - 1) for one in (found.value, found.low, found.high))
    return Estimate(value, None, low, high)


def ac1(table: Table) -> Estimate:
    """Gwet's AC1 (Gwet 2008), standard error by linearisation."""
    n, q = size(table), len(table)
    if n < 2 or q < 2:
        return UNDEFINED
    p, r, c = shares(table)
    used = [(r[k] + c[k]) / 2 for k in range(q)]
    observed = sum(p[i][i] for i in range(q))
    chance = sum(one * (1 - one) for one in used) / (q - 1)
    value = (observed - chance) / (1 - chance)
    total = 0.0
    for i in range(q):
        for j in range(q):
            mine = ((1 - used[i]) + (1 - used[j])) / (2 * (q - 1))
            g = ((i == j) - chance) / (1 - chance) - 2 * (1 - value) * (mine - chance) / (1 - chance)
            total += table[i][j] * (g - value) ** 2
    error = math.sqrt(total / (n * (n - 1)))
    return within(value, error)


def specific(table: Table, category: int) -> float | None:
    """Agreement on one category: of the items that either put there, the share that both did."""
    one = sum(table[category]) + sum(row[category] for row in table)
    return 2 * table[category][category] / one if one else None


def prevalence_index(table: Table) -> float | None:
    """(a - d) / n of a 2 x 2 table: how unequal the categories are (Byrt 1993)."""
    n = size(table)
    return (table[0][0] - table[1][1]) / n if n and len(table) == 2 else None


def bias_index(table: Table) -> float | None:
    """(b - c) / n of a 2 x 2 table: how differently the judges use the categories (Byrt 1993)."""
    n = size(table)
    return (table[0][1] - table[1][0]) / n if n and len(table) == 2 else None
