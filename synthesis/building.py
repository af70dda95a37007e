"""Building tables so that none ever says fresh without being so.

A build holds its table's advisory lock for as long as its connection lives, opens a REPEATABLE READ snapshot, reads,
and consumes exactly the changes that this snapshot shows. What is committed meanwhile stays unconsumed: the table is
stale again the moment the build ends. A running build whose lock is free belonged to a worker that died.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.notifying import notify
from reviews.permissions import who_can
from synthesis.definition import Unreadable, compile_table
from synthesis.models import Consumed, SummaryTable, TableBuild, waiting
from synthesis.reading import known_fields, read_rows
from synthesis.tabulate import tabulate

log = logging.getLogger(__name__)
LOCK_SPACE = 7_403 << 40
TRIES = 3
MOST_IN_A_ROW = 10
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
STOPPED = "The worker stopped."


@contextmanager
def held_lock(table_id: int) -> Iterator[bool]:
    """The table's lock, if nobody has it. It belongs to the connection, so it ends with the process that took it."""
    key = LOCK_SPACE + table_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        # A connection that broke has let go of the lock already, and a new one does not hold it.
        if got and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def rebuild(table_id: int) -> TableBuild | None:
    """Build a table if it is stale. None: it is fresh, gone, or somebody else is building it."""
    with held_lock(table_id) as got:
        if not got:
            return None
        bury(table_id)
        table = SummaryTable.objects.stale().filter(id=table_id).first()
        if table is None:
            return None
        last = table.builds.aggregate(last=Max("number"))["last"] or 0
        build = TableBuild.objects.create(
            review_id=table.review_id, table=table, number=last + 1, revision=table.revision
        )
        run(build)
        return build


def bury(table_id: int) -> int:
    """Say of builds that nobody runs any more that they failed. To be called with the table's lock held."""
    return TableBuild.objects.filter(table=table_id, status=TableBuild.Status.RUNNING).update(
        status=TableBuild.Status.FAILED, message=STOPPED, finished_at=timezone.now()
    )


def run(build: TableBuild) -> None:
    """Fill a build, and say so if it cannot be filled. A snapshot that lost against a writer is taken again."""
    for attempt in range(1, TRIES + 1):
        try:
            fill(build)
        except OperationalError as error:
            if not is_clash(error) or attempt == TRIES:
                fail(build, error)
                raise
        except Unreadable as error:
            fail(build, error)
            return
        except Exception as error:
            fail(build, error)
            raise
        else:
            return


def is_clash(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", "") in {"40001", "40P01"}


def fill(build: TableBuild) -> None:
    """Read and write in one snapshot."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        table = SummaryTable.objects.select_related("review").get(id=build.table_id)
        changes = list(waiting(table.pk, table.review_id, table.depends).values_list("id", flat=True))
        compiled = compile_table(table.definition, known_fields(table.review))
        build.content = tabulate(compiled, read_rows(table.review_id, compiled))
        build.status, build.finished_at, build.revision = (
            TableBuild.Status.DONE,
            timezone.now(),
            table.revision,
        )
        build.save(update_fields=["content", "status", "finished_at", "revision"])
        Consumed.objects.bulk_create(
            [Consumed(review_id=table.review_id, table=table, change_id=change) for change in changes],
            batch_size=2000,
        )
        SummaryTable.objects.filter(id=table.pk).update(current_build=build)


@transaction.atomic
def fail(build: TableBuild, error: Exception) -> None:
    build.content, build.status = None, TableBuild.Status.FAILED
    build.message, build.finished_at = f"{error}"[:2000] or type(error).__name__, timezone.now()
    build.save(update_fields=["content", "status", "message", "finished_at"])
    notify(
        review=build.review,
        to=who_can(build.review, "manage"),
        kind="table",
        text=_("%(table)s could not be built") % {"table": build.table},
        link=reverse("synthesis:table", args=[build.review_id, build.table_id]),
    )


def refresh(review_id: int) -> int:
    """Build what is stale in a review, until nothing is. Returns how many builds were made.

    Stale is asked anew after every build: a change that came while the lock was held has nobody else to mend it.
    """
    made = 0
    for table_id in SummaryTable.objects.stale().filter(review=review_id).values_list("id", flat=True):
        for _again in range(MOST_IN_A_ROW):
            build = rebuild(table_id)
            if build is None or build.status != TableBuild.Status.DONE:
                break
            made += 1
    return made


def sweep() -> int:
    """Mend what a lost message or a dead worker left behind. Returns how many builds were made."""
    for table_id in TableBuild.objects.filter(status=TableBuild.Status.RUNNING).values_list(
        "table", flat=True
    ):
        with held_lock(table_id) as got:
            if got:
                bury(table_id)
    made = 0
    for table in SummaryTable.objects.stale().order_by("review", "id"):
        if is_due(table):
            try:
                made += refresh_one(table.pk)
            except Exception:
                log.exception("table %s was not built", table.pk)
    return made


def refresh_one(table_id: int) -> int:
    build = rebuild(table_id)
    return int(build is not None and build.status == TableBuild.Status.DONE)


def is_due(table: SummaryTable) -> bool:
    """A build that fails again and again is tried again later and later, unless its worker simply stopped."""
    failed = []
    for build in table.builds.order_by("-number")[:12]:
        if build.status != TableBuild.Status.FAILED or build.revision != table.revision:
            break
        failed.append(build)
    if not failed or failed[0].message == STOPPED:
        return True
    pause = min(PAUSE * 2 ** len(failed), LONGEST_PAUSE)
    return bool(failed[0].finished_at and timezone.now() - failed[0].finished_at > pause)
