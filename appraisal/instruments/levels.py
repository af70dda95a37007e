"""How a level shows: the five signs of the page (colour, symbol, shape), the same in tables, plots and exports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from appraisal.instruments.model import Level

Role = Literal["low", "some", "high", "critical", "none"]
Shape = Literal["disc", "rounded", "square", "dark_square", "ring"]


@dataclass(frozen=True)
class Sign:
    role: Role  # the value of data-r on the page, and the name of the colour token
    symbol: str
    shape: Shape
    fill: str  # the light value of --risk-<role>, for files that carry no stylesheet
    on: str


SIGNS: Mapping[Role, Sign] = {
    "low": Sign("low", "+", "disc", "#1e8048", "#ffffff"),
    "some": Sign("some", "\N{EN DASH}", "rounded", "#eac02b", "#3a2d00"),
    "high": Sign("high", "\N{MULTIPLICATION SIGN}", "square", "#b0271f", "#ffffff"),
    "critical": Sign("critical", "!!", "dark_square", "#5c0f2b", "#ffffff"),
    "none": Sign("none", "?", "ring", "#72727b", "#4a4a53"),
}
_BY_RANK: tuple[Role, ...] = ("low", "some", "high", "critical")
_BY_SYMBOL: Mapping[str, Role] = {"+": "low", "-": "some", "x": "high", "!": "critical", "?": "none"}


def role_of(level: Level) -> Role:
    """By the symbol that the instrument gives, else by its rank; a level outside the order is 'none'."""
    if level.symbol in _BY_SYMBOL:
        return _BY_SYMBOL[level.symbol]
    if level.rank is None:
        return "none"
    return _BY_RANK[min(max(level.rank, 0), len(_BY_RANK) - 1)]


def sign_of(level: Level | None) -> Sign:
    """The sign of its role; an instrument's own symbol of one or two characters keeps levels of one role apart."""
    if level is None:
        return SIGNS["none"]
    sign = SIGNS[role_of(level)]
    own = level.symbol not in _BY_SYMBOL and 1 <= len(level.symbol) <= 2
    return replace(sign, symbol=level.symbol) if own else sign
