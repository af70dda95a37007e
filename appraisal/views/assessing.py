"""A reviewer's own assessment: the list, one domain at a time with autosave, handing it in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from appraisal import services
from appraisal.instruments.model import OVERALL
from appraisal.instruments.words import caveats
from appraisal.models import Level, Plan
from appraisal.pages import Shown, page_of, shown
from appraisal.services.reading import State
from appraisal.views.common import draft_for, item_for, reader
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.anchors import Place, reports_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.sides import conflicts_of, open_to
from reviews.models import Review
from reviews.permissions import Can, fetch_review

MOST = 200


@require_GET
def queue(request: HttpRequest, review_id: int) -> HttpResponse:
    """The studies and results that wait for the reader, and what is open for comparison."""
    review, can = fetch_review(reader(request), review_id)
    stages = list(Stage.objects.filter(review=review, kind__in=services.KINDS))
    lists = [lists_of(reader(request), can, stage) for stage in stages]
    left = [kind for kind in services.KINDS if kind not in {one.kind for one in stages}]
    return render(
        request, "appraisal/queue.html", {"review": review, "can": can, "lists": lists, "left": left}
    )


def lists_of(user: User, can: Can, stage: Stage) -> dict[str, Any]:
    judges = consensus.may_judge(user, stage)
    waiting = consensus.next_items(stage=stage, user=user, limit=MOST) if judges else []
    own = Judgement.objects.independent().of(user).filter(item__stage=stage, superseded_at=None)
    mine = list(
        own.select_related("item__study", "item__result__study", "item__result__outcome").order_by("id")
    )
    begun = [one for one in mine if one.is_draft]
    known = {one.item_id for one in begun}
    related = ("study", "result__study", "result__outcome", "result__time_point")
    decided = WorkItem.objects.decided().filter(stage=stage).select_related(*related).order_by("id")
    agreed = open_to(user, list(decided[:MOST]))
    return {
        "stage": stage,
        "by_result": stage.kind == "appraisal_result",
        "judges": judges,
        "begun": begun,
        "waiting": [one for one in waiting if one.pk not in known],
        "submitted": [one for one in mine if not one.is_draft][:MOST],
        "conflicts": conflicts_of(user, can, stage).select_related(*related).order_by("id")[:MOST],
        "decided": [(one, level) for one, level in zip(agreed, final_levels(agreed), strict=True)],
    }


def final_levels(items: list[WorkItem]) -> list[Shown | None]:
    """The overall level of each item's final assessment, in words."""
    found = Level.objects.filter(judgement__in=[one.final_id for one in items], key=OVERALL)
    rows = {one.judgement_id: one for one in found.select_related("judgement__assessment__instrument")}
    return [overall_of(rows.get(one.final_id or 0)) for one in items]


def overall_of(row: Level | None) -> Shown | None:
    if row is None:
        return None
    definition = row.judgement.assessment.instrument.definition
    return shown(definition.scales.get(definition.overall.scale), row.level)


