"""The builder of instruments: a sketch on one page, kept and proved at every change."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from appraisal import services
from appraisal.instruments.model import OVERALL
from appraisal.instruments.sketch import Data
from appraisal.instruments.sketch_document import HEAD, Checked, checked
from appraisal.models import Instrument, Sketch
from appraisal.pages import LOOKS, Shown
from appraisal.views.common import reader
from config.refusals import Invalid
from reviews.models import Review
from reviews.permissions import Can, fetch_review

MANY = ("codes", "answers")


def sketch_for(
    request: HttpRequest, review_id: int, sketch_id: int, *, writing: bool = True
) -> tuple[Review, Can, Sketch]:
    review, can = fetch_review(reader(request), review_id, "manage", writing=writing)
    found = Sketch.objects.filter(review=review, id=sketch_id).first()
    if found is None:
        raise Http404
    return review, can, found


@require_POST
def begin(request: HttpRequest, review_id: int) -> HttpResponse:
    """A new sketch, empty or like an instrument that was built here."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    like = request.POST.get("like", "")
    held = None
    if like:
        held = Instrument.objects.filter(
            review=review, id=int(like) if like.isdecimal() and len(like) < 18 else 0
        ).first()
        if held is None:
            raise Http404
    made = services.begin_sketch(by=reader(request), review=review, like=held)
    return redirect("appraisal:sketch", review_id, made.pk)


@require_GET
def sketch(request: HttpRequest, review_id: int, sketch_id: int) -> HttpResponse:
    review, can, held = sketch_for(request, review_id, sketch_id, writing=False)
    return render(request, "appraisal/sketch.html", context_of(review, can, held))


def context_of(review: Review, can: Can, held: Sketch) -> dict[str, Any]:
    found = checked(held.content)
    return {
        "review": review,
        "can": can,
        "sketch": held,
        "data": held.content,
        "found": found,
        "head": found.faults.get(HEAD, ()),
        "domains": [
            (one, found.faults.get(one["key"], ()), counted(held.content, found, one["key"]))
            for one in held.content["domains"]
        ],
        "overall_faults": found.faults.get(OVERALL, ()),
        "overall_counted": counted(held.content, found, OVERALL),
        "looks": LOOK_WORDS,
        "overall_methods": OVERALL_WORDS,
        "operators": [(">=", _("at least")), ("==", _("exactly")), ("<=", _("at most"))],
        "joins": [
            ("all", _("all of these hold")),
            ("any", _("any of these holds")),
            ("otherwise", _("nothing above holds")),
        ],
    }


LOOK_WORDS = [
    ("low", gettext_lazy("+ best")),
    ("some", gettext_lazy("– between")),
    ("high", gettext_lazy("× worse")),
    ("critical", gettext_lazy("!! worst")),
    ("none", gettext_lazy("? no information")),
]


OVERALL_WORDS = [
    ("worst", gettext_lazy("The worst of the domains")),
    ("table", gettext_lazy("Proposed by rules")),
    ("manual", gettext_lazy("Left to the assessor")),
    ("none", gettext_lazy("None")),
]


def counted(data: Data, found: Checked, place: str) -> list[tuple[Shown, int]]:
    """How many combinations of answers lead to each level."""
    proof = found.proof
    part = None if proof is None else proof.overall if place == OVERALL else proof.domains.get(place)
    if part is None:
        return []
    levels = {one["code"]: Shown(one["label"], LOOKS[one["look"]]) for one in data["levels"]}
    return [(shown, part.judgements[code]) for code, shown in levels.items() if code in part.judgements]


def nested(request: HttpRequest) -> Any:
    """The fields of the page, named `domains.0.questions.1.label`, as the data that they stand for."""
    root: dict[str, Any] = {}
    for name, values in request.POST.lists():
        steps = name.split(".")
        here = root
        for step in steps[:-1]:
            inner = here.setdefault(step, {})
            here = inner if isinstance(inner, dict) else {}
        here[steps[-1]] = (
            [one for one in values if one] if steps[-1] in MANY and len(steps) > 1 else values[-1]
        )
    return listed(root)


def listed(held: Any) -> Any:
    """Mappings whose keys are all numbers are lists, in that order."""
    if not isinstance(held, dict):
        return held
    inner = {key: listed(value) for key, value in held.items()}
    if inner and all(key.isdecimal() and len(key) < 4 for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


@require_POST
def save(request: HttpRequest, review_id: int, sketch_id: int) -> HttpResponse:
    """Keep the page as it is, and take the step that the button names; `keep` proves it and keeps it for good."""
    review, can, held = sketch_for(request, review_id, sketch_id)
    revision, do = request.POST.get("revision", ""), request.POST.get("do", "")
    if not revision.isdecimal() or len(revision) > 9:
        raise Invalid(_("A part of the form did not arrive. Reload the page and try again."))
    held = services.save_sketch(
        by=reader(request),
        sketch_id=held.pk,
        content=nested(request),
        do="" if do == "keep" else do,
        revision=int(revision),
    )
    if do == "keep" and checked(held.content).sound:
        made = services.keep_sketch(by=reader(request), sketch_id=held.pk)
        messages.success(
            request, _("Proved and kept: %(instrument)s. Say for which designs it is.") % {"instrument": made}
        )
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": reverse("appraisal:plan", args=[review_id])})
        return redirect("appraisal:plan", review_id)
    if request.headers.get("HX-Request"):
        return render(
            request, "appraisal/sketch_form.html", context_of(review, can, held) | {"asked": do == "keep"}
        )
    return redirect("appraisal:sketch", review_id, held.pk)


@require_POST
def discard(request: HttpRequest, review_id: int, sketch_id: int) -> HttpResponse:
    _review, _can, held = sketch_for(request, review_id, sketch_id)
    services.discard_sketch(by=reader(request), sketch_id=held.pk)
    messages.success(request, _("Thrown away. Instruments that were kept stay."))
    return redirect("appraisal:plan", review_id)
