"""What a screener does: judge, note, and say whether a paper could be had. The spine does the rest."""

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus import services as consensus
from consensus.kinds import KINDS
from consensus.models import Judgement, Note, Stage, WorkItem
from reviews import services as reviews
from reviews.models import ProtocolVersion, Review
from reviews.permissions import fetch_review, refuse_if_closed
from reviews.writing import write
from screening.kinds import SCREENING
from screening.models import Criteria
from studies.models import Report

NOTE_LENGTH = 10_000


@write
def judge(
    *,
    by: User,
    item_id: int,
    verdict: str,
    reason_id: int | str | None = None,
    comment: str = "",
    token: UUID | None = None,
    at: tuple[int, str] | None = None,
) -> Judgement:
    """Say whether a report goes on. The same token again changes nothing; without one, it is a revision. at: the review
    and the kind of stage that the item must be of."""
    item = consensus.locked_for(by, item_id)
    if at and at != (item.review_id, item.stage.kind):
        raise Http404
    refuse_other_kinds(item.stage.kind)
    answer = {"verdict": verdict, "reason_id": reason_id}
    return consensus.hand_in(by=by, item=item, answer=answer, comment=comment.strip(), token=token)


def refuse_other_kinds(kind: str) -> None:
    if kind not in SCREENING:
        raise Invalid(_("This is not screened with a verdict. Judge it on the page of its own stage."))


def refuse_unless_screening(by: User, item_id: int) -> None:
    kind = WorkItem.objects.visible_to(by).filter(id=item_id).values_list("stage__kind", flat=True).first()
    if kind is None:
        raise Http404
    refuse_other_kinds(kind)


@write
def resolve_conflict(
    *, by: User, item_id: int, verdict: str, comment: str, reason_id: int | str | None = None
) -> Judgement:
    """Settle a conflict, or propose an answer that the other judges sign."""
    refuse_unless_screening(by, item_id)
    answer = {"verdict": verdict, "reason_id": reason_id}
    return consensus.resolve(by=by, item_id=item_id, answer=answer, comment=comment)


@write
def publish_protocol(
    *, by: User, review: Review, texts: dict[str, str], include: Sequence[str], exclude: Sequence[str]
) -> ProtocolVersion:
    """The next version of the protocol, and with it of what both screening stages ask."""
    protocol = reviews.next_protocol(by=by, review=review, texts=texts, include=include, exclude=exclude)
    for stage in Stage.objects.filter(review=review, kind__in=SCREENING):
        version = consensus.publish_version(by=by, stage=stage)
        Criteria.objects.create(review=review, version=version, protocol=protocol)
        consensus.carry_over(by=by, version=version)
    return protocol


@write
def set_retrieval(*, by: User, report: Report, retrieval: str, note: str = "") -> Report:
    """Say how the search for a report's full text stands. One that cannot be had closes its full-text item."""
    fetch_review(by, report.review_id, "bring", writing=True)
    if retrieval not in Report.Retrieval.values:
        raise Invalid(_("Choose how the search for the full text stands."))
    report = Report.objects.select_for_update().get(id=report.pk)
    report.retrieval, report.retrieval_note = retrieval, note.strip()
    report.save(update_fields=["retrieval", "retrieval_note"])
    at_full_text = WorkItem.objects.filter(report=report, stage__kind="full_text")
    consensus.settle_ids(list(at_full_text.values_list("id", flat=True)))
    return report


@write
def add_note(*, by: User, item_id: int, text: str, audience: str = Note.Audience.PRIVATE) -> Note:
    """A note on an item: for oneself, or for the team once everybody has judged."""
    item = consensus.fetch_item(by, item_id)
    fetch_review(by, item.review_id, "judge", writing=True)
    if not text.strip():
        raise Invalid(_("Write the note first."))
    if len(text) > NOTE_LENGTH:
        raise Invalid(_("A note holds up to 10,000 characters. Shorten it."))
    if audience not in Note.Audience.values:
        raise Invalid(_("Choose who sees the note: only you, or the team once everybody has judged."))
    return Note.objects.create(
        review_id=item.review_id, item=item, author=by, audience=audience, text=text.strip()
    )


@write
def remove_note(*, by: User, note_id: int) -> None:
    note = Note.objects.filter(id=note_id, author=by).select_related("review").first()
    if note is None:
        return
    refuse_if_closed(note.review)
    note.delete()


def verdicts_of(kind: str) -> tuple[str, ...]:
    """What may be said at a screening stage."""
    choices: tuple[str, ...] = getattr(KINDS[kind], "choices", ())
    return choices
