from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.refusals import Invalid
from consensus import services
from consensus.forms import NewReviewForm, ReopenForm, StageForm
from consensus.kinds import kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.presets import preset_of
from consensus.sides import (
    compare_url,
    history_of,
    mask_items,
    may_do,
    sees_others,
    shown_status,
    third_judges,
)
from consensus.views_conflicts import answered, item_of, reader
from consensus.views_thread import thread_context
from reviews.models import Review
from reviews.permissions import Can, fetch_review


@require_http_methods(["GET", "POST"])
def new_review(request: HttpRequest) -> HttpResponse:
    """Begin a review: question, criteria, ordered reasons; its stages come along."""
    kind = request.GET.get("type", Review.Type.INTERVENTION.value)
    form = NewReviewForm(request.POST or None, initial={"review_type": kind})
    if request.POST.get("step") == "type":
        # Another type was chosen: the same texts under its words, and nothing is wrong yet.
        form = NewReviewForm(initial=request.POST.dict())
    elif request.method == "POST" and form.is_valid():
        review = services.start_review(by=reader(request), **form.values())
        messages.success(request, _("The review is there. Import what the searches found."))
        return redirect("reviews:detail", review.pk)
    status = 422 if form.errors else 200
    return render(request, "consensus/new_review.html", {"form": form, "types": types(form)}, status=status)


def types(form: NewReviewForm) -> list[tuple[str, str, Any, bool]]:
    """Each type of review with what it brings along, and whether the form is for it."""
    return [
        (name, str(label), preset_of(name).says, preset_of(name) is form.preset)
        for name, label in Review.Type.choices
    ]


@require_GET
def item(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """One item: where it stands and what was said of it, as far as the reader may know."""
    review, can = fetch_review(reader(request), review_id)
    found = item_of(request, review_id, item_id)
    user = reader(request)
    open_ = sees_others(user, found)
    if open_:
        services.reveal(by=user, item_ids=[found.pk, *found.family.values_list("id", flat=True)])
    mask_items(user, [found])
    status = shown_status(found, can)
    context = {
        "review": review,
        "can": can,
        "item": found,
        "label": kind_of(found.stage).label,
        "status": status,
        "status_label": WorkItem.Status(status).label,
        "open": open_,
        "history": history_of(user, found),
        **thread_context(user, review, can, found),
        "may": may_do(user, found, can),
        "third": third_judges(found) if can.manage else [],
        "compare_url": compare_url(found) if open_ else "",
    }
    return render(request, "consensus/item.html", context)


@require_POST
def sign(request: HttpRequest, review_id: int, item_id: int, judgement_id: int) -> HttpResponse:
    """Agree with what another judge of the item proposed."""
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    found = item_of(request, review_id, item_id)
    if not Judgement.objects.visible_to(reader(request)).filter(id=judgement_id, item=found).exists():
        raise Http404
    signed = services.sign(by=reader(request), judgement_id=judgement_id)
    if request.headers.get("HX-Request"):
        return answered(request, review, can, found)
    said = _("Signed. Others have still to sign.") if signed.is_draft else _("Signed and settled.")
    messages.success(request, said)
    return redirect(compare_url(found))


@require_POST
def reopen(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    found = item_of(request, review_id, item_id)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("Say in up to 2,000 characters why this is reopened. The reason is kept with the item.")
        )
    services.reopen(by=reader(request), item_id=found.pk, reason=form.cleaned_data["reason"])
    if request.headers.get("HX-Request"):
        return answered(request, review, can, found)
    messages.success(request, _("Reopened. Its answer stays, flagged, until it is settled again."))
    return redirect(compare_url(found))


@require_POST
def add_judge(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    found = item_of(request, review_id, item_id)
    wanted = request.POST.get("judge", "")
    members = review.memberships.judging().select_related("user")
    judge = members.filter(user_id=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if judge is None:
        raise Invalid(_("Choose a member of the review who judges."))
    services.add_judge(by=reader(request), item=found, judge=judge.user)
    if request.headers.get("HX-Request"):
        return answered(request, review, can, found)
    messages.success(request, _("%(who)s is asked to judge it as well.") % {"who": judge.user})
    return redirect("consensus:conflicts", review_id)


@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """How a stage is judged. A change is shown with what it touches, then made."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=request.method == "POST")
    found = services.stage_of(review, kind)
    of_verdicts = hasattr(kind_of(found), "reason_required")
    form = StageForm(request.POST or None, instance=found, of_verdicts=of_verdicts)
    context = stage_context(review, can, found) | {"form": form}
    if request.method == "POST" and form.is_valid():
        effect = services.preview_stage(stage=found, **form.values())
        shown = services.fingerprint(form.values())
        if request.POST.get("step") == "apply" and request.POST.get("shown") == shown:
            job = services.change_stage(by=reader(request), stage=found, **form.values())
            messages.success(request, services.changed_in_words(job))
            return redirect("consensus:stage", review_id, kind)
        context |= {"effect": effect, "shown": shown, "moved": request.POST.get("step") == "apply"}
        context["resolving"] = resolving(form) if {"resolver", "resolved_by"} & set(form.changed_data) else ""
    return render(request, "consensus/stage.html", context, status=422 if form.errors else 200)


def resolving(form: StageForm) -> str:
    """Who settles the conflicts from then on."""
    if form.cleaned_data["resolver"] == Stage.Resolver.NAMED:
        who = {"who": form.cleaned_data["resolved_by"]}
        return _("%(who)s settles the conflicts of this stage, in place of the leads.") % who
    if form.cleaned_data["resolver"] == Stage.Resolver.PAIR:
        return _("The judges of each item settle it together, and all of them sign.")
    return _("Leads and owners settle the conflicts of this stage.")


@require_GET
def stages(request: HttpRequest, review_id: int) -> HttpResponse:
    """All stages beside each other: who judges, what agreement means, who resolves."""
    review, can = fetch_review(reader(request), review_id)
    found = (
        Stage.objects.filter(review=review)
        .select_related("resolved_by")
        .prefetch_related("named_judges__user")
    )
    everybody = review.memberships.judging().select_related("user")
    members = {one.user_id: one.user for one in everybody}
    lines = [
        (one, kind_of(one), [members[j.user_id] for j in one.named_judges.all() if j.user_id in members])
        for one in found
    ]
    context = {
        "review": review,
        "can": can,
        "lines": lines,
        "hands": len(members),
        "hand_list": list(members.values()),
        "tabs": tabs_of(review),
    }
    return render(request, "consensus/stages.html", context)


def stage_context(review: Review, can: Can, found: Stage) -> dict[str, Any]:
    return {
        "review": review,
        "can": can,
        "stage": found,
        "label": kind_of(found).label,
        "tabs": tabs_of(review, found),
    }


def tabs_of(review: Review, here: Stage | None = None) -> list[tuple[Any, str, bool]]:
    every = (_("All stages"), reverse("consensus:stages", args=[review.pk]), here is None)
    return [
        every,
        *(
            (kind_of(one).label, reverse("consensus:stage", args=[review.pk, one.kind]), one == here)
            for one in Stage.objects.filter(review=review)
        ),
    ]
