"""The log of searches beyond its list: one search corrected or run again, what the sources share, what is typed in."""

import hashlib

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.reader import reader
from config.refusals import Invalid
from reviews.models import Review
from reviews.permissions import fetch_review
from studies import masking, reading, services
from studies.by_hand import as_ris
from studies.forms import BibliographicForm, PasteForm, SearchForm
from studies.models import PriorReviewer, Report, Search
from studies.overlap import drawing_of, overlap_of


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest, review_id: int, search_id: int) -> HttpResponse:
    """One entry of the log, corrected; and its other versions."""
    review, can = fetch_review(reader(request), review_id, "bring", writing=request.method == "POST")
    found = reading.fetch(Search.objects.select_related("review", "rerun_of"), review, search_id)
    form = SearchForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        services.correct_search(by=reader(request), search=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("studies:searches", review.pk)
    context = {"review": review, "can": can, "search": found, "form": form}
    return render(request, "studies/search.html", context, status=422 if form.errors else 200)


@require_POST
def run_again(request: HttpRequest, review_id: int, search_id: int) -> HttpResponse:
    review, _can = fetch_review(reader(request), review_id, "bring", writing=True)
    found = reading.fetch(Search.objects.select_related("review"), review, search_id)
    made = services.run_again(by=reader(request), search=found)
    messages.success(request, _("This is the next version. Enter when it was run and what it found."))
    return redirect("studies:search", review.pk, made.pk)


@require_GET
def overlap(request: HttpRequest, review_id: int) -> HttpResponse:
    """What each source delivered, alone and with others: as a table and drawn."""
    review, can = fetch_review(reader(request), review_id)
    found = overlap_of(review)
    context = {"review": review, "can": can, "overlap": found, "drawing": drawing_of(found)}
    context["moved"] = PriorReviewer.objects.filter(review=review).exists()
    return render(request, "studies/overlap.html", context)


@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest, review_id: int) -> HttpResponse:
    """References, DOIs or PubMed numbers as text: stored and read like a file."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring", writing=posted)
    form = PasteForm(request.POST if posted else None, review=review, initial=from_address(request))
    described = described_beside(request)
    if posted and form.is_valid() and (form.cleaned_data["search"] or described.is_valid()):
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            bring_text(reader(request), review, form.cleaned_data["search"], described, text, "references")
            messages.success(request, _("The references are being read."))
            return redirect("studies:searches", review.pk)
        except Invalid as refused:
            form.add_error("text", refused.message)
    context = {"review": review, "can": can, "form": form, "described": described}
    return render(request, "studies/paste.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "POST"])
def by_hand(request: HttpRequest, review_id: int) -> HttpResponse:
    """One record, entered by hand: it goes the way of every other, through an import of its own."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring", writing=posted)
    form = BibliographicForm(request.POST if posted else None)
    described = described_beside(request)
    known = Search.objects.filter(review=review)
    chosen = (
        known.filter(id=int(number)).first()
        if (number := request.POST.get("search", "")).isdecimal()
        else None
    )
    if posted and form.is_valid() and (chosen or described.is_valid()):
        try:
            bring_text(reader(request), review, chosen, described, as_ris(form.cleaned_data), "ris")
            messages.success(request, _("The record is being added."))
            return redirect("studies:searches", review.pk)
        except Invalid as refused:
            form.add_error(None, refused.message)
    context = {"review": review, "can": can, "form": form, "described": described, "known": known[:500]}
    return render(request, "studies/by_hand.html", context, status=422 if posted else 200)


def from_address(request: HttpRequest) -> dict[str, str]:
    return {"search": request.GET.get("search", "")}


def described_beside(request: HttpRequest) -> SearchForm:
    """A search that is described beside the text, unless a known one was chosen."""
    bound = request.method == "POST" and not request.POST.get("search")
    return SearchForm(request.POST if bound else None, prefix="new", initial={"kind": Search.Kind.OTHER})


@transaction.atomic
def bring_text(
    by: User, review: Review, search: Search | None, described: SearchForm, text: str, known_format: str
) -> None:
    found = search or services.add_search(by=by, review=review, **described.cleaned_data)
    content = text.encode("utf-8", "replace")
    name = f"typed-{hashlib.sha256(content).hexdigest()[:8]}.{'ris' if known_format == 'ris' else 'txt'}"
    upload = SimpleUploadedFile(name, content)
    services.start_import(by=by, search=found, upload=upload, known_format=known_format)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    """Correct what a report says. Its records stay as delivered, and who corrected what is kept."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring", writing=posted)
    report = reading.fetch(Report.objects.current().select_related("review"), review, report_id)
    masking.refuse_masked(masking.hidden_of(reader(request), [report.pk]).get(report.pk, masking.NOTHING))
    form = BibliographicForm(request.POST if posted else None, instance=report)
    if posted and form.is_valid():
        fields = dict(form.cleaned_data)
        changed = services.correct_report(by=reader(request), report=report, fields=fields)
        messages.success(request, _("Corrected.") if changed else _("Nothing was changed."))
        return redirect(reverse("studies:report", args=[review.pk, report.pk]))
    context = {"review": review, "can": can, "report": report, "form": form}
    return render(request, "studies/correct.html", context, status=422 if posted else 200)
