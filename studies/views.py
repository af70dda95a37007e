"""Records, reports and studies: lists to look through, and one page for each. What changes them lives higher up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.reader import reader
from reviews.permissions import fetch_review
from studies import exporting, masking, reading, services
from studies.forms import PaperForm, StudyForm
from studies.models import FullText, ImportBatch, PriorDecision, Record, RecordLink, Report, Study

ON_PAGE = 50
WORDS = 200


@require_GET
def records(request: HttpRequest, review_id: int) -> HttpResponse:
    """Every entry as it was delivered, of one import or of all."""
    review, can = fetch_review(reader(request), review_id)
    words, batch = request.GET.get("q", "")[:WORDS], request.GET.get("batch", "")
    page = Paginator(reading.records_of(review, words, batch), ON_PAGE).get_page(request.GET.get("page"))
    masking.mask_records(reader(request), review, page.object_list)
    context = {"review": review, "can": can, "page": page, "words": words, "batch": batch}
    return render(request, "studies/records.html", context)


@require_GET
def export_records(request: HttpRequest, review_id: int) -> StreamingHttpResponse:
    """The entries of the list, as a file; without those of an import that was undone."""
    review, _can = fetch_review(reader(request), review_id)
    words, batch = request.GET.get("q", "")[:WORDS], request.GET.get("batch", "")
    found = reading.records_of(review, words, batch).filter(batch__status=ImportBatch.Status.DONE)
    ids = list(found.values_list("id", flat=True))
    entries = exporting.of_records(reader(request), review, ids)
    return exporting.as_file(entries, request.GET.get("as", ""), f"review-{review.pk}-records")


@require_GET
def record(request: HttpRequest, review_id: int, record_id: int) -> HttpResponse:
    """One entry: its fields, its raw text, and the reports that it is."""
    review, can = fetch_review(reader(request), review_id)
    found = reading.fetch(Record.objects.select_related("batch__search"), review, record_id)
    links = list(found.links.current().select_related("report__survivor"))
    masking.mask_records(reader(request), review, [found])
    masking.mask_reports(reader(request), [link.report for link in links])
    prior = PriorDecision.objects.filter(record=found).select_related("person")
    context = {
        "review": review,
        "can": can,
        "record": found,
        "links": with_evidence(links, found),
        "numbers": reading.numbers_of(found),
        "withheld": prior.not_of(reader(request)).exists(),
        "own": prior.of(reader(request)),
        # A label beside somebody's decision may tell it.
        "labels": sorted({label for one in prior.filter(verdict="") for label in one.labels}),
    }
    return render(request, "studies/record.html", context)


def with_evidence(links: list[RecordLink], of: Record | Report) -> list[tuple[RecordLink, str]]:
    """Each link with why it was made, as far as its reader may know."""
    return [(one, reading.unnumbered(one.evidence) if of.masked else one.evidence) for one in links]


@require_GET
def reports(request: HttpRequest, review_id: int) -> HttpResponse:
    """The review's reports, found by words of their titles and abstracts."""
    review, can = fetch_review(reader(request), review_id)
    words = request.GET.get("q", "")[:WORDS]
    page = Paginator(reading.reports_of(review, words), ON_PAGE).get_page(request.GET.get("page"))
    masking.mask_reports(reader(request), page.object_list)
    return render(
        request, "studies/reports.html", {"review": review, "can": can, "page": page, "words": words}
    )


@require_GET
def export_reports(request: HttpRequest, review_id: int) -> StreamingHttpResponse:
    """The reports of the list, as a file."""
    review, _can = fetch_review(reader(request), review_id)
    words = request.GET.get("q", "")[:WORDS]
    found = Report.objects.current().filter(review=review).matching(words)
    ids = list(found.order_by("id").values_list("id", flat=True))
    entries = exporting.of_reports(reader(request), review, ids)
    return exporting.as_file(entries, request.GET.get("as", ""), f"review-{review.pk}-reports")


@require_GET
def report(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    """One report: its records with why they are one, its papers, its study."""
    review, can = fetch_review(reader(request), review_id)
    found = reading.fetch(Report.objects.select_related("survivor", "merged_with"), review, report_id)
    links, merged_here = list(reading.links_of(found)[:200]), list(found.family.all()[:50])
    survivor = [found.survivor] if isinstance(found.survivor, Report) else []
    masking.mask_reports(reader(request), [found, *survivor, *merged_here])
    papers = FullText.objects.filter(report=found, status=FullText.Status.CURRENT).select_related(
        "created_by"
    )
    context = {
        "review": review,
        "can": can,
        "report": found,
        "links": with_evidence(links, found),
        "merged_here": merged_here,
        "papers": papers,
        "corrections": reading.corrections_of(found),
        "paper_form": PaperForm(),
        "study": reading.study_of(found),
        "studies": reading.studies_of(review)[:1000] if can.bring else [],
    }
    return render(request, "studies/report.html", context)


@require_GET
def full_text(request: HttpRequest, review_id: int, paper_id: int) -> FileResponse:
    """A paper, shown in the browser or saved: never as anything but a PDF, and without any right to run."""
    review, _can = fetch_review(reader(request), review_id)
    paper = FullText.objects.filter(review=review, id=paper_id, status=FullText.Status.CURRENT).first()
    if paper is None:
        raise Http404
    save = "download" in request.GET
    response = FileResponse(paper.file.open("rb"), as_attachment=save, filename=paper.name)
    response["Content-Type"] = "application/pdf"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def studies(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    words = request.GET.get("q", "")[:WORDS]
    page = Paginator(reading.studies_of(review, words), ON_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "studies/studies.html", {"review": review, "can": can, "page": page, "words": words}
    )


@require_http_methods(["GET", "POST"])
def study(request: HttpRequest, review_id: int, study_id: int) -> HttpResponse:
    """One study: its name and design, which can be corrected, and the reports that tell of it."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring" if posted else "see", writing=posted)
    found = reading.fetch(Study.objects.select_related("survivor"), review, study_id)
    form = StudyForm(request.POST or None, instance=found)
    if posted and form.is_valid():
        services.correct_study(by=reader(request), study=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("studies:study", review.pk, found.pk)
    if form.errors:
        found.refresh_from_db()
    told = reading.reports_of_study(found)
    masking.mask_reports(reader(request), told)
    context = {
        "review": review,
        "can": can,
        "study": found,
        "form": form,
        "reports": told,
        "merged_here": found.family.all()[:50],
        "others": reading.studies_of(review).exclude(id=found.pk)[:1000] if can.bring else [],
    }
    return render(request, "studies/study.html", context, status=422 if form.errors else 200)
