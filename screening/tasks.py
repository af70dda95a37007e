from celery import shared_task

from reviews import jobs
from screening import halting, prioritising, tallies
from screening.services import carry_out, settle_reasons, take_back


@shared_task(name="screening.tasks.decide_bulk")
def decide_bulk(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            carry_out(bulk_id=job.target or 0, progress=progress)


@shared_task(name="screening.tasks.undo_bulk")
def undo_bulk(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            job.message = take_back(bulk_id=job.target or 0, progress=progress)


@shared_task(name="screening.tasks.settle_reasons")
def reorder(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            settle_reasons(by=job.created_by, review_id=job.target or 0, progress=progress)


@shared_task(name="screening.tasks.train_due")
def train_due() -> int:
    halting.finish_samples()
    return prioritising.train_due()


@shared_task(name="screening.tasks.tally")
def tally(stage_id: int) -> None:
    tallies.refresh(stage_id)
