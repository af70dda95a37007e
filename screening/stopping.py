"""When to stop screening: how sure it is that enough of the relevant records were found. Pure.

After working through the ranked records, the team screens a random sample of what is left. If the sample holds so few
relevant records that a recall below the target would be unlikely, it may stop (Callaghan and Müller-Hansen 2020,
Systematic Reviews 9:273, the criterion on random sampling).

Looking again and again until the answer pleases would break the promise. So a sample's size is planned before it is
drawn, and the n-th look may be wrong with half the chance of the one before: with 95 % confidence 2.5 %, 1.25 %, ... of
the time, together never more than 5 %, however often the team looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

TARGET, CONFIDENCE = 0.95, 0.95


@dataclass(frozen=True)
class Tail:
    """`found` relevant records before the random sample; `left` records not screened when it began; of these `drawn`
    were then screened in random order, with `relevant` relevant ones among them."""

    found: int
    left: int
    drawn: int
    relevant: int

    def __post_init__(self) -> None:
        if min(self.found, self.left, self.drawn, self.relevant) < 0:
            raise ValueError("counts are not negative")
        if not self.relevant <= self.drawn <= self.left:
            raise ValueError("a sample holds no more than what is left")


def misses(tail: Tail, target: float) -> int:
    """The smallest number of relevant records among those left at which recall would be below `target`, given what was
    found: K such that (found + relevant) / (found + K) < target."""
    total = tail.found + tail.relevant
    return floor(total / target - tail.found) + 1


def chance(tail: Tail, target: float = TARGET) -> float:
    """p of the hypothesis that recall is below `target` (0 to 1): the chance to draw as few relevant records as were
    drawn, or fewer, if just too many were there. 0 where so many no longer fit into what is left."""
    if not 0 < target < 1:
        raise ValueError("a target lies between 0 and 1")
    too_many = misses(tail, target)
    if too_many > tail.left - tail.drawn + tail.relevant:
        return 0.0
    return drawing(tail, too_many)


def drawing(tail: Tail, relevant: int) -> float:
    """The chance to draw as few relevant records as were drawn, or fewer, with so many among those left."""
    from scipy.stats import hypergeom  # takes a second to load, which no other page should wait for

    return float(hypergeom.cdf(tail.relevant, tail.left, relevant, tail.drawn))


def level(look: int, confidence: float = CONFIDENCE) -> float:
    """The error that the n-th look may spend (n from 1)."""
    if look < 1 or not 0 < confidence < 1:
        raise ValueError("looks are counted from 1, and a confidence lies between 0 and 1")
    return (1 - confidence) / 2.0**look


def at_least(tail: Tail, *, look: int = 1, confidence: float = CONFIDENCE) -> float:
    """The recall (0 to 1) that is reached at this look with `confidence` over all looks: as much as if the most relevant
    records were left of which so few in the sample are not yet too unlikely. At or above a target exactly when `enough`.
    """
    fewest, most = tail.relevant, tail.left - tail.drawn + tail.relevant
    allowed = level(look, confidence)
    while fewest < most:
        middle = (fewest + most + 1) // 2
        if drawing(tail, middle) >= allowed:
            fewest = middle
        else:
            most = middle - 1
    total = tail.found + fewest
    return (tail.found + tail.relevant) / total if total else 1.0


def enough(tail: Tail, *, look: int = 1, target: float = TARGET, confidence: float = CONFIDENCE) -> bool:
    """Whether the team may stop at this look: recall is at least `target`, with `confidence` over all looks."""
    return tail.drawn == tail.left or chance(tail, target) < level(look, confidence)


def more(tail: Tail, *, look: int = 1, target: float = TARGET, confidence: float = CONFIDENCE) -> int:
    """How many more records to screen at random before this look, so that the promise holds if none of them turns out
    relevant. At most all that are left."""
    low, high = 0, tail.left - tail.drawn
    while low < high:
        middle = (low + high) // 2
        then = Tail(tail.found, tail.left, tail.drawn + middle, tail.relevant)
        if enough(then, look=look, target=target, confidence=confidence):
            high = middle
        else:
            low = middle + 1
    return low


def looks(sample: Sequence[bool], *, found: int, left: int, every: int = 1) -> list[float]:
    """p after every `every` records of a random sample: the curve on the page."""
    curve, relevant = [], 0
    for drawn, one in enumerate(sample, 1):
        relevant += one
        if drawn % every == 0 or drawn == len(sample):
            curve.append(chance(Tail(found, left, drawn, relevant)))
    return curve


def finds(decisions: Sequence[bool], *, points: int = 200) -> list[tuple[int, int]]:
    """Records screened and relevant ones among them, at no more than `points` places: the curve of finds."""
    step, curve, total = max(1, ceil(len(decisions) / points)), [(0, 0)], 0
    for screened, one in enumerate(decisions, 1):
        total += one
        if screened % step == 0 or screened == len(decisions):
            curve.append((screened, total))
    return curve
