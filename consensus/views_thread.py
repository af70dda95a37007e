"""The comments on an item: read as far as the reader may, written, mended and withdrawn in place."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.refusals import Invalid
from consensus import services
from consensus.forms import CommentForm
from consensus.models import Note, WorkItem
from consensus.sides import notes_of, sees_others
from consensus.views_conflicts import item_of, reader
from reviews.models import Review
from reviews.permissions import Can, fetch_review


def thread_context(user: User, review: Review, can: Can, item: WorkItem) -> dict[str, Any]:
    """What `consensus/thread.html` needs."""
    names = services.names_of(review) if can.judge else {}
    return {
        "review": review,
        "can": can,
        "item": item,
        "notes": notes_of(user, item),
        "callable": sorted(name for pk, name in names.items() if pk != user.pk),
        "sealed": not sees_others(user, item),
        "me": user,
    }


@require_GET
def thread(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    item = item_of(request, review_id, item_id)
    return said(request, review, can, item)


def said(request: HttpRequest, review: Review, can: Can, item: WorkItem) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('consensus:item', args=[review.pk, item.pk])}#thread-{item.pk}")
    return render(request, "consensus/thread.html", thread_context(reader(request), review, can, item))


def text_of(request: HttpRequest) -> str:
    form = CommentForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Write the comment, in up to 10,000 characters."))
    return str(form.cleaned_data["text"])


@require_POST
def comment(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    services.comment(by=reader(request), item_id=item.pk, text=text_of(request))
    return said(request, review, can, item)


def note_in(request: HttpRequest, item: WorkItem, note_id: int) -> Note:
    note = Note.objects.visible_to(reader(request)).filter(item=item, id=note_id).first()
    if note is None:
        raise Http404
    return note


@require_POST
def edit_comment(request: HttpRequest, review_id: int, item_id: int, note_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    note = note_in(request, item, note_id)
    services.edit_comment(by=reader(request), note_id=note.pk, text=text_of(request))
    return said(request, review, can, item)


@require_POST
def withdraw_comment(request: HttpRequest, review_id: int, item_id: int, note_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    note = note_in(request, item, note_id)
    services.withdraw_comment(by=reader(request), note_id=note.pk)
    return said(request, review, can, item)
