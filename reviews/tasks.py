from celery import shared_task

from reviews import audit, jobs, notifying


@shared_task(name="reviews.tasks.sweep")
def sweep() -> int:
    return jobs.sweep()


@shared_task(name="reviews.tasks.seal")
def seal() -> int:
    return audit.seal()


@shared_task(name="reviews.tasks.send_digests")
def send_digests() -> int:
    return notifying.send_digests()
