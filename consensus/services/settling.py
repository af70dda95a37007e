"""The only writer of WorkItem.status. It reads what is current, decides, and hands on what follows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consensus.compare import Answers
from consensus.deciding import Decision, Said, Situation, decide
from consensus.kinds import kind_of
from consensus.models import Assignment, Judgement, Stage, StageDelta, WorkItem
from consensus.models.items import ItemQuerySet
from consensus.services.storing import store
from consensus.services.telling import tell_settled
from consensus.upstream import downstream_stages, downstream_targets, eligibility
from reviews.jobs import send

REBUILD = "synthesis.tasks.refresh"
TO_JUDGE = (WorkItem.Status.OPEN, WorkItem.Status.PARTIAL)


def lock(which: Iterable[int] | Q) -> list[WorkItem]:
    """Hold the items' rows, always in the same order, so that two writers never wait for each other in a circle. Who only
    points to them, like a ranking that is being written, neither waits nor is waited for."""
    if not isinstance(which, Q):
        ids = list(which)
        if not ids:
            return []
        which = Q(id__in=ids)
    return list(
        WorkItem.objects.select_for_update(of=("self",), no_key=True)
        .select_related("stage", "review")
        .filter(which)
        .order_by("stage__position", "id")
    )


def said_of(item: WorkItem) -> list[Judgement]:
    """All judgements and drafts of a locked item, and of what was merged into it, that nothing took the place of."""
    along = kind_of(item.stage).read_along
    # Read after the lock was had: what was merged meanwhile is among them. One list of ids: either a number or a list would
    # have every judgement of the database looked at.
    family = WorkItem.objects.filter(Q(id=item.pk) | Q(survivor=item.pk)).values("id")
    rows = Judgement.objects.filter(item__in=family, superseded_at=None).order_by("submitted_at", "id")
    said = list(rows.select_related(*along) if along else rows)
    for one in said:
        if one.item_id == item.pk:
            one.item = item
    return said


def situations(items: Sequence[WorkItem]) -> dict[int, Situation]:
    """What each item's status follows from, for items of one stage."""
    if not items:
        return {}
    ids = [item.pk for item in items]
    survivor = dict(WorkItem.objects.filter(survivor__in=ids).values_list("id", "survivor_id"))
    # A merged item keeps its own judgements; its survivor counts them as well.
    judgements = Judgement.objects.current().filter(item_id__in={*ids, *survivor})
    by_item: dict[int, list[Judgement]] = defaultdict(list)
    for judgement in judgements.order_by("submitted_at", "id"):
        by_item[judgement.item_id].append(judgement)
        if judgement.item_id in survivor:
            by_item[survivor[judgement.item_id]].append(judgement)
    closed = eligibility(items)
    return {item.pk: situation(item, by_item[item.pk], closed.get(item.pk, "")) for item in items}


def situation(item: WorkItem, said: Sequence[Judgement], closed_as: str) -> Situation:
    """said: the item's current judgements, and those of what was merged into it, in the order in which they came."""
    kind = kind_of(item.stage)
    independent = [one for one in said if one.role == Judgement.Role.INDEPENDENT]
    answers = kind.answers(independent) if len(independent) >= item.judges_needed else {}
    consensus = [one.pk for one in said if one.role == Judgement.Role.CONSENSUS and one.item_id == item.pk]
    return Situation(
        closed_as=closed_as,
        needed=item.judges_needed,
        said=tuple(
            Said(one.pk, one.reviewer_id, one.round, one.item_id == item.pk, answers.get(one.pk, {}))
            for one in independent
        ),
        consensus=consensus[0] if consensus else None,
        reopened_in=item.round if item.reopened_at else None,
        policy=kind.policy(item),
    )


