"""Independent judgements: begun, submitted, revised. The other judge's doings never show in what is allowed here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Refused
from consensus.kinds import kind_of
from consensus.models import Assignment, Judgement, Stage, StageDelta, WorkItem
from consensus.services.settling import lock, settle
from reviews.models import Review
from reviews.permissions import NOTHING, Can, can, refuse_if_closed
from reviews.writing import write

CLOSED: dict[str, Any] = {
    WorkItem.Closed.MERGED: gettext_lazy("This was merged with another one. Judge that one instead."),
    WorkItem.Closed.UPSTREAM: gettext_lazy(
        "This was sent back at an earlier stage and is not judged here now."
    ),
    WorkItem.Closed.NOT_RETRIEVED: gettext_lazy("Its full text was not retrieved, so it is not judged."),
    WorkItem.Closed.WITHDRAWN: gettext_lazy("The import that it came from was undone."),
}


def fetch_item(user: User, item_id: int) -> WorkItem:
    """The item, if the person may see its review."""
    item = (
        WorkItem.objects.select_related("stage", "review", "report", "study", "result", "outcome", "version")
        .visible_to(user)
        .filter(id=item_id)
        .first()
    )
    if item is None:
        raise Http404
    return item


def locked_for(by: User, item_id: int) -> WorkItem:
    """The item with its row held, for a member who may judge it."""
    # With what was merged into it: a new judgement takes the place of older ones there.
    family = WorkItem.objects.filter(Q(id=item_id) | Q(survivor=item_id)).values_list("id", flat=True)
    item = next((one for one in lock(family) if one.pk == item_id), None)
    allowed = can(by, item.review) if item else NOTHING
    if item is None or not allowed.see:
        raise Http404
    refuse_if_closed(item.review)
    if not may_judge(by, item.stage, allowed):
        raise PermissionDenied(_("You do not judge at this stage. Ask the review's lead."))
    return item


def may_judge(user: User, stage: Stage, allowed: Can | None = None) -> bool:
    """allowed: what the person may do in the review, where that is known."""
    if not (allowed or can(user, stage.review)).judge:
        return False
    named = set(stage.named_judges.values_list("user_id", flat=True))
    return not named or user.pk in named


def refuse_if_over(item: WorkItem, by: User) -> None:
    """Say no to a judgement that cannot count any more: only for reasons that everybody may know."""
    if item.status == WorkItem.Status.CLOSED:
        raise Refused(str(CLOSED[item.closed_as]))
    if item.status == WorkItem.Status.RESOLVED:
        raise Refused(_("This is resolved. Ask for it to be reopened, with your reason."))
    revealed = Judgement.objects.independent().current().of(by).filter(item=item, revealed_at__isnull=False)
    if revealed.filter(round=item.round).exists():
        raise Refused(
            _("You have seen the comparison, so your judgement stands. Say what you think in the discussion.")
        )


@write
def submit(
    *, by: User, item_id: int, answer: Mapping[str, Any], comment: str = "", token: UUID | None = None
) -> Judgement:
    """Judge an item, or revise one's own judgement. Sent twice with one token, it is made once."""
    item = locked_for(by, item_id)
    if token and (known := Judgement.objects.of(by).filter(token=token).first()):
        if known.item_id != item.pk:
            raise Refused(_("This decision was already recorded, for another record. Reload the page."))
        return known
    refuse_if_over(item, by)
    Judgement.objects.drafts().independent().of(by).filter(item=item).update(superseded_at=timezone.now())
    judgement = Judgement.objects.create(
        review_id=item.review_id,
        item=item,
        reviewer=by,
        role=role_for(item, by),
        round=item.round,
        version_id=item.version_id,
        comment=comment,
        token=token,
    )
    kind_of(item.stage).write(judgement, answer)
    return enter(judgement, item)


def role_for(item: WorkItem, by: User) -> str:
    """One more than was needed is kept, but does not count: it came after the item's places were taken."""
    if not item.complete or item.reopened_at:
        return Judgement.Role.INDEPENDENT
    counted = Judgement.objects.current().independent().of(by).filter(item__in=family_ids(item)).exists()
    asked = Assignment.objects.filter(item=item, reviewer=by, basis=Assignment.Basis.ADDED).exists()
    return Judgement.Role.INDEPENDENT if counted or asked else Judgement.Role.SURPLUS


def family_ids(item: WorkItem) -> list[int]:
    return [item.pk, *WorkItem.objects.filter(survivor=item).values_list("id", flat=True)]


