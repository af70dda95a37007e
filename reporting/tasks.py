from reporting import moving_in
from reviews import jobs
from reviews.models import Job


@jobs.task(moving_in.TASK)
def take_over(job: Job, progress: jobs.Progress) -> None:
    moving_in.take_over(person_id=job.target or 0, progress=progress)
