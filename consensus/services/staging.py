"""How a review is set up: its stages, their versions, who judges; and what a change of these touches."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.kinds import KINDS
from consensus.models import Assignment, Judgement, Stage, StageVersion, WorkItem
from consensus.services.judging import may_judge
from consensus.services.settling import lock, open_items, settle
from consensus.upstream import upstream_stage
from reviews import services as reviews
from reviews.models import Membership, Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import Report

DEFAULT_KINDS = ("title_abstract", "full_text", "extraction")


@write
def start_review(
    *,
    by: User,
    title: str,
    question: str = "",
    note: str = "",
    review_type: str = "intervention",
    texts: dict[str, str] | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    reasons: Sequence[str] = (),
    kinds: Sequence[str] = DEFAULT_KINDS,
    judges: Mapping[str, int] | None = None,
) -> Review:
    """A review with its protocol, its ordered reasons and its stages, ready for the first import."""
    review = reviews.create_review(by=by, title=title, question=question, review_type=review_type, note=note)
    if texts or include or exclude:
        reviews.next_protocol(by=by, review=review, texts=texts or {}, include=include, exclude=exclude)
    reviews.set_reasons(by=by, review=review, labels=reasons)
    for slug in kinds:
        add_stage(by=by, review=review, kind=slug, judges_needed=(judges or {}).get(slug, 2))
    return review


@write
def add_stage(*, by: User, review: Review, kind: str, judges_needed: int = 2) -> Stage:
    refuse_if_closed(review)
    if kind not in KINDS:
        raise Invalid(_("There is no stage of the kind “%(kind)s”.") % {"kind": kind})
    if Stage.objects.filter(review=review, kind=kind).exists():
        raise Refused(_("The review has this stage already."))
    stage = Stage.objects.create(
        review=review, kind=kind, position=KINDS[kind].position, judges_needed=judges_needed
    )
    version = StageVersion.objects.create(review=review, stage=stage, number=1, published_by=by)
    KINDS[kind].opened(version, by)
    if KINDS[kind].target == "report" and upstream_stage(stage) is None:
        ids = Report.objects.current().filter(review=review).values_list("id", flat=True)
        open_items(stage=stage, target_ids=list(ids))
    return stage


@write
def add_judge(*, by: User, item: WorkItem, judge: User) -> Assignment:
    """Ask one more person to judge an undecided item. They see the others' judgements only after their own."""
    held = lock([item.pk])[0]
    refuse_if_closed(held.review)
    if held.decided or held.status == WorkItem.Status.CLOSED:
        raise Refused(_("This is decided or closed. Reopen it first."))
    if not may_judge(judge, held.stage):
        raise Invalid(_("Choose somebody who judges at this stage."))
    if Judgement.objects.current().filter(item=held, reviewer=judge).exists():
        raise Invalid(_("This person has judged it already. Choose somebody else."))
    assignment, _made = Assignment.objects.update_or_create(
        item=held,
        reviewer=judge,
        defaults={
            "review_id": held.review_id,
            "stage": held.stage,
            "basis": Assignment.Basis.ADDED,
            "rank": 0,
            "leased_until": timezone.now() + timedelta(days=3650),
        },
    )
    held.judges_needed = max(held.judged + 1, held.judges_needed)
    held.save(update_fields=["judges_needed"])
    settle(held)
    return assignment


@write
def change_member(*, by: User, membership: Membership, role: str) -> None:
    """Give a member another role. Whoever no longer judges keeps what they said, and holds no place any more."""
    reviews.change_member(by=by, membership=membership, role=role)
    if role not in Membership.JUDGING:
        Assignment.objects.filter(review_id=membership.review_id, reviewer=membership.user).delete()


@write
def remove_member(*, by: User, membership: Membership) -> None:
    """End a membership. What the person judged stays and counts; what they were about to judge is free again."""
    refuse_if_closed(membership.review)
    reviews.keep_an_owner(membership)
    membership.status = Membership.Status.REMOVED
    membership.save(update_fields=["status"])
    asked = Assignment.objects.filter(review_id=membership.review_id, reviewer=membership.user)
    asked.delete()
