from celery import shared_task

from reviews import audit, jobs


@shared_task(name="reviews.tasks.sweep")
def sweep() -> int:
    return jobs.sweep()


@shared_task(name="reviews.tasks.seal")
def seal() -> int:
    return audit.seal()
