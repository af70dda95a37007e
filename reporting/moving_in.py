"""A member takes over what they decided in another tool: their own judgements, made by themselves, and nobody else's."""

from collections import defaultdict
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Refused
from consensus.models import Judgement, WorkItem
from consensus.services import submit
from reviews.jobs import enqueue, named
from reviews.models import ExclusionReason, Job
from reviews.permissions import can, refuse_if_closed
from reviews.writing import write
from studies.models import PriorDecision, PriorReviewer

TASK = named("reporting.tasks.take_over", gettext_lazy("Decisions taken over from another tool"))
STAGES = ("title_abstract", "full_text")
Status = PriorReviewer.Status
Progress = Callable[[int, int], None]


@write
def ask_to_take_over(*, by: User, person: PriorReviewer) -> Job:
    """The member says that these decisions are theirs, made alone, and that they are to count here."""
    refuse_if_closed(person.review)
    person = PriorReviewer.objects.select_for_update(of=("self",)).get(id=person.pk)
    if person.member_id != by.pk or not can(by, person.review).judge:
        raise PermissionDenied(_("Only the member whose decisions these are can take them over."))
    if person.status != Status.MATCHED:
        raise Refused(_("These decisions were taken over already."))
    person.status = Status.TAKING
    person.save(update_fields=["status"])
    return enqueue(review=person.review, task=TASK, target=person.pk, by=by)


def take_over(*, person_id: int, progress: Progress) -> None:
    """Make judgements of one person's decisions, title and abstract first. Safe to run again."""
    person = PriorReviewer.objects.filter(id=person_id, status=Status.TAKING).select_related("member").first()
    if person is None or person.member is None:
        return
    reasons = {
        one.label.casefold(): one.pk
        for one in ExclusionReason.objects.in_use().filter(review=person.review_id)
    }
    counts = [0, 0]
    for stage in STAGES:
        said = by_report(person, stage)
        for number, (report, decisions) in enumerate(said.items(), 1):
            counts[0 if entered(person, stage, report, decisions, reasons) else 1] += 1
            if number % 20 == 0 or number == len(said):
                progress(number, len(said))
    person.status, person.taken_at = Status.TAKEN, timezone.now()
    person.taken, person.left_out = counts
    person.save(update_fields=["status", "taken_at", "taken", "left_out"])


def by_report(person: PriorReviewer, stage: str) -> dict[int, list[PriorDecision]]:
    """Report -> what was decided of its records. A tool that names no stage means title and abstract."""
    stages = {stage, ""} if stage == STAGES[0] else {stage}
    decisions = PriorDecision.objects.filter(person=person, stage__in=stages).exclude(verdict="")
    current = decisions.filter(record__links__ended_at=None, record__links__isnull=False)
    found: dict[int, list[PriorDecision]] = defaultdict(list)
    root = Coalesce(F("record__links__report__survivor_id"), F("record__links__report_id"))
    for one in current.annotate(root=root).order_by("id"):
        found[one.root].append(one)  # type: ignore[attr-defined]
    return found


def entered(
    person: PriorReviewer, stage: str, report: int, decisions: list[PriorDecision], reasons: dict[str, int]
) -> bool:
    """Whether the decision counts now. Left out: said both ways, judged here already, closed, or without a reason
    where this review asks for one."""
    member = person.member
    item = WorkItem.objects.filter(stage__kind=stage, report=report).first()
    if member is None or item is None or len({one.verdict for one in decisions}) > 1:
        return False
    token = uuid5(NAMESPACE_URL, f"prior-decision-{decisions[0].pk}")
    mine = Judgement.objects.of(member).filter(item=item)
    if mine.filter(token=token).exists():
        return True
    if mine.exists():
        return False
    one = decisions[0]
    reason = reasons.get(one.reason.strip().casefold()) if one.verdict == "exclude" else None
    try:
        submit(
            by=member,
            item_id=item.pk,
            answer={"verdict": one.verdict, "reason_id": reason},
            comment=comment_of(person, one),
            token=token,
        )
    except (Refused, PermissionDenied):
        return False
    return True


def comment_of(person: PriorReviewer, decision: PriorDecision) -> str:
    said = [_("Decided in %(tool)s, before the review moved here.") % {"tool": person.tool}]
    said += [part for part in (decision.reason, decision.note) if part]
    return " ".join(said)[:5000]
