"""What in a review does not go on without somebody: shown on its page, to whoever can do something about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.numbers import Grouped
from consensus.sides import conflicts_of, mask_items
from reporting.stages import StageRow
from reviews.models import Job, Review
from reviews.permissions import Can
from studies.models import Report
from synthesis.models import SummaryTable, TableBuild

# Up to so many conflicts of a stage are named one by one.
NAMED = 2


@dataclass(frozen=True, slots=True)
class Need:
    """One line. `icon` is an icon's name, or nothing for a conflict, which has a mark of its own."""

    what: str
    text: str
    url: str
    does: str
    icon: str = ""


def needs_of(user: User, can: Can, review: Review, rows: Sequence[StageRow], pairs: int) -> list[Need]:
    if review.status != Review.Status.ACTIVE:
        return []
    found: list[Need] = []
    for row in rows:
        found += conflicts(user, can, row)
    if can.bring:
        found += [*duplicates(review, pairs), *papers(review)]
    if can.manage:
        found += [*failures(review), *tables(review)]
    return found


def conflicts(user: User, can: Can, row: StageRow) -> Iterator[Need]:
    if not row.conflicts:
        return
    if row.conflicts > NAMED:
        url = reverse("consensus:conflicts", args=[row.stage.review_id]) + f"?stage={row.stage.kind}"
        what = ngettext("%(n)s conflict", "%(n)s conflicts", row.conflicts) % {"n": Grouped(row.conflicts)}
        yield Need(what, _("at %(stage)s") % {"stage": row.label}, url, _("Resolve"))
        return
    items = list(
        conflicts_of(user, can, row.stage).select_related("stage", "report", "study", "result", "outcome")
    )[:NAMED]
    mask_items(user, items)
    for item in items:
        url = reverse("consensus:item", args=[item.review_id, item.pk])
        yield Need(str(item.target), _("in conflict at %(stage)s") % {"stage": row.label}, url, _("Resolve"))


def duplicates(review: Review, pairs: int) -> Iterator[Need]:
    if pairs:
        what = ngettext("%(n)s pair of reports", "%(n)s pairs of reports", pairs) % {"n": Grouped(pairs)}
        url = reverse("studies:duplicates", args=[review.pk])
        yield Need(what, _("may be one and the same"), url, _("Compare"), "copy")


def papers(review: Review) -> Iterator[Need]:
    """Full texts that were sought and not found yet."""
    sought = Report.objects.current().filter(review=review, retrieval=Report.Retrieval.SOUGHT).count()
    if sought:
        what = ngettext("%(n)s full text", "%(n)s full texts", sought) % {"n": Grouped(sought)}
        url = reverse("reporting:box", args=[review.pk, "dbr_sought_reports"])
        yield Need(what, _("sought and not there yet"), url, _("See which"), "book-open")


def failures(review: Review) -> Iterator[Need]:
    failed = Job.objects.filter(review=review, status=Job.Status.FAILED).count()
    if failed:
        what = ngettext("%(n)s background run", "%(n)s background runs", failed) % {"n": failed}
        yield Need(
            what, _("failed"), reverse("reviews:jobs", args=[review.pk]), _("See why"), "triangle-alert"
        )


def tables(review: Review) -> Iterator[Need]:
    """Tables that could not be built as they are defined now."""
    for table in SummaryTable.objects.stale().filter(review=review):
        last = table.builds.order_by("-number").first()
        if last and last.status == TableBuild.Status.FAILED:
            url = reverse("synthesis:table", args=[review.pk, table.pk])
            yield Need(str(table), _("could not be built"), url, _("See why"), "triangle-alert")
