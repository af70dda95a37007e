from celery import shared_task

from consensus.services import bringing, changing, counts, noting, queueing, versioning
from reviews import jobs
from reviews.models import Job


@shared_task(name="consensus.tasks.compact")
def compact() -> int:
    return counts.compact_all()


@shared_task(name="consensus.tasks.release")
def release() -> int:
    return queueing.release()


@shared_task(name="consensus.tasks.tell")
def tell() -> int:
    """Those who are named in comments that they may read by now."""
    return noting.tell()


@jobs.task("consensus.tasks.import_batch")
def import_batch(job: Job, progress: jobs.Progress) -> None:
    bringing.bring_in(batch_id=job.target or 0, progress=progress)


@jobs.task("consensus.tasks.link_mended")
def link_mended(job: Job, _progress: jobs.Progress) -> None:
    bringing.link_mended(batch_id=job.target or 0)


@jobs.task(changing.TASK)
def follow_change(job: Job, progress: jobs.Progress) -> None:
    changing.follow_change(by=job.created_by, stage_id=job.target or 0, progress=progress)


@jobs.task(versioning.TASK)
def carry_over(job: Job, progress: jobs.Progress) -> None:
    versioning.carry_rest(by=job.created_by, version_id=job.target or 0, progress=progress)
