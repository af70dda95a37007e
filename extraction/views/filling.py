"""A reviewer's own extraction: the list of studies, the form, its autosave, arms and results, handing it in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem
from consensus.sides import conflicts_of, open_to
from extraction import services
from extraction.entering import MISSING, Missing, is_blank
from extraction.forms import ArmForm, ResultForm
from extraction.models import FormField, FormVersion, Value
from extraction.pages import Cell, results_of, sections_of
from extraction.services.entities import arm_in, result_in
from extraction.views.common import draft_for, item_for, number_or_none, reader, refuse
from reviews.models import Review
from reviews.permissions import Can, fetch_review

MOST = 200


@require_GET
def queue(request: HttpRequest, review_id: int) -> HttpResponse:
    """The studies that wait for the reader, those that they have extracted, and what is open for comparison."""
    review, can = fetch_review(reader(request), review_id)
    stage = consensus.stage_of(review, "extraction")
    return render(
        request, "extraction/queue.html", {"review": review, "can": can, **lists(reader(request), can, stage)}
    )


def lists(user: User, can: Can, stage: Stage) -> dict[str, Any]:
    judges = consensus.may_judge(user, stage)
    waiting = consensus.next_items(stage=stage, user=user, limit=MOST) if judges else []
    own = Judgement.objects.independent().of(user).filter(item__stage=stage, superseded_at=None)
    mine = own.select_related("item__study").order_by("item__study__label", "id")
    begun = [one for one in mine if one.is_draft]
    decided = WorkItem.objects.decided().filter(stage=stage).select_related("study").order_by("study__label")
    return {
        "stage": stage,
        "judges": judges,
        "form": FormVersion.objects.newest(stage.review),
        "begun": begun,
        "waiting": [one for one in waiting if one.pk not in {draft.item_id for draft in begun}],
        "submitted": [one for one in mine if not one.is_draft][:MOST],
        "conflicts": conflicts_of(user, can, stage).select_related("study").order_by("study__label")[:MOST],
        "decided": open_to(user, list(decided[:MOST])),
    }


@require_POST
def begin(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Start an extraction, or a revision of one's own."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    consensus.open_draft(by=reader(request), item_id=item.pk)
    return redirect("extraction:extract", review_id, item.pk)


@require_GET
def extract(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """The reader's own extraction of one study: the draft, or what they submitted."""
    review, can, item = item_for(request, review_id, item_id, "judge")
    if not consensus.may_judge(reader(request), item.stage):
        raise PermissionDenied(_("You do not judge at this stage. Ask the review's lead."))
    own = Judgement.objects.of(reader(request)).filter(item=item, superseded_at=None)
    mine = list(own.exclude(role=Judgement.Role.CONSENSUS).order_by("submitted_at", "id"))
    draft = next((one for one in mine if one.is_draft), None)
    shown = draft or next(iter(mine), None)
    context = {"review": review, "can": can, "item": item, "draft": draft, "shown": shown}
    return render(
        request, "extraction/extract.html", context | (form_context(review, shown) if shown else {})
    )


def form_context(review: Review, judgement: Judgement) -> dict[str, Any]:
    return {
        "judgement": judgement,
        "sections": sections_of(judgement),
        "arms": [
            (arm, ArmForm(initial={"name": arm.name, "role": arm.role}, prefix=f"a{arm.pk}"))
            for arm in judgement.arms.all()
        ],
        "results": results_of(judgement),
        "arm_form": ArmForm(),
        "result_form": ResultForm(review=review),
        "missing": MISSING,
        "reports": services.reports_of(judgement),
        "lacking": services.lacking(judgement) if judgement.is_draft else [],
    }