def enter(judgement: Judgement, item: WorkItem) -> Judgement:
    """Make a written draft count: it takes the place of what its reviewer said before, and the item settles."""
    kind = kind_of(item.stage)
    kind.check(judgement)
    needed = kind.needs(item, judgement)
    if needed != item.judges_needed:
        item.judges_needed = needed
        item.save(update_fields=["judges_needed"])
    now = timezone.now()
    mine = Judgement.objects.current().of(judgement.reviewer).exclude(role=Judgement.Role.CONSENSUS)
    mine = mine.filter(item__in=family_ids(item))
    merged = set(mine.exclude(item=item).values_list("item_id", flat=True))
    replaced = mine.update(superseded_at=now)
    judgement.submitted_at = now
    judgement.save(update_fields=["submitted_at"])
    Assignment.objects.filter(item=item, reviewer=judgement.reviewer).delete()
    count_judged(item.stage, judgement.reviewer_id, 1 - replaced)
    for other in lock(merged):
        settle(other)
    settle(item)
    return judgement


@write
def withdraw(*, by: User, judgement: Judgement) -> None:
    """Take one's own judgement back, as if it had not been made. It is kept, marked as superseded."""
    item = locked_for(by, judgement.item_id)
    held = Judgement.objects.current().of(by).filter(id=judgement.pk).exclude(role=Judgement.Role.CONSENSUS)
    refuse_if_over(item, by)
    if held.update(superseded_at=timezone.now()):
        count_judged(item.stage, by.pk, -1)
        settle(item)


def count_judged(stage: Stage, reviewer_id: int, step: int) -> None:
    if step:
        StageDelta.objects.create(
            review_id=stage.review_id, stage=stage, reviewer_id=reviewer_id, what="judged", step=step
        )


@write
def open_draft(*, by: User, item_id: int) -> Judgement:
    """The reviewer's own draft of an item, begun if there is none. A revision begins with what they said."""
    item = locked_for(by, item_id)
    draft = Judgement.objects.drafts().independent().of(by).filter(item=item).first()
    if draft:
        return draft
    refuse_if_over(item, by)
    draft = Judgement.objects.create(
        review_id=item.review_id, item=item, reviewer=by, round=item.round, version_id=item.version_id
    )
    mine = Judgement.objects.current().of(by).exclude(role=Judgement.Role.CONSENSUS).filter(item=item).first()
    if mine:
        kind_of(item.stage).carry(mine, draft)
    return draft


def own_draft(by: User, judgement_id: int) -> Judgement:
    """A draft that this person may write to, with its item held."""
    draft = Judgement.objects.select_related("item__stage", "item__review").filter(id=judgement_id).first()
    if draft is None or not Judgement.objects.visible_to(by).filter(id=judgement_id).exists():
        raise Http404
    lock([draft.item_id])
    draft.refresh_from_db()
    refuse_if_closed(draft.item.review)
    if not draft.is_draft or draft.superseded_at:
        raise Refused(_("This was submitted and does not change. Begin a revision to change your answer."))
    if draft.role == Judgement.Role.CONSENSUS:
        from consensus.services.resolving import refuse_unless_resolving

        refuse_unless_resolving(by, draft.item)
    elif draft.reviewer_id != by.pk:
        raise Http404
    elif draft.item.status in {WorkItem.Status.CLOSED, WorkItem.Status.RESOLVED}:
        refuse_if_over(draft.item, by)
    return draft


@write
def submit_draft(*, by: User, judgement_id: int, comment: str = "") -> Judgement:
    draft = own_draft(by, judgement_id)
    if draft.role == Judgement.Role.CONSENSUS:
        raise Refused(_("A consensus is agreed, not submitted as a judgement of one's own."))
    item = locked_for(by, draft.item_id)
    refuse_if_over(item, by)
    draft.role, draft.round = role_for(item, by), item.round
    draft.comment = comment or draft.comment
    draft.save(update_fields=["role", "round", "comment"])
    return enter(draft, item)


@write
def discard_draft(*, by: User, judgement_id: int) -> None:
    """Put a draft away. It is kept, marked as superseded, and never counts."""
    draft = own_draft(by, judgement_id)
    draft.superseded_at = timezone.now()
    draft.save(update_fields=["superseded_at"])


@write
def reveal(*, by: User, item_ids: list[int]) -> None:
    """The comparison was opened to this person: their own judgements of these items can no longer be revised."""
    visible = Judgement.objects.visible_to(by).filter(item__in=item_ids).exclude(reviewer=by)
    opened = list(visible.values_list("item_id", flat=True).distinct())
    Judgement.objects.current().of(by).filter(item__in=opened, revealed_at=None).exclude(
        role=Judgement.Role.CONSENSUS
    ).update(revealed_at=timezone.now())


def stage_of(review: Review, kind: str) -> Stage:
    stage = Stage.objects.filter(review=review, kind=kind).first()
    if stage is None:
        raise Http404
    stage.review = review
    return stage
