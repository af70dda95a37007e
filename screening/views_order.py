"""In which order a stage's records come, what the model learnt, and when the team may stop."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from config.refusals import Invalid
from consensus import services as consensus
from consensus.kinds import kind_of
from consensus.models import Stage, Stop
from reviews.models import Review
from reviews.permissions import Can, Need, fetch_review
from screening import auditing, halting, prioritising
from screening.kinds import SCREENING
from screening.views import reader

# The drawing's size in its own units.
WIDE, HIGH = 600, 200
TERMS = 24


class OrderForm(forms.Form):
    order = forms.ChoiceField(
        label=gettext_lazy("Records come"), choices=Stage.Order, widget=forms.RadioSelect
    )


class StopForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("Why the team stops here"),
        help_text=gettext_lazy("It goes into the report, with the figures above."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SampleForm(forms.Form):
    size = forms.IntegerField(label=gettext_lazy("Records to screen at random"), min_value=1)


def stage_of(
    request: HttpRequest, review_id: int, kind: str, need: Need = "see", *, writing: bool = False
) -> tuple[Review, Can, Stage]:
    review, can = fetch_review(reader(request), review_id, need, writing=writing)
    if kind not in SCREENING:
        raise Http404
    return review, can, consensus.stage_of(review, kind)


@require_GET
def order(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    review, can, stage = stage_of(request, review_id, kind)
    own = stage.order == Stage.Order.OWN
    now = halting.standing(stage)
    latest = prioritising.latest_of(stage, reader(request) if own else None)
    curve = halting.finds_of(stage)
    stopped = Stop.objects.filter(stage=stage, resumed_at=None).select_related("stopped_by").first()
    context = {
        "review": review,
        "can": can,
        "stage": stage,
        "label": kind_of(stage).label,
        "now": now,
        "latest": latest,
        "waits": stage.order in prioritising.LEARNING and not latest and (can.judge or not own),
        "terms": latest.terms[:TERMS] if latest else [],
        "curve": curve,
        "points": points(curve),
        "stop": stopped,
        "grounds": halting.grounds(stopped.basis) if stopped else "",
        "order_form": OrderForm(initial={"order": stage.order}),
        "sample_form": SampleForm(initial={"size": now.advice}),
        "stop_form": StopForm(),
        "audit": auditing.audit(stage) if stage.order == Stage.Order.MIXED else None,
    }
    return render(request, "screening/order.html", context)


def points(curve: list[tuple[int, int]]) -> str:
    """The curve of finds as the points of a line in a drawing of 600 by 200."""
    most, top = curve[-1]
    return " ".join(f"{WIDE * x / (most or 1):.1f},{HIGH - HIGH * y / (top or 1):.1f}" for x, y in curve)


def valid(form: forms.Form) -> forms.Form:
    if not form.is_valid():
        raise Invalid(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form


@require_POST
def set_order(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    review, _can, stage = stage_of(request, review_id, kind, "manage", writing=True)
    form = valid(OrderForm(request.POST))
    prioritising.set_order(by=reader(request), stage=stage, order=form.cleaned_data["order"])
    messages.success(request, _("Queues follow the new order from now on."))
    return redirect("screening:order", review.pk, kind)


@require_POST
def sample(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    review, _can, stage = stage_of(request, review_id, kind, "manage", writing=True)
    if request.POST.get("step") == "end":
        halting.end_sample(by=reader(request), stage=stage)
        messages.success(request, _("The sample is ended. Queues follow the stage's own order again."))
        return redirect("screening:order", review.pk, kind)
    form = valid(SampleForm(request.POST))
    made = halting.start_sample(by=reader(request), stage=stage, size=form.cleaned_data["size"])
    messages.success(
        request, _("%(n)s records were drawn; they are in everybody's queue.") % {"n": made.basis["planned"]}
    )
    return redirect("screening:order", review.pk, kind)


@require_POST
def stop(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    review, _can, stage = stage_of(request, review_id, kind, "manage", writing=True)
    if request.POST.get("step") == "resume":
        halting.go_on(by=reader(request), stage=stage)
        messages.success(request, _("Screening goes on."))
    else:
        form = valid(StopForm(request.POST))
        halting.stop(by=reader(request), stage=stage, comment=form.cleaned_data["comment"])
        messages.success(request, _("Screening of this stage is stopped. You can go on at any time."))
    return redirect("screening:order", review.pk, kind)
