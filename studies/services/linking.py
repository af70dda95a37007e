"""Records, reports and studies: what is linked to what. Nothing here deletes a record, a report or a study."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.best import best_of
from studies.models import Correction, Record, RecordLink, Report, Study, StudyLink, TimePoint

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


def fields_of(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in BIBLIOGRAPHIC}


def enrich(
    report: Report, records: Iterable[Record], corrected: Mapping[str, Any] = MappingProxyType({})
) -> list[str]:
    """Give a report the best of each field that its records hold; what was corrected by hand stays.

    Returns the names of what changed.
    """
    wanted = best_of([fields_of(record) for record in records]) | dict(corrected)
    changed = [name for name, value in wanted.items() if getattr(report, name) != value]
    for name in changed:
        setattr(report, name, wanted[name])
    return changed


def refresh(report_ids: Iterable[int]) -> None:
    """Read again what reports say from the records that are theirs now, those of what was merged into them included."""
    reports = {one.pk: one for one in Report.objects.filter(id__in=list(report_ids))}
    links = RecordLink.objects.current().filter(Q(report__in=reports) | Q(report__survivor__in=reports))
    records: dict[int, list[Record]] = defaultdict(list)
    for link in links.select_related("record", "report").order_by("record_id"):
        records[link.report_id if link.report_id in reports else link.report.root_id].append(link.record)
    for pk, report in reports.items():
        if pk not in records:
            continue
        changed = enrich(report, records[pk], corrections_of(report))
        if changed:
            report.save(update_fields=changed)


def corrections_of(report: Report) -> dict[str, Any]:
    """Field -> what it was last corrected to, of the report or of what was merged into it."""
    made = Correction.objects.filter(Q(report=report) | Q(report__survivor=report)).order_by("id")
    return dict(made.values_list("field", "value"))


@write
def correct_report(*, by: User, report: Report, fields: Mapping[str, Any]) -> list[str]:
    """Correct what a report says. Its records stay as they were delivered; who corrected what, and when, is kept."""
    refuse_if_closed(report.review)
    report = Report.objects.select_for_update().get(id=report.pk)
    changed = [name for name in BIBLIOGRAPHIC if name in fields and fields[name] != getattr(report, name)]
    Correction.objects.bulk_create(
        Correction(
            review_id=report.review_id,
            report=report,
            field=name,
            was=getattr(report, name),
            value=fields[name],
            created_by=by,
        )
        for name in changed
    )
    for name in changed:
        setattr(report, name, fields[name])
    if changed:
        report.save(update_fields=changed)
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
    current = RecordLink.objects.current().filter(record=record)
    left = [link.report.root_id for link in current.select_related("report")]
    current.update(ended_at=timezone.now(), ended_by=by)
    refresh(left)
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
