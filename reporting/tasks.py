from celery import shared_task

from reporting import moving_in
from reviews import jobs


@shared_task(name=moving_in.TASK)
def take_over(job_id: int) -> None:
    with jobs.run(job_id) as taken:
        if taken:
            job, progress = taken
            moving_in.take_over(person_id=job.target or 0, progress=progress)