@require_POST
def begin(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Start an assessment, or a revision of one's own."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    draft = services.begin(by=reader(request), item_id=item.pk)
    return redirect("appraisal:draft", review_id, draft.pk)


@require_GET
def assess(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """The reader's own assessment of an item: the draft, or what they submitted."""
    review, can, item = item_for(request, review_id, item_id, "judge")
    if not consensus.may_judge(reader(request), item.stage):
        raise PermissionDenied(_("You do not judge at this stage. Ask the review's lead."))
    own = Judgement.objects.of(reader(request)).filter(item=item, superseded_at=None)
    mine = list(own.exclude(role=Judgement.Role.CONSENSUS).order_by("submitted_at", "id"))
    draft = next((one for one in mine if one.is_draft), None)
    if draft:
        return redirect("appraisal:draft", review_id, draft.pk)
    submitted = next(iter(mine), None)
    state = services.state_of(submitted) if submitted else None
    wanted, refusal = None, ""
    try:
        wanted = services.use_for(item.version_id, services.study_of_item(item))
    except Refused as error:
        refusal = error.message
    context = {"review": review, "can": can, "item": item, "wanted": wanted, "refusal": refusal}
    context["others"] = services.others_to_begin(reader(request), submitted) if submitted else []
    context |= {"submitted": submitted, "state": state, "domains": services_rows(state)}
    return render(request, "appraisal/assess.html", context)


def services_rows(state: State | None) -> list[Any]:
    """The domains of a submitted assessment, each with its page."""
    if state is None:
        return []
    return [page_of(state, one.key) for one in page_of(state, "").places]


@require_GET
def draft(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """A draft, one domain at a time: one's own, or the consensus."""
    review, can, held = draft_for(request, review_id, judgement_id, writing=False)
    if not held.is_draft or held.superseded_at:
        page = "compare" if held.role == Judgement.Role.CONSENSUS else "assess"
        return redirect(f"appraisal:{page}", review_id, held.item_id)
    state = services.state_of(held)
    if state is None:
        return redirect("appraisal:assess", review_id, held.item_id)
    context = context_of(request, review, can, state, request.GET.get("domain", ""))
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    response = render(request, f"appraisal/{'assessment' if part else 'draft'}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def context_of(request: HttpRequest, review: Review, can: Can, state: State, at: str) -> dict[str, Any]:
    held = state.judgement
    return {
        "review": review,
        "can": can,
        "item": held.item,
        "draft": held,
        "page": page_of(state, at),
        "definition": state.definition,
        "caveats": caveats(state.definition),
        "plan": Plan.objects.filter(version=held.version_id).first(),
        "outdated": services.outdated(state),
        "lacking": services.lacking(state),
        "reports": reports_of(held),
        "others": others_of(reader(request), held),
        "consensus": held.role == Judgement.Role.CONSENSUS,
    }


def others_of(user: User, held: Judgement) -> list[Judgement]:
    """One's own assessments of the study's other results, from which this one can begin."""
    result = held.item.result
    if result is None or held.role == Judgement.Role.CONSENSUS:
        return []
    own = Judgement.objects.current().independent().of(user).filter(item__result__study=result.study_id)
    return list(own.exclude(item=held.item).select_related("item__result__outcome").order_by("id"))


def again(request: HttpRequest, review: Review, can: Can, held: Judgement, error: str = "") -> HttpResponse:
    """The assessment as it is now: its part of the page for a script, else the page."""
    at = request.POST.get("domain", "")
    if not request.headers.get("HX-Request"):
        if error:
            raise Invalid(error)
        return redirect(f"{reverse('appraisal:draft', args=[review.pk, held.pk])}?domain={at}")
    state = services.state_of(held)
    if state is None:
        return redirect("appraisal:assess", review.pk, held.item_id)
    context = context_of(request, review, can, state, at) | {"error": error}
    return render(request, "appraisal/assessment.html", context, status=422 if error else 200)


@require_POST
def answer(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Autosave one answer, or the words and the place that support it."""
    review, can, held = draft_for(request, review_id, judgement_id)
    post = request.POST
    report = post.get("report", "")
    place = None
    if "quote" in post:
        place = Place(
            page=post.get("page", ""),
            quote=post.get("quote", ""),
            report_id=int(report) if report.isdecimal() and len(report) < 18 else None,
        )
    error = ""
    try:
        services.save_answer(
            by=reader(request),
            judgement_id=held.pk,
            key=post.get("key", ""),
            part=post.get("part", "question"),
            codes=[one for one in post.getlist("codes") if one] if post.get("asks") == "codes" else None,
            text=post.get("text"),
            support=post.get("support"),
            place=place,
        )
    except Invalid as refused:
        error = refused.message
    return again(request, review, can, held, error)


@require_POST
def level(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """The assessor's own level, with the reason for it."""
    review, can, held = draft_for(request, review_id, judgement_id)
    words = {name: request.POST.get(name, "") for name in ("key", "level", "reason", "direction")}
    error = ""
    try:
        services.save_level(by=reader(request), judgement_id=held.pk, **words)
    except Invalid as refused:
        error = refused.message
    return again(request, review, can, held, error)


@require_POST
def switch(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Carry the draft over to the instrument that the study's design calls for now."""
    _review, _can, held = draft_for(request, review_id, judgement_id)
    lost = services.switch(by=reader(request), judgement_id=held.pk)
    messages.success(
        request, _("Carried over. %(n)s answers did not fit the other instrument.") % {"n": lost}
    )
    return redirect("appraisal:draft", review_id, held.pk)


@require_POST
def copy(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Begin with one's own assessment of another result of the study."""
    _review, _can, held = draft_for(request, review_id, judgement_id)
    source = request.POST.get("source", "")
    if not source.isdecimal() or len(source) > 18:
        raise Invalid(_("Choose the assessment to begin with."))
    services.start_from(by=reader(request), judgement_id=held.pk, source_id=int(source))
    messages.success(request, _("Copied. Check each domain for this result."))
    return redirect("appraisal:draft", review_id, held.pk)


@require_POST
def copy_on(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Begin the study's other results with this assessment."""
    _review, _can, held = draft_for(request, review_id, judgement_id)
    begun = services.copy_on(by=reader(request), judgement_id=held.pk)
    messages.success(
        request, _("Begun with a copy: %(n)s. Check each domain for its own result.") % {"n": begun}
    )
    return redirect("appraisal:queue", review_id)


@require_POST
def submit(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Hand in an assessment: it stays as it is from now on, and counts."""
    _review, _can, held = draft_for(request, review_id, judgement_id)
    consensus.submit_draft(by=reader(request), judgement_id=held.pk, comment=request.POST.get("comment", ""))
    messages.success(request, _("Submitted: %(what)s.") % {"what": held.item.target})
    return redirect("appraisal:queue", review_id)


@require_POST
def discard(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Put a draft away. What was submitted before it stands."""
    _review, _can, held = draft_for(request, review_id, judgement_id)
    consensus.discard_draft(by=reader(request), judgement_id=held.pk)
    messages.success(request, _("The draft was put away."))
    return redirect("appraisal:queue", review_id)
