"""Which instruments a review asks, with which parameters, for which designs; its own instruments; its scale."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appraisal import services
from appraisal.instruments.load import shipped
from appraisal.instruments.model import Instrument as Definition
from appraisal.instruments.model import Parameter
from appraisal.instruments.sketch_document import sketch_of
from appraisal.instruments.words import caveats
from appraisal.instruments.yaml_text import MAX_BYTES, write_yaml
from appraisal.models import Instrument, LevelMapping, Plan, Sketch, Use
from appraisal.pages import shown
from appraisal.views.common import reader
from config.refusals import Invalid
from consensus.models import Stage
from reviews.models import Review
from reviews.permissions import Can, fetch_review
from studies.models import Outcome, Study, TimePoint
from studies.services import time_point


@require_POST
def add_stage(request: HttpRequest, review_id: int) -> HttpResponse:
    """Add risk of bias to the review, by study or by result."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    services.add_appraisal(by=reader(request), review=review, kind=request.POST.get("kind", ""))
    messages.success(request, _("Added, with the usual instruments. Choose others here."))
    return redirect("appraisal:plan", review_id)


@require_GET
def plan(request: HttpRequest, review_id: int) -> HttpResponse:
    """What is asked of which design, for everybody to read and for the lead to change."""
    review, can = fetch_review(reader(request), review_id)
    return render(request, "appraisal/plan.html", context_of(review, can))


def context_of(review: Review, can: Can) -> dict[str, Any]:
    stages = list(Stage.objects.filter(review=review, kind__in=services.KINDS))
    kept = list(Instrument.objects.filter(review=review).prefetch_related("mappings"))
    return {
        "review": review,
        "can": can,
        "plans": [(stage, *lines_of(stage, kept)) for stage in stages],
        "kept": [
            (one, caveats(one.definition), scale_of(one), sketch_of(one.document) is not None) for one in kept
        ],
        "sketches": Sketch.objects.filter(review=review) if can.manage else [],
        "shipped": [
            (name, one.instrument) for name, one in shipped().items() if not known(kept, one.content_hash)
        ],
        "designs": [one for one in Study.Design.choices if one[0] != Study.Design.UNCLEAR],
        "harmonised": LevelMapping.Harmonised.choices,
        "studies": Study.objects.current().filter(review=review).order_by("label")[:500],
        "outcomes": Outcome.objects.agreed().filter(review=review).order_by("name"),
        "units": TimePoint.Unit.choices,
        "by_result": any(one.kind == "appraisal_result" for one in stages),
    }


def known(kept: list[Instrument], digest: str) -> bool:
    return any(one.content_hash == digest for one in kept)


def scale_of(instrument: Instrument) -> list[tuple[str, Any, str]]:
    """Each overall level with what it stands for on the review's scale."""
    definition = instrument.definition
    held = {one.level: one.stands_for for one in instrument.mappings.all()}
    scale = definition.scales.get(definition.overall.scale)
    return [
        (one.code, shown(scale, one.code), held.get(one.code, "")) for one in (scale.levels if scale else ())
    ]


def lines_of(stage: Stage, kept: list[Instrument]) -> tuple[Plan | None, list[dict[str, Any]]]:
    """Every instrument that the review has, with how the newest plan uses it."""
    newest = services.newest_plan(stage)
    uses = {one.instrument_id: one for one in Use.objects.filter(plan=newest)} if newest else {}
    return newest, [
        {
            "instrument": one,
            "use": uses.get(one.pk),
            "designs": uses[one.pk].designs if one.pk in uses else [],
            "otherwise": one.pk in uses and not uses[one.pk].designs,
            "parameters": parameters_of(one.definition, uses.get(one.pk)),
        }
        for one in sorted(
            kept, key=lambda one: (one.pk not in uses, uses[one.pk].position if one.pk in uses else 0)
        )
    ]


def parameters_of(definition: Definition, use: Use | None) -> list[tuple[Parameter, Any]]:
    held = use.parameters if use else {}
    return [(one, held.get(one.id)) for one in definition.parameters if one.scope == "review"]


