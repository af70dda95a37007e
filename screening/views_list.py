"""The records of a stage as a list: searched, narrowed down, decided one by one or all at once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from config.numbers import Grouped
from config.refusals import Invalid, Refused
from consensus.kinds import kind_of
from consensus.models import Stage, WorkItem
from reviews.models import Review
from reviews.permissions import fetch_review
from screening import records, services
from screening.forms import BulkForm
from screening.listing import MOST, Counted, Filters, in_order, known, listed, to_decide
from screening.models import Bulk, Label, Verdict
from screening.views import reader, record_context, stage_for
from studies import exporting
from studies.models import Search

ON_PAGE = 30


@require_GET
def records_list(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """What the filters let through, thirty on a page, each with its buttons."""
    review, can, stage = stage_for(request, review_id, kind)
    user = reader(request)
    by = Filters.of(request.GET.dict())
    found = listed(user, stage, by)
    counted, ids = known(found, by)
    whole = found.select_related("report") if ids is None else ids
    page = Counted(whole, ON_PAGE, counted.shown).get_page(request.GET.get("page"))
    items = list(page) if ids is None else in_order(page)
    for item in items:
        item.stage, item.review = stage, review
    context = record_context(review, can, stage) | choices_of(review, stage) | filter_context(review, by)
    return render(
        request,
        "screening/list.html",
        {
            **context,
            "page": page,
            "counted": counted,
            "rows": records.shown(items, user),
            "bulks": Bulk.objects.filter(stage=stage, user=user, undone_at=None)[:3],
            "address": by.address,
            "by": by,
            "drawn": {},
        },
    )


@require_GET
def export(request: HttpRequest, review_id: int, kind: str) -> StreamingHttpResponse:
    """What the filters let through, all of it, as a file: masked like the list."""
    review, _can, stage = stage_for(request, review_id, kind)
    user = reader(request)
    found = listed(user, stage, Filters.of(request.GET.dict()))
    ids = sorted(found.order_by().values_list("report_id", flat=True))
    entries = exporting.of_reports(user, review, ids, judging=True)
    return exporting.as_file(entries, request.GET.get("as", ""), f"review-{review.pk}-{stage.kind}")


def choices_of(review: Review, stage: Stage) -> dict[str, Any]:
    return {
        "reasons": records.reasons_of(review),
        "later": [(v.value, v.label) for v in Verdict.LATER if v in services.verdicts_of(stage.kind)],
        "plain_exclude": not getattr(kind_of(stage), "reason_required", False),
    }


def filter_context(review: Review, by: Filters) -> dict[str, Any]:
    """What the selects of the filter offer."""
    sources = Search.objects.filter(review=review).order_by("source").values_list("source", flat=True)
    return {
        "sources": list(sources.distinct()),
        "filter_labels": list(Label.objects.filter(review=review)),
        "states": [
            ("undecided", _("Undecided")),
            ("conflict", _("In conflict")),
            ("decided", _("Decided")),
            ("include", _("Decided: include")),
            ("exclude", _("Decided: exclude")),
        ],
        "own": [
            ("none", _("Not judged by me")),
            ("any", _("Judged by me")),
            ("include", _("I said include")),
            ("exclude", _("I said exclude")),
            ("unsure", _("I said unsure")),
        ],
    }


def bulk_ids(request: HttpRequest, stage: Stage, by: Filters) -> list[int]:
    ids = list(to_decide(reader(request), stage, by).values_list("id", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise Refused(_("Up to 10,000 records are decided at once. Narrow the list down."))
    return ids


@require_GET
def bulk(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """What one decision for a whole list would do, before it is made."""
    review, can, stage = stage_for(request, review_id, kind)
    by = Filters.of(request.GET.dict())
    ids = bulk_ids(request, stage, by)
    some = WorkItem.objects.filter(id__in=ids[:5]).select_related("stage", "review", "report")
    context = record_context(review, can, stage) | choices_of(review, stage)
    rows = records.shown(list(some), reader(request))
    return render(
        request,
        "screening/bulk.html",
        {**context, "by": by, "waiting": len(ids), "rows": rows, "address": by.address},
    )


@require_POST
def bulk_decide(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """Make one decision for the list, if it still is as long as the person was told."""
    review, _can, stage = stage_for(request, review_id, kind)
    fetch_review(reader(request), review.pk, "judge", writing=True)
    by = Filters.of(request.GET.dict())
    form = BulkForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose the decision for these records."))
    ids = bulk_ids(request, stage, by)
    if len(ids) != form.cleaned_data["counted"]:
        raise Refused(
            _("The list has changed: %(now)s records wait for your decision now. Look at it again.")
            % {"now": Grouped(len(ids))}
        )
    verdict, _colon, reason = form.cleaned_data["choice"].partition(":")
    made = services.bulk_decide(
        by=reader(request),
        stage=stage,
        item_ids=ids,
        verdict=verdict,
        reason_id=reason or None,
        filters=by.address,
    )
    said = ngettext("%(n)s record is being decided.", "%(n)s records are being decided.", len(ids))
    undo = reverse("screening:undo_bulk", args=[review_id, kind, made.pk])
    messages.success(request, said % {"n": Grouped(len(ids))}, extra_tags=undo)
    return redirect(f"{reverse('screening:list', args=[review_id, kind])}?{by.address}")


@require_POST
def undo_bulk(request: HttpRequest, review_id: int, kind: str, bulk_id: int) -> HttpResponse:
    _review, _can, stage = stage_for(request, review_id, kind)
    found = Bulk.objects.filter(stage=stage, user=reader(request), id=bulk_id).first()
    if found is None:
        raise Http404
    messages.success(request, services.undo_bulk(by=reader(request), bulk=found))
    return redirect("screening:list", review_id, kind)
