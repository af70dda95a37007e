"""The assessments at a glance: traffic lights, summary bars, agreement; as pictures and for robvis."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal import services
from appraisal.agreeing import agreement_of
from appraisal.instruments.plots import columns_of, sort_rows, summary_bars, traffic_light
from appraisal.instruments.raster import render as rasterise
from appraisal.instruments.robvis import NoTemplate, robvis_table
from appraisal.instruments.scene import Scene, to_svg
from appraisal.models import LevelMapping
from appraisal.overview import Standing, by_instrument, standing_of
from appraisal.pages import Page, page_of
from appraisal.views.common import reader
from consensus.models import Stage
from reviews.models import Review
from reviews.permissions import fetch_review
from studies.models import Outcome

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}


def stage_in(request: HttpRequest, review: Review) -> Stage | None:
    stages = list(Stage.objects.filter(review=review, kind__in=services.KINDS))
    return next((one for one in stages if one.kind == request.GET.get("kind")), next(iter(stages), None))


def wanted_outcome(request: HttpRequest) -> int | None:
    text = request.GET.get("outcome", "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def drawn(found: list[Standing], which: str, order: str) -> Scene:
    definition = found[0].state.definition
    rows = sort_rows([one.row() for one in found], order)
    columns = columns_of(definition)
    return summary_bars(rows, columns) if which == "bars" else traffic_light(rows, columns)


@require_GET
def summary(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    stage = stage_in(request, review)
    outcome = wanted_outcome(request)
    found = standing_of(reader(request), stage, outcome_id=outcome) if stage else []
    order = request.GET.get("sort", "label")
    context = {
        "review": review,
        "can": can,
        "stage": stage,
        "stages": Stage.objects.filter(review=review, kind__in=services.KINDS),
        "order": order,
        "outcome": outcome,
        "outcomes": Outcome.objects.agreed().filter(review=review).order_by("name"),
        "groups": [group_of(*group, order) for group in by_instrument(found)],
        "harmonised": harmonised_of(found),
        "agreement": agreement_of(reader(request), stage) if stage else [],
    }
    return render(request, "appraisal/summary.html", context)


def group_of(instrument: Any, definition: Any, found: list[Standing], order: str) -> dict[str, Any]:
    columns = columns_of(definition)
    return {
        "instrument": instrument,
        "columns": [("label", "")] + [(one.slot, one.label) for one in columns],
        "traffic": to_svg(drawn(found, "traffic", order), f"traffic-{instrument.pk}"),
        "bars": to_svg(drawn(found, "bars", order), f"bars-{instrument.pk}"),
        "rows": [(one, domains_of(one)) for one in found],
        "robvis": has_robvis(found),
    }


def has_robvis(found: list[Standing]) -> bool:
    try:
        robvis_table(found[0].state.definition, [])
    except NoTemplate:
        return False
    return True


def domains_of(one: Standing) -> list[Page]:
    places = [place.key for place in page_of(one.state, "").places if place.key != "parameters"]
    return [page_of(one.state, key) for key in places]


def harmonised_of(found: list[Standing]) -> list[tuple[str, str, int]]:
    counts = [one.harmonised for one in found]
    return [
        (str(label), code, counts.count(code)) for code, label in LevelMapping.Harmonised.choices if found
    ]


@require_GET
def picture(request: HttpRequest, review_id: int, instrument_id: int, which: str, form: str) -> HttpResponse:
    """One plot as SVG, PNG or PDF, or the table that robvis reads as CSV."""
    review, _can = fetch_review(reader(request), review_id)
    stage = stage_in(request, review)
    found = standing_of(reader(request), stage, outcome_id=wanted_outcome(request)) if stage else []
    mine = [one for one in found if one.state.instrument.pk == instrument_id]
    if not mine or which not in {"traffic", "bars", "robvis"} or (which == "robvis") != (form == "csv"):
        raise Http404
    response = HttpResponse(
        content_of(mine, which, form, request.GET.get("sort", "label")), content_type=TYPES[form]
    )
    response["Content-Disposition"] = f'attachment; filename="risk-of-bias-{which}.{form}"'
    return response


def content_of(found: list[Standing], which: str, form: str, order: str) -> str | bytes:
    if form == "csv":
        try:
            return robvis_table(found[0].state.definition, [one.assessed() for one in found]).as_csv()
        except NoTemplate as error:
            raise Http404(str(error)) from None
    scene = drawn(found, which, order)
    return to_svg(scene, which) if form == "svg" else rasterise(scene, form)  # type: ignore[arg-type]
