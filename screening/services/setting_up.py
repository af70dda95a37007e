"""How a review is screened: what is masked, who needs a second judge, how the work is split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus import services as consensus
from consensus.models import Assignment, Stage, WorkItem
from reviews.models import Review
from reviews.permissions import fetch_review, refuse_if_closed
from reviews.writing import write
from screening.kinds import SCREENING
from screening.models import Masking, Mode, Workload
from screening.modes import room


@write
def set_masking(*, by: User, review: Review, hidden: set[str]) -> Masking:
    fetch_review(by, review.pk, "manage", writing=True)
    if not hidden <= set(Masking.FIELDS):
        raise Invalid(_("Authors, journal and year can be masked. Choose among them."))
    made, _made = Masking.objects.update_or_create(
        review=review, defaults={name: name in hidden for name in Masking.FIELDS}
    )
    return made


@dataclass(frozen=True, slots=True)
class MaskingEffect:
    """masked, shown: which fields judges no longer see, and see again. waiting: undecided items that it is about. begun:
    those of them that somebody has judged before."""

    masked: Sequence[str]
    shown: Sequence[str]
    waiting: int
    begun: int


def called(name: str) -> str:
    return str(getattr(Masking, name).field.verbose_name)


def preview_masking(*, review: Review, hidden: set[str]) -> MaskingEffect:
    now = (Masking.objects.filter(review=review).first() or Masking()).hidden
    waits = WorkItem.objects.undecided().filter(review=review, stage__kind__in=SCREENING)
    return MaskingEffect(
        masked=[called(name) for name in Masking.FIELDS if name in hidden - now],
        shown=[called(name) for name in Masking.FIELDS if name in now - hidden],
        waiting=waits.count(),
        begun=waits.filter(judged__gt=0).count(),
    )


@write
def set_mode(*, by: User, stage: Stage, way: str, percent: int = 20, judges_needed: int = 2) -> Mode:
    """Choose who judges what. Undecided items follow; what is decided stays."""
    fetch_review(by, stage.review_id, "manage", writing=True)
    if way not in Mode.Way.values:
        raise Invalid(_("Choose who judges what."))
    if not 1 <= percent <= 99:
        raise Invalid(_("Enter a sample between 1 and 99 per cent."))
    mode = store_mode(stage, way, percent)
    consensus.change_stage(by=by, stage=stage, judges_needed=first_judges(way, judges_needed))
    return mode


def store_mode(stage: Stage, way: str, percent: int) -> Mode:
    said = {"review_id": stage.review_id, "way": way, "percent": percent}
    return Mode.objects.update_or_create(stage=stage, defaults=said)[0]


def first_judges(way: str, judges_needed: int) -> int:
    """How many judge every item; what asks for a second judge then is said item by item."""
    return judges_needed if way == Mode.Way.ALL else 1


def preview_mode(*, stage: Stage, way: str, percent: int = 20, judges_needed: int = 2) -> consensus.Effect:
    """What the choice would do to the stage's items, before it is made."""
    with consensus.rehearsal():
        store_mode(stage, way, percent)
        effect = consensus.preview_stage(stage=stage, judges_needed=first_judges(way, judges_needed))
    if way == Mode.Way.ALL:
        return effect
    # How many of them lack no judge depends on what their first one said, which stays unsaid, or on a sample that is not
    # drawn yet.
    begun = WorkItem.objects.filter(stage=stage, status=WorkItem.Status.PARTIAL).count()
    return replace(effect, completed=0, begun=begun)


@write
def set_workload(*, by: User, stage: Stage, percents: Mapping[User, int]) -> None:
    """Split the stage's records: how many of each hundred a person takes. Nobody named: everybody takes what comes."""
    fetch_review(by, stage.review_id, "manage", writing=True)
    refuse_if_closed(stage.review)
    if any(not 0 <= one <= 100 for one in percents.values()):
        raise Invalid(_("Enter for each person how many of 100 records they take: 0 to 100."))
    strangers = [user for user in percents if not consensus.may_judge(user, stage)]
    if strangers:
        raise Invalid(_("%(who)s does not judge at this stage.") % {"who": strangers[0]})
    needed = 100 * Stage.objects.get(id=stage.pk).judges_needed
    if percents and sum(percents.values()) < needed and not free_hands(stage, percents):
        raise Invalid(
            _(
                "The shares add up to %(sum)s of 100 records, %(needed)s are needed. Nobody would judge the rest."
            )
            % {"sum": sum(percents.values()), "needed": needed}
        )
    Workload.objects.filter(stage=stage).delete()
    Workload.objects.bulk_create(
        Workload(review_id=stage.review_id, stage=stage, user=user, percent=percent)
        for user, percent in percents.items()
    )
    waiting = Assignment.objects.filter(stage=stage, basis=Assignment.Basis.QUEUE)
    waiting.filter(reviewer__in=list(percents)).delete()


@dataclass(frozen=True, slots=True)
class Load:
    """What a split means for one person. left: how many more they are given, None for as many as come. freed: places in
    their queue that are given out anew."""

    user: User
    percent: int | None
    left: int | None
    freed: int


def preview_workload(*, by: User, stage: Stage, percents: Mapping[User, int]) -> list[Load]:
    """The split that was asked for, of everybody who judges; refused as it would be when it is kept."""
    members = stage.review.memberships.judging().select_related("user").order_by("user__name", "user_id")
    people = [one.user for one in members if consensus.may_judge(one.user, stage)]
    queued = Assignment.objects.filter(stage=stage, basis=Assignment.Basis.QUEUE, reviewer__in=list(percents))
    held = dict(queued.values_list("reviewer").annotate(n=Count("id")).order_by("reviewer"))
    with consensus.rehearsal():
        set_workload(by=by, stage=stage, percents=percents)
        return [Load(one, percents.get(one), room(stage, one), held.get(one.pk, 0)) for one in people]


def free_hands(stage: Stage, percents: Mapping[User, int]) -> bool:
    """Whether somebody without a share takes what is left."""
    judging = stage.review.memberships.judging().select_related("user")
    return any(one.user not in percents and consensus.may_judge(one.user, stage) for one in judging)
