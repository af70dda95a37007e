from celery import shared_task

from notes.models import Note


@shared_task
def echo(text: str) -> None:
    Note.objects.create(text=text, by="worker")


@shared_task
def tick() -> None:
    Note.objects.update_or_create(by="beat", defaults={"text": "tick"})
