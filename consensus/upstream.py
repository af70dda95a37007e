"""Which items wait for which: from a stage to the ones before and after it."""

from collections.abc import Sequence

from django.db.models import Q

from consensus.kinds import KINDS, kind_of
from consensus.models import Judgement, Stage, WorkItem
from studies.models import Report, Result, Study, StudyLink
from studies.services import study_of


def upstream_stage(stage: Stage) -> Stage | None:
    """The stage whose decision opens this one: the first of its kinds that the review has."""
    after = kind_of(stage).after
    if not after:
        return None
    stages = {other.kind: other for other in Stage.objects.filter(review_id=stage.review_id)}
    return next((stages[slug] for slug in after if slug in stages), None)


def downstream_stages(stage: Stage) -> list[Stage]:
    others = list(Stage.objects.filter(review_id=stage.review_id))
    kinds = {other.kind for other in others}
    return [
        other
        for other in others
        if next((slug for slug in KINDS[other.kind].after if slug in kinds), None) == stage.kind
    ]


def downstream_targets(item: WorkItem, stage: Stage, *, make: bool) -> list[int]:
    """What the next stage is about, seen from an item of this one. `make`: found a study for a report without one."""
    target = kind_of(stage).target
    here = item.target_name
    if here == target:
        return [getattr(item, f"{target}_id")]
    if target == "study" and here == "report":
        study = study_of(report_id=item.report_id, make=make)
        return [study] if study else []
    if target == "result" and here in {"report", "study"}:
        study = item.study_id or study_of(report_id=item.report_id, make=make)
        return (
            list(Result.objects.filter(study__in=family(Study, study)).values_list("id", flat=True))
            if study
            else []
        )
    if target == "outcome":
        return list(item.review.outcomes.agreed().values_list("id", flat=True))
    return []


def family(model: type[Report] | type[Study], root: int) -> list[int]:
    return list(model.objects.filter(Q(id=root) | Q(survivor=root)).values_list("id", flat=True))


def eligibility(items: Sequence[WorkItem]) -> dict[int, str]:
    """Why each of one stage's items is closed, if it is."""
    stage = items[0].stage
    found: dict[int, str] = {}
    for item in items:
        reason = closed_by_target(item) or kind_of(stage).closes(item)
        if reason:
            found[item.pk] = reason
    waiting = [item for item in items if item.pk not in found]
    before = upstream_stage(stage)
    if before and waiting:
        passing = passing_targets(waiting, before)
        found |= {item.pk: WorkItem.Closed.UPSTREAM.value for item in waiting if item.pk not in passing}
    return found


def closed_by_target(item: WorkItem) -> str:
    target = item.report or item.study
    if target is None:
        return ""
    by_status = {
        Report.Status.MERGED.value: WorkItem.Closed.MERGED.value,
        Report.Status.WITHDRAWN.value: WorkItem.Closed.WITHDRAWN.value,
    }
    return by_status.get(target.status, "")


def passing_targets(items: Sequence[WorkItem], before: Stage) -> set[int]:
    """The ids of the items for which something passed the stage before."""
    wanted = {item.pk: upstream_filter(item, kind_of(before).target) for item in items}
    any_of = Q(pk__in=[])
    for one in wanted.values():
        any_of |= one[0]
    upper = list(WorkItem.objects.standing().filter(any_of, stage=before))
    judgements = list(Judgement.objects.filter(id__in=[item.answer_id for item in upper]))  # type: ignore[attr-defined]
    kind = kind_of(before)
    answers = kind.answers(judgements)
    passed = {getattr(i, f"{kind.target}_id") for i in upper if kind.passes(answers[i.answer_id])}  # type: ignore[attr-defined]
    return {pk for pk, (_, targets) in wanted.items() if passed & targets or targets == {None}}


def upstream_filter(item: WorkItem, target: str) -> tuple[Q, set[int | None]]:
    """Which items of the stage before concern this one."""
    if item.outcome_id:
        return Q(pk__in=[]), {None}
    if item.target_name == target:
        ids: set[int | None] = {getattr(item, f"{target}_id")}
    elif target == "report":
        study = item.study_id or (item.result.study.root_id if item.result else 0)
        links = StudyLink.objects.current().filter(study__in=family(Study, study)).select_related("report")
        ids = {link.report.root_id for link in links}
    else:
        ids = {item.result.study.root_id if item.result else 0}
    return Q(**{f"{target}_id__in": ids}), ids
