"""What of a report its judges do not see until it is decided."""

from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef

from accounts.models import User
from consensus.models import WorkItem
from reviews.models import Review
from reviews.permissions import can
from screening.models import Masking
from studies.models import Report

NOTHING: frozenset[str] = frozenset()
SCREENING = ("title_abstract", "full_text")


def hidden_from(user: User, review: Review) -> frozenset[str]:
    """The fields that this person does not see of what is not decided."""
    masking = Masking.objects.filter(review=review).first()
    return masking.hidden if masking and can(user, review).judge else NOTHING


def hidden_of(user: User, report_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """By report, the fields that this person does not see. A report that waits at any screening stage is masked."""
    ids = list(report_ids)
    waits = WorkItem.objects.undecided().filter(report=OuterRef("pk"), stage__kind__in=SCREENING)
    masked = Report.objects.filter(id__in=ids, review__masking__isnull=False).filter(Exists(waits))
    by_review: dict[int, frozenset[str]] = {}
    found: dict[int, frozenset[str]] = {}
    for report in masked.select_related("review"):
        if report.review_id not in by_review:
            by_review[report.review_id] = hidden_from(user, report.review)
        if by_review[report.review_id]:
            found[report.pk] = by_review[report.review_id]
    return found


def mask(report: Report, hidden: frozenset[str]) -> Report:
    """The report without what is hidden, for showing only: links would lead to what they hide."""
    for name in hidden:
        setattr(report, name, {"authors": [], "journal": "", "year": None}[name])
    if hidden:
        report.doi = report.pmid = report.volume = report.issue = report.pages = ""
    return report
