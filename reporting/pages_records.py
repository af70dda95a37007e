"""What changes records, reports and studies that are judged already: undone, linked, merged, kept apart."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.reader import reader
from config.refusals import Invalid
from consensus import services as consensus
from reviews.models import Review
from reviews.permissions import fetch_review
from screening import services as screening
from studies import reading
from studies import services as studies
from studies.forms import PaperForm
from studies.models import ImportBatch, RecordLink, Report, Study

M = TypeVar("M", bound=Model)


def bringing(request: HttpRequest, review_id: int) -> Review:
    return fetch_review(reader(request), review_id, "bring", writing=True)[0]


def chosen(request: HttpRequest, found: QuerySet[M], name: str, otherwise: Any) -> M:
    """The row whose number was entered, of this review alone."""
    number = request.POST.get(name, "").strip().removeprefix("#")
    row = found.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise Invalid(otherwise)
    return row


@require_POST
def undo_import(request: HttpRequest, review_id: int, batch_id: int) -> HttpResponse:
    # For leads: that screening has begun is a count across people, which a blinded reviewer must not have.
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    batch = reading.fetch(ImportBatch.objects.all(), review, batch_id)
    consensus.undo_import(by=reader(request), batch=batch)
    messages.success(
        request, _("The import is undone. Its file and its records are kept, and counted nowhere.")
    )
    return redirect("studies:batch", review.pk, batch.pk)


@require_POST
def keep_apart(request: HttpRequest, review_id: int, link_id: int) -> HttpResponse:
    """A record is not the report that it was linked to: it gets a report of its own."""
    review = bringing(request, review_id)
    link = (
        RecordLink.objects.current()
        .filter(review=review, id=link_id)
        .select_related("record__review", "report")
    )
    found = link.first()
    if found is None:
        raise Http404
    report = consensus.unlink_record(by=reader(request), link=found)
    messages.success(request, _("Kept apart. The record has a report of its own now."))
    return redirect("studies:report", review.pk, report.pk)


@require_POST
def merge_report(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    review = bringing(request, review_id)
    report = reading.fetch(Report.objects.select_related("review"), review, report_id)
    reports = Report.objects.filter(review=review)
    other = chosen(request, reports, "other", _("Enter the number of another report of this review."))
    keeper = consensus.merge_reports(by=reader(request), left=report, right=other)
    gone = other if keeper.pk == report.pk else report
    undo = reverse("studies:unmerge_report", args=[review.pk, gone.pk])
    messages.success(request, _("Made one report. Their judgements are kept."), extra_tags=undo)
    return redirect("studies:report", review.pk, keeper.pk)


@require_POST
def unmerge_report(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    review = bringing(request, review_id)
    report = reading.fetch(Report.objects.select_related("review"), review, report_id)
    consensus.unmerge_report(by=reader(request), report=report)
    messages.success(request, _("The two are separate reports again."))
    return redirect("studies:report", review.pk, report.pk)


@require_POST
def add_full_text(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    """Keep the paper; the report counts as retrieved from then on."""
    review = bringing(request, review_id)
    report = reading.fetch(Report.objects.select_related("review"), review, report_id)
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid(_("Choose the paper as a PDF file."))
    with transaction.atomic():
        studies.add_full_text(by=reader(request), report=report, upload=form.cleaned_data["file"])
        if report.retrieval != Report.Retrieval.RETRIEVED:
            screening.set_retrieval(by=reader(request), report=report, retrieval=Report.Retrieval.RETRIEVED)
    messages.success(request, _("The paper is kept with its report."))
    return redirect("studies:report", review.pk, report.pk)


@require_POST
def assign_study(request: HttpRequest, review_id: int, report_id: int) -> HttpResponse:
    """Say which study a report tells of: one that is known, or a new one."""
    review = bringing(request, review_id)
    report = reading.fetch(Report.objects.select_related("review"), review, report_id)
    label = request.POST.get("label", "").strip()
    with transaction.atomic():
        if label:
            study = studies.found_study(by=reader(request), review=review, label=label)
        else:
            known = Study.objects.current().filter(review=review)
            study = chosen(request, known, "study", _("Choose a study, or name a new one."))
        consensus.assign_study(by=reader(request), report=report, study=study)
    messages.success(request, _("The report tells of %(study)s now.") % {"study": study})
    return redirect("studies:report", review.pk, report.pk)


@require_POST
def merge_study(request: HttpRequest, review_id: int, study_id: int) -> HttpResponse:
    review = bringing(request, review_id)
    study = reading.fetch(Study.objects.select_related("review"), review, study_id)
    known = Study.objects.filter(review=review)
    other = chosen(request, known, "other", _("Choose another study of this review."))
    keeper = consensus.merge_studies(by=reader(request), left=study, right=other)
    gone = other if keeper.pk == study.pk else study
    undo = reverse("studies:unmerge_study", args=[review.pk, gone.pk])
    messages.success(request, _("Made one study. Their judgements are kept."), extra_tags=undo)
    return redirect("studies:study", review.pk, keeper.pk)


@require_POST
def unmerge_study(request: HttpRequest, review_id: int, study_id: int) -> HttpResponse:
    review = bringing(request, review_id)
    study = reading.fetch(Study.objects.select_related("review"), review, study_id)
    consensus.unmerge_study(by=reader(request), study=study)
    messages.success(request, _("The two are separate studies again."))
    return redirect("studies:study", review.pk, study.pk)
