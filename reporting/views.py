import csv
import io
from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import User
from config.renderers import cell
from consensus.kinds import kind_of
from consensus.models import Stop
from reporting.counting import Listing, count
from reporting.diagram import described, drawing, phases
from reporting.prisma import BOXES, CHECKED, Box, boxes, violations
from reporting.wording import complaint, label, unit
from reviews.models import ExclusionReason, Review
from reviews.permissions import fetch_review
from screening.halting import grounds
from studies import exporting, reading
from studies.masking import mask_records, mask_reports
from studies.models import Record, Report, Study

ON_PAGE = 50


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@require_GET
def prisma(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    counts = count(review)
    wrong = violations(counts)
    shown = {
        "review": review,
        "can": can,
        "counts": counts,
        "phases": phases(review, counts),
        "drawing": drawing(review, counts),
        "described": described(counts),
        "rows": [(name, label(name), unit(name), number) for name, number in boxes(counts).items()],
        "violations": [(one.hard, f"{one.identity}: {complaint(one)}") for one in wrong],
        "held": CHECKED - len({one.identity for one in wrong}),
        "checked": CHECKED,
        "stops": [
            (kind_of(one.stage).label, one, grounds(one.basis))
            for one in Stop.objects.filter(review=review, resumed_at=None).select_related(
                "stage", "stopped_by"
            )
        ],
    }
    return render(request, "reporting/prisma.html", shown)


@require_GET
def prisma_svg(request: HttpRequest, review_id: int) -> HttpResponse:
    """The picture as a file: black on white, for a manuscript."""
    review, _can = fetch_review(reader(request), review_id)
    counts = count(review)
    shown = {"review": review, "drawing": drawing(review, counts), "described": described(counts)}
    headers = {"Content-Disposition": f'attachment; filename="review-{review.pk}-prisma.svg"'}
    text = render_to_string("reporting/flow.svg", shown)
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8", headers=headers)


@require_GET
def prisma_csv(request: HttpRequest, review_id: int) -> HttpResponse:
    review, _can = fetch_review(reader(request), review_id)
    counts = count(review)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["box", "unit", "description", "n", "provisional"])
    for name, number in boxes(counts).items():
        writer.writerow([name, BOXES[name].unit, label(name), number, "yes" if counts.provisional else "no"])
    for name, reasons in (
        ("database_results", counts.databases),
        ("register_results", counts.registers),
        ("records_excluded", counts.excluded_by_human),
        ("dbr_excluded", counts.dbr_excluded_reports),
        ("other_excluded", counts.other_excluded_reports),
    ):
        for reason, number in reasons.items():
            writer.writerow(
                [name, BOXES[name].unit, cell(reason), number, "yes" if counts.provisional else "no"]
            )
    headers = {"Content-Disposition": f'attachment; filename="review-{review.pk}-prisma.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
def box(request: HttpRequest, review_id: int, box_id: str) -> HttpResponse:
    """What a box counts, a page at a time."""
    review, can = fetch_review(reader(request), review_id)
    found, reason = box_of(box_id), reason_of(request, review)
    ids = cast("Sequence[int]", Listing(review, box_id, reason.pk if reason else 0))
    page: Page[int] = Paginator(ids, ON_PAGE).get_page(request.GET.get("page"))
    counted = fetched(found, list(page.object_list))
    if found.unit == "record":
        mask_records(reader(request), review, counted)
    elif found.unit == "report":
        mask_reports(reader(request), counted)
    rows = [row_of(review, found, one) for one in counted]
    shown = {
        "review": review,
        "can": can,
        "box": found,
        "label": label(box_id),
        "reason": reason,
        "page": page,
        "rows": rows,
    }
    return render(request, "reporting/box.html", shown)


@require_GET
def export_box(request: HttpRequest, review_id: int, box_id: str) -> StreamingHttpResponse:
    """What a box counts, as a file for reference managers; of studies, the reports that tell of them."""
    review, _can = fetch_review(reader(request), review_id)
    found, reason = box_of(box_id), reason_of(request, review)
    listing = Listing(review, box_id, reason.pk if reason else 0)
    ids = listing[: len(listing)]
    if found.unit == "study":
        ids = reading.reports_telling_of(review, ids)
    user = reader(request)
    of = exporting.of_records if found.unit == "record" else exporting.of_reports
    return exporting.as_file(of(user, review, ids), request.GET.get("as", ""), f"review-{review.pk}-{box_id}")


def box_of(box_id: str) -> Box:
    if box_id not in BOXES:
        raise Http404
    return BOXES[box_id]


def reason_of(request: HttpRequest, review: Review) -> ExclusionReason | None:
    asked = request.GET.get("reason", "")
    if not asked:
        return None
    plain = asked.isascii() and asked.isdecimal() and len(asked) < 18
    found = ExclusionReason.objects.filter(review=review, id=asked).first() if plain else None
    if found is None:
        raise Http404
    return found


def fetched(found: Box, ids: list[int]) -> list[Any]:
    if found.unit == "record":
        rows: Any = Record.objects.filter(id__in=ids).select_related("batch__search")
    elif found.unit == "report":
        rows = Report.objects.filter(id__in=ids)
    else:
        rows = Study.objects.filter(id__in=ids)
    return list(rows.order_by("id"))


def row_of(review: Review, found: Box, one: Any) -> dict[str, Any]:
    name = f"studies:{found.unit}"
    url = reverse(name, args=[review.pk, one.pk])
    if found.unit == "study":
        return {"url": url, "title": one.label, "text": one.get_design_display()}
    source = f"{one.batch.search.source}. " if found.unit == "record" else ""
    return {"url": url, "title": one.title, "text": f"{source}{one.byline()}. {one.citation()}"}
