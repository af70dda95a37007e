"""One decision on many records: confirmed with their number, made one by one in the background, taken back the same way."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.numbers import Grouped
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.models import Judgement, Stage
from reviews import jobs
from reviews.permissions import fetch_review
from reviews.writing import write
from screening.models import Bulk
from screening.services.judging import judge

TASK = jobs.named("screening.tasks.decide_bulk", gettext_lazy("Decisions on a filtered list"))
UNDO = jobs.named("screening.tasks.undo_bulk", gettext_lazy("Decisions on a filtered list, taken back"))
MOST = 10_000
MOST_UNDONE_AT_ONCE = 200
SPACE = UUID("6f0d7a44-8f6d-4f0a-9d0e-6a6f3a0c5b11")
CHUNK = 50


def token_of(bulk_id: int, item_id: int) -> UUID:
    """The token of one decision of a bulk: carried out twice, it is made once."""
    return uuid5(SPACE, f"{bulk_id}:{item_id}")


@write
def bulk_decide(
    *,
    by: User,
    stage: Stage,
    item_ids: Sequence[int],
    verdict: str,
    reason_id: int | str | None = None,
    filters: str = "",
) -> Bulk:
    """Confirm one decision for these items. It is made in the background, like any other decision of this person."""
    fetch_review(by, stage.review_id, "judge", writing=True)
    if not item_ids:
        raise Refused(_("None of these records waits for your decision."))
    if len(item_ids) > MOST:
        raise Refused(_("Up to 10,000 records are decided at once. Narrow the list down."))
    if verdict not in ("include", "exclude", "unsure"):
        raise Invalid(_("Choose one of: Include, Exclude, Unsure."))
    if verdict == "exclude" and not reason_id and stage.kind == "full_text":
        raise Invalid(_("Choose the reason: at full text every exclusion is reported with one."))
    if reason_id and not stage.review.reasons.filter(id=int(reason_id)).exists():
        raise Invalid(_("This is no exclusion reason of this review. Choose one of its list."))
    made = Bulk.objects.create(
        review_id=stage.review_id,
        stage=stage,
        user=by,
        verdict=verdict,
        reason_id=int(reason_id) if reason_id else None,
        items=list(item_ids),
        filters=filters[:2000],
    )
    jobs.enqueue(review=stage.review, task=TASK, target=made.pk, by=by)
    return made


def carry_out(*, bulk_id: int, progress: jobs.Progress) -> None:
    """Make the decisions that are still open of a bulk. Safe to run again; what is decided already is left alone."""
    bulk = Bulk.objects.select_related("user", "review").filter(id=bulk_id, undone_at=None).first()
    if bulk is None:
        return
    decided = set(own(bulk).values_list("item_id", flat=True))
    made = own(bulk).filter(token__in=[token_of(bulk.pk, one) for one in bulk.items]).count()
    for place, item in enumerate(bulk.items):
        if place % CHUNK == 0:
            progress(place, len(bulk.items))
            if Bulk.objects.filter(id=bulk.pk, undone_at__isnull=False).exists():
                break
        if item not in decided:
            made += decide_one(bulk, item)
    Bulk.objects.filter(id=bulk.pk).update(made=made)


@transaction.atomic
def decide_one(bulk: Bulk, item: int) -> int:
    """One decision; none for what was merged, resolved or closed in the meantime, or once the bulk was taken back."""
    held = Bulk.objects.select_for_update(no_key=True).filter(id=bulk.pk, undone_at=None).first()
    if held is None:
        return 0
    try:
        judge(
            by=bulk.user,
            item_id=item,
            verdict=bulk.verdict,
            reason_id=bulk.reason_id,
            token=token_of(bulk.pk, item),
        )
    except Refused:
        return 0
    return 1


def own(bulk: Bulk) -> QuerySet[Judgement]:
    mine = Judgement.objects.current().of(bulk.user).exclude(role=Judgement.Role.CONSENSUS)
    return mine.filter(item__in=bulk.items)


@write
def undo_bulk(*, by: User, bulk: Bulk) -> str:
    """Take a bulk back, in the background if it is large. What whoever asks is told: how many decisions were withdrawn, and
    how many stand, being revised, seen or resolved since."""
    fetch_review(by, bulk.review_id, "judge", writing=True)
    bulk = Bulk.objects.select_for_update().get(id=bulk.pk)
    if bulk.user_id != by.pk:
        raise Refused(_("Only the person who made these decisions can take them back."))
    if bulk.undone_at:
        return taken_back(0, 0)
    # From now on none is made any more.
    bulk.undone_at = timezone.now()
    bulk.save(update_fields=["undone_at"])
    if len(bulk.items) > MOST_UNDONE_AT_ONCE:
        jobs.enqueue(review=bulk.review, task=UNDO, target=bulk.pk, by=by)
        return _("The decisions are being taken back one after the other: see Background runs.")
    return take_back(bulk_id=bulk.pk, progress=lambda done, total: None)


def take_back(*, bulk_id: int, progress: jobs.Progress) -> str:
    """Withdraw what is left of a bulk that is undone. Safe to run again."""
    bulk = Bulk.objects.select_related("user").get(id=bulk_id)
    tokens = {token_of(bulk.pk, one) for one in bulk.items}
    made = list(own(bulk).filter(token__in=tokens).select_related("item").order_by("item_id"))
    taken = 0
    for place, judgement in enumerate(made):
        if place % CHUNK == 0:
            progress(place, len(made))
        taken += take_one(bulk.user, judgement)
    return taken_back(taken, len(made) - taken)


def take_one(by: User, judgement: Judgement) -> int:
    try:
        consensus.withdraw(by=by, judgement=judgement)
    except Refused:
        return 0
    return 1


def taken_back(taken: int, left: int) -> str:
    said = _("%(taken)s decisions were taken back.") % {"taken": Grouped(taken)}
    if left:
        said += " " + _("%(left)s stand: they were compared or resolved since.") % {"left": Grouped(left)}
    return said
