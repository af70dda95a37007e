"""What a judgement has answered so far, and what the engine makes of it. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appraisal.instruments.answering import GivenAnswer
from appraisal.instruments.engine import assess, keep_reached
from appraisal.instruments.findings import Assessment as Finding
from appraisal.instruments.model import Instrument as Definition
from appraisal.instruments.model import Question
from appraisal.models import Answer, Assessment, Instrument, Level, Use
from config.refusals import Refused
from consensus.models import Judgement, WorkItem
from studies.models import Study

Part = Answer.Part


def study_of_item(item: WorkItem) -> Study:
    """The study that is assessed, or whose result is."""
    study = item.study or (item.result.study if item.result else None)
    if study is None:
        raise Refused(_("This item is about no study."))
    return study


def use_for(version_id: int | None, study: Study) -> Use:
    """The instrument that the plan names for the study's design. Refused where the plan or the study names none."""
    uses: list[Use] = list(Use.objects.filter(plan__version=version_id).select_related("instrument"))
    if study.design == Study.Design.UNCLEAR and len(uses) > 1:
        raise Refused(
            _("State the design of %(study)s first, on its page: it decides which instrument is asked.")
            % {"study": study.label}
        )
    named = next((use for use in uses if study.design in use.designs), None)
    found = named or next((use for use in uses if not use.designs), None)
    if found is None:
        raise Refused(
            _("No instrument is chosen for studies of this design (%(design)s). Ask the review's lead.")
            % {"design": study.get_design_display()}
        )
    return found


def question_of(definition: Definition, key: str) -> Question | None:
    """The question that a key such as `D1/1.2` or `triage/B1` names."""
    place, _slash, name = key.partition("/")
    if place == "triage":
        return definition.triage.by_question.get(name) if definition.triage else None
    domain = definition.by_domain.get(place)
    return domain.by_question.get(name) if domain else None


@dataclass(frozen=True, slots=True)
class State:
    """A judgement with its rows and the engine's finding. `parked`: answered, but not reached with the other answers."""

    judgement: Judgement
    instrument: Instrument
    definition: Definition
    parameters: Mapping[str, Any]
    answers: Mapping[tuple[str, str], Answer]
    levels: Mapping[str, Level]
    finding: Finding
    parked: frozenset[str]

    def answer(self, key: str) -> Answer | None:
        return self.answers.get((Part.QUESTION.value, key))

    @property
    def unexplained(self) -> list[str]:
        """The inputs to the overall level that are set without a reason."""
        return [
            key
            for (part, key), row in self.answers.items()
            if part == Part.INPUT and row.codes and not row.support.strip()
        ]

    @property
    def unreasoned(self) -> list[str]:
        """The levels that differ from the proposed one without a reason."""
        return [
            key
            for key, row in self.levels.items()
            if row.level and row.proposed and row.level != row.proposed and not row.reason.strip()
        ]


def given_of(question: Question | None, row: Answer) -> GivenAnswer | None:
    if question is None:
        return None
    if question.kind == "text":
        return row.text or None
    if question.kind == "multi":
        return tuple(row.codes) if row.codes else None
    return row.codes[0] if row.codes else None


def parameter_of(definition: Definition, row: Answer) -> Any:
    parameter = definition.by_parameter.get(row.key)
    if parameter is None or not row.codes:
        return None
    if parameter.type == "boolean":
        return row.codes[0] == "true"
    return list(row.codes) if parameter.type == "multi" else row.codes[0]


def state_of(judgement: Judgement) -> State | None:
    """None while no instrument was begun."""
    return states_of([judgement]).get(judgement.pk)


def states_of(judgements: Sequence[Judgement]) -> dict[int, State]:
    """For many judgements, in four queries."""
    ids = [one.pk for one in judgements]
    held = {
        one.judgement_id: one
        for one in Assessment.objects.filter(judgement__in=ids).select_related("instrument")
    }
    answers: dict[int, dict[tuple[str, str], Answer]] = {pk: {} for pk in held}
    for row in Answer.objects.filter(judgement__in=held).select_related("anchor__report"):
        answers[row.judgement_id][row.part, row.key] = row
    levels: dict[int, dict[str, Level]] = {pk: {} for pk in held}
    for level in Level.objects.filter(judgement__in=held):
        levels[level.judgement_id][level.key] = level
    uses = {
        (use.plan.version_id, use.instrument_id): use.parameters
        for use in Use.objects.filter(
            plan__version__in={one.version_id for one in judgements}
        ).select_related("plan")
    }
    return {
        one.pk: _state(
            one,
            held[one.pk].instrument,
            uses.get((one.version_id, held[one.pk].instrument_id), {}),
            answers[one.pk],
            levels[one.pk],
        )
        for one in judgements
        if one.pk in held
    }


def _state(
    judgement: Judgement,
    instrument: Instrument,
    fixed: Mapping[str, Any],
    answers: Mapping[tuple[str, str], Answer],
    levels: Mapping[str, Level],
) -> State:
    definition = instrument.definition
    parameters = dict(fixed)
    given: dict[str, GivenAnswer] = {}
    inputs: dict[str, bool] = {}
    for (part, key), row in answers.items():
        if part == Part.PARAMETER:
            value = parameter_of(definition, row)
            if value is not None:
                parameters[key] = value
        elif part == Part.INPUT:
            inputs[key] = "true" in row.codes
        else:
            said = given_of(question_of(definition, key), row)
            if said is not None:
                given[key] = said
    chosen = {key: row.chosen for key, row in levels.items() if row.chosen}
    parked: frozenset[str] = frozenset()
    # What the answers alone come to is the finding, unless more was said, or some of them fit no longer.
    finding = None if chosen or inputs else assess(definition, parameters, given)
    if finding is None or finding.errors:
        kept, dropped = keep_reached(definition, parameters, given)
        finding = assess(definition, parameters, kept, chosen=chosen, inputs=inputs)
        parked = frozenset(one.key for one in dropped)
    return State(judgement, instrument, definition, parameters, answers, levels, finding, parked)
