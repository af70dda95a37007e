"""What goes missing for real: the broker at the moment of an edit, the worker in the middle of a build."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from config.celery import app
from synthesis.building import refresh, sweep
from synthesis.models import SummaryTable, TableBuild

pytestmark = pytest.mark.django_db(transaction=True)


def total(table: SummaryTable) -> str | None:
    table.refresh_from_db()
    assert table.current_build
    assert table.current_build.content
    number: str | None = table.current_build.content["totals"][2]["number"]
    return number


def is_stale(table: SummaryTable) -> bool:
    return SummaryTable.objects.stale().filter(id=table.pk).exists()


def running(table: SummaryTable) -> bool:
    return table.builds.filter(status=TableBuild.Status.RUNNING).exists()


@pytest.fixture
def no_broker(tmp_path: Any) -> Iterator[None]:
    """Messages go to an address at which no Redis listens (any more)."""
    known, pools = app.conf.get("broker_write_url"), app.amqp._producer_pool
    app.conf.broker_write_url, app.amqp._producer_pool = f"redis+socket://{tmp_path}/gone.sock", None
    try:
        yield
    finally:
        app.conf.broker_write_url, app.amqp._producer_pool = known, pools


def test_an_edit_while_redis_is_down_is_kept_at_once_and_its_table_is_built_later(
    table: SummaryTable,
    agree: Callable[..., Any],
    amend: Callable[..., None],
    request: pytest.FixtureRequest,
    caplog: Any,
) -> None:
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    request.getfixturevalue("no_broker")
    began = time.monotonic()
    amend(item, "Skin", 40, 22)
    assert time.monotonic() - began < 10, "who edits does not wait for a broker that is away"
    assert "the broker is away" in caplog.text
    assert total(table) == "39"
    assert is_stale(table)
    # What beat does every few seconds, once there is a worker again.
    assert sweep() == 1
    assert total(table) == "40"
    assert not is_stale(table)


def test_a_worker_that_is_killed_in_the_middle_of_a_build_is_made_good_by_the_next(
    worker: Any,
    table: SummaryTable,
    agree: Callable[..., Any],
    amend: Callable[..., None],
    wait_until: Callable[..., None],
) -> None:
    item = agree("Moon", "Skin", 39, 22)
    # The worker builds it, and has then nothing left to do that would be taken for the build that is killed.
    wait_until(lambda: not is_stale(table) and not running(table), what="the table was built")
    first = table.builds.latest("number").number
    locked, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        """What the build has to read is held, so that it cannot end before it is killed."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE extraction_value IN ACCESS EXCLUSIVE MODE")
            locked.set()
            may_end.wait(60)
        connection.close()

    amending = threading.Thread(target=hold)

    def start_holding() -> None:
        amending.start()
        assert locked.wait(30)

    with transaction.atomic():
        amend(item, "Skin", 40, 22)
        # Ahead of the commit that sends the message: the worker finds the table locked.
        transaction.on_commit(start_holding)
        move_first(transaction.get_connection())
    wait_until(lambda: running(table), what="the worker began to build")
    worker.kill()
    may_end.set()
    amending.join()
    worker.start()
    wait_until(lambda: sweep() or not is_stale(table), what="the table was built again")
    assert total(table) == "40"
    assert not is_stale(table)
    dead = table.builds.exclude(status=TableBuild.Status.DONE).get()
    assert (dead.number, dead.status, dead.message) == (first + 1, "failed", "The worker stopped.")


def move_first(connection_: Any) -> None:
    """Let what was asked for last happen first after the commit."""
    connection_.run_on_commit.insert(0, connection_.run_on_commit.pop())
