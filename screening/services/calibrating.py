"""Calibration: everybody judges the same few records first. These are ordinary items, so nothing counts twice."""

from collections.abc import Sequence
from datetime import timedelta
from random import SystemRandom

from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.models import Assignment, Stage, WorkItem
from consensus.services.settling import lock, settle
from reviews.permissions import fetch_review
from reviews.writing import write
from screening.models import Calibrated, Calibration

# Before everything else in a queue.
FIRST = -1e9
MOST = 200


@write
def start_calibration(*, by: User, stage: Stage, size: int, judges: Sequence[User]) -> Calibration:
    """Draw records at random that nobody has begun, and ask every one of `judges` to judge them first."""
    fetch_review(by, stage.review_id, "manage", writing=True)
    stage = Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    if not 2 <= len(set(judges)) <= 20 or any(not consensus.may_judge(one, stage) for one in judges):
        raise Invalid(_("Choose two to twenty people who judge at this stage."))
    if not 1 <= size <= MOST:
        raise Invalid(_("Enter between 1 and 200 records."))
    if running(stage):
        raise Refused(_("A round is running. End it before the next one begins."))
    fresh = WorkItem.objects.filter(stage=stage, status=WorkItem.Status.OPEN, calibrated=None, judged=0)
    ids = list(fresh.values_list("id", flat=True))
    drawn = SystemRandom().sample(ids, min(size, len(ids)))
    items = [one for one in lock(drawn) if one.status == WorkItem.Status.OPEN]
    if not items:
        raise Refused(_("There is no record left that nobody has begun."))
    last = Calibration.objects.filter(stage=stage).aggregate(last=Max("number"))["last"] or 0
    made = Calibration.objects.create(
        review_id=stage.review_id, stage=stage, number=last + 1, judges=len(set(judges)), created_by=by
    )
    Calibrated.objects.bulk_create(
        Calibrated(review_id=stage.review_id, calibration=made, item=item) for item in items
    )
    WorkItem.objects.filter(id__in=[one.pk for one in items]).update(judges_needed=made.judges)
    hand_out(stage, items, judges)
    return made


def running(stage: Stage) -> Calibration | None:
    """The round in which somebody has still to judge."""
    for one in Calibration.objects.filter(stage=stage, ended_at=None):
        if waiting(one):
            return one
    return None


def waiting(calibration: Calibration) -> int:
    """How many of its items wait for somebody."""
    items = WorkItem.objects.undecided().filter(calibrated__calibration=calibration)
    return items.filter(judged__lt=F("judges_needed")).count()


def hand_out(stage: Stage, items: Sequence[WorkItem], judges: Sequence[User]) -> None:
    ids = [one.pk for one in items]
    Assignment.objects.filter(item__in=ids).delete()
    until = timezone.now() + timedelta(days=3650)
    Assignment.objects.bulk_create(
        Assignment(
            review_id=stage.review_id,
            stage=stage,
            item_id=item,
            reviewer=judge,
            basis=Assignment.Basis.ADDED,
            rank=FIRST + place,
            leased_until=until,
        )
        for judge in set(judges)
        for place, item in enumerate(ids)
    )


@write
def end_calibration(*, by: User, calibration: Calibration) -> None:
    """End a round. What somebody has not judged yet then needs no more judges than any other record."""
    fetch_review(by, calibration.review_id, "manage", writing=True)
    if calibration.ended_at:
        return
    calibration.ended_at = timezone.now()
    calibration.save(update_fields=["ended_at"])
    stage = calibration.stage
    members = WorkItem.objects.undecided().filter(calibrated__calibration=calibration)
    for item in lock(members.filter(judged__lt=F("judges_needed")).values_list("id", flat=True)):
        item.judges_needed = max(item.judged, stage.judges_needed)
        item.save(update_fields=["judges_needed"])
        Assignment.objects.filter(item=item, basis=Assignment.Basis.ADDED).delete()
        settle(item)
