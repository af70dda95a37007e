"""Independent judgements: begun, submitted, revised. The other judge's doings never show in what is allowed here."""

from collections.abc import Mapping, Sequence
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
from consensus.services.settling import lock, said_of, settle
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
    # What it is about is read when it is asked for. To plan a join with all four that it could be would take longer.
    item = (
        WorkItem.objects.select_related("stage", "review", "version")
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
    item = next((one for one in lock(Q(id=item_id) | Q(survivor=item_id)) if one.pk == item_id), None)
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


def refuse_if_over(item: WorkItem, by: User, said: Sequence[Judgement]) -> None:
    """Say no to a judgement that cannot count any more: only for reasons that everybody may know."""
    if item.status == WorkItem.Status.CLOSED:
        raise Refused(str(CLOSED[item.closed_as]))
    if item.status == WorkItem.Status.RESOLVED:
        raise Refused(_("This is resolved. Ask for it to be reopened, with your reason."))
    if any(one.revealed_at and one.item_id == item.pk and one.round == item.round for one in own(by, said)):
        raise Refused(
            _("You have seen the comparison, so your judgement stands. Say what you think in the discussion.")
        )


def own(by: User, said: Sequence[Judgement]) -> list[Judgement]:
    """What this person said as one of the judges, as far as it counts."""
    independent = Judgement.Role.INDEPENDENT
    return [one for one in said if one.is_current and one.reviewer_id == by.pk and one.role == independent]


@write
def submit(
    *, by: User, item_id: int, answer: Mapping[str, Any], comment: str = "", token: UUID | None = None
) -> Judgement:
    """Judge an item, or revise one's own judgement. Sent twice with one token, it is made once."""
    return hand_in(by=by, item=locked_for(by, item_id), answer=answer, comment=comment, token=token)


def hand_in(
    *, by: User, item: WorkItem, answer: Mapping[str, Any], comment: str = "", token: UUID | None = None
) -> Judgement:
    """`submit`, of an item that the caller holds by `locked_for`, in the transaction of that write."""
    if token and (known := said_with(by, token)):
        if known[1] != item.pk:
            raise Refused(_("This decision was already recorded, for another record. Reload the page."))
        judgement = Judgement.objects.get(id=known[0])
        judgement.item = item
        return judgement
    said = said_of(item)
    refuse_if_over(item, by, said)
    put_away([one for one in said if one.is_draft and one.reviewer_id == by.pk and one.item_id == item.pk])
    judgement = Judgement.objects.create(
        review_id=item.review_id,
        item=item,
        reviewer=by,
        role=role_for(item, by, said),
        round=item.round,
        version_id=item.version_id,
        comment=comment,
        token=token,
    )
    kind_of(item.stage).write(judgement, answer)
    return enter(judgement, item, said)


def said_with(by: User, token: UUID) -> tuple[int, int] | None:
    """The judgement that was sent with a token, and its item."""
    return Judgement.objects.of(by).filter(token=token).order_by().values_list("id", "item_id").first()


def put_away(drafts: Sequence[Judgement]) -> None:
    ids = [one.pk for one in drafts if one.role == Judgement.Role.INDEPENDENT]
    if ids:
        Judgement.objects.filter(id__in=ids).update(superseded_at=timezone.now())


def role_for(item: WorkItem, by: User, said: Sequence[Judgement]) -> str:
    """One more than was needed is kept, but does not count: it came after the item's places were taken."""
    if not item.complete or item.reopened_at or own(by, said):
        return Judgement.Role.INDEPENDENT
    asked = Assignment.objects.filter(item=item, reviewer=by, basis=Assignment.Basis.ADDED).exists()
    return Judgement.Role.INDEPENDENT if asked else Judgement.Role.SURPLUS


def family_ids(item: WorkItem) -> list[int]:
    return [item.pk, *WorkItem.objects.filter(survivor=item).values_list("id", flat=True)]


def enter(judgement: Judgement, item: WorkItem, said: Sequence[Judgement]) -> Judgement:
    """Make a written draft count: it takes the place of what its reviewer said before, and the item settles."""
    kind = kind_of(item.stage)
    kind.check(judgement)
    needed = kind.needs(item, judgement)
    if needed != item.judges_needed:
        item.judges_needed = needed
        item.save(update_fields=["judges_needed"])
    now = timezone.now()
    replaced = [one for one in said if replaces(judgement, one)]
    if replaced:
        Judgement.objects.filter(id__in=[one.pk for one in replaced]).update(superseded_at=now)
    judgement.submitted_at = now
    judgement.save(update_fields=["submitted_at"])
    for other in lock({one.item_id for one in replaced} - {item.pk}):
        settle(other)
    left = [one for one in said if one not in replaced and one.pk != judgement.pk]
    judged = judged_step(item.stage, judgement.reviewer_id, 1 - len(replaced))
    settle(item, said=[*left, judgement], steps=judged, done=judgement.reviewer_id)
    return judgement


def replaces(judgement: Judgement, other: Judgement) -> bool:
    """Whether `other` is what the reviewer of `judgement` said before, of the item or of one merged into it."""
    theirs = other.reviewer_id == judgement.reviewer_id and other.role != Judgement.Role.CONSENSUS
    return theirs and other.is_current and other.pk != judgement.pk


@write
def withdraw(*, by: User, judgement: Judgement) -> None:
    """Take one's own judgement back, as if it had not been made. It is kept, marked as superseded."""
    item = locked_for(by, judgement.item_id)
    held = Judgement.objects.current().of(by).filter(id=judgement.pk).exclude(role=Judgement.Role.CONSENSUS)
    refuse_if_over(item, by, said_of(item))
    if held.update(superseded_at=timezone.now()):
        settle(item, steps=judged_step(item.stage, by.pk, -1))


def judged_step(stage: Stage, reviewer_id: int, step: int) -> list[StageDelta]:
    if not step:
        return []
    mine = StageDelta(
        review_id=stage.review_id, stage=stage, reviewer_id=reviewer_id, what="judged", step=step
    )
    return [mine]


@write
def open_draft(*, by: User, item_id: int) -> Judgement:
    """The reviewer's own draft of an item, begun if there is none. A revision begins with what they said."""
    item = locked_for(by, item_id)
    draft = Judgement.objects.drafts().independent().of(by).filter(item=item).first()
    if draft:
        return draft
    refuse_if_over(item, by, said_of(item))
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
        refuse_if_over(draft.item, by, ())
    return draft


@write
def submit_draft(*, by: User, judgement_id: int, comment: str = "") -> Judgement:
    draft = own_draft(by, judgement_id)
    if draft.role == Judgement.Role.CONSENSUS:
        raise Refused(_("A consensus is agreed, not submitted as a judgement of one's own."))
    item = locked_for(by, draft.item_id)
    said = said_of(item)
    refuse_if_over(item, by, said)
    draft.role, draft.round = role_for(item, by, said), item.round
    draft.comment = comment or draft.comment
    draft.save(update_fields=["role", "round", "comment"])
    return enter(draft, item, said)


@write
def discard_draft(*, by: User, judgement_id: int) -> None:
    """Put a draft away. It is kept, marked as superseded, and never counts."""
    draft = own_draft(by, judgement_id)
    draft.superseded_at = timezone.now()
    draft.save(update_fields=["superseded_at"])


@write
def reveal(*, by: User, item_ids: list[int]) -> None:
    """The comparison was opened to this person: their own judgements of these items can no longer be revised."""
    own_ones = Judgement.objects.current().of(by).filter(item__in=item_ids, revealed_at=None)
    own_ones = own_ones.exclude(role=Judgement.Role.CONSENSUS)
    if not own_ones.exists():
        return
    visible = Judgement.objects.visible_to(by).filter(item__in=item_ids).exclude(reviewer=by)
    opened = list(visible.values_list("item_id", flat=True).distinct())
    own_ones.filter(item__in=opened).update(revealed_at=timezone.now())


def stage_of(review: Review, kind: str) -> Stage:
    stage = Stage.objects.filter(review=review, kind=kind).first()
    if stage is None:
        raise Http404
    stage.review = review
    return stage
