"""Comparing what several judges said of one item. Pure: dictionaries in, one comparison out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Value = str | int | bool | Decimal | None | tuple[str, ...]
Answers = Mapping[str, Value]


class Rule(StrEnum):
    UNANIMOUS = "unanimous"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Policy:
    """How judges come to one answer.

    rule: whether all or most must agree. same: per key, values that count as another one (unsure as include).
    ranked: keys in which a difference is no conflict; the lowest value, which is the highest rank, stands.
    """

    rule: Rule = Rule.UNANIMOUS
    same: Mapping[str, Mapping[Value, Value]] = field(default_factory=dict)
    ranked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """agree: whether there is one answer. stands: the index of the judgement that carries it. differs: the keys
    in which not all judges agree, in their order of appearance."""

    agree: bool
    stands: int | None
    differs: tuple[str, ...]


def counted(key: str, value: Value, policy: Policy) -> Value:
    return policy.same.get(key, {}).get(value, value)


def keys_of(answers: Sequence[Answers]) -> list[str]:
    return list(dict.fromkeys(key for one in answers for key in one))


def differing(answers: Sequence[Answers], policy: Policy) -> tuple[str, ...]:
    """Keys whose values differ between any two judges. A key that one of them lacks is not the same as None."""
    missing = object()
    return tuple(
        key
        for key in keys_of(answers)
        if len({(one.get(key, missing) is missing, counted(key, one.get(key), policy)) for one in answers})
        > 1
    )


def compare(answers: Sequence[Answers], policy: Policy) -> Comparison:
    """Compare n answers, given in the order in which they were submitted.

    Raises ValueError for an empty sequence: nobody's answers are neither in agreement nor in conflict.
    """
    if not answers:
        raise ValueError("there is nothing to compare")
    keys = [key for key in keys_of(answers) if key not in policy.ranked]
    profiles = [
        tuple((key, key in one, counted(key, one.get(key), policy)) for key in keys) for one in answers
    ]
    profile, votes = Counter(profiles).most_common(1)[0]
    needed = len(answers) if policy.rule is Rule.UNANIMOUS else len(answers) // 2 + 1
    if votes < needed:
        return Comparison(False, None, differing(answers, policy))
    agreeing = [index for index, other in enumerate(profiles) if other == profile]
    stands = min(agreeing, key=lambda index: (ranks(answers[index], policy), index))
    return Comparison(True, stands, differing(answers, policy))


def ranks(one: Answers, policy: Policy) -> tuple[tuple[bool, Decimal], ...]:
    """The ranked values of an answer, smallest first wins; no value comes last."""
    values = [one.get(key) for key in sorted(policy.ranked)]
    return tuple(
        (value is None, Decimal(value) if isinstance(value, int | Decimal) else Decimal(0))
        for value in values
    )
