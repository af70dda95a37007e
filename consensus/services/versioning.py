"""What a stage asks, version by version. Undecided items move to the next one: some at once, many in the background."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from consensus.kinds import kind_of
from consensus.models import Judgement, Stage, StageVersion, WorkItem
from consensus.models.items import ItemQuerySet
from consensus.services.settling import lock
from reviews.jobs import Progress, enqueue, in_parts, named
from reviews.models import Job
from reviews.permissions import refuse_if_closed
from reviews.writing import write

TASK = named("consensus.tasks.carry_over", gettext_lazy("Undecided items move to what is asked now"))
# What moves at once, in about a second: items, and those of them that somebody has begun, whose words are copied.
MOST_AT_ONCE = 10_000
MOST_BEGUN_AT_ONCE = 50
CHUNK = 1000
CHUNK_BEGUN = 20


@write
def publish_version(*, by: User, stage: Stage) -> StageVersion:
    """The next version. Items that nobody has started move to it; whoever has judged gets a draft on it.

    The caller has to write what the version says before it calls `carry_over`.
    """
    refuse_if_closed(stage.review)
    Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    number = stage.versions.count() + 1
    return StageVersion.objects.create(review_id=stage.review_id, stage=stage, number=number, published_by=by)


@write
def carry_over(*, by: User, version: StageVersion) -> Job | None:
    """Move the stage's undecided items to a version: in the background, by the run that is returned, where they are many."""
    whole, begun = behind(version)
    if are_more(whole, MOST_AT_ONCE) or are_more(begun, MOST_BEGUN_AT_ONCE):
        return enqueue(review=version.review, task=TASK, target=version.pk, by=by)
    whole.update(version=version)
    for item in lock(begun.values_list("id", flat=True)):
        carry_item(item, version)
    return None


def behind(version: StageVersion) -> tuple[ItemQuerySet, ItemQuerySet]:
    """The stage's undecided items on another version: those that just move, and those whose judges get drafts."""
    undecided = WorkItem.objects.undecided().filter(stage=version.stage_id).exclude(version=version)
    if not kind_of(version.stage).carries:
        return undecided, undecided.none()
    started = Judgement.objects.filter(item=OuterRef("pk"))
    return undecided.filter(~Exists(started)), undecided.filter(Exists(started))


def are_more(items: ItemQuerySet, most: int) -> bool:
    return items[: most + 1].count() > most


def carry_rest(*, by: User | None, version_id: int, progress: Progress) -> None:
    """Move what is left. Safe to run again, and while people judge; what they hand in before stays on its version."""
    version = StageVersion.objects.select_related("stage").get(id=version_id)
    left = WorkItem.objects.undecided().filter(stage=version.stage_id).exclude(version=version).order_by("id")
    size = CHUNK_BEGUN if kind_of(version.stage).carries else CHUNK
    for ids in in_parts(list(left.values_list("id", flat=True)), size, progress):
        carry_some(by=by, version_id=version_id, item_ids=ids)


@write
def carry_some(*, by: User | None, version_id: int, item_ids: Sequence[int]) -> None:
    lock(item_ids)
    # Read after the lock was had: a later version may have been published, whose run takes these with it.
    version = StageVersion.objects.select_related("stage").get(id=version_id)
    if version.stage.versions.filter(number__gt=version.number).exists():
        return
    whole, begun = behind(version)
    whole.filter(id__in=item_ids).update(version=version)
    for item in begun.filter(id__in=item_ids).select_related("stage"):
        carry_item(item, version)


def carry_item(item: WorkItem, version: StageVersion) -> None:
    """Each judge's latest words on the item, as a draft on the new version; older drafts are put away."""
    kind = kind_of(item.stage)
    begun = Judgement.objects.filter(item=item, role=Judgement.Role.INDEPENDENT, superseded_at=None)
    latest = {one.reviewer_id: one for one in begun.order_by("submitted_at", "id")}
    for draft in begun.filter(submitted_at=None):
        latest[draft.reviewer_id] = draft
    begun.filter(submitted_at=None).update(superseded_at=timezone.now())
    for source in latest.values():
        draft = Judgement.objects.create(
            review_id=item.review_id, item=item, reviewer=source.reviewer, round=item.round, version=version
        )
        kind.carry(source, draft)
    item.version = version
    item.save(update_fields=["version"])
