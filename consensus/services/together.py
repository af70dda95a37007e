"""Conflicts that turn on the same, settled with one answer and one reason, and taken back the same way."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.kinds import Option, kind_of
from consensus.models import Judgement, Settled, Settlement, Stage
from consensus.resolvers import settles
from consensus.services.resolving import put_back, refusal, resolve
from consensus.services.settling import lock
from reviews.permissions import can, fetch_review, refuse_if_closed
from reviews.writing import write

MOST_TOGETHER = 500


def option_of(stage: Stage, choice: str) -> Option:
    found = next((one for one in kind_of(stage).options(stage) if one.value == choice), None)
    if found is None:
        raise Invalid(_("Choose one of the answers."))
    return found


@write
def settle_one(*, by: User, item_id: int, stage: Stage, choice: str, comment: str) -> Judgement:
    """Settle one conflict with an answer from the list; in a pair, propose it."""
    return resolve(by=by, item_id=item_id, answer=option_of(stage, choice).answer, comment=comment)


@write
def settle_together(
    *, by: User, stage: Stage, item_ids: Sequence[int], choice: str, comment: str
) -> Settlement:
    """Settle these conflicts of one stage. All or none: what changed since they were counted is said."""
    if not can(by, stage.review).see:
        raise Http404
    _review, allowed = fetch_review(by, stage.review_id, "judge", writing=True)
    if not settles(by, allowed, stage):
        raise PermissionDenied(refusal(stage))
    if not comment.strip():
        raise Invalid(_("Say why this is the answer: a sentence is enough. It is kept with each decision."))
    if not 0 < len(set(item_ids)) <= MOST_TOGETHER:
        raise Invalid(_("Settle between 1 and %(most)s conflicts at once.") % {"most": MOST_TOGETHER})
    option = option_of(stage, choice)
    items = [one for one in lock(item_ids) if one.stage_id == stage.pk]
    if len(items) != len(set(item_ids)) or any(one.status != one.Status.CONFLICT for one in items):
        raise Refused(_("Some of these were settled meanwhile. Look at the list again."))
    made = Settlement.objects.create(
        review_id=stage.review_id, stage=stage, user=by, choice=choice, comment=comment.strip()
    )
    for item in items:
        judgement = resolve(by=by, item_id=item.pk, answer=option.answer, comment=comment)
        Settled.objects.create(review_id=item.review_id, settlement=made, item=item, judgement=judgement)
    return made


@write
def undo_settlement(*, by: User, settlement: Settlement) -> int:
    """Reopen what was settled together, as far as it still stands. Returns how many were reopened."""
    refuse_if_closed(settlement.review)
    if settlement.user_id != by.pk and not can(by, settlement.review).manage:
        raise PermissionDenied(_("Only whoever settled these together, or the lead, takes it back."))
    held = Settlement.objects.select_for_update(of=("self",)).get(id=settlement.pk)
    if held.undone_at:
        raise Refused(_("This was taken back already."))
    made = dict(Settled.objects.filter(settlement=held).values_list("item_id", "judgement_id"))
    standing = [one for one in lock(made) if one.decided and one.final_id == made[one.pk]]
    for item in standing:
        put_back(item, _("Taken back, with others that were settled together"))
    held.undone_at = timezone.now()
    held.save(update_fields=["undone_at"])
    return len(standing)
