from celery import shared_task

from consensus.services import bringing, changing, counts, noting, queueing, versioning
from reviews import jobs


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


@shared_task(name="consensus.tasks.import_batch")
def import_batch(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            bringing.bring_in(batch_id=job.target or 0, progress=progress)


@shared_task(name="consensus.tasks.link_mended")
def link_mended(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, _progress = taken
            bringing.link_mended(batch_id=job.target or 0)


@shared_task(name="consensus.tasks.follow_change")
def follow_change(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            changing.follow_change(by=job.created_by, stage_id=job.target or 0, progress=progress)


@shared_task(name="consensus.tasks.carry_over")
def carry_over(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            versioning.carry_rest(by=job.created_by, version_id=job.target or 0, progress=progress)