@require_POST
def publish(request: HttpRequest, review_id: int) -> HttpResponse:
    """Show what asking these changes; then ask them from now on."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    stage = Stage.objects.filter(review=review, kind=request.POST.get("kind", "")).first()
    if stage is None or stage.kind not in services.KINDS:
        raise Http404
    chosen = [
        posted(request, one)
        for one in Instrument.objects.filter(review=review)
        if request.POST.get(f"for-{one.pk}") in {"designs", "otherwise"}
    ]
    chosen.sort(key=lambda one: not one.designs)
    asked: dict[str, Any] = {
        "stage": stage,
        "chosen": chosen,
        "confounders": request.POST.get("confounders", ""),
        "co_interventions": request.POST.get("co_interventions", ""),
    }
    if request.POST.get("step") != "apply":
        effect = services.preview_plan(by=reader(request), **asked)
        again = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
        context = {"review": review, "can": can, "effect": effect, "again": again}
        return render(request, "appraisal/publish.html", context)
    services.publish_plan(by=reader(request), **asked)
    messages.success(request, _("Published. What was begun is carried over as far as it fits."))
    return redirect("appraisal:plan", review_id)


def posted(request: HttpRequest, instrument: Instrument) -> services.Choice:
    post, pk = request.POST, instrument.pk
    designs = post.getlist(f"designs-{pk}") if post.get(f"for-{pk}") == "designs" else []
    if post.get(f"for-{pk}") == "designs" and not designs:
        raise Invalid(_("Tick the designs for %(instrument)s, or take it out.") % {"instrument": instrument})
    if not set(designs) <= set(Study.Design.values):
        raise Invalid(_("Choose designs of the list."))
    parameters: dict[str, Any] = {}
    for one, _held in parameters_of(instrument.definition, None):
        values = [value for value in post.getlist(f"{pk}-{one.id}") if value]
        if one.type == "boolean":
            parameters[one.id] = "true" in values
        elif values:
            parameters[one.id] = values if one.type == "multi" else values[0]
    return services.Choice(instrument, designs, parameters)


@require_POST
def bring(request: HttpRequest, review_id: int) -> HttpResponse:
    """An instrument for the review: one that comes with Concord, or the team's own as YAML, proved before it is kept."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    upload = request.FILES.get("file")
    if upload is None:
        made = services.use_shipped(by=reader(request), review=review, name=request.POST.get("name", ""))
    else:
        try:
            # What is too large is not read to its end to be refused.
            made = services.add_own(by=reader(request), review=review, source=upload.read(MAX_BYTES + 1))
        except Invalid as error:
            refused = {"refused": error.message.splitlines(), "file": upload.name}
            return render(request, "appraisal/plan.html", context_of(review, can) | refused, status=400)
    messages.success(request, _("Added: %(instrument)s. Say for which designs it is.") % {"instrument": made})
    return redirect("appraisal:plan", review_id)


def instrument_of(review: Review, pk: int) -> Instrument:
    found = Instrument.objects.filter(review=review, id=pk).first()
    if found is None:
        raise Http404
    return found


@require_GET
def download(request: HttpRequest, review_id: int, instrument_id: int) -> HttpResponse:
    """The instrument as YAML: to read, to change and to bring in again."""
    review, _can = fetch_review(reader(request), review_id)
    held = instrument_of(review, instrument_id)
    response = HttpResponse(write_yaml(held.document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="instrument-{held.pk}.yaml"'
    return response


@require_POST
def scale(request: HttpRequest, review_id: int, instrument_id: int) -> HttpResponse:
    """What the instrument's overall levels stand for on the review's own scale."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    held = instrument_of(review, instrument_id)
    levels = {code: request.POST.get(f"level-{code}", "") for code, _shown, _held in scale_of(held)}
    services.map_levels(by=reader(request), instrument=held, levels=levels)
    messages.success(request, _("Saved. Tables that show it are built again."))
    return redirect("appraisal:plan", review_id)


@require_POST
def add_result(request: HttpRequest, review_id: int) -> HttpResponse:
    """A result to assess: a study's outcome at a time point."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    post = request.POST
    picked = {
        name: int(post[name]) if post.get(name, "").isdecimal() and len(post[name]) < 18 else 0
        for name in ("study", "outcome")
    }
    study = Study.objects.current().filter(review=review, id=picked["study"]).first()
    outcome = Outcome.objects.agreed().filter(review=review, id=picked["outcome"]).first()
    if study is None or outcome is None:
        raise Invalid(_("Choose the study and the outcome."))
    when = None
    if post.get("time"):
        if (
            not post["time"].isdecimal()
            or len(post["time"]) > 6
            or post.get("unit") not in TimePoint.Unit.values
        ):
            raise Invalid(_("Enter the time point as a whole number of its unit."))
        when = time_point(review=review, value=int(post["time"]), unit=post["unit"])
    services.add_result(
        by=reader(request), study=study, outcome=outcome, time_point=when, analysis=post.get("analysis", "")
    )
    messages.success(request, _("Added. It waits for its judges once the study is included."))
    return redirect("appraisal:plan", review_id)
