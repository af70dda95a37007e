"""The conflicts of a review: one list for all stages, each row settled in its place."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.refusals import Invalid
from consensus import services
from consensus.disputes import MOST, Filters, Listing, disputes_of, name_targets
from consensus.forms import SettleForm
from consensus.kinds import kind_of
from consensus.models import Settlement, Stage, WorkItem
from consensus.reliability import reliability_of
from consensus.resolvers import sees_all, settles
from consensus.rows import Desk, Row, settled_of
from consensus.sides import conflicts_of
from reviews.models import Review
from reviews.permissions import Can, fetch_review

ON_PAGE = 10
RECENT = 5


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def item_of(request: HttpRequest, review_id: int, item_id: int) -> WorkItem:
    item = services.fetch_item(reader(request), item_id)
    if item.review_id != review_id:
        raise Http404
    return item


@require_GET
def conflicts(request: HttpRequest, review_id: int) -> HttpResponse:
    """What the judges did not agree on, for those who settle it and those who disagreed."""
    review, can = fetch_review(reader(request), review_id, "judge")
    stages = list(Stage.objects.filter(review=review).prefetch_related("named_judges"))
    for one in stages:
        one.review = review
    wanted = request.GET.get("stage", "")
    chosen = [one for one in stages if one.kind == wanted] or stages
    settled = request.GET.get("show") == "settled"
    tabs = stage_tabs(reader(request), can, stages)
    # None is read where there is none.
    waiting = {tab["kind"] for tab in tabs if tab["open"]}
    listed = chosen if settled else [one for one in chosen if one.kind in waiting]
    settling = {one.pk for one in stages if settles(reader(request), can, one)}
    context = {
        "review": review,
        "can": can,
        "settling": settling,
        "resolves": can.resolve or bool(settling),
        "tabs": tabs,
        "stage": chosen[0] if len(chosen) == 1 else None,
        "settled": settled,
        **(settled_page if settled else open_page)(request, review, can, listed),
    }
    return render(request, "consensus/conflicts.html", context)


def stage_tabs(user: User, can: Can, stages: list[Stage]) -> list[dict[str, Any]]:
    counts = services.progress_of(stages)
    return [
        {
            "kind": stage.kind,
            "label": kind_of(stage).label,
            "open": counts[stage.pk].conflicts
            if sees_all(user, can, stage)
            else conflicts_of(user, can, stage).count(),
        }
        for stage in stages
    ]


def open_page(request: HttpRequest, review: Review, can: Can, stages: list[Stage]) -> dict[str, Any]:
    user = reader(request)
    listing = Listing(Filters.read(request.GET), disputes_of(user, can, stages))
    page = Paginator(listing.found, ON_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    name_targets(shown)
    rows = Desk(user, can, review).conflicts(shown, listing.alike)
    context = {"listing": listing, "page": page, "rows": rows, "most": MOST, "filters": listing.filters}
    return {**context, "drawn": {}}


def settled_page(request: HttpRequest, review: Review, can: Can, stages: list[Stage]) -> dict[str, Any]:
    user = reader(request)
    page = Paginator(settled_of(user, can, stages), ON_PAGE).get_page(request.GET.get("page"))
    together = Settlement.objects.filter(stage__in=stages, undone_at=None).select_related("user", "stage")
    return {
        "page": page,
        "rows": Desk(user, can, review).settled(list(page)),
        "together": together[:RECENT] if can.resolve else together.filter(user=user)[:RECENT],
    }


def answered(request: HttpRequest, review: Review, can: Can, item: WorkItem) -> HttpResponse:
    """The item's row as it is now, for the page that asked; else the list."""
    if not request.headers.get("HX-Request"):
        query = urlencode({"stage": item.stage.kind})
        return redirect(f"{reverse('consensus:conflicts', args=[review.pk])}?{query}")
    fresh = item_of(request, review.pk, item.pk)
    row: Row = Desk(reader(request), can, review).row(fresh)
    return render(request, "consensus/row.html", {"review": review, "can": can, "row": row, "fresh": True})


@require_POST
def open_conflict(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Look at what the others said. From then on one's own judgement stands."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    family = item.family.values_list("id", flat=True)
    services.reveal(by=reader(request), item_ids=[item.pk, *family])
    return answered(request, review, can, item)


@require_POST
def settle(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Settle a conflict with one of the answers of its kind, or in a pair propose it."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose the answer, and say why in a sentence. It is kept with the decision."))
    services.settle_one(by=reader(request), item_id=item.pk, stage=item.stage, **form.cleaned_data)
    return answered(request, review, can, item)


@require_GET
def agreement(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """How far the judges of a stage agree beyond chance."""
    review, can = fetch_review(reader(request), review_id, "manage")
    stage = services.stage_of(review, kind)
    found = reliability_of(reader(request), stage)
    context = {"review": review, "can": can, "stage": stage, "label": kind_of(stage).label, "found": found}
    whole = not request.headers.get("HX-Request")
    template = "consensus/agreement_page.html" if whole else "consensus/agreement.html"
    return render(request, template, context)


@require_POST
def undo_together(request: HttpRequest, review_id: int, settlement_id: int) -> HttpResponse:
    """Reopen everything that was settled together."""
    fetch_review(reader(request), review_id, "judge", writing=True)
    made = (
        Settlement.objects.filter(id=settlement_id, review=review_id)
        .select_related("review", "stage")
        .first()
    )
    if made is None:
        raise Http404
    n = services.undo_settlement(by=reader(request), settlement=made)
    messages.success(request, _("%(n)s conflicts are open again.") % {"n": n})
    query = urlencode({"stage": made.stage.kind})
    return redirect(f"{reverse('consensus:conflicts', args=[review_id])}?{query}")
