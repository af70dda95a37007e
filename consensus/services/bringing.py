"""What an import brings into the review's stages, and takes out again when it is undone."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Refused
from consensus.kinds import kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.services.merging import decide_pairs, new_decision
from consensus.services.settling import close_unjudged, open_items, settle_ids
from consensus.upstream import upstream_stage
from reviews.permissions import refuse_if_closed
from reviews.writing import name_actor, write
from studies.models import ImportBatch, PairDecision, RecordLink, Report
from studies.services import link_batch, link_later, read_batch, refresh
from studies.services import unlink_record as take_out

Progress = Callable[[int, int], None]


def bring_in(*, batch_id: int, progress: Progress) -> None:
    """Read a batch, link its records to reports, and open the first stage for the new ones. Safe to run again."""
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None or batch.status in {ImportBatch.Status.DONE, ImportBatch.Status.UNDONE}:
        return
    if not read_batch(batch=batch, progress=progress):
        return
    with transaction.atomic():
        name_actor(batch.created_by)
        reports = link_batch(batch=batch)
        for stage in first_stages(batch.review_id):
            open_items(stage=stage, target_ids=reports)


def link_mended(*, batch_id: int) -> None:
    """Link what came to a finished batch afterwards, and open the first stage for it. Safe to run again."""
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        return
    with transaction.atomic():
        name_actor(batch.created_by)
        reports = link_later(batch=batch)
        for stage in first_stages(batch.review_id):
            open_items(stage=stage, target_ids=reports)


def first_stages(review_id: int) -> list[Stage]:
    stages = Stage.objects.filter(review=review_id)
    return [stage for stage in stages if kind_of(stage).target == "report" and upstream_stage(stage) is None]


@write
def undo_import(*, by: User, batch: ImportBatch) -> None:
    """Take a whole import back, as long as nobody has judged what only it brought."""
    refuse_if_closed(batch.review)
    batch = ImportBatch.objects.select_for_update().get(id=batch.pk)
    if batch.status == ImportBatch.Status.UNDONE:
        return
    links = RecordLink.objects.current().filter(record__batch=batch)
    # Two plain questions: put as one, whether anything else brought a report is asked of each of them.
    brought = set(links.values_list("report_id", flat=True))
    others = RecordLink.objects.current().filter(report__in=brought).exclude(record__batch=batch)
    shared = set(others.values_list("report_id", flat=True))
    ids = list(brought - shared)
    items = WorkItem.objects.filter(report__in=ids)
    judged = Judgement.objects.filter(Q(item__in=items))
    if judged.exists():
        raise Refused(
            _(
                "Screening of these records has begun, so the import stays. Keep apart or exclude what does not belong."
            )
        )
    links.update(ended_at=timezone.now(), ended_by=by)
    refresh(list(shared))
    Report.objects.filter(id__in=ids).update(status=Report.Status.WITHDRAWN, survivor=None, merged_with=None)
    batch.status = ImportBatch.Status.UNDONE
    batch.save(update_fields=["status"])
    close_unjudged(items, WorkItem.Closed.WITHDRAWN)
    settle_ids(list(items.exclude(closed_as=WorkItem.Closed.WITHDRAWN).values_list("id", flat=True)))


@write
def unlink_record(*, by: User, link: RecordLink) -> Report:
    """Say that a record is not what it was linked to: it gets a report of its own, which is then screened."""
    refuse_if_closed(link.record.review)
    old = link.report
    if RecordLink.objects.current().filter(report=old).count() < 2:
        raise Refused(_("This is the report's only record. There is nothing to keep apart."))
    report = take_out(by=by, record=link.record)
    decide_pairs(report, old, new_decision(report.review, PairDecision.Verdict.APART, by))
    for stage in first_stages(report.review_id):
        open_items(stage=stage, target_ids=[report.pk])
    return report
