"""The assessments at a glance: traffic lights, summary bars, agreement; as pictures and for robvis."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from appraisal import services
from appraisal.agreeing import agreement_of
from appraisal.instruments.model import OVERALL
from appraisal.instruments.plots import columns_of, sort_rows, summary_bars, traffic_light
from appraisal.instruments.raster import render as rasterise
from appraisal.instruments.robvis import NoTemplate, robvis_table
from appraisal.instruments.scene import Scene, to_svg
from appraisal.models import LevelMapping
from appraisal.overview import Standing, by_instrument, standing_of, weighed
from appraisal.pages import Page, page_of
from appraisal.views.common import reader
from appraisal.weighing import choices_for
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page or a picture shows: of which stage and outcome, in which order, weighed by what of what it could be."""

    stage: Stage | None
    outcome: int | None
    order: str
    weight: str
    weighed_by: str
    weights: list[tuple[str, str]]

    @property
    def query(self) -> str:
        told = {"kind": self.stage.kind if self.stage else "", "outcome": self.outcome or ""}
        told |= {"sort": self.order if self.order != "label" else "", "weight": self.weight}
        return urlencode({name: value for name, value in told.items() if value})


def wanted_in(request: HttpRequest, review: Review) -> Wanted:
    outcome, weight = request.GET.get("outcome", ""), request.GET.get("weight", "")
    weights = choices_for(review)
    words = dict(weights).get(weight, "")
    return Wanted(
        stage_in(request, review),
        int(outcome) if outcome.isdecimal() and len(outcome) < 18 else None,
        request.GET.get("sort", "label"),
        weight if words else "",
        words,
        weights,
    )


def found_for(user: User, review: Review, wanted: Wanted) -> list[Standing]:
    if wanted.stage is None:
        return []
    return weighed(standing_of(user, wanted.stage, outcome_id=wanted.outcome), review, wanted.weight)


def drawn(found: list[Standing], which: str, wanted: Wanted) -> Scene:
    definition = found[0].state.definition
    rows = sort_rows([one.row() for one in found], wanted.order)
    columns = columns_of(definition)
    if which == "traffic":
        return traffic_light(rows, columns)
    return summary_bars(rows, columns, note=weight_note(found, wanted))


def weight_note(found: list[Standing], wanted: Wanted) -> str:
    """What the bars are weighed by, and how many assessments have no such number."""
    if not wanted.weight:
        return ""
    without = sum(not one.weight for one in found)
    note = _("Weighted by %(what)s.") % {"what": wanted.weighed_by}
    if without:
        note += " " + _("Without it, and so without weight: %(n)s of %(all)s.") % {
            "n": without,
            "all": len(found),
        }
    return note


@require_GET
def summary(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    wanted = wanted_in(request, review)
    found = found_for(reader(request), review, wanted)
    context = {
        "review": review,
        "can": can,
        "stage": wanted.stage,
        "wanted": wanted,
        "stages": Stage.objects.filter(review=review, kind__in=services.KINDS),
        "outcomes": Outcome.objects.agreed().filter(review=review).order_by("name"),
        "weights": wanted.weights,
        "sorts": sorts_of(found),
        "groups": [group_of(*group, wanted) for group in by_instrument(found)],
        "harmonised": harmonised_of(found),
    }
    return render(request, "appraisal/summary.html", context)


@require_GET
def supports(request: HttpRequest, review_id: int, instrument_id: int) -> HttpResponse:
    """What supports each level, domain by domain, of the assessments by one instrument."""
    review, can = fetch_review(reader(request), review_id)
    found = found_for(reader(request), review, wanted_in(request, review))
    mine = [one for one in found if one.state.instrument.pk == instrument_id]
    if not mine:
        raise Http404
    context = {"review": review, "can": can, "rows": [(one, domains_of(one)) for one in mine]}
    return part(request, "appraisal/supports.html", _("Each domain with its support"), context)


@require_GET
def agreement(request: HttpRequest, review_id: int) -> HttpResponse:
    """How far the judges of a stage agreed before they compared."""
    review, can = fetch_review(reader(request), review_id)
    stage = stage_in(request, review)
    found = agreement_of(reader(request), stage) if stage else []
    context = {"review": review, "can": can, "agreement": found}
    return part(request, "appraisal/agreement.html", _("Agreement before comparing"), context)


def part(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A part of the summary for the page that asked by script; else a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, template, context)
    return render(request, "appraisal/summary_part.html", {**context, "title": title, "part": template})


def group_of(instrument: Any, _definition: Any, found: list[Standing], wanted: Wanted) -> dict[str, Any]:
    return {
        "instrument": instrument,
        "traffic": to_svg(drawn(found, "traffic", wanted), f"traffic-{instrument.pk}"),
        "bars": to_svg(drawn(found, "bars", wanted), f"bars-{instrument.pk}"),
        "rows": found,
        "robvis": has_robvis(found),
    }


def sorts_of(found: list[Standing]) -> list[tuple[str, str]]:
    """The domains of all instruments that plots can be sorted by; where two share a column, by its number."""
    labels: dict[str, set[str]] = {}
    for _instrument, definition, _group in by_instrument(found):
        for one in columns_of(definition):
            if one.slot != OVERALL:
                labels.setdefault(one.slot, set()).add(one.label)
    return [(slot, words.pop() if len(words) == 1 else slot) for slot, words in labels.items()]


def has_robvis(found: list[Standing]) -> bool:
    try:
        robvis_table(found[0].state.definition, [])
    except NoTemplate:
        return False
    return True


def domains_of(one: Standing) -> list[Page]:
    places = [place.key for place in page_of(one.state, "").places if place.key != "parameters"]
    return [page_of(one.state, key) for key in places]


def harmonised_of(found: list[Standing]) -> list[tuple[LevelMapping.Harmonised, int]]:
    counts = [one.harmonised for one in found]
    return [(level, counts.count(level.value)) for level in LevelMapping.Harmonised if found]


@require_GET
def picture(request: HttpRequest, review_id: int, instrument_id: int, which: str, form: str) -> HttpResponse:
    """One plot as SVG, PNG or PDF, or the table that robvis reads as CSV."""
    review, _can = fetch_review(reader(request), review_id)
    wanted = wanted_in(request, review)
    found = found_for(reader(request), review, wanted)
    mine = [one for one in found if one.state.instrument.pk == instrument_id]
    if not mine or which not in {"traffic", "bars", "robvis"} or (which == "robvis") != (form == "csv"):
        raise Http404
    response = HttpResponse(content_of(mine, which, form, wanted), content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="risk-of-bias-{which}.{form}"'
    return response


def content_of(found: list[Standing], which: str, form: str, wanted: Wanted) -> str | bytes:
    if form == "csv":
        try:
            return robvis_table(found[0].state.definition, [one.assessed() for one in found]).as_csv()
        except NoTemplate as error:
            raise Http404(str(error)) from None
    scene = drawn(found, which, wanted)
    return to_svg(scene, which) if form == "svg" else rasterise(scene, form)  # type: ignore[arg-type]
