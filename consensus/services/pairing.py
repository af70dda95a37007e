"""A pair of likely duplicates, decided by a person."""

from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Refused
from consensus.services.merging import decide_pairs, merge_reports
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import DuplicatePair, Record, RecordLink, Report


@write
def decide_pair(*, by: User, pair: DuplicatePair, same: bool) -> None:
    """Say that the reports of two records are one, or that they are not. The machine never overrules it."""
    refuse_if_closed(pair.review)
    pair = DuplicatePair.objects.select_for_update(of=("self",)).get(id=pair.pk)
    if pair.status != DuplicatePair.Status.OPEN:
        raise Refused(_("Somebody has decided this pair already. Open one of its reports to change that."))
    left, right = report_of(pair.left), report_of(pair.right)
    if same and left.root_id != right.root_id:
        merge_reports(by=by, left=left, right=right, evidence=pair.evidence)
    else:
        status = DuplicatePair.Status.SAME if same else DuplicatePair.Status.APART
        decide_pairs(left, right, status, by, pair.evidence)


def report_of(record: Record) -> Report:
    link = RecordLink.objects.current().filter(record=record).select_related("report").first()
    if link is None:
        raise Refused(_("The import that one of these came from was undone. There is nothing to decide."))
    return link.report
