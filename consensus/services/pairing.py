"""Pairs of likely duplicates, decided by a person: one, or all that are alike; and taken back as they were decided."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Refused
from consensus.services.merging import decide_pairs, merge_as, new_decision, unmerge
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import DuplicatePair, PairDecision, Record, RecordLink, Report
from studies.services import refresh

Verdict = PairDecision.Verdict
# So many pairs are decided in one request; of more, the rest keeps its place in the list.
MOST_AT_ONCE = 200


@write
def decide_pair(*, by: User, pair: DuplicatePair, same: bool) -> PairDecision:
    """Say that the reports of two records are one, or that they are not. The machine never overrules it."""
    refuse_if_closed(pair.review)
    pair = DuplicatePair.objects.select_for_update(of=("self",)).get(id=pair.pk)
    if pair.status != DuplicatePair.Status.OPEN:
        raise Refused(_("Somebody has decided this pair already. Open one of its reports to change that."))
    decision = new_decision(pair.review, Verdict.SAME if same else Verdict.APART, by)
    decide_as(decision, pair)
    return decision


def decide_as(decision: PairDecision, pair: DuplicatePair) -> None:
    left, right = report_of(pair.left), report_of(pair.right)
    if decision.verdict == Verdict.SAME and left.root_id != right.root_id:
        merge_as(decision, left=left, right=right, evidence=pair.evidence)
    else:
        decide_pairs(left, right, decision, pair.evidence)


def alike(pair: DuplicatePair) -> QuerySet[DuplicatePair]:
    """The open pairs with the same evidence, numbers aside."""
    found = DuplicatePair.objects.filter(review=pair.review_id, status=DuplicatePair.Status.OPEN)
    found = found.filter(left__batch__status="done", right__batch__status="done")
    return found.filter(pattern=pair.pattern).order_by("-score", "id")


@write
def decide_alike(*, by: User, pair: DuplicatePair, same: bool, seen: int) -> PairDecision:
    """Decide all that are alike, as many as the person was shown; refused where there are others by now."""
    refuse_if_closed(pair.review)
    # One at a time in a review: a merge may answer other pairs of the same pattern.
    Review.objects.select_for_update(no_key=True).get(id=pair.review_id)
    pairs = list(alike(pair).select_related("left", "right")[:MOST_AT_ONCE])
    if not pairs or len(pairs) != seen:
        raise Refused(_("These pairs have changed since they were shown. Look at them again."))
    decision = new_decision(pair.review, Verdict.SAME if same else Verdict.APART, by)
    decision.asked = len(pairs)
    decision.save(update_fields=["asked"])
    for one in pairs:
        one.refresh_from_db(fields=["status"])
        if one.status == DuplicatePair.Status.OPEN:
            decide_as(decision, one)
    return decision


@write
def undo_decision(*, by: User, decision: PairDecision) -> None:
    """Take a decision back: merged reports are separate again, and its pairs are what they were before."""
    decision = (
        PairDecision.objects.select_for_update(of=("self",)).select_related("review").get(id=decision.pk)
    )
    refuse_if_closed(decision.review)
    if decision.undone_at:
        return
    pairs = {pair.pk: pair for pair in decision.pairs.select_for_update(of=("self",))}
    if {str(pk) for pk in pairs} != set(decision.before) or built_upon(decision):
        raise Refused(_("One of these was decided again since. Open its report to change that."))
    for gone in reversed(decision.merged):
        report = Report.objects.get(id=gone)
        survivor = report.root_id
        unmerge(report)
        refresh([gone, survivor])
    restore(pairs, decision.before)
    decision.undone_by, decision.undone_at = by, timezone.now()
    decision.save(update_fields=["undone_by", "undone_at"])


def built_upon(decision: PairDecision) -> bool:
    """Whether a later decision, which still holds, concerns a report that this one merged away."""
    gone = RecordLink.objects.current().filter(report__in=decision.merged).values("record_id")
    later = DuplicatePair.objects.filter(Q(left__in=gone) | Q(right__in=gone), decision__gt=decision.pk)
    return later.filter(decision__undone_at=None).exists()


def restore(pairs: dict[int, DuplicatePair], before: dict[str, list[object] | None]) -> None:
    for pk, pair in pairs.items():
        was = before[str(pk)]
        if was is None:
            # Nobody had asked about it: it was there for this decision only.
            pair.delete()
            continue
        pair.status, pair.decided_by_id = str(was[0]), was[1]  # type: ignore[assignment]
        pair.decided_at = datetime.fromisoformat(str(was[2])) if was[2] else None
        pair.decision_id = was[3]  # type: ignore[assignment]
        pair.save(update_fields=["status", "decided_by", "decided_at", "decision"])


def report_of(record: Record) -> Report:
    link = RecordLink.objects.current().filter(record=record).select_related("report").first()
    if link is None:
        raise Refused(_("The import that one of these came from was undone. There is nothing to decide."))
    return link.report
