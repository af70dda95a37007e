"""How much an assessment weighs in the summary bars: all the same, or by a number that another app knows of its study."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reviews.models import Review


@dataclass(frozen=True, slots=True)
class Weigher:
    """choices: what can be weighed by in a review, as key and words; weights: by study, for one of these keys."""

    choices: Callable[[Review], Sequence[tuple[str, str]]]
    weights: Callable[[Review, str], Mapping[int, float]]


# Apps that know numbers of a study add theirs when they start, as `consensus.checks.CHECKS` gathers its checks.
WEIGHERS: list[Weigher] = []


def choices_for(review: Review) -> list[tuple[str, str]]:
    return [one for weigher in WEIGHERS for one in weigher.choices(review)]


def weights_for(review: Review, key: str) -> Mapping[int, float]:
    for weigher in WEIGHERS:
        if key in dict(weigher.choices(review)):
            return weigher.weights(review, key)
    return {}
