from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest

from accounts.models import User
from config.refusals import Invalid
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
    """An item at the extraction stage of the review in the address, for somebody who may."""
    review, can = fetch_review(reader(request), review_id, need, writing=writing)
    item = fetch_item(reader(request), item_id)
    if item.review_id != review.pk or item.stage.kind != "extraction":
        raise Http404
    return review, can, item


def draft_for(request: HttpRequest, review_id: int, judgement_id: int) -> tuple[Review, Can, Judgement]:
    """A draft that the person may read; the services say whether they may write to it."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    visible = Judgement.objects.visible_to(reader(request)).filter(
        review=review, item__stage__kind="extraction"
    )
    draft = (
        visible.select_related("item__stage", "item__study", "item__review").filter(id=judgement_id).first()
    )
    if draft is None:
        raise Http404
    return review, can, draft


def refuse(form: Form) -> NoReturn:
    """The first thing that is wrong with a form, as one sentence."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    raise Invalid(f"{label}: {errors[0]}" if label else str(errors[0]))


def number_or_none(text: str | None) -> int | None:
    """A row's number from a form or an address; what is no number is the number of nothing."""
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 18 else 0
