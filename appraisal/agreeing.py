"""How far two judges agree on the levels before they compared: raw, and weighted kappa by the order of the scale."""

from collections import defaultdict
from dataclasses import dataclass

from accounts.models import User
from appraisal.instruments.model import OVERALL, Scale
from appraisal.models import Assessment, Level
from appraisal.services import label_of, scale_for, states_of
from consensus.agreement import Estimate, raw, weighted_kappa
from consensus.models import Judgement, Stage


@dataclass(frozen=True, slots=True)
class Agreed:
    instrument: str
    label: str
    pairs: int
    raw: Estimate
    kappa: Estimate


def agreement_of(user: User, stage: Stage) -> list[Agreed]:
    """By instrument and domain, over the items that two or more judged independently, each pair of judges once."""
    said = list(
        Judgement.objects.visible_to(user)
        .for_agreement()
        .filter(item__stage=stage, item__judged__gte=2)
        .order_by("reviewer_id", "id")
    )
    ids = [one.pk for one in said]
    used = dict(Assessment.objects.filter(judgement__in=ids).values_list("judgement", "instrument"))
    levels: dict[int, dict[str, str]] = defaultdict(dict)
    for judgement, key, level in Level.objects.filter(judgement__in=ids).values_list(
        "judgement", "key", "level"
    ):
        if level:
            levels[judgement][key] = level
    by_item: dict[int, list[Judgement]] = defaultdict(list)
    # Whoever revised before the comparison counts once, with what they said last.
    latest = {(one.item_id, one.reviewer_id): one for one in said}
    for one in latest.values():
        by_item[one.item_id].append(one)
    cells: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for together in by_item.values():
        for at, first in enumerate(together):
            for second in together[at + 1 :]:
                if used.get(first.pk) and used.get(first.pk) == used.get(second.pk):
                    for key in levels[first.pk].keys() & levels[second.pk].keys():
                        cells[used[first.pk], key].append((levels[first.pk][key], levels[second.pk][key]))
    return measured(cells, said, used)


def measured(
    cells: dict[tuple[int, str], list[tuple[str, str]]], said: list[Judgement], used: dict[int, int]
) -> list[Agreed]:
    sample = {
        instrument: next(one for one in said if used.get(one.pk) == instrument) for instrument, _key in cells
    }
    states = states_of(list(sample.values()))
    found = []
    for instrument, key in sorted(cells, key=lambda one: (one[0], one[1] == OVERALL, one[1])):
        state = states[sample[instrument].pk]
        table = square(cells[instrument, key], scale_for(state, key))
        found.append(
            Agreed(
                str(state.instrument),
                label_of(state, key),
                len(cells[instrument, key]),
                raw(table),
                weighted_kappa(table),
            )
        )
    return found


def square(pairs: list[tuple[str, str]], scale: Scale) -> list[list[int]]:
    """Counts by level and level, in the order of severity; a level outside the order comes last."""
    ranked = sorted(scale.levels, key=lambda one: (one.rank is None, one.rank or 0))
    order = {one.code: place for place, one in enumerate(ranked)}
    table = [[0] * len(order) for _ in order]
    for first, second in pairs:
        if first in order and second in order:
            table[order[first]][order[second]] += 1
    return table