@require_POST
def save(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Autosave one cell. The answer renews the mark of its value, and what is still missing."""
    review, _can, draft = draft_for(request, review_id, judgement_id)
    cell = posted_cell(request, draft)
    held = cell.value.missing if cell.value else Missing.REPORTED.value
    entry, both = posted_entry(request, cell.field, held)
    try:
        cell.value = services.save_value(
            by=reader(request),
            judgement_id=draft.pk,
            field_id=cell.field.pk,
            entry=entry,
            arm_id=cell.arm.pk if cell.arm else None,
            result_id=cell.result.pk if cell.result else None,
            was=request.POST.get("was"),
        )
        cell.saved = True
    except Invalid as error:
        cell.error = error.message
    return saved(request, review, draft, cell, whole=both and cell.saved)


def posted_cell(request: HttpRequest, draft: Judgement) -> Cell:
    field = FormField.objects.filter(
        id=number_or_none(request.POST.get("field")) or 0, form__version=draft.version_id
    ).first()
    if field is None:
        raise Refused(_("The form has changed since this page was opened. Reload it: your answers are kept."))
    arm, result = (number_or_none(request.POST.get(name)) for name in ("arm", "result"))
    cell = Cell(field, draft)
    cell.arm = arm_in(draft, arm)
    cell.result = result_in(draft, result)
    cell.value = (
        Value.objects.filter(judgement=draft, field=field, arm=cell.arm, result=cell.result)
        .together()
        .first()
    )
    return cell


def posted_entry(request: HttpRequest, field: FormField, held: str) -> tuple[services.Entry, bool]:
    """The entry, and whether it came with a value and a code at once: then the one that is new counts."""
    post = request.POST
    value: Any = post.getlist("value") if field.type == "multi_choice" else post.get("value", "")
    why = post.get("missing") or Missing.REPORTED.value
    both = why != Missing.REPORTED and not is_blank(value)
    if both and why == held:
        why = Missing.REPORTED.value
    place = services.Place(
        page=post.get("page", ""),
        where=post.get("place", ""),
        quote=post.get("quote", ""),
        report_id=number_or_none(post.get("report")),
    )
    entry = services.Entry(value, why, post.get("unit", ""), post.get("as_reported", ""), place)
    return entry, both


def saved(request: HttpRequest, review: Review, draft: Judgement, cell: Cell, *, whole: bool) -> HttpResponse:
    context = {
        "review": review,
        "judgement": draft,
        "cell": cell,
        "missing": MISSING,
        "reports": services.reports_of(draft),
        "lacking": services.lacking(draft),
        "oob": True,
    }
    if not request.headers.get("HX-Request"):
        if cell.error:
            raise Invalid(cell.error)
        return redirect(back(draft, review.pk))
    if not whole:
        return render(request, "extraction/saved.html", context, status=422 if cell.error else 200)
    response = render(request, "extraction/saved_cell.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = f"#{cell.id}", "outerHTML"
    return response


def back(draft: Judgement, review_id: int) -> str:
    page = "compare" if draft.role == Judgement.Role.CONSENSUS else "extract"
    return reverse(f"extraction:{page}", args=[review_id, draft.item_id])


@require_POST
def add_arm(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    form = ArmForm(request.POST)
    if not form.is_valid():
        refuse(form)
    services.add_arm(by=reader(request), judgement_id=draft.pk, **form.cleaned_data)
    return redirect(f"{back(draft, review_id)}#arms")


@require_POST
def change_arm(request: HttpRequest, review_id: int, judgement_id: int, arm_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    form = ArmForm(request.POST, prefix=f"a{arm_id}")
    if not form.is_valid():
        refuse(form)
    services.change_arm(by=reader(request), judgement_id=draft.pk, arm_id=arm_id, **form.cleaned_data)
    return redirect(f"{back(draft, review_id)}#arms")


@require_POST
def remove_arm(request: HttpRequest, review_id: int, judgement_id: int, arm_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    services.remove_arm(by=reader(request), judgement_id=draft.pk, arm_id=arm_id)
    return redirect(f"{back(draft, review_id)}#arms")


@require_POST
def add_result(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    review, _can, draft = draft_for(request, review_id, judgement_id)
    form = ResultForm(request.POST, review=review)
    if not form.is_valid():
        refuse(form)
    said = form.cleaned_data
    when = None if said["time"] is None else services.timed(review, said["time"], said["unit"])
    services.add_result(
        by=reader(request),
        judgement_id=draft.pk,
        outcome=said["outcome"],
        proposed_name="" if said["outcome"] else said["proposed_name"],
        time_point=when,
        analysis=said["analysis"],
    )
    return redirect(f"{back(draft, review_id)}#results")


@require_POST
def remove_result(request: HttpRequest, review_id: int, judgement_id: int, result_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    services.remove_result(by=reader(request), judgement_id=draft.pk, result_id=result_id)
    return redirect(f"{back(draft, review_id)}#results")


@require_POST
def submit(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Hand in an extraction: it stays as it is from now on, and counts."""
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    consensus.submit_draft(by=reader(request), judgement_id=draft.pk, comment=request.POST.get("comment", ""))
    messages.success(request, _("Submitted: %(study)s.") % {"study": draft.item.study})
    return redirect("extraction:queue", review_id)


@require_POST
def discard(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Put a draft away. What was submitted before it stands."""
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    consensus.discard_draft(by=reader(request), judgement_id=draft.pk)
    messages.success(request, _("The draft was put away."))
    return redirect("extraction:queue", review_id)
