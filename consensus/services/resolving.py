"""The one answer: by a resolver, or by the judges together; amended or reopened later, always with a reason."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.kinds import kind_of
from consensus.models import Assignment, Judgement, Signature, Stage, WorkItem
from consensus.resolvers import named, sees_all, settles
from consensus.services.judging import family_ids, own_draft
from consensus.services.settling import lock, settle
from consensus.services.telling import tell_returned
from reviews.permissions import can, refuse_if_closed
from reviews.writing import write


def judges_of(item: WorkItem) -> set[int]:
    """The members whose independent judgements the item rests on."""
    said = Judgement.objects.current().independent().filter(item__in=family_ids(item))
    members = item.review.memberships.active().values("user_id")
    return set(said.filter(reviewer__in=members).values_list("reviewer_id", flat=True))


def may_resolve(user: User, item: WorkItem) -> bool:
    allowed = can(user, item.review)
    if item.stage.resolver == Stage.Resolver.PAIR:
        return user.pk in signers_of(item) or (len(judges_of(item)) < 2 and allowed.resolve)
    return settles(user, allowed, item.stage)


def refusal(stage: Stage) -> str:
    """What is said to who does not settle the conflicts of this stage."""
    if stage.resolver == Stage.Resolver.PAIR:
        return _("At this stage the judges of each item sign its answer themselves.")
    if named(stage):
        return _("%(who)s resolves the conflicts of this stage.") % {"who": stage.resolved_by}
    return _("You do not resolve conflicts at this stage. Ask the review's lead.")


def signers_of(item: WorkItem) -> set[int]:
    return judges_of(item)


def refuse_unless_resolving(by: User, item: WorkItem) -> None:
    if not can(by, item.review).see:
        raise Http404
    refuse_if_closed(item.review)
    if not may_resolve(by, item):
        raise PermissionDenied(refusal(item.stage))
    owes = Assignment.objects.filter(item=item, reviewer=by, basis=Assignment.Basis.ADDED).exists()
    if owes or not item.complete or item.status not in {*WorkItem.DECIDED, WorkItem.Status.CONFLICT}:
        raise Refused(_("There is nothing to resolve here now."))


def held(by: User, item_id: int) -> WorkItem:
    item = next(iter(lock([item_id])), None)
    if item is None:
        raise Http404
    refuse_unless_resolving(by, item)
    return item


@write
def open_consensus(*, by: User, item_id: int) -> Judgement:
    """The item's consensus draft, begun if there is none. An amendment begins with what stands."""
    item = held(by, item_id)
    draft = Judgement.objects.drafts().consensus().filter(item=item).first()
    if draft:
        return draft
    draft = Judgement.objects.create(
        review_id=item.review_id,
        item=item,
        reviewer=by,
        role=Judgement.Role.CONSENSUS,
        round=item.round,
        version_id=item.version_id,
    )
    standing = Judgement.objects.filter(id=item.final_id or item.reopened_final_id or 0).first()
    if standing:
        kind_of(item.stage).carry(standing, draft)
    return draft


@write
def resolve(*, by: User, item_id: int, answer: Mapping[str, Any], comment: str) -> Judgement:
    """Settle an item with one answer. Of a decided item this is an amendment: its consensus is superseded."""
    item = held(by, item_id)
    draft = fresh_consensus(by, item)
    kind_of(item.stage).write(draft, answer)
    draft.comment = comment.strip()
    draft.save(update_fields=["comment"])
    return agree(draft, item, by)


def fresh_consensus(by: User, item: WorkItem) -> Judgement:
    Judgement.objects.drafts().consensus().filter(item=item).update(superseded_at=timezone.now())
    return Judgement.objects.create(
        review_id=item.review_id,
        item=item,
        reviewer=by,
        role=Judgement.Role.CONSENSUS,
        round=item.round,
        version_id=item.version_id,
    )


@write
def resolve_draft(*, by: User, judgement_id: int, comment: str) -> Judgement:
    draft = own_draft(by, judgement_id)
    if draft.role != Judgement.Role.CONSENSUS:
        raise Refused(_("This is a reviewer's own judgement, not a consensus."))
    item = held(by, draft.item_id)
    draft.comment = comment.strip()
    draft.save(update_fields=["comment"])
    return agree(draft, item, by)


def agree(draft: Judgement, item: WorkItem, by: User) -> Judgement:
    """A resolver's draft counts at once. A pair's draft is signed, and counts when the last judge has signed it."""
    if not draft.comment:
        raise Invalid(_("Say why this is the answer: a sentence is enough. It is kept with the decision."))
    kind_of(item.stage).check(draft)
    if item.stage.resolver == Stage.Resolver.PAIR:
        # Signatures stand under one text. A changed one is signed anew by everybody.
        draft.signatures.all().delete()
        return sign_draft(draft, item, by)
    return enter_consensus(draft, item)


def sign_draft(draft: Judgement, item: WorkItem, by: User) -> Judgement:
    Signature.objects.get_or_create(review_id=item.review_id, judgement=draft, reviewer=by)
    signed = set(draft.signatures.values_list("reviewer_id", flat=True))
    enough = judges_of(item) <= signed and (len(signed) > 1 or item.judges_needed == 1)
    return enter_consensus(draft, item) if enough else draft


@write
def sign(*, by: User, judgement_id: int) -> Judgement:
    """Agree with the consensus that somebody else proposed."""
    draft = own_draft(by, judgement_id)
    item = held(by, draft.item_id)
    if draft.role != Judgement.Role.CONSENSUS or not draft.signatures.exists():
        raise Refused(_("Nobody has proposed an answer yet. Propose one, then the others sign it."))
    return sign_draft(draft, item, by)


def enter_consensus(draft: Judgement, item: WorkItem) -> Judgement:
    now = timezone.now()
    current = Judgement.objects.current().consensus().filter(item=item)
    current.update(superseded_at=now)
    draft.submitted_at = now
    draft.save(update_fields=["submitted_at"])
    settle(item)
    return draft


@write
def reopen(*, by: User, item_id: int, reason: str) -> WorkItem:
    """Send a decided item back. Its answer stays in the tables, flagged, until it is settled again."""
    item = next(iter(lock([item_id])), None)
    if item is None or not can(by, item.review).see:
        raise Http404
    refuse_if_closed(item.review)
    if not (sees_all(by, can(by, item.review), item.stage) or by.pk in judges_of(item)):
        raise PermissionDenied(_("Only its judges and the review's lead can send this back."))
    if not item.decided:
        raise Refused(_("This is not decided, so there is nothing to reopen."))
    if not reason.strip():
        raise Invalid(_("Say why this is reopened. The reason is kept with the item."))
    judges = judges_of(item)
    put_back(item, reason.strip())
    tell_returned(item, judges, by)
    return item


def put_back(item: WorkItem, reason: str) -> None:
    """Begin another round on a locked, decided item."""
    Judgement.objects.current().consensus().filter(item=item).update(superseded_at=timezone.now())
    item.round += 1
    item.reopened_at, item.reopened_because = timezone.now(), reason
    item.save(update_fields=["round", "reopened_at", "reopened_because"])
    settle(item)
