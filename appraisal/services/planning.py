"""The review's instruments: brought in, proved, chosen by design, with their parameters and their place on its scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from appraisal.instruments.answering import settle_parameters
from appraisal.instruments.harmonise import LOW_MODERATE_HIGH, default_map, map_problems
from appraisal.instruments.load import Loaded, read_instrument, shipped
from appraisal.instruments.problems import InstrumentRefused
from appraisal.instruments.prove import require_proof
from appraisal.instruments.yaml_text import MAX_BYTES
from appraisal.models import Instrument, LevelMapping, Plan, Use, read_once
from config.refusals import Invalid, Refused
from consensus.models import Change, Stage, StageVersion, WorkItem
from consensus.services import (
    Versioned,
    add_stage,
    carry_over,
    open_items,
    preview_version,
    publish_version,
    rehearsal,
    settle_ids,
)
from consensus.services.settling import REBUILD
from reviews.jobs import send
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import Outcome, Result, Study, TimePoint

KINDS = ("appraisal", "appraisal_result")
# RoB 2 for randomized trials by their kind, otherwise ROBINS-I.
DEFAULT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rob2_parallel", (Study.Design.RANDOMIZED.value,)),
    ("rob2_cluster", (Study.Design.CLUSTER.value,)),
    ("rob2_crossover", (Study.Design.CROSSOVER.value,)),
    ("robins_i_2016", ()),
)
# QUADAS-2 in a review of diagnostic accuracy.
ACCURACY: tuple[tuple[str, tuple[str, ...]], ...] = (("quadas2", ()),)
# What a trial's assessment most often asks about; the plan page says so, and changes it.
USUAL = {"effect": "assignment"}
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """An instrument of the review, the designs it is for (none: all the others), its parameters for the review."""

    instrument: Instrument
    designs: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def keep(by: User, review: Review, loaded: Loaded, origin: str) -> Instrument:
    """The review's row of this content, made once."""
    definition = loaded.instrument
    held, made = Instrument.objects.get_or_create(
        review=review,
        content_hash=loaded.content_hash,
        defaults={
            "name": definition.id[:80],
            "short_title": definition.short_title[:120],
            "number": definition.version[:60],
            "origin": origin,
            "document": dict(loaded.document),
            "created_by": by,
        },
    )
    if made:
        LevelMapping.objects.bulk_create(
            LevelMapping(review=review, instrument=held, level=level, stands_for=target or "")
            for level, target in default_map(definition).items()
        )
    return held


@write
def use_shipped(*, by: User, review: Review, name: str) -> Instrument:
    refuse_if_closed(review)
    loaded = shipped().get(name)
    if loaded is None:
        raise Invalid(_("There is no instrument of this name. Choose one of the list."))
    return keep(by, review, loaded, Instrument.Origin.SHIPPED)


@write
def copy_instrument(*, by: User, instrument: Instrument, review: Review) -> Instrument:
    """The same version in another review, with its place on the scale."""
    refuse_if_closed(review)
    made = keep(by, review, read_once(instrument), instrument.origin)
    for row in instrument.mappings.all():
        LevelMapping.objects.filter(instrument=made, level=row.level).update(stands_for=row.stands_for)
    return made


@write
def add_own(*, by: User, review: Review, source: bytes) -> Instrument:
    """An instrument from YAML, proved total and unambiguous. Refused with every place that is wrong."""
    refuse_if_closed(review)
    if len(source) > MAX_BYTES:
        raise Invalid(_("The file is larger than 512 KB. An instrument is a short text."))
    try:
        loaded = read_instrument(source)
        require_proof(loaded)
    except InstrumentRefused as error:
        raise Invalid(str(error)) from None
    return keep(by, review, loaded, Instrument.Origin.OWN)


@write
def add_appraisal(*, by: User, review: Review, kind: str, judges_needed: int = 2) -> Stage:
    """The stage, on the usual instruments, open for every study (or result of one) that is in already."""
    if kind not in KINDS:
        raise Invalid(_("Choose whether studies or their results are assessed."))
    stage = add_stage(by=by, review=review, kind=kind, judges_needed=judges_needed)
    studies = Study.objects.current().filter(review=review)
    if kind == "appraisal":
        targets = list(studies.values_list("id", flat=True))
    else:
        targets = list(Result.objects.filter(study__in=studies).values_list("id", flat=True))
    open_items(stage=stage, target_ids=targets)
    settle_ids(WorkItem.objects.filter(stage=stage).values_list("id", flat=True))
    return stage


def first_plan(version: StageVersion, by: User) -> Plan:
    usual = ACCURACY if version.review.type == Review.Type.DIAGNOSTIC else DEFAULT
    kept = [(use_shipped(by=by, review=version.review, name=name), designs) for name, designs in usual]
    return write_plan(version, [Choice(one, designs, usual_for(one)) for one, designs in kept])


def usual_for(instrument: Instrument) -> dict[str, Any]:
    known = instrument.definition.by_parameter
    return {name: value for name, value in USUAL.items() if name in known and known[name].scope == "review"}


def write_plan(
    version: StageVersion, chosen: Sequence[Choice], confounders: str = "", co_interventions: str = ""
) -> Plan:
    plan = Plan.objects.create(
        review_id=version.review_id,
        version=version,
        confounders=confounders.strip(),
        co_interventions=co_interventions.strip(),
    )
    Use.objects.bulk_create(
        Use(
            review_id=version.review_id,
            plan=plan,
            instrument=one.instrument,
            designs=list(one.designs),
            parameters=dict(one.parameters),
            position=position,
        )
        for position, one in enumerate(chosen)
    )
    return plan


