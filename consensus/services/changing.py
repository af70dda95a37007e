"""A change of how a stage is judged. Its undecided items follow: some at once, many in the background."""

from collections.abc import Mapping, Sequence

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Invalid
from consensus.kinds import kind_of
from consensus.models import Assignment, Stage, StageJudge, WorkItem
from consensus.models.items import ItemQuerySet
from consensus.resolvers import named as named_resolver
from consensus.services.settling import lock, settle_ids
from reviews.jobs import Progress, enqueue, in_parts, named
from reviews.models import Job
from reviews.permissions import refuse_if_closed
from reviews.writing import write

TASK = named("consensus.tasks.follow_change", gettext_lazy("Undecided items follow changed settings"))
COPIED = ("judges_needed", "rule", "reasons", "unsure")
SETTINGS = (*COPIED, "resolver", "resolved_by")
# What follows at once, in about a second: undecided items, and those of them that somebody has judged, which may settle.
MOST_AT_ONCE = 5000
MOST_BEGUN_AT_ONCE = 300
CHUNK = 100


@write
def change_stage(
    *, by: User, stage: Stage, judges: Sequence[User] | None = None, **changed: object
) -> Job | None:
    """Change how a stage is judged. Only items that are not decided follow: in the background, by the run that is returned,
    where they are many."""
    refuse_if_closed(stage.review)
    stage = store_settings(stage, changed)
    if judges is not None:
        StageJudge.objects.filter(stage=stage).delete()
        StageJudge.objects.bulk_create(
            StageJudge(review_id=stage.review_id, stage=stage, user=u) for u in judges
        )
        if judges:
            Assignment.objects.filter(stage=stage).exclude(reviewer__in=judges).delete()
    undecided = WorkItem.objects.undecided().filter(stage=stage)
    if are_many(undecided):
        return enqueue(review=stage.review, task=TASK, target=stage.pk, by=by)
    hand_on(stage, undecided)
    settle_ids(list(concerned(undecided).values_list("id", flat=True)))
    return None


def changed_in_words(job: Job | None) -> str:
    """What whoever changed a stage is told."""
    if job is None:
        return _("Changed. What is decided stays as it is.")
    return _(
        "Changed. What is decided stays as it is. The undecided items are many and follow one after the other: see Background runs."
    )


def are_many(undecided: ItemQuerySet) -> bool:
    begun = undecided.filter(judged__gt=0)
    return (
        begun[: MOST_BEGUN_AT_ONCE + 1].count() > MOST_BEGUN_AT_ONCE
        or undecided[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE
    )


def follow_change(*, by: User | None, stage_id: int, progress: Progress) -> None:
    """Let the undecided items of a stage be judged as it says. Safe to run again, and while people judge."""
    undecided = WorkItem.objects.undecided().filter(stage=stage_id).order_by("id")
    for ids in in_parts(list(undecided.values_list("id", flat=True)), CHUNK, progress):
        follow_some(by=by, stage_id=stage_id, item_ids=ids)


@write
def follow_some(*, by: User | None, stage_id: int, item_ids: Sequence[int]) -> None:
    lock(item_ids)
    # Read after the lock was had: a second change may have come meanwhile, whose run waits for these rows or was before.
    stage = Stage.objects.select_related("review").get(id=stage_id)
    undecided = WorkItem.objects.undecided().filter(id__in=item_ids)
    hand_on(stage, undecided)
    settle_ids(list(concerned(undecided).values_list("id", flat=True)))


def concerned(undecided: ItemQuerySet) -> ItemQuerySet:
    """Which of them a change of settings can settle: what still lacks a judge stays as it is, whatever else is asked."""
    complete = Q(status=WorkItem.Status.PARTIAL, judged__gte=F("judges_needed"))
    return undecided.filter(complete | Q(status=WorkItem.Status.CONFLICT))


def store_settings(stage: Stage, changed: Mapping[str, object]) -> Stage:
    stage = Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    for name in SETTINGS:
        setattr(stage, name, changed.get(name, getattr(stage, name)))
    if not 1 <= int(stage.judges_needed) <= 5:
        raise Invalid(_("Enter between 1 and 5 judges."))
    if stage.resolver != Stage.Resolver.NAMED:
        stage.resolved_by = None
    elif named_resolver(stage) is None:
        raise Invalid(_("Choose somebody who judges in the review to resolve its conflicts."))
    stage.save(update_fields=list(SETTINGS))
    return stage


def hand_on(stage: Stage, items: ItemQuerySet) -> None:
    """Let undecided items be judged as their stage says now, without settling them yet."""
    settings = {name: getattr(stage, name) for name in COPIED}
    items.exclude(**settings).update(**settings)
    spread(stage, items)


def spread(stage: Stage, undecided: ItemQuerySet) -> None:
    """Give undecided items the number of judges that their kind asks for, where that is not the stage's."""
    kind = kind_of(stage)
    name = f"{kind.target}_id"
    by_number: dict[int, list[int]] = {}
    for target, needed in kind.places(stage, list(undecided.values_list(name, flat=True))).items():
        by_number.setdefault(needed, []).append(target)
    for needed, targets in by_number.items():
        undecided.filter(**{f"{name}__in": targets}).update(judges_needed=needed)
