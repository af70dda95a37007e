"""How far two judges agree on the levels before they compared: raw, and weighted kappa by the order of the scale."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from appraisal.instruments.model import OVERALL
from appraisal.instruments.model import Level as LevelOfScale
from appraisal.models import Assessment, Level
from appraisal.services import label_of, scale_for, states_of
from consensus.agreement import Estimate, raw, size, stratified, weighted_kappa
from consensus.models import Judgement, Stage

# The levels that the first and the second of a pair of judges chose, by instrument and what is judged, then by pair.
Cells = dict[tuple[int, str], dict[tuple[int, int], list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Agreed:
    """Of several pairs of judges, kappa is the mean of the pairs' by their items (`docs/decisions/0006`): it does not
    change with who is called the first of a pair. A level outside the order of the scale, such as no information, has no
    distance to the others: kappa reads the `ordered` pairs, raw agreement reads all."""

    instrument: str
    label: str
    pairs: int
    ordered: int
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
    cells: Cells = defaultdict(lambda: defaultdict(list))
    for together in by_item.values():
        for at, first in enumerate(together):
            for second in together[at + 1 :]:
                if used.get(first.pk) and used.get(first.pk) == used.get(second.pk):
                    pair = (first.reviewer_id, second.reviewer_id)
                    for key in levels[first.pk].keys() & levels[second.pk].keys():
                        said_by_both = (levels[first.pk][key], levels[second.pk][key])
                        cells[used[first.pk], key][pair].append(said_by_both)
    return measured(cells, said, used)


def measured(cells: Cells, said: list[Judgement], used: dict[int, int]) -> list[Agreed]:
    sample = {
        instrument: next(one for one in said if used.get(one.pk) == instrument) for instrument, _key in cells
    }
    states = states_of(list(sample.values()))
    found = []
    for instrument, key in sorted(cells, key=lambda one: (one[0], one[1] == OVERALL, one[1])):
        state = states[sample[instrument].pk]
        scale = scale_for(state, key)
        by_pair = cells[instrument, key].values()
        every = square([one for pairs in by_pair for one in pairs], scale.levels)
        ranked = sorted((one for one in scale.levels if one.rank is not None), key=lambda one: one.rank or 0)
        tables = [square(pairs, ranked) for pairs in by_pair]
        found.append(
            Agreed(
                str(state.instrument),
                label_of(state, key),
                size(every),
                sum(map(size, tables)),
                raw(every),
                kappa_of(tables),
            )
        )
    return found


def kappa_of(tables: list[list[list[int]]]) -> Estimate:
    if len(tables) == 1:
        return weighted_kappa(tables[0])
    return stratified([(size(table), weighted_kappa(table)) for table in tables])


def square(pairs: list[tuple[str, str]], levels: Sequence[LevelOfScale]) -> list[list[int]]:
    """Counts by level and level, as far as both are among these."""
    order = {one.code: place for place, one in enumerate(levels)}
    table = [[0] * len(order) for _ in order]
    for first, second in pairs:
        if first in order and second in order:
            table[order[first]][order[second]] += 1
    return table