def refuse_plan(review: Review, chosen: Sequence[Choice]) -> None:
    """Say what is wrong with a plan: nothing chosen, a design twice, a parameter that does not fit."""
    if not chosen:
        raise Invalid(_("Choose at least one instrument."))
    if any(one.instrument.review_id != review.pk for one in chosen):
        raise Invalid(_("Choose instruments of this review."))
    if len({one.instrument.pk for one in chosen}) < len(chosen):
        raise Invalid(_("An instrument is named twice. Give it all its designs in one line."))
    designs = [design for one in chosen for design in one.designs]
    twice = next((one for one in designs if designs.count(one) > 1), None)
    if twice:
        raise Invalid(
            _("Two instruments are chosen for “%(design)s”.") % {"design": Study.Design(twice).label}
        )
    if sum(not one.designs for one in chosen) > 1:
        raise Invalid(_("Only one instrument can be for all other designs. Name the designs of the rest."))
    for one in chosen:
        _values, _missing, refused = settle_parameters(one.instrument.definition, one.parameters)
        if refused:
            raise Invalid(f"{one.instrument}: {refused[0].message}")


@write
def publish_plan(
    *, by: User, stage: Stage, chosen: Sequence[Choice], confounders: str = "", co_interventions: str = ""
) -> Plan:
    """Ask these from now on. Who has begun an undecided item gets their answers as a draft, as far as they fit."""
    refuse_plan(stage.review, chosen)
    if any(len(one) > MOST_WORDS or "\x00" in one for one in (confounders, co_interventions)):
        raise Invalid(_("Enter at most 20,000 characters."))
    version = publish_version(by=by, stage=stage)
    plan = write_plan(version, chosen, confounders, co_interventions)
    carry_over(by=by, version=version)
    return plan


@dataclass(frozen=True, slots=True)
class PlanEffect:
    """What another plan asks otherwise, by the names of the instruments; and what that does to the stage's items."""

    added: Sequence[str]
    gone: Sequence[str]
    changed: Sequence[str]
    texts: bool
    items: Versioned


def preview_plan(
    *, by: User, stage: Stage, chosen: Sequence[Choice], confounders: str = "", co_interventions: str = ""
) -> PlanEffect:
    """Refused as it would be when it is published."""
    now = newest_plan(stage)
    before = used_in(now)
    items = preview_version(stage=stage)
    with rehearsal():
        made = publish_plan(
            by=by, stage=stage, chosen=chosen, confounders=confounders, co_interventions=co_interventions
        )
        after = used_in(made)
    return PlanEffect(
        added=[str(one) for one in after if one not in before],
        gone=[str(one) for one in before if one not in after],
        changed=[str(one) for one in after if one in before and after[one] != before[one]],
        texts=(made.confounders, made.co_interventions)
        != ((now.confounders, now.co_interventions) if now else ("", "")),
        items=items,
    )


def used_in(plan: Plan | None) -> dict[Instrument, tuple[list[str], dict[str, Any]]]:
    uses = Use.objects.filter(plan=plan).select_related("instrument") if plan else ()
    return {one.instrument: (sorted(one.designs), one.parameters) for one in uses}


def newest_plan(stage: Stage) -> Plan | None:
    return Plan.objects.filter(version__stage=stage).order_by("-version__number").first()


@write
def map_levels(*, by: User, instrument: Instrument, levels: Mapping[str, str]) -> None:
    """What each overall level stands for on the review's scale. Tables that read it are built again."""
    refuse_if_closed(instrument.review)
    wanted = {key: value or None for key, value in levels.items()}
    problems = map_problems(instrument.definition, wanted, LOW_MODERATE_HIGH)
    if problems:
        raise Invalid(" ".join(problems))
    for row in LevelMapping.objects.select_for_update().filter(instrument=instrument):
        target = wanted.get(row.level) or ""
        if row.stands_for != target:
            row.stands_for = target
            row.save(update_fields=["stands_for"])
    decided = WorkItem.objects.standing().filter(review=instrument.review, stage__kind__in=KINDS)
    changed = [
        Change(review_id=item.review_id, item=item, keys=[f"{item.stage.kind}:harmonised"])
        for item in decided.select_related("stage")
    ]
    Change.objects.bulk_create(changed)
    if changed:
        transaction.on_commit(lambda: send(REBUILD, instrument.review_id))


@write
def add_result(
    *, by: User, study: Study, outcome: Outcome, time_point: TimePoint | None = None, analysis: str = ""
) -> Result:
    """A result of a study, to be assessed: an outcome at a time point in an analysis."""
    refuse_if_closed(study.review)
    if outcome.review_id != study.review_id:
        raise Invalid(_("Choose an outcome of this review."))
    if len(analysis) > 120:
        raise Invalid(_("Enter at most 120 characters for the analysis."))
    result, made = Result.objects.get_or_create(
        review_id=study.review_id,
        study=study,
        outcome=outcome,
        time_point=time_point,
        analysis=analysis.strip(),
    )
    if not made:
        raise Refused(_("The study has this result already."))
    for stage in Stage.objects.filter(review=study.review_id, kind="appraisal_result"):
        open_items(stage=stage, target_ids=[result.pk])
        settle_ids(WorkItem.objects.filter(stage=stage, result=result).values_list("id", flat=True))
    return result
