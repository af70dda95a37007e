from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.kinds import kind_of
from consensus.models import Note, Stage, WorkItem
from consensus.sides import conflicts_of, mask_items, may_do, notes_of, sees_others, sides_of, third_judges
from reviews.models import Review
from reviews.permissions import Can, fetch_review
from screening import modes, records, services
from screening.forms import AnswerForm, DecisionForm, NoteForm, RetrievalForm
from screening.kinds import SCREENING
from screening.listing import Counted, count
from screening.models import Verdict
from studies.models import Report

BATCH = 20
MOST = 200
BESIDE = 20
ON_PAGE = 50


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def stage_for(request: HttpRequest, review_id: int, kind: str) -> tuple[Review, Can, Stage]:
    """The screening stage, for somebody who judges at it."""
    review, can = fetch_review(reader(request), review_id, "judge")
    if kind not in SCREENING:
        raise Http404
    stage = consensus.stage_of(review, kind)
    if not consensus.may_judge(reader(request), stage, can):
        raise PermissionDenied(_("You do not judge at this stage. Ask the review's lead."))
    return review, can, stage


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def items_for(request: HttpRequest, stage: Stage, limit: int) -> list[WorkItem]:
    """The reader's next items; the one that the address names comes first."""
    user = reader(request)
    waiting = consensus.next_items(stage=stage, user=user, limit=limit)
    wanted = request.GET.get("item", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return waiting
    first = consensus.fetch_item(user, int(wanted))
    if first.stage_id != stage.pk:
        raise Http404
    return [first, *(item for item in waiting if item.pk != first.pk)]


def record_context(review: Review, can: Can, stage: Stage) -> dict[str, Any]:
    return {
        "review": review,
        "can": can,
        "stage": stage,
        "label": kind_of(stage).label,
        "retrievals": Report.Retrieval.choices,
        "audiences": Note.Audience.choices,
        "labels": records.labels_of(review),
    }


@require_GET
def screen(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """One record at a time, the next ones already in the page."""
    review, can, stage = stage_for(request, review_id, kind)
    user = reader(request)
    waiting = records.shown(items_for(request, stage, BATCH), user)
    done, live = records.own_progress(user, stage)
    return render(
        request,
        "screening/screen.html",
        {
            **record_context(review, can, stage),
            "waiting_records": waiting,
            "current": waiting[0] if waiting else None,
            "asked": records.asked(stage),
            "reasons": records.reasons_of(review),
            "later": [(v.value, v.label) for v in Verdict.LATER if v in services.verdicts_of(kind)],
            "plain_exclude": not getattr(kind_of(stage), "reason_required", False),
            "done": done,
            "live": live,
            "reading": records.reading_of(user),
            "own_terms": records.own_terms_of(review, user),
            "unblinded": modes.unblinded(stage),
        },
    )


@require_GET
def batch(request: HttpRequest, review_id: int, kind: str) -> JsonResponse:
    """The reader's next records, ready to be put into the page."""
    review, can, stage = stage_for(request, review_id, kind)
    user = reader(request)
    wanted = request.GET.get("limit", "")
    limit = min(int(wanted), MOST) if wanted.isdecimal() and len(wanted) < 5 else BATCH
    known = {one for one in request.GET.get("known", "").split(",") if one}
    items = items_for(request, stage, limit)
    fresh = [item for item in items if str(item.pk) not in known][:BATCH]
    context = record_context(review, can, stage) | {"request": request}
    done, live = records.own_progress(user, stage)
    return JsonResponse(
        {
            "items": [records.as_json(one, context) for one in records.shown(fresh, user)],
            "done": done,
            "live": live,
        }
    )


@require_POST
def decide(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """Take one decision, from the page's script or from its plain form."""
    try:
        return take_decision(request, review_id, kind)
    except (Refused, PermissionDenied, Http404) as error:
        if not wants_json(request):
            raise
        return refusal(error)


def take_decision(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    user = reader(request)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        stage_for(request, review_id, kind)  # who may not judge here is told that first
    values = form.values()
    token = form.cleaned_data["token"]
    stage = services.judge(by=user, token=token, at=(review_id, kind), **values).item.stage
    done, live = records.own_progress(user, stage)
    if wants_json(request):
        return JsonResponse({"item": values["item_id"], "done": done, "live": live})
    return redirect("screening:screen", review_id, stage.kind)


def refusal(error: Exception) -> JsonResponse:
    """A refusal that the script can tell from a page of the sign-in: JSON, with the sentence to show."""
    if isinstance(error, Refused):
        return JsonResponse({"detail": error.message}, status=int(error.status))
    if isinstance(error, PermissionDenied):
        return JsonResponse({"detail": str(error) or _("You may not do this.")}, status=403)
    return JsonResponse({"detail": _("This is not here, or you are no longer in its review.")}, status=404)


@require_GET
def mine(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """The reader's own decisions, the latest first; each can be looked at again and revised."""
    review, can, stage = stage_for(request, review_id, kind)
    own = records.own_judgements(reader(request), stage).order_by("-submitted_at", "-id")
    verdict = request.GET.get("verdict", "")
    counted = records.own_progress(reader(request), stage)[0]
    if verdict in Verdict.Choice.values:
        own = own.filter(verdict__verdict=verdict)
        counted = count(own).shown
    rows = own.select_related("verdict__reason", "item__report")
    page = Counted(rows, ON_PAGE, counted).get_page(request.GET.get("page"))
    choices = [(one, Verdict.Choice(one).label) for one in services.verdicts_of(kind)]
    context = {"review": review, "can": can, "stage": stage, "label": kind_of(stage).label}
    return render(
        request, "screening/mine.html", {**context, "page": page, "choices": choices, "verdict": verdict}
    )


def item_of(request: HttpRequest, review_id: int, item_id: int) -> WorkItem:
    item = consensus.fetch_item(reader(request), item_id)
    if item.review_id != review_id or item.stage.kind not in SCREENING:
        raise Http404
    return item


@require_POST
def add_note(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Write the note, and choose who sees it."))
    services.add_note(by=reader(request), item_id=item.pk, **form.cleaned_data)
    return after_note(request, item)


@require_POST
def remove_note(request: HttpRequest, review_id: int, item_id: int, note_id: int) -> HttpResponse:
    fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    services.remove_note(by=reader(request), note_id=note_id)
    return after_note(request, item)


def after_note(request: HttpRequest, item: WorkItem) -> HttpResponse:
    """The item's notes for the page that asked by script; else back to where the form was."""
    if request.headers.get("HX-Request"):
        own = Note.objects.filter(item=item, author=reader(request))
        return render(request, "screening/notes.html", {"review": item.review, "item": item, "notes": own})
    if request.POST.get("back") == "compare":
        return redirect("screening:compare", item.review_id, item.pk)
    return redirect(f"{reverse('screening:screen', args=[item.review_id, item.stage.kind])}?item={item.pk}")


@require_POST
def retrieval(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """How the search for the full text stands."""
    fetch_review(reader(request), review_id, "bring", writing=True)
    item = item_of(request, review_id, item_id)
    form = RetrievalForm(request.POST)
    if not form.is_valid() or item.report is None:
        raise Invalid(_("Choose how the search for the full text stands."))
    services.set_retrieval(by=reader(request), report=item.report, **form.cleaned_data)
    if form.cleaned_data["retrieval"] == Report.Retrieval.NOT_RETRIEVED:
        messages.success(request, _("Kept as not retrieved. It is counted so, and not judged."))
        return redirect("screening:screen", review_id, item.stage.kind)
    return redirect(f"{reverse('screening:screen', args=[review_id, item.stage.kind])}?item={item.pk}")


@require_GET
def compare(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """The judgements of one report side by side, and the form that settles it."""
    review, can = fetch_review(reader(request), review_id)
    item = item_of(request, review_id, item_id)
    user = reader(request)
    if not sees_others(user, item):
        return redirect("consensus:item", review_id, item_id)
    consensus.reveal(by=user, item_ids=[item.pk, *item.family.values_list("id", flat=True)])
    return render(request, "screening/compare.html", compare_context(user, review, can, item))


def compare_context(user: User, review: Review, can: Can, item: WorkItem) -> dict[str, Any]:
    sides = sides_of(user, item)
    seen = [*sides.judges, *(one for one in (sides.consensus, sides.proposal) if one)]
    verdicts = Verdict.objects.visible_to(user).select_related("reason")
    by_judgement = {
        one.judgement_id: one for one in verdicts.filter(judgement__in=[s.judgement for s in seen])
    }
    may_conclude = [v for v in services.verdicts_of(item.stage.kind) if v != Verdict.Choice.UNSURE]
    return {
        "review": review,
        "can": can,
        "item": item,
        "shown": records.shown([item], user)[0],
        "label": kind_of(item.stage).label,
        "sides": sides,
        "judges": [(one, by_judgement.get(one.judgement.pk)) for one in sides.judges],
        "consensus": sides.consensus and (sides.consensus, by_judgement.get(sides.consensus.judgement.pk)),
        "proposal": sides.proposal and (sides.proposal, by_judgement.get(sides.proposal.judgement.pk)),
        "to_sign": sides.signed and user.pk in consensus.judges_of(item) - sides.signed,
        "may": may_do(user, item, can),
        "third": third_judges(item) if can.manage else [],
        "notes": notes_of(user, item),
        **conflicts_beside(user, can, item),
        "verdicts": [(v, Verdict.Choice(v).label) for v in may_conclude if v != Verdict.Choice.EXCLUDE],
        "plain_exclude": not getattr(kind_of(item.stage), "reason_required", False),
        "reasons": records.reasons_of(review),
        "audiences": Note.Audience.choices,
    }


def conflicts_beside(user: User, can: Can, item: WorkItem) -> dict[str, Any]:
    """The open conflicts of the stage round this one, how many there are, and the numbers of the ones before and after."""
    ids = list(conflicts_of(user, can, item.stage).order_by("id").values_list("id", flat=True)[: MOST + 1])
    place = ids.index(item.pk) if item.pk in ids else None
    first = max((place or 0) - BESIDE // 2, 0)
    near = WorkItem.objects.filter(id__in=ids[first : first + BESIDE]).select_related("report").order_by("id")
    queue = list(near)
    mask_items(user, queue)
    return {
        "queue": queue,
        "open_conflicts": min(len(ids), MOST),
        "more_conflicts": len(ids) > MOST,
        "next_item": ids[place + 1] if place is not None and place + 1 < len(ids) else None,
        "previous_item": ids[place - 1] if place else None,
    }


@require_POST
def resolve(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Settle a conflict, or in a pair propose how; then go on to the next one."""
    _review, can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    following = conflicts_of(reader(request), can, item.stage).filter(id__gt=item.pk).order_by("id").first()
    values = AnswerForm(request.POST).values()
    made = services.resolve_conflict(by=reader(request), item_id=item.pk, **values)
    if made.is_draft:
        messages.success(request, _("Proposed. It counts when every judge of it has signed."))
        return redirect("screening:compare", review_id, item.pk)
    messages.success(request, _("Resolved."))
    if following:
        return redirect("screening:compare", review_id, following.pk)
    return redirect(f"{reverse('consensus:conflicts', args=[review_id])}?stage={item.stage.kind}")
