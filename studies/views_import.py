"""Searches, and the files that they brought."""

from contextlib import closing

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, When
from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.reader import reader
from config.refusals import Invalid
from reviews.models import Job, Review
from reviews.permissions import fetch_review
from studies import masking, reading, services
from studies.formats import LABELS
from studies.forms import ImportForm, SearchForm
from studies.models import ImportBatch, PriorReviewer, Record, Search
from studies.services.importing import TASK
from studies.unpacking import plain, unpacked

ON_PAGE = 50


@require_http_methods(["GET", "POST"])
def searches(request: HttpRequest, review_id: int) -> HttpResponse:
    """Every search with its files: what the source said it found, beside what the files held."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring" if posted else "see", writing=posted)
    form = SearchForm(request.POST or None)
    if posted and form.is_valid():
        services.add_search(by=reader(request), review=review, **form.cleaned_data)
        messages.success(request, _("The search is described. Import its files next."))
        return redirect("studies:searches", review.pk)
    found = list(Search.objects.filter(review=review).select_related("created_by")[:500])
    rows = sorted_by_search(found, list(reading.batches_of(review)[:2000]))
    context = {"review": review, "can": can, "form": form, "rows": rows}
    context["superseded"] = {search.rerun_of_id for search in found}
    context["known"] = left_out(request, review)
    context["moved"] = PriorReviewer.objects.filter(review=review).exists()
    return render(request, "studies/searches.html", context, status=422 if form.errors else 200)


def left_out(request: HttpRequest, review: Review) -> list[tuple[str, ImportBatch]]:
    """Files that were dropped among others and imported before: their names, and as what they are known."""
    named = [one.partition(":") for one in request.GET.getlist("known")[:100]]
    numbers = {int(number) for number, _colon, _name in named if number.isdecimal() and len(number) < 19}
    batches = reading.batches_of(review).in_bulk(numbers)
    return [
        (plain(name), batches[int(number)])
        for number, _colon, name in named
        if number.isdecimal() and int(number) in batches
    ]


def sorted_by_search(
    found: list[Search], batches: list[ImportBatch]
) -> list[tuple[Search, list[ImportBatch], reading.Held]]:
    """Each search, its batches, and what these held."""
    by_search: dict[int, list[ImportBatch]] = {search.pk: [] for search in found}
    for batch in batches:
        by_search.setdefault(batch.search_id, []).append(batch)
    return [
        (search, by_search[search.pk], reading.held_by((b.status, b.found) for b in by_search[search.pk]))
        for search in found
    ]


@require_http_methods(["GET", "POST"])
def new_import(request: HttpRequest, review_id: int) -> HttpResponse:
    """Bring the files of a search, several at once. All of them are taken, or none and the page says which is wrong;
    but one that was imported before keeps nothing back: the others are read, and it is named."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring", writing=posted)
    data, files = (request.POST, request.FILES) if posted else (None, None)
    form = ImportForm(data, files, review=review, initial=beforehand(request))
    described = SearchForm(data if posted and not request.POST.get("search") else None, prefix="new")
    if data and data.get("apart"):
        described.name_by_files()
    known: list[services.KnownFile] = []
    if posted and all_valid([form, *([described] if described.is_bound else [])]):
        try:
            begun, known = bring_files(request, review, form, described)
            if begun:
                return redirect(f"{reverse('studies:searches', args=[review.pk])}{as_query(known)}")
        except Invalid as refusal:
            form.add_error("file", refusal.message)
    context = {"review": review, "can": can, "form": form, "described": described}
    context["known"] = [(one.name, one.batch) for one in known]
    return render(request, "studies/import.html", context, status=422 if posted else 200)


def beforehand(request: HttpRequest) -> dict[str, str]:
    """What the address of the page asks for: a search, and to take what was imported before."""
    return {name: request.GET.get(name, "") for name in ("search", "again")}


def as_query(known: list[services.KnownFile]) -> str:
    told = [("known", f"{one.batch.pk}:{one.name[:255]}") for one in known[:100]]
    return f"?{urlencode(told)}" if told else ""


def all_valid(forms: list[BaseForm]) -> bool:
    """Whether all are; each is asked, so that everything that is wrong is said at once."""
    return not [form for form in forms if not form.is_valid()]


@transaction.atomic
def bring_files(
    request: HttpRequest, review: Review, form: ImportForm, described: SearchForm
) -> tuple[int, list[services.KnownFile]]:
    """Start what is new: how many files, and which were imported before. A search is described only for files that it
    has."""
    by, search, known, begun = reader(request), form.cleaned_data["search"], [], 0
    apart = form.cleaned_data["apart"] and search is None
    with closing(unpacked(form.uploads)) as uploads:
        for upload in uploads:
            try:
                with transaction.atomic():
                    of = search
                    if of is None or apart:
                        own = {"source": services.source_of(upload)} if apart else {}
                        of = services.add_search(by=by, review=review, **(described.cleaned_data | own))
                    services.start_import(by=by, search=of, upload=upload, again=form.cleaned_data["again"])
                    search, begun = of, begun + 1
            except services.KnownFile as refusal:
                known.append(refusal)
    if begun:
        messages.success(request, _("The files are being read. Their rows below say how far they are."))
    return begun, known


def job_of(batch: ImportBatch) -> Job | None:
    return Job.objects.filter(review=batch.review_id, task=TASK, target=batch.pk).first()


@require_GET
def batch(request: HttpRequest, review_id: int, batch_id: int) -> HttpResponse:
    """One file: what was read from it, and every entry that was refused with its place, its text and why."""
    review, can = fetch_review(reader(request), review_id)
    found = reading.fetch(reading.batches_of(review), review, batch_id)
    refusals = found.refusals.select_related("settled_by").order_by(
        Case(When(status="open", then=0), default=1), "position"
    )
    page = Paginator(refusals, ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "review": review,
        "can": can,
        "batch": found,
        "job": job_of(found),
        "page": page,
        "masked": masking.hidden_in_file(reader(request), found),
        "waiting": found.refusals.open().count(),
        "format": LABELS.get(found.format, found.format),
    }
    return render(request, "studies/batch.html", context)


@require_GET
def progress(request: HttpRequest, review_id: int, batch_id: int) -> HttpResponse:
    """The line that asks for itself again while the file is read, and stays away when it is over."""
    review, can = fetch_review(reader(request), review_id)
    found = reading.fetch(reading.batches_of(review), review, batch_id)
    context: dict[str, object] = {"review": review, "can": can, "batch": found, "job": job_of(found)}
    if found.status not in (ImportBatch.Status.WAITING, ImportBatch.Status.READING):
        beside = ImportBatch.objects.filter(search=found.search_id).values_list("status", "found")
        context["held"] = reading.held_by(beside)
    return render(request, "studies/progress.html", context)


@require_GET
def original(request: HttpRequest, review_id: int, batch_id: int) -> FileResponse:
    """The file as it was uploaded, always as a download: it is somebody else's bytes."""
    review, can = fetch_review(reader(request), review_id)
    found = reading.fetch(reading.batches_of(review), review, batch_id)
    own = can.manage or found.created_by_id == reader(request).pk
    masking.refuse_masked(masking.hidden_in_file(reader(request), found))
    if not own and reading.withheld(reader(request), Record.objects.filter(batch=found)).exists():
        raise PermissionDenied(
            _("This file says what others decided. Its uploader and the leads can save it.")
        )
    return as_download(FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename))


def as_download(response: FileResponse) -> FileResponse:
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
