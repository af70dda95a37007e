"""Background runs: the row is written with what asked for it, the message is sent afterwards, a sweeper mends losses."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from config.celery import app
from config.refusals import Refused
from reviews.models import Job, Review
from reviews.notifying import notify
from reviews.permissions import refuse_if_closed, who_can

log = logging.getLogger(__name__)
ATTEMPTS = 3
UNSENT_AFTER = timedelta(seconds=15)
SILENT_AFTER = timedelta(seconds=60)
# What each task is called in the pages; every app names its own.
NAMES: dict[str, Promise] = {}


def named(task: str, words: Promise) -> str:
    """Say once, beside the task, what people call a run of it."""
    NAMES[task] = words
    return task


def name_of(task: str) -> str:
    """A task that an earlier version ran has only its technical name."""
    return str(NAMES.get(task, task))


def enqueue(*, review: Review, task: str, target: int, by: User | None) -> Job:
    """Ask for a run of `task`, inside the transaction of the write that needs it."""
    job = Job.objects.create(review=review, task=task, target=target, created_by=by)
    transaction.on_commit(lambda: send(task, job.pk))
    return job


def send(task: str, *arguments: int) -> bool:
    """Send a message, and shrug when the broker is away: the row is there, the sweeper will find it."""
    try:
        app.send_task(task, args=arguments, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("the broker is away, %s%s waits for the sweeper: %s", task, arguments, error)
        return False
    return True


Progress = Callable[[int, int], None]


@contextmanager
def run(job_id: int) -> Iterator[tuple[Job, Progress] | None]:
    """Take the job for this process. Yields nothing if somebody else has it, or it is over."""
    now = timezone.now()
    taken = Job.objects.filter(id=job_id, status=Job.Status.QUEUED).update(
        status=Job.Status.RUNNING, started_at=now, heard_at=now, attempts=F("attempts") + 1, message=""
    )
    if not taken:
        yield None
        return
    job = Job.objects.get(id=job_id)
    try:
        yield job, lambda done, total: beat(job, done, total)
    except Refused as refusal:
        finish(job, Job.Status.FAILED, refusal.message)
    except Exception as error:
        finish(job, Job.Status.FAILED, f"{type(error).__name__}: {error}")
        raise
    else:
        finish(job, Job.Status.DONE, job.message)


def task(name: str) -> Callable[[Callable[[Job, Progress], str | None]], Any]:
    """The task that runs a job by its number, of a function that does the work. What it returns is the run's message."""

    def shell(work: Callable[[Job, Progress], str | None]) -> Any:
        @shared_task(name=name)
        @wraps(work)
        def one_run(job_id: int) -> None:
            with run(job_id) as taken:
                if taken:
                    job, progress = taken
                    job.message = work(job, progress) or ""

        return one_run

    return shell


def in_parts(ids: Sequence[int], size: int, progress: Progress) -> Iterator[Sequence[int]]:
    """So many of these at a time, each part for a transaction of its own. Says before each how far the run is."""
    for place in range(0, len(ids), size):
        progress(place, len(ids))
        yield ids[place : place + size]
    progress(len(ids), len(ids))


def beat(job: Job, done: int, total: int) -> None:
    Job.objects.filter(id=job.pk).update(done=done, total=total, heard_at=timezone.now())


@transaction.atomic
def finish(job: Job, status: str, message: str) -> None:
    ended = Job.objects.filter(id=job.pk, status=Job.Status.RUNNING).update(
        status=status, message=message[:2000], finished_at=timezone.now()
    )
    if ended and job.review and status == Job.Status.FAILED:
        notify(
            review=job.review,
            to=[job.created_by] if job.created_by else who_can(job.review, "manage"),
            kind="job",
            text=_("An import failed") if "import" in job.task else _("A background run failed"),
            link=reverse("reviews:jobs", args=[job.review_id]),
        )


def retry(*, job: Job, by: User) -> bool:
    """Ask for a failed run once more. False if it is no longer failed: somebody else has asked, or it runs."""
    if job.review:
        refuse_if_closed(job.review)
    asked = Job.objects.filter(id=job.pk, status=Job.Status.FAILED).update(
        status=Job.Status.QUEUED, attempts=0, sent_at=timezone.now(), finished_at=None
    )
    if asked:
        transaction.on_commit(lambda: send(job.task, job.pk))
    return bool(asked)


def sweep() -> int:
    """Send again what was never taken; take back what fell silent; give up after three tries."""
    now = timezone.now()
    silent = Job.objects.filter(status=Job.Status.RUNNING, heard_at__lt=now - SILENT_AFTER)
    for job in silent.filter(attempts__gte=ATTEMPTS):
        finish(job, Job.Status.FAILED, "The worker stopped three times while it did this.")
    silent.update(status=Job.Status.QUEUED, sent_at=now - UNSENT_AFTER)
    waiting = Job.objects.filter(Q(status=Job.Status.QUEUED) & Q(sent_at__lte=now - UNSENT_AFTER))
    sent = 0
    for job in waiting[:100]:
        if send(job.task, job.pk):
            Job.objects.filter(id=job.pk).update(sent_at=now)
            sent += 1
    return sent
