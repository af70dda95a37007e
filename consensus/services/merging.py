"""Two reports, or two studies, turn out to be one. Judgements never move; both items settle on the survivor."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Refused
from consensus.compare import compare
from consensus.kinds import kind_of
from consensus.models import Assignment, Stage, WorkItem
from consensus.services.resolving import put_back
from consensus.services.settling import answers_of, lock, open_items, settle
from consensus.upstream import downstream_targets, family, passing_targets, upstream_stage
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import DuplicatePair, PairDecision, RecordLink, Report, Study
from studies.services import link_report, refresh

T = TypeVar("T", Report, Study)


@write
def merge_reports(*, by: User, left: Report, right: Report, evidence: str = "") -> Report:
    """Make two reports one. The one that has come further survives; the other can be let go again."""
    decision = new_decision(left.review, PairDecision.Verdict.SAME, by)
    return merge_as(decision, left=left, right=right, evidence=evidence)


def new_decision(review: Review, verdict: str, by: User) -> PairDecision:
    return PairDecision.objects.create(review=review, verdict=verdict, created_by=by, asked=1)


def merge_as(decision: PairDecision, *, left: Report, right: Report, evidence: str = "") -> Report:
    """Make two reports one as part of a decision, which can be taken back; the one that stays has the best of both."""
    # As they are now: what the caller holds may be from before another merge.
    left, right = (Report.objects.select_related("review").get(id=one.pk) for one in (left, right))
    decide_pairs(left, right, decision, evidence)
    keeper = merge(left, right)
    gone = right if keeper.pk == left.root_id else left
    decision.merged = [*decision.merged, gone.root_id]
    decision.save(update_fields=["merged"])
    refresh([keeper.pk])
    return keeper


@write
def merge_studies(*, by: User, left: Study, right: Study) -> Study:
    return merge(left, right)


def merge(left: T, right: T) -> T:
    model = type(left)
    rows = {
        row.pk: row
        for row in model.objects.select_for_update().filter(id__in=[left.pk, right.pk]).order_by("id")
    }
    roots = [model.objects.select_for_update().get(id=rows[one.pk].root_id) for one in (left, right)]
    refuse_if_closed(left.review)
    if left.review_id != right.review_id:
        raise Refused(_("These belong to two different reviews."))
    if roots[0].pk == roots[1].pk:
        raise Refused(_("These are one already."))
    if model.Status.WITHDRAWN in {roots[0].status, roots[1].status}:
        raise Refused(_("The import that one of these came from was undone."))
    keeper, other = sorted(roots, key=progress, reverse=True)
    moved: list[int] = family(model, other.pk)
    other.merged_with, other.survivor, other.status = keeper, keeper, model.Status.MERGED
    other.save(update_fields=["merged_with", "survivor", "status"])
    model.objects.filter(survivor=other).update(survivor=keeper)
    settle_targets(model, keeper.review, [keeper.pk, *moved])
    return keeper


def target_of(model: type[Report] | type[Study]) -> str:
    return "report" if model is Report else "study"


def progress(row: Report | Study) -> tuple[int, bool, int, int]:
    """How far a report or study has come: what counts must be a judgement of the item that survives."""
    items = WorkItem.objects.filter(**{target_of(type(row)): row}).select_related("stage")
    best = (
        max((i.stage.position * (i.judged > 0), i.decided, i.judged) for i in items)
        if items
        else (0, False, 0)
    )
    return (*best, -row.pk)


def settle_targets(model: type[Report] | type[Study], review: Review, ids: Sequence[int]) -> None:
    """After a merge or its undoing: point the items at their survivors, stage by stage, and settle them all."""
    name = target_of(model)
    for stage in Stage.objects.filter(review=review).order_by("position"):
        if kind_of(stage).target == name:
            settle_stage(model, stage, ids)
        else:
            settle_dependants(model, stage, ids)


def settle_stage(model: type[Report] | type[Study], stage: Stage, ids: Sequence[int]) -> None:
    name = f"{target_of(model)}_id"
    roots = {
        row.pk: row.root_id
        for row in model.objects.filter(Q(id__in=ids) | Q(survivor__in=ids)).only("id", "survivor")
    }
    held = WorkItem.objects.filter(stage=stage, **{f"{name}__in": roots})
    open_items(stage=stage, target_ids=[roots[getattr(item, name)] for item in held])
    items = lock(
        WorkItem.objects.filter(stage=stage, **{f"{name}__in": [*roots, *roots.values()]}).values_list(
            "id", flat=True
        )
    )
    by_target = {getattr(item, name): item for item in items}
    away = [
        item for item in items if roots.get(getattr(item, name), getattr(item, name)) != getattr(item, name)
    ]
    # What was merged before points on first: an item that is let go next must not count it any more.
    for item in sorted(away, key=lambda item: item.survivor_id is None):
        put_back_if_contradicted(by_target[roots[getattr(item, name)]], item)
        Assignment.objects.filter(item=item).delete()
        settle(item)
    # What is let go first: its survivor must not count it any more when its own turn comes.
    for item in sorted(items, key=lambda item: item.survivor_id is None):
        if item not in away:
            settle(item)


def put_back_if_contradicted(survivor: WorkItem, loser: WorkItem) -> None:
    """Both were decided, and differently: no rule may choose, so a person has to."""
    if not (survivor.decided and loser.decided):
        return
    answers = answers_of([survivor.final_id or 0, loser.final_id or 0], survivor.stage)
    both = [answers[survivor.final_id or 0], answers[loser.final_id or 0]]
    if not compare(both, kind_of(survivor.stage).policy(survivor)).agree:
        put_back(survivor, _("Merged with another one that was decided differently."))


def settle_dependants(model: type[Report] | type[Study], stage: Stage, ids: Sequence[int]) -> None:
    """Items of another target, such as the study of a merged report: what passes upstream may have changed."""
    before = upstream_stage(stage)
    if before is None:
        return
    name = target_of(model)
    for item in lock(
        WorkItem.objects.filter(stage=before, **{f"{name}_id__in": ids}).values_list("id", flat=True)
    ):
        targets = downstream_targets(item, stage, make=False)
        lower = WorkItem.objects.filter(stage=stage, **{f"{kind_of(stage).target}_id__in": targets})
        for one in lock(lower.values_list("id", flat=True)):
            settle(one)


def decide_pairs(left: Report, right: Report, decision: PairDecision, evidence: str = "") -> None:
    """Remember what a person said of two reports, for every pair of their records, and what the pairs were before."""
    lefts, rights = records_of(left), records_of(right)
    ends = {(min(one, other), max(one, other)) for one in lefts for other in rights if one != other}
    known = {
        (pair.left_id, pair.right_id): pair
        for pair in DuplicatePair.objects.select_for_update(of=("self",)).filter(
            left__in=[*lefts, *rights], right__in=[*lefts, *rights]
        )
        if (pair.left_id, pair.right_id) in ends
    }
    now, by = timezone.now(), decision.created_by
    for pair in known.values():
        was = [pair.status, pair.decided_by_id, pair.decided_at.isoformat() if pair.decided_at else None]
        decision.before.setdefault(str(pair.pk), [*was, pair.decision_id])
        pair.status, pair.decided_by, pair.decided_at, pair.decision = decision.verdict, by, now, decision
    DuplicatePair.objects.bulk_update(
        known.values(), ["status", "decided_by", "decided_at", "decision"], batch_size=500
    )
    made = DuplicatePair.objects.bulk_create(
        DuplicatePair(
            review_id=left.review_id,
            left_id=ends_left,
            right_id=ends_right,
            status=decision.verdict,
            evidence=evidence,
            decision=decision,
            decided_by=by,
            decided_at=now,
        )
        for ends_left, ends_right in sorted(ends - set(known))
    )
    decision.before |= {str(pair.pk): None for pair in made}
    decision.save(update_fields=["before"])


def records_of(report: Report) -> list[int]:
    links = RecordLink.objects.current().filter(report__in=family(Report, report.root_id))
    return list(links.values_list("record_id", flat=True))


@write
def unmerge_report(*, by: User, report: Report) -> None:
    """Let a merged report go again, with whatever had been merged into it before."""
    survivor = Report.objects.get(id=report.root_id)
    unmerge(report)
    report.refresh_from_db()
    refresh([report.pk, survivor.pk])
    decide_pairs(report, survivor, new_decision(report.review, PairDecision.Verdict.APART, by))


@write
def unmerge_study(*, by: User, study: Study) -> None:
    unmerge(study)


def unmerge(row: Report | Study) -> None:
    model: type[Report] | type[Study] = type(row)
    row = model.objects.select_for_update().get(id=row.pk)
    refuse_if_closed(row.review)
    if row.status != model.Status.MERGED or row.survivor_id is None:
        raise Refused(_("This is not merged with another one."))
    old_root = row.survivor_id
    kin = {one.pk: one for one in model.objects.select_for_update().filter(survivor=old_root)}
    row.merged_with = row.survivor = None
    row.status = model.Status.CURRENT
    row.save(update_fields=["merged_with", "survivor", "status"])
    for one in kin.values():
        if one.pk != row.pk and leads_to(one, row.pk, kin):
            one.survivor_id = row.pk
            one.save(update_fields=["survivor"])
    settle_targets(model, row.review, [old_root, *kin])


def leads_to(one: Report | Study, goal: int, kin: Mapping[int, Report | Study]) -> bool:
    step: int | None = one.merged_with_id
    while step is not None and step != goal:
        step = kin[step].merged_with_id if step in kin else None
    return step == goal


@write
def assign_study(*, by: User, report: Report, study: Study) -> None:
    """Say which study a report tells of, and let the stages that are about studies follow."""
    refuse_if_closed(report.review)
    affected = {
        link.study.root_id for link in report.study_links.filter(ended_at=None).select_related("study")
    }
    link_report(by=by, report=report, study=study)
    affected.add(study.root_id)
    for stage in Stage.objects.filter(review_id=report.review_id).order_by("position"):
        if kind_of(stage).target == "study":
            follow_study(stage, affected)


def follow_study(stage: Stage, studies: set[int]) -> None:
    before = upstream_stage(stage)
    items = lock(WorkItem.objects.filter(stage=stage, study__in=studies).values_list("id", flat=True))
    for item in items:
        settle(item)
    missing = studies - {item.study_id for item in items}
    probes = [
        WorkItem(id=-study, review_id=stage.review_id, stage=stage, study_id=study) for study in missing
    ]
    passing = passing_targets(probes, before) if before and probes else set()
    open_items(stage=stage, target_ids=[-pk for pk in passing])
