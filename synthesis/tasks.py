from celery import shared_task
from django.db import OperationalError

from synthesis import building


@shared_task(
    name="synthesis.tasks.refresh", autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3
)
def refresh(review_id: int) -> int:
    return building.refresh(review_id)


@shared_task(name="synthesis.tasks.sweep")
def sweep() -> int:
    return building.sweep()
