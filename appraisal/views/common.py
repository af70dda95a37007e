from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import User
from appraisal.services import KINDS
from consensus.models import Judgement, WorkItem
from consensus.services import fetch_item
from reviews.models import Review
from reviews.permissions import Can, Need, fetch_review


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def item_for(
    request: HttpRequest, review_id: int, item_id: int, need: Need = "see", *, writing: bool = False
) -> tuple[Review, Can, WorkItem]:
    """An item at a risk of bias stage of the review in the address, for somebody who may."""
    review, can = fetch_review(reader(request), review_id, need, writing=writing)
    item = fetch_item(reader(request), item_id)
    if item.review_id != review.pk or item.stage.kind not in KINDS:
        raise Http404
    return review, can, item


def draft_for(
    request: HttpRequest, review_id: int, judgement_id: int, *, writing: bool = True
) -> tuple[Review, Can, Judgement]:
    """A draft that the person may read; the services say whether they may write to it."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=writing)
    visible = Judgement.objects.visible_to(reader(request)).filter(review=review, item__stage__kind__in=KINDS)
    found = visible.select_related(
        "item__stage", "item__study", "item__result__study", "item__review", "version"
    )
    draft = found.filter(id=judgement_id).first()
    if draft is None:
        raise Http404
    return review, can, draft