def settle(
    item: WorkItem,
    *,
    said: Sequence[Judgement] | None = None,
    steps: Sequence[StageDelta] = (),
    done: int | None = None,
) -> Decision:
    """Recompute a locked item's status, store it, and hand on what follows. said: what `said_of` finds now, where that is
    known; steps: those of the counts that come with it; done: who has just judged it."""
    said = said_of(item) if said is None else said
    current = sorted((one for one in said if one.is_current), key=lambda one: (one.submitted_at, one.pk))
    now = situation(item, current, eligibility([item]).get(item.pk, ""))
    decision = decide(now)
    before = (item.status, standing(item))
    apply(item, now, decision)
    after = (item.status, standing(item))
    # Answers that were submitted never change, so that they are read once.
    answers = {one.judgement: one.answers for one in now.said if one.answers}
    asked = {one for one in (before[1], after[1]) if one and before != after}
    answers |= answers_of(asked - answers.keys(), item.stage, said)
    # With its judgements there, whoever held a place here and was not needed after all need not judge it.
    store(
        item,
        over=item.status not in TO_JUDGE,
        done=done,
        steps=[*steps, *moved(item, before, after, answers)],
        keys=announce(item, before, after, answers),
    )
    if before != after:
        if before[1] != after[1] and any(passes(item, one, answers) for one in (before[1], after[1])):
            follow(item, answers)
        tell_settled(item, before[0])
    return decision


def standing(item: WorkItem) -> int | None:
    return None if item.status == WorkItem.Status.CLOSED else item.final_id or item.reopened_final_id


def apply(item: WorkItem, situation: Situation, decision: Decision) -> None:
    was_decided, old_final = item.decided, item.final_id
    item.status, item.closed_as = decision.status, situation.closed_as
    item.judged, item.final_id = decision.judged, decision.final
    if item.decided:
        item.reopened_final = item.reopened_at = None
        item.reopened_because = ""
        if not was_decided or old_final != item.final_id:
            item.decided_at = timezone.now()
    elif was_decided:
        # Undone, but not replaced: tables keep what stood, flagged, until the item is settled again.
        item.reopened_final_id, item.decided_at = old_final, None
    item.survivor_id = survivor_id(item) if situation.closed_as == WorkItem.Closed.MERGED else None


def survivor_id(item: WorkItem) -> int:
    """The item that settles for a merged one, made if its report or study has none at this stage yet."""
    target = item.report or item.study
    name = f"{item.target_name}_id"
    root = target.root_id if target else 0
    open_items(stage=item.stage, target_ids=[root])
    return WorkItem.objects.values_list("id", flat=True).get(stage=item.stage, **{name: root})


def moved(
    item: WorkItem,
    before: tuple[str, int | None],
    after: tuple[str, int | None],
    answers: Mapping[int, Answers],
) -> list[StageDelta]:
    """The steps of the counts."""
    steps: dict[str, int] = defaultdict(int)
    for (status, judgement), step in ((before, -1), (after, 1)):
        steps[status] += step
        if judgement and before != after:
            steps[tally_name(item.stage, answers[judgement])] += step
    return [
        StageDelta(review_id=item.review_id, stage_id=item.stage_id, what=what, step=step)
        for what, step in steps.items()
        if step
    ]


def announce(
    item: WorkItem,
    before: tuple[str, int | None],
    after: tuple[str, int | None],
    answers: Mapping[int, Answers],
) -> list[str]:
    """The keys of the change that tables have to look at, where what they show, or its flag, is another. They are told."""
    flagged = WorkItem.DECIDED.count(before[0]) != WorkItem.DECIDED.count(after[0])
    was, now = answers.get(before[1] or 0, {}), answers.get(after[1] or 0, {})
    if (before[1] == after[1] and not flagged) or not (was or now):
        return []
    keys = kind_of(item.stage).touches(item, was, now) if was != now else set()
    # Nothing but the flag changed: whoever shows any of its answers shows the flag.
    keys = keys or kind_of(item.stage).touches(item, {}, now)
    review_id = item.review_id
    transaction.on_commit(lambda: send(REBUILD, review_id))
    return sorted(keys)


