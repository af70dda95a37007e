"""Settling the conflicts that turn on the same: the list, what would follow, and the doing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consensus import services
from consensus.disputes import Filters, Listing, disputes_of, name_targets
from consensus.forms import TogetherForm
from consensus.kinds import kind_of
from consensus.models import Stage
from consensus.resolvers import settles
from consensus.sides import mask_items
from consensus.views_conflicts import reader
from reviews.permissions import fetch_review


@require_http_methods(["GET", "POST"])
def together(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """One answer and one reason for many: first the list and the count, then once more, then it is done."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=request.method == "POST")
    stage = services.stage_of(review, kind)
    options = kind_of(stage).options(stage)
    if not settles(reader(request), can, stage):
        raise PermissionDenied(services.refusal(stage))
    if not options:
        raise PermissionDenied(_("The conflicts of this stage are settled one by one."))
    filters = Filters.read(request.GET)
    listing = Listing(filters, disputes_of(reader(request), can, [stage]))
    found = [one for one in listing.found if not one.sealed][: services.MOST_TOGETHER]
    name_targets(found)
    mask_items(reader(request), [one.item for one in found])
    form = TogetherForm(request.POST or None, options=options, items=[one.item.pk for one in found])
    ready = request.method == "POST" and form.is_valid()
    if ready and request.POST.get("step") == "apply":
        return settled(request, stage, form.cleaned_data)
    chosen = set(form.cleaned_data["items"]) if ready else {one.item.pk for one in found}
    context = {
        "review": review,
        "can": can,
        "stage": stage,
        "label": kind_of(stage).label,
        "filters": filters,
        "found": [one for one in found if one.item.pk in chosen] if ready else found,
        "form": form,
        "ready": form.cleaned_data if ready else None,
        "answer": dict(form.fields["choice"].choices)[form.cleaned_data["choice"]] if ready else "",  # type: ignore[attr-defined]
    }
    return render(request, "consensus/together.html", context, status=422 if form.errors else 200)


def settled(request: HttpRequest, stage: Stage, values: dict[str, Any]) -> HttpResponse:
    made = services.settle_together(
        by=reader(request),
        stage=stage,
        item_ids=values["items"],
        choice=values["choice"],
        comment=values["comment"],
    )
    undo = reverse("consensus:undo_together", args=[stage.review_id, made.pk])
    said = _("%(n)s conflicts settled.") % {"n": len(values["items"])}
    messages.success(request, said, extra_tags=undo)
    return redirect(
        f"{reverse('consensus:conflicts', args=[stage.review_id])}?{urlencode({'stage': stage.kind})}"
    )
