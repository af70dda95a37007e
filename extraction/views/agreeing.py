"""Comparing the extractions of one study, agreeing value by value, and the answer that stands with its trace."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.refusals import Invalid
from consensus import services as consensus
from consensus.models import Judgement, WorkItem
from consensus.sides import conflicts_of, may_do, sees_others
from extraction import services
from extraction.comparison import Row, compare_item
from extraction.entering import MISSING
from extraction.forms import ArmForm, ResultForm
from extraction.views.common import draft_for, item_for, number_or_none, reader
from reviews.models import Review
from reviews.permissions import Can


def open_to(request: HttpRequest, item: WorkItem) -> bool:
    """Whether the reader may see the extractions; from then on their own can no longer be revised."""
    if not sees_others(reader(request), item):
        return False
    consensus.reveal(by=reader(request), item_ids=[item.pk, *item.family.values_list("id", flat=True)])
    return True


@require_GET
def compare(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """The extractions side by side: only what differs, or everything."""
    review, can, item = item_for(request, review_id, item_id)
    if not open_to(request, item):
        return redirect("consensus:item", review_id, item_id)
    return render(request, "extraction/compare.html", context_of(request, review, can, item))


def context_of(request: HttpRequest, review: Review, can: Can, item: WorkItem) -> dict[str, Any]:
    user = reader(request)
    draft = draft_of(user, item)
    standing = draft or Judgement.objects.filter(id=item.final_id or item.reopened_final_id or 0).first()
    found = compare_item(item, standing)
    everything = request.GET.get("all") == "1" or request.POST.get("all") == "1"
    signed = set(draft.signatures.values_list("reviewer_id", flat=True)) if draft else set()
    return {
        "review": review,
        "can": can,
        "item": item,
        "draft": draft,
        "standing": standing,
        "found": found,
        "rows": found.rows if everything else [row for row in found.rows if row.differs],
        "everything": everything,
        "may": may_do(user, item, can),
        "signed": signed,
        "to_sign": bool(signed) and user.pk in consensus.judges_of(item) - signed,
        "lacking": services.lacking(draft) if draft else [],
        "missing": MISSING,
        "judgement": draft,
        "reports": services.reports_of(draft) if draft else [],
        "arm_form": ArmForm(),
        "result_form": ResultForm(review=review),
    }


def draft_of(user: User, item: WorkItem) -> Judgement | None:
    drafts = Judgement.objects.visible_to(user).drafts().consensus().filter(item=item)
    return drafts.select_related("item__study", "item__stage", "item__review", "version").first()


@require_POST
def begin(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Begin the consensus with everything that the extractors agree on."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    services.begin_consensus(by=reader(request), item_id=item.pk)
    return redirect("extraction:compare", review_id, item.pk)


def again(request: HttpRequest, review: Review, can: Can, draft: Judgement) -> HttpResponse:
    """The comparison as it is now: the part of the page for a script, else the page."""
    if request.headers.get("HX-Request"):
        item = consensus.fetch_item(reader(request), draft.item_id)
        context = context_of(request, review, can, item)
        context["current"] = next_open(context["rows"], request.POST.get("row", ""))
        return render(request, "extraction/rows.html", context)
    return redirect("extraction:compare", review.pk, draft.item_id)


def next_open(rows: Sequence[Row], key: str) -> str:
    """The difference to go on with: the next open one after that key, or the first."""
    place = next((at for at, row in enumerate(rows) if row.key == key), -1)
    waiting = [row.id for row in [*rows[place + 1 :], *rows[: place + 1]] if row.differs and row.mine is None]
    return waiting[0] if waiting else ""


@require_POST
def take(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Take what one extractor says: a value, an arm or a result."""
    review, can, draft = draft_for(request, review_id, judgement_id)
    given = {name: number_or_none(request.POST.get(name)) for name in ("value", "arm", "result")}
    if given["value"] is not None:
        services.take(by=reader(request), judgement_id=draft.pk, value_id=given["value"])
    elif given["arm"] is not None:
        services.take_arm(by=reader(request), judgement_id=draft.pk, arm_id=given["arm"])
    elif given["result"] is not None:
        services.take_result(by=reader(request), judgement_id=draft.pk, result_id=given["result"])
    else:
        raise Invalid(_("Choose whose value to take."))
    return again(request, review, can, draft)


@require_POST
def match(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Say which arms, or results, are the same, or that they are not."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    try:
        uids = [UUID(one) for one in request.POST.getlist("uid") if one]
    except ValueError:
        raise Invalid(_("Choose one entry of each extraction to match.")) from None
    same = request.POST.get("same", "1") == "1"
    services.match_entities(by=reader(request), item_id=item.pk, uids=uids, same=same)
    messages.success(request, _("Matched.") if same else _("Kept apart."))
    return redirect("extraction:compare", review_id, item.pk)


@require_POST
def resolve(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Make the consensus count; in a pair, propose it."""
    _review, can, draft = draft_for(request, review_id, judgement_id)
    comment = request.POST.get("comment", "")
    made = consensus.resolve_draft(by=reader(request), judgement_id=draft.pk, comment=comment)
    if made.is_draft:
        messages.success(request, _("Proposed. It counts when every judge of it has signed."))
        return redirect("extraction:compare", review_id, draft.item_id)
    messages.success(request, _("Agreed: %(study)s.") % {"study": draft.item.study})
    following = conflicts_of(reader(request), can, draft.item.stage).order_by("id").first()
    if following:
        return redirect("extraction:compare", review_id, following.pk)
    return redirect("extraction:agreed", review_id, draft.item_id)


@require_POST
def sign(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    made = consensus.sign(by=reader(request), judgement_id=draft.pk)
    page = "compare" if made.is_draft else "agreed"
    return redirect(f"extraction:{page}", review_id, draft.item_id)


@require_POST
def reopen(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Send the study back to its extractors. What stood stays in the tables, flagged."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    consensus.reopen(by=reader(request), item_id=item.pk, reason=request.POST.get("reason", ""))
    messages.success(
        request, _("Reopened. Its answer stays in the tables, flagged, until it is settled again.")
    )
    return redirect("extraction:compare", review_id, item.pk)


@require_GET
def agreed(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """What stands of a study, each value with its trace: who said what, the consensus, the page, the quote."""
    review, can, item = item_for(request, review_id, item_id)
    standing = Judgement.objects.filter(id=item.final_id or item.reopened_final_id or 0).first()
    if not open_to(request, item) or standing is None:
        return redirect("consensus:item", review_id, item_id)
    found = compare_item(item, standing)
    rows = [row for row in found.rows if row.mine is not None]
    context = {"review": review, "can": can, "item": item, "standing": standing, "found": found, "rows": rows}
    may = may_do(reader(request), item, can)
    return render(request, "extraction/agreed.html", context | {"may": may})