def tally_name(stage: Stage, answers: Answers) -> str:
    return f"final:{kind_of(stage).tally(answers)}"


def answers_of(ids: Collection[int], stage: Stage, at_hand: Sequence[Judgement] = ()) -> dict[int, Answers]:
    """What these judgements say. at_hand: judgements that are read already, these among them or not."""
    found = [one for one in at_hand if one.pk in ids]
    missing = set(ids) - {one.pk for one in found}
    if missing:
        found += Judgement.objects.filter(id__in=missing).select_related("item")
    return dict(kind_of(stage).answers(found)) if found else {}


def passes(item: WorkItem, judgement: int | None, answers: Mapping[int, Answers]) -> bool:
    return judgement is not None and kind_of(item.stage).passes(answers[judgement])


def follow(item: WorkItem, answers: Mapping[int, Answers]) -> None:
    """Open the next stage for what passed, close it for what no longer does."""
    stages = downstream_stages(item.stage)
    if not stages:
        return
    open_ = passes(item, standing(item), answers)
    for stage in stages:
        targets = downstream_targets(item, stage, make=open_)
        if open_:
            open_items(stage=stage, target_ids=targets)
        name = kind_of(stage).target
        affected = WorkItem.objects.filter(stage=stage, **{f"{name}_id__in": targets})
        for lower in lock(affected.values_list("id", flat=True)):
            settle(lower)


@transaction.atomic
def open_items(*, stage: Stage, target_ids: Sequence[int]) -> int:
    """Make the items of a stage for targets that have none. Returns how many are new."""
    if not target_ids:
        return 0
    # Two reports of one study may pass at once: openings of a stage come one after the other.
    Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    name = f"{kind_of(stage).target}_id"
    known = set(
        WorkItem.objects.filter(stage=stage, **{f"{name}__in": target_ids}).values_list(name, flat=True)
    )
    version = stage.versions.order_by("-number")[0]
    places = kind_of(stage).places(stage, target_ids)
    fresh = [
        WorkItem(
            review_id=stage.review_id,
            stage=stage,
            version=version,
            judges_needed=places.get(target, stage.judges_needed),
            rule=stage.rule,
            reasons=stage.reasons,
            unsure=stage.unsure,
            rank=target,
            **{name: target},
        )
        for target in dict.fromkeys(target_ids)
        if target not in known
    ]
    WorkItem.objects.bulk_create(fresh, batch_size=2000)
    if fresh:
        count_open(stage, fresh)
    return len(fresh)


def count_open(stage: Stage, fresh: Sequence[WorkItem]) -> None:
    StageDelta.objects.create(review_id=stage.review_id, stage=stage, what="open", step=len(fresh))


def settle_ids(item_ids: Iterable[int]) -> None:
    for item in lock(item_ids):
        settle(item)


@transaction.atomic
def close_unjudged(items: ItemQuerySet, closed_as: str) -> None:
    """Close those of these items that are open, of which nobody has said anything, as settling each of them would."""
    untouched = items.filter(status=WorkItem.Status.OPEN, judged=0).order_by("stage__position", "id")
    locked = untouched.select_for_update(of=("self",), no_key=True).values_list("id", flat=True)
    held = WorkItem.objects.filter(id__in=list(locked))
    by_stage = Counter(held.values_list("review_id", "stage_id").order_by())
    Assignment.objects.filter(item__in=held, basis=Assignment.Basis.QUEUE).delete()
    held.update(status=WorkItem.Status.CLOSED, closed_as=closed_as)
    StageDelta.objects.bulk_create(
        StageDelta(review_id=review, stage_id=stage, what=what, step=step)
        for (review, stage), n in by_stage.items()
        for what, step in ((WorkItem.Status.OPEN, -n), (WorkItem.Status.CLOSED, n))
    )
