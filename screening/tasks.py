from celery import shared_task

from reviews import jobs
from reviews.models import Job
from screening import halting, prioritising, tallies
from screening.services import bulk, reasons


@jobs.task(bulk.TASK)
def decide_bulk(job: Job, progress: jobs.Progress) -> None:
    bulk.carry_out(bulk_id=job.target or 0, progress=progress)


@jobs.task(bulk.UNDO)
def undo_bulk(job: Job, progress: jobs.Progress) -> str:
    return bulk.take_back(bulk_id=job.target or 0, progress=progress)


@jobs.task(reasons.TASK)
def reorder(job: Job, progress: jobs.Progress) -> None:
    reasons.settle_reasons(by=job.created_by, review_id=job.target or 0, progress=progress)


@shared_task(name="screening.tasks.train_due")
def train_due() -> int:
    halting.finish_samples()
    return prioritising.train_due()


@shared_task(name="screening.tasks.tally")
def tally(stage_id: int) -> None:
    tallies.refresh(stage_id)
