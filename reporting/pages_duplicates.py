"""Likely duplicates: one pair after the other, decided by a key, together with those that are alike, and taken back."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.reader import reader
from config.refusals import Invalid
from consensus import services as consensus
from reporting.pages_records import bringing
from reviews.models import Review
from reviews.permissions import fetch_review
from studies import masking, reading
from studies.dedupe.saying import sorted_evidence
from studies.differences import in_which
from studies.models import DuplicatePair, PairDecision

DECISIONS_SHOWN = 50
PREVIEWED = 12


def pair_of(review: Review, pk: str | int) -> DuplicatePair:
    found = DuplicatePair.objects.select_related("left__batch__search", "right__batch__search", "review")
    return reading.fetch(found, review, int(pk))


def mask_pairs(user: User, review: Review, pairs: Sequence[DuplicatePair]) -> None:
    """Of two entries, what is masked of either is masked of both, and the numbers of the evidence with it."""
    masking.mask_records(user, review, [entry for pair in pairs for entry in (pair.left, pair.right)])
    for pair in pairs:
        if hidden := pair.left.masked | pair.right.masked:
            masking.mask(pair.left, hidden)
            masking.mask(pair.right, hidden)
            pair.evidence = reading.unnumbered(pair.evidence)


def asked(
    user: User, review: Review, passed: DuplicatePair | None = None, first: DuplicatePair | None = None
) -> dict[str, Any]:
    """The pair to decide now, with what speaks for and against, and how many wait."""
    pair = first or reading.pair_after(review, passed)
    if pair is None:
        return {"pair": None, "waiting": 0}
    mask_pairs(user, review, [pair])
    misprints = in_which(pair.left.title, pair.right.title)
    speaks_for, against = sorted_evidence(pair.evidence, misprints=misprints)
    return {
        "pair": pair,
        "rows": reading.field_by_field(pair),
        "speaks_for": speaks_for,
        "against": against,
        "waiting": reading.open_pairs(review).count(),
        "alike": consensus.alike(pair).count() - 1 if pair.pattern else 0,
    }


def number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


@require_GET
def duplicates(request: HttpRequest, review_id: int) -> HttpResponse:
    """One pair that may be one report, the likeliest first; or what was decided, with who and a way back."""
    review, can = fetch_review(reader(request), review_id)
    context: dict[str, Any] = {"review": review, "can": can}
    if "decided" in request.GET:
        context["decisions"] = reading.decisions_of(review)[:DECISIONS_SHOWN]
        context["waiting"] = reading.open_pairs(review).count()
        return render(request, "studies/decided_pairs.html", context)
    known = DuplicatePair.objects.filter(review=review)
    passed = known.filter(id=number(request.GET.get("after"))).first()
    first = reading.open_pairs(review).filter(id=number(request.GET.get("pair"))).first()
    return render(request, "studies/duplicates.html", context | asked(reader(request), review, passed, first))


@require_POST
def decide_pair(request: HttpRequest, review_id: int, pair_id: int) -> HttpResponse:
    """Decide one pair; the next follows at once."""
    review = bringing(request, review_id)
    pair = pair_of(review, pair_id)
    decision = request.POST.get("decision")
    if decision not in {"same", "apart"}:
        raise Invalid(_("Choose whether the two are the same report."))
    made = consensus.decide_pair(by=reader(request), pair=pair, same=decision == "same")
    said = _("Made one report.") if decision == "same" else _("Kept apart.")
    undo = reverse("studies:undo_decision", args=[review.pk, made.pk])
    if request.headers.get("HX-Request"):
        context = {"review": review, "can": fetch_review(reader(request), review.pk)[1]}
        answer = render(
            request,
            "studies/pair.html",
            context | asked(reader(request), review, passed=pair) | {"follows": True},
        )
        answer["HX-Trigger"] = json.dumps({"toast": {"text": said, "undo": undo}})
        return answer
    messages.success(request, said, extra_tags=undo)
    return redirect("studies:duplicates", review.pk)


@require_http_methods(["GET", "POST"])
def alike(request: HttpRequest, review_id: int, pair_id: int) -> HttpResponse:
    """The pairs with the same evidence: how many there are and which, then one decision for all."""
    if request.method == "POST":
        return decide_alike(request, review_id, pair_id)
    review, can = fetch_review(reader(request), review_id, "bring")
    pair = pair_of(review, pair_id)
    found = consensus.alike(pair).select_related("left__batch__search", "right__batch__search")
    total, shown = found.count(), list(found[:PREVIEWED])
    mask_pairs(reader(request), review, shown)
    if any(one.left.masked for one in shown):
        pair.evidence = reading.unnumbered(pair.evidence)
    misprints = in_which(pair.left.title, pair.right.title)
    speaks_for, against = sorted_evidence(pair.evidence, misprints=misprints)
    context = {
        "review": review,
        "can": can,
        "pair": pair,
        "total": total,
        "seen": min(total, consensus.MOST_AT_ONCE),
        "pairs": [(one, reading.titles_of(one)) for one in shown],
        "speaks_for": speaks_for,
        "against": against,
    }
    return render(request, "studies/alike.html", context)


def decide_alike(request: HttpRequest, review_id: int, pair_id: int) -> HttpResponse:
    review = bringing(request, review_id)
    decision = request.POST.get("decision")
    if decision not in {"same", "apart"}:
        raise Invalid(_("Choose whether the two are the same report."))
    made = consensus.decide_alike(
        by=reader(request),
        pair=pair_of(review, pair_id),
        same=decision == "same",
        seen=number(request.POST.get("seen")),
    )
    said = ngettext("%(n)d pair decided.", "%(n)d pairs decided.", made.asked) % {"n": made.asked}
    messages.success(request, said, extra_tags=reverse("studies:undo_decision", args=[review.pk, made.pk]))
    return redirect("studies:duplicates", review.pk)


@require_POST
def undo_decision(request: HttpRequest, review_id: int, decision_id: int) -> HttpResponse:
    """Take a decision back. Its pair is asked about again."""
    review = bringing(request, review_id)
    decision = reading.fetch(PairDecision.objects.all(), review, decision_id)
    back = decision.pairs.filter(id__in=[pk for pk, was in decision.before.items() if was]).first()
    consensus.undo_decision(by=reader(request), decision=decision)
    messages.success(request, _("Taken back."))
    where = reverse("studies:duplicates", args=[review.pk])
    return redirect(f"{where}?pair={back.pk}" if back else where)
