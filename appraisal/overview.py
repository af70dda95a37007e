"""The review's standing assessments, ready to be drawn: what every judge's work comes to. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.models import User
from appraisal.instruments.harmonise import harmonise
from appraisal.instruments.model import OVERALL
from appraisal.instruments.model import Instrument as Definition
from appraisal.instruments.plots import PlotRow, plot_row
from appraisal.instruments.robvis import Assessed
from appraisal.models import Instrument, Level, LevelMapping
from appraisal.services import State, states_of, study_of_item
from appraisal.weighing import weights_for
from consensus.models import Judgement, Stage, WorkItem
from reviews.models import Review


@dataclass(frozen=True, slots=True)
class Standing:
    item: WorkItem
    state: State
    harmonised: str
    weight: float = 1.0

    @property
    def label(self) -> str:
        return str(self.item.target)

    def levels(self) -> dict[str, str | None]:
        return {one.slot: one.level for one in self.state.finding.domains}

    @property
    def overall(self) -> str | None:
        return self.state.finding.overall.level

    def row(self) -> PlotRow:
        scores = {one.slot: float(one.score) for one in self.state.finding.domains if one.score is not None}
        return plot_row(
            self.state.definition, self.label, self.levels(), self.overall, weight=self.weight, scores=scores
        )

    def assessed(self) -> Assessed:
        return Assessed(self.label, self.levels(), self.overall, self.weight)


def standing_of(user: User, stage: Stage, *, outcome_id: int | None = None) -> list[Standing]:
    """What stands of each item that is decided, as far as this person may read it."""
    items = WorkItem.objects.standing().filter(stage=stage)
    if outcome_id is not None:
        items = items.filter(result__outcome=outcome_id)
    related = ("study", "result__study", "result__outcome", "result__time_point", "stage")
    held = {one.answer_id: one for one in items.select_related(*related)}  # type: ignore[attr-defined]
    judgements = list(Judgement.objects.visible_to(user).filter(id__in=held).select_related("version"))
    for one in judgements:
        one.item = held[one.pk]
    states = states_of(judgements)
    maps = level_maps({state.instrument.pk for state in states.values()})
    found = [
        Standing(
            held[pk], state, harmonise(state.finding.overall.level, maps.get(state.instrument.pk, {})) or ""
        )
        for pk, state in states.items()
    ]
    return sorted(found, key=lambda one: (study_of_item(one.item).label, one.item.pk))


def weighed(found: Sequence[Standing], review: Review, by: str) -> list[Standing]:
    """Each with its study's weight; a study whose number is not known weighs nothing."""
    if not by:
        return list(found)
    weights = weights_for(review, by)
    return [replace(one, weight=weights.get(study_of_item(one.item).pk, 0.0)) for one in found]


def level_maps(instruments: set[int]) -> dict[int, dict[str, str | None]]:
    found: dict[int, dict[str, str | None]] = {}
    for one in Instrument.objects.filter(id__in=instruments).prefetch_related("mappings"):
        found[one.pk] = {row.level: row.stands_for or None for row in one.mappings.all()}
    return found


def by_instrument(found: Sequence[Standing]) -> list[tuple[Instrument, Definition, list[Standing]]]:
    groups: dict[int, list[Standing]] = {}
    for one in found:
        groups.setdefault(one.state.instrument.pk, []).append(one)
    return [(group[0].state.instrument, group[0].state.definition, group) for group in groups.values()]


def harmonised_levels(review_id: int) -> dict[int, LevelMapping.Harmonised]:
    """The standing overall level of each study on the review's scale; none for a level that stands for nothing."""
    items = WorkItem.objects.standing().filter(review=review_id, stage__kind="appraisal")
    studies = {one.answer_id: one.study_id for one in items if one.study_id}  # type: ignore[attr-defined]
    rows = Level.objects.filter(judgement__in=studies, key=OVERALL).values_list(
        "judgement", "level", "judgement__assessment__instrument"
    )
    maps = {
        (one.instrument_id, one.level): one.stands_for
        for one in LevelMapping.objects.filter(review=review_id).exclude(stands_for="")
    }
    return {
        studies[judgement]: LevelMapping.Harmonised(maps[instrument, level])
        for judgement, level, instrument in rows
        if (instrument, level) in maps
    }
