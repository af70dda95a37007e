"""From what is known of an item to its status. Pure, so that what is stored can be recomputed and held against it."""

from collections.abc import Mapping
from dataclasses import dataclass

from consensus.compare import Answers, Policy, compare


@dataclass(frozen=True, slots=True)
class Said:
    """One current independent judgement. own: made on this item, not on one that was merged into it."""

    judgement: int
    reviewer: int
    round: int
    own: bool
    answers: Answers


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that an item's status follows from. said: in the order of submission."""

    closed_as: str
    needed: int
    said: tuple[Said, ...]
    consensus: int | None
    reopened_in: int | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Decision:
    status: str
    final: int | None
    judged: int


def decide(situation: Situation) -> Decision:
    judged = len({one.reviewer for one in situation.said})
    if situation.closed_as:
        return Decision("closed", None, judged)
    if situation.consensus is not None:
        return Decision("resolved", situation.consensus, judged)
    if judged < situation.needed:
        return Decision("partial" if judged else "open", None, judged)
    final = agreed(situation)
    return Decision("conflict" if final is None else "agreed", final, judged)


def agreed(situation: Situation) -> int | None:
    """The judgement that carries the judges' agreement, if they agree."""
    said = situation.said
    if situation.reopened_in is not None and all(one.round < situation.reopened_in for one in said):
        return None  # Reopened: what was said before does not settle it again by itself.
    if contradicts_self(said, situation.policy):
        return None
    by_reviewer: Mapping[int, Said] = {
        one.reviewer: one for one in sorted(said, key=lambda s: not s.own, reverse=True)
    }
    single = [one for one in said if by_reviewer[one.reviewer] is one]
    comparison = compare([one.answers for one in single], situation.policy)
    if comparison.stands is None:
        return None
    stands = single[comparison.stands]
    if stands.own:
        return stands.judgement
    # It was said of a merged item. What is final must be a judgement of this one: the earliest that says the same.
    same = [
        one for one in single if one.own and compare([stands.answers, one.answers], situation.policy).agree
    ]
    return same[0].judgement if same else None


def contradicts_self(said: tuple[Said, ...], policy: Policy) -> bool:
    """Whether a reviewer judged two merged items differently."""
    by_reviewer: dict[int, list[Answers]] = {}
    for one in said:
        by_reviewer.setdefault(one.reviewer, []).append(one.answers)
    unanimous = Policy(same=policy.same, ranked=policy.ranked)
    return any(len(answers) > 1 and not compare(answers, unanimous).agree for answers in by_reviewer.values())
