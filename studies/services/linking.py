"""Records, reports and studies: what is linked to what. Nothing here deletes a record, a report or a study."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from reviews.models import Review
from reviews.writing import write
from studies.models import Record, RecordLink, Report, Study, StudyLink, TimePoint

BIBLIOGRAPHIC = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "kind",
    "language",
)


def report_from(record: Record) -> Report:
    """A report, unsaved, that says what the record says."""
    return Report(review_id=record.review_id, **{name: getattr(record, name) for name in BIBLIOGRAPHIC})


def enrich(report: Report, records: Iterable[Record]) -> list[str]:
    """Fill what a report lacks from its other records. Returns the names of what changed."""
    changed = []
    for name in BIBLIOGRAPHIC:
        best = getattr(report, name) or next(
            (v for r in records if (v := getattr(r, name))), getattr(report, name)
        )
        if best != getattr(report, name):
            setattr(report, name, best)
            changed.append(name)
    return changed


def study_of(*, report_id: int | None, make: bool) -> int | None:
    """The study that a report tells of; founded if it has none and `make` is set."""
    if report_id is None:
        return None
    link = StudyLink.objects.current().filter(report=report_id).select_related("study").first()
    if link:
        return link.study.root_id
    if not make:
        return None
    report = Report.objects.get(id=report_id)
    study = Study.objects.create(review_id=report.review_id, label=report.short_name()[:200])
    StudyLink.objects.create(review_id=report.review_id, report=report, study=study)
    return study.pk


@write
def link_report(*, by: User, report: Report, study: Study) -> None:
    """Say that a report tells of a study; an earlier link ends, and is kept."""
    current = StudyLink.objects.current().select_for_update().filter(report=report)
    if current.filter(study=study).exists():
        return
    current.update(ended_at=timezone.now(), ended_by=by)
    StudyLink.objects.create(review_id=report.review_id, report=report, study=study, created_by=by)


@write
def unlink_record(*, by: User, record: Record) -> Report:
    """Take a record out of the report it was linked to, and give it a report of its own."""
    RecordLink.objects.current().filter(record=record).update(ended_at=timezone.now(), ended_by=by)
    report = report_from(record)
    report.save()
    RecordLink.objects.create(
        review_id=record.review_id, record=record, report=report, basis=RecordLink.Basis.PERSON, created_by=by
    )
    return report


@write
def found_study(*, by: User, review: Review, label: str) -> Study:
    """A new study, which no report tells of yet."""
    if not label.strip():
        raise Invalid(_("Name the study, by its first author and year."))
    return Study.objects.create(review=review, label=label.strip()[:200])


@write
def correct_study(*, by: User, study: Study, label: str, design: str) -> None:
    study.label, study.design = label.strip() or study.label, Study.Design(design)
    study.save(update_fields=["label", "design"])


def time_point(*, review: Review, value: Decimal | int | str, unit: str) -> TimePoint:
    found, _made = TimePoint.objects.get_or_create(review=review, value=value, unit=unit)
    return found
