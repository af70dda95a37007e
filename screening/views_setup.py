"""How a stage is screened: who needs a second judge, what is masked, how the work is split; and calibration rounds."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from config.refusals import Invalid
from consensus import services as consensus
from consensus.kinds import kind_of
from consensus.models import Stage
from reviews.models import Review
from reviews.permissions import Need, fetch_review
from screening import services
from screening.forms import CalibrationForm, MaskingForm, ModeForm
from screening.kinds import SCREENING
from screening.models import Calibration, Masking, Mode, Workload
from screening.services.calibrating import running, waiting
from screening.tallies import Tally, pairs_of
from screening.views import reader
from screening.views_progress import agreement


def found(request: HttpRequest, review_id: int, kind: str, need: Need) -> tuple[Review, Any, Stage]:
    review, can = fetch_review(reader(request), review_id, need, writing=request.method == "POST")
    if kind not in SCREENING:
        raise Http404
    return review, can, consensus.stage_of(review, kind)


def judging(stage: Stage) -> list[User]:
    """Everybody who judges at the stage."""
    members = stage.review.memberships.judging().select_related("user").order_by("user__name", "user_id")
    return [one.user for one in members if consensus.may_judge(one.user, stage)]


@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """Three short forms on one page; each keeps its own part."""
    review, can, stage = found(request, review_id, kind, "manage")
    if request.method == "POST":
        parts = {"mode": keep_mode, "masking": keep_masking, "workload": keep_workload}
        part = parts.get(request.POST.get("part", ""))
        if part is None:
            raise Invalid(_("Choose what to keep."))
        looked = part(request, review, stage)
        if looked:
            shown = setup_context(review, can, stage) | looked
            return render(request, "screening/setup.html", shown)
        messages.success(request, _("Kept."))
        return redirect("screening:setup", review_id, kind)
    return render(request, "screening/setup.html", setup_context(review, can, stage))


def setup_context(review: Review, can: Any, stage: Stage) -> dict[str, Any]:
    mode = Mode.objects.filter(stage=stage).first() or Mode(stage=stage)
    masking = Masking.objects.filter(review=review).first() or Masking()
    shares = dict(Workload.objects.filter(stage=stage).values_list("user", "percent"))
    needed = stage.judges_needed if mode.way == Mode.Way.ALL else 2
    return {
        "review": review,
        "can": can,
        "stage": stage,
        "label": kind_of(stage).label,
        "mode": ModeForm(initial={"way": mode.way, "percent": mode.percent, "judges_needed": needed}),
        "masking": MaskingForm(initial={"hidden": sorted(masking.hidden)}),
        "shares": [(user, shares.get(user.pk)) for user in judging(stage)],
        "needed": 100 * stage.judges_needed,
    }


def keep_mode(request: HttpRequest, review: Review, stage: Stage) -> dict[str, Any]:
    """Keep what was shown with what it changes; else show it."""
    form = ModeForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose who judges what; 1 to 5 judges, a sample of 1 to 99 per cent."))
    asked = {
        "way": form.cleaned_data["way"],
        "percent": form.cleaned_data["percent"] or 20,
        "judges_needed": form.cleaned_data["judges_needed"] or 2,
    }
    shown = consensus.fingerprint(asked)
    if not applied(request, shown):
        return {"mode": form, "shown": shown, "effect": services.preview_mode(stage=stage, **asked)}
    services.set_mode(by=reader(request), stage=stage, **asked)
    return {}


def keep_masking(request: HttpRequest, review: Review, stage: Stage) -> dict[str, Any]:
    """Keep what was shown with what it changes; else show it."""
    form = MaskingForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Authors, journal and year can be masked. Choose among them."))
    hidden = set(form.cleaned_data["hidden"])
    shown = consensus.fingerprint({"hidden": sorted(hidden)})
    if not applied(request, shown):
        effect = services.preview_masking(review=review, hidden=hidden)
        return {"masking": form, "shown": shown, "masking_effect": effect}
    services.set_masking(by=reader(request), review=review, hidden=hidden)
    return {}


def applied(request: HttpRequest, shown: str) -> bool:
    return request.POST.get("step") == "apply" and request.POST.get("shown") == shown


def keep_workload(request: HttpRequest, review: Review, stage: Stage) -> dict[str, Any]:
    """Keep what was shown with what it changes; else show it."""
    percents: dict[User, int] = {}
    for user in judging(stage):
        typed = request.POST.get(f"share-{user.pk}", "").strip()
        if not typed:
            continue
        if not typed.isdecimal() or len(typed) > 3:
            raise Invalid(_("Enter for each person how many of 100 records they take: 0 to 100."))
        percents[user] = int(typed)
    shown = consensus.fingerprint({str(user.pk): percent for user, percent in percents.items()})
    if not applied(request, shown):
        loads = services.preview_workload(by=reader(request), stage=stage, percents=percents)
        typed_in = [(user, percents.get(user)) for user in judging(stage)]
        return {"shares": typed_in, "shown": shown, "loads": loads}
    services.set_workload(by=reader(request), stage=stage, percents=percents)
    return {}


@require_GET
def calibration(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """The rounds of a stage. Agreement is shown when everybody is through, not before."""
    review, can, stage = found(request, review_id, kind, "judge")
    now = running(stage)
    named = {user.pk: user for user in judging(stage)}
    rounds = []
    for one in Calibration.objects.filter(stage=stage).order_by("-number"):
        over = one.ended_at is not None or not waiting(one)
        pairs = pairs_of(stage, one.pk) if over else {}
        rounds.append(
            {
                "round": one,
                "size": one.calibrated.count(),
                "over": over,
                "rows": agreement(Tally(at=timezone.now(), pairs=pairs), named) if pairs else [],
                "conflicts": one.calibrated.filter(item__status="conflict").count() if over else 0,
            }
        )
    context = {"review": review, "can": can, "stage": stage, "label": kind_of(stage).label}
    return render(
        request,
        "screening/calibration.html",
        {
            **context,
            "rounds": rounds,
            "running": now,
            "form": CalibrationForm(),
            "people": list(named.values()),
        },
    )


@require_POST
def start_calibration(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    _review, _can, stage = found(request, review_id, kind, "manage")
    form = CalibrationForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Enter between 1 and 200 records."))
    wanted = set(request.POST.getlist("judge"))
    judges = [user for user in judging(stage) if str(user.pk) in wanted]
    services.start_calibration(by=reader(request), stage=stage, size=form.cleaned_data["size"], judges=judges)
    messages.success(request, _("The round has begun. Its records come first in everybody's queue."))
    return redirect("screening:calibration", review_id, kind)


@require_POST
def end_calibration(request: HttpRequest, review_id: int, kind: str, number: int) -> HttpResponse:
    _review, _can, stage = found(request, review_id, kind, "manage")
    one = Calibration.objects.filter(stage=stage, number=number).select_related("stage").first()
    if one is None:
        raise Http404
    services.end_calibration(by=reader(request), calibration=one)
    messages.success(request, _("The round is over. What is missing is not waited for."))
    return redirect("screening:calibration", review_id, kind)
