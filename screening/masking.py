"""What of a report its judges do not see until it is decided."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from accounts.models import User
from consensus.models import WorkItem
from reviews.models import Review
from reviews.permissions import can
from screening.models import Masking
from studies.models import Report

NOTHING: frozenset[str] = frozenset()
SCREENING = ("title_abstract", "full_text")


def hidden_from(user: User, review: Review, *, judging: bool = True) -> frozenset[str]:
    """The fields that this person does not see of what is not decided.

    Who manages the review judges without them as everybody does, but finds them on the pages of records and reports:
    somebody has to correct an author's name, tell duplicates apart and mend what could not be read.
    """
    masking = Masking.objects.filter(review=review).first()
    if masking is None or not masking.hidden:
        return NOTHING
    may = can(user, review)
    return masking.hidden if may.judge and (judging or not may.manage) else NOTHING


def waiting(report_ids: Iterable[int]) -> QuerySet[WorkItem, int | None]:
    """Those that wait at a screening stage, by id: who judges them must not read of them what may be masked."""
    waits = WorkItem.objects.undecided().filter(report__in=list(report_ids), stage__kind__in=SCREENING)
    return waits.values_list("report", flat=True)


class MaskedFromJudges:
    """The rule that pages and API ask, through `studies.masking`."""

    def of(self, user: User, report_ids: Iterable[int], *, judging: bool) -> Mapping[int, frozenset[str]]:
        """A report that waits at any screening stage is masked."""
        masked = Report.objects.filter(id__in=waiting(report_ids), review__masking__isnull=False)
        by_review: dict[int, frozenset[str]] = {}
        found: dict[int, frozenset[str]] = {}
        for report in masked.select_related("review").only("id", "review"):
            if report.review_id not in by_review:
                by_review[report.review_id] = hidden_from(user, report.review, judging=judging)
            if by_review[report.review_id]:
                found[report.pk] = by_review[report.review_id]
        return found

    def delivered(self, user: User, review: Review) -> frozenset[str]:
        """A file is not taken apart: it is hidden as long as any report of the review waits."""
        hidden = hidden_from(user, review, judging=False)
        if not hidden:
            return NOTHING
        waits = WorkItem.objects.undecided().filter(review=review, stage__kind__in=SCREENING)
        return hidden if waits.exists() else NOTHING
