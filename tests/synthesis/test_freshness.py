"""A table never says fresh without being so: edits before, during and after a build, lost messages, dead workers."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from consensus.models import Change
from consensus.services import reopen
from reviews.models import Notification
from synthesis import building, reading
from synthesis.building import held_lock, rebuild, refresh, sweep
from synthesis.models import Consumed, SummaryTable, TableBuild
from synthesis.services import archive_table, change_definition, create_table
from tests.synthesis.conftest import BY_INDICATION

pytestmark = pytest.mark.django_db(transaction=True)


def is_stale(table: SummaryTable) -> bool:
    return SummaryTable.objects.stale().filter(id=table.pk).exists()


def numbers(table: SummaryTable) -> list[str | None]:
    table.refresh_from_db()
    assert table.current_build
    assert table.current_build.content
    return [cell and cell["number"] for cell in table.current_build.content["totals"]]


def built(table: SummaryTable) -> TableBuild:
    build = rebuild(table.pk)
    assert build
    return build


def wait_until_gone(backend: int) -> None:
    """The server notices a closed connection a moment after its client closed it."""
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() is None:
                return
            time.sleep(0.02)
    pytest.fail("the server kept a connection that its client closed")


def in_thread(work) -> None:
    """Run `work` on a connection of its own, and hand on what it raises."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_a_new_table_is_stale_and_its_first_build_takes_in_what_is_there(table, agree):
    agree("Moon", "Skin", 39, 22)
    agree("Hess", "Stroke", 13, 4)
    assert is_stale(table)
    build = built(table)
    assert (build.number, build.status) == (1, "done")
    assert numbers(table) == [None, "2", "52", "26"]
    assert not is_stale(table)
    assert rebuild(table.pk) is None


def test_a_table_of_an_empty_review_is_built_once(table):
    assert refresh(table.review_id) == 1
    assert refresh(table.review_id) == 0
    assert not is_stale(table)


def test_an_amended_value_makes_the_table_stale_until_it_is_built_again(table, agree, amend):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)
    assert is_stale(table)
    assert numbers(table) == [None, "1", "39", "22"]
    assert built(table).number == 2
    assert numbers(table) == [None, "1", "40", "22"]


def test_two_quick_edits_need_one_build(table, agree, amend):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)
    amend(item, "Skin", 41, 22)
    assert refresh(table.review_id) == 1
    assert numbers(table) == [None, "1", "41", "22"]
    assert not is_stale(table)
    assert refresh(table.review_id) == 0


def test_a_change_of_a_field_that_no_table_uses_leaves_every_build_as_it_was(table, agree, amend):
    item = agree("Moon", "Skin", 39, 22, funding="none")
    refresh(table.review_id)
    before = Change.objects.count()
    amend(item, "Skin", 39, 22, funding="a company")
    assert Change.objects.count() == before + 1
    assert not is_stale(table)
    assert refresh(table.review_id) == 0
    assert sweep() == 0
    assert list(table.builds.values_list("number", flat=True)) == [1]


def test_a_changed_role_of_an_arm_reaches_a_table_that_sums_by_role(table, agree, cast):
    from consensus.services import resolve

    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    arms = [{"name": "Cells", "role": "comparator", "values": {"n": 22}}]
    resolve(
        by=cast.lead,
        item_id=item.pk,
        answer={"values": {"indication": "Skin", "patients": 39}, "arms": arms},
        comment="It was the control.",
    )
    assert is_stale(table)
    refresh(table.review_id)
    assert numbers(table)[3] is None


def test_a_build_that_started_before_an_edit_ends_stale(table, agree, amend, monkeypatch):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)
    read = reading.read_rows

    def edited_meanwhile(review_id, compiled):
        in_thread(lambda: amend(item, "Skin", 41, 22))
        return read(review_id, compiled)

    monkeypatch.setattr("synthesis.building.read_rows", edited_meanwhile)
    build = built(table)
    monkeypatch.undo()
    assert build.status == "done"
    assert numbers(table) == [None, "1", "40", "22"], "it shows its snapshot, the whole of it"
    assert is_stale(table)
    seen = Consumed.objects.filter(table=table).values_list("change", flat=True)
    assert Change.objects.exclude(id__in=seen).filter(keys__contains=["extraction:patients"]).count() == 1
    assert refresh(table.review_id) == 1
    assert numbers(table) == [None, "1", "41", "22"]


def test_refresh_goes_on_until_what_came_meanwhile_is_in(table, agree, amend, monkeypatch):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)
    read, edits = reading.read_rows, [41, 42]

    def edited_meanwhile(review_id, compiled):
        if edits:
            patients = edits.pop(0)
            in_thread(lambda: amend(item, "Skin", patients, 22))
        return read(review_id, compiled)

    monkeypatch.setattr("synthesis.building.read_rows", edited_meanwhile)
    assert refresh(table.review_id) == 3
    assert numbers(table) == [None, "1", "42", "22"]
    assert not is_stale(table)


def test_a_change_with_a_lower_number_that_commits_later_is_not_passed_over(table, agree, review):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            Change.objects.create(review=review, item=item, keys=["extraction:patients"])
            began.set()
            assert may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(20)
    Change.objects.create(review=review, item=item, keys=["extraction:patients"])
    assert refresh(table.review_id) == 1
    assert not is_stale(table)
    may_end.set()
    thread.join()
    assert is_stale(table)


def test_a_running_build_is_left_to_the_worker_that_holds_its_lock(table, agree):
    agree("Moon", "Skin", 39, 22)
    running = TableBuild.objects.create(review_id=table.review_id, table=table, number=1, revision=1)
    with held_lock(table.pk) as got:
        assert got
        in_thread(lambda: sweep() == 0 or pytest.fail("two workers built one table"))
        running.refresh_from_db()
        assert running.status == "running"
    assert sweep() == 1


def test_the_lock_ends_with_the_connection_that_took_it(table):
    taken, may_end = threading.Event(), threading.Event()
    backends: list[int] = []

    def die() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_lock(%s), pg_backend_pid()", [building.LOCK_SPACE + table.pk]
            )
            backends.append(cursor.fetchone()[1])
        taken.set()
        may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=die)
    thread.start()
    assert taken.wait(20)
    assert rebuild(table.pk) is None
    may_end.set()
    thread.join()
    wait_until_gone(backends[0])
    assert built(table).number == 1


def test_a_reopened_study_stays_in_the_table_flagged(table, agree, cast):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    reopen(by=cast.lead, item_id=item.pk, reason="An erratum came out.")
    assert is_stale(table)
    refresh(table.review_id)
    assert numbers(table) == [None, "1", "39", "22"]
    assert table.current_build.content["rows"][0]["reopened"] == [item.study_id]


def test_a_reopened_study_reaches_a_table_that_reads_its_arms_only(review, agree, cast):
    definition = {"rows": "study", "columns": [{"key": "n", "show": "value", "field": "n"}]}
    arms = create_table(by=cast.lead, review=review, name="Arms", definition=definition)
    item = agree("Moon", "Skin", 39, 22)
    refresh(review.pk)
    reopen(by=cast.lead, item_id=item.pk, reason="An erratum came out.")
    assert is_stale(arms)


def test_a_new_definition_is_built_and_the_old_content_stays_until_then(table, agree, cast):
    agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    shorter = BY_INDICATION | {"columns": BY_INDICATION["columns"][:3]}
    change_definition(by=cast.lead, table=table, name=table.name, definition=shorter)
    assert is_stale(table)
    assert numbers(table) == [None, "1", "39", "22"]
    refresh(table.review_id)
    assert numbers(table) == [None, "1", "39"]


def test_a_definition_changed_during_a_build_wins(table, agree, cast, monkeypatch):
    agree("Moon", "Skin", 39, 22)
    shorter = BY_INDICATION | {"columns": BY_INDICATION["columns"][:3]}
    read, once = reading.read_rows, [True]

    def redefined(review_id, compiled):
        if once:
            once.pop()
            in_thread(lambda: change_definition(by=cast.lead, table=table, name="New", definition=shorter))
        return read(review_id, compiled)

    monkeypatch.setattr("synthesis.building.read_rows", redefined)
    refresh(table.review_id)
    assert numbers(table) == [None, "1", "39"]
    assert not is_stale(table)


def test_a_failing_build_keeps_what_was_there_and_is_tried_again_later(table, agree, amend, monkeypatch):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)

    def broken(review_id, compiled):
        raise ZeroDivisionError("no such thing")

    monkeypatch.setattr("synthesis.building.read_rows", broken)
    assert sweep() == 0
    assert sweep() == 0
    failed = table.builds.first()
    assert (failed.number, failed.status, failed.message) == (2, "failed", "no such thing")
    told = Notification.objects.filter(kind="table")
    assert {one.recipient.name for one in told} == {"Owner", "Lead"}
    assert numbers(table) == [None, "1", "39", "22"]
    monkeypatch.undo()
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert sweep() == 1
    assert numbers(table) == [None, "1", "40", "22"]


def test_an_archived_table_is_left_alone(table, agree, cast):
    agree("Moon", "Skin", 39, 22)
    archive_table(by=cast.lead, table=table)
    assert refresh(table.review_id) == 0
    assert sweep() == 0


def test_a_table_that_is_gone_is_no_error(review):
    assert rebuild(987654321) is None
    assert refresh(987654321) == 0


def test_only_the_tables_that_a_change_concerns_are_built(table, agree, amend, review, cast):
    definition = {"rows": "study", "columns": [{"key": "f", "show": "value", "field": "funding"}]}
    other = create_table(by=cast.lead, review=review, name="Funding", definition=definition)
    item = agree("Moon", "Skin", 39, 22, funding="none")
    refresh(review.pk)
    amend(item, "Skin", 39, 22, funding="a company")
    assert (is_stale(table), is_stale(other)) == (False, True)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE synthesis_tablebuild SET message = 'other' WHERE id = %(build)s",
        "DELETE FROM synthesis_tablebuild WHERE id = %(build)s",
        "INSERT INTO synthesis_consumed SELECT id + 1000000, change_id, review_id, table_id FROM synthesis_consumed",
        "UPDATE synthesis_summarytable SET current_build_id = %(build)s WHERE id = %(other)s",
    ],
)
def test_the_database_refuses(sql, table, agree, review, cast):
    agree("Moon", "Skin", 39, 22)
    other = create_table(by=cast.lead, review=review, name="Another", definition=BY_INDICATION)
    refresh(review.pk)
    table.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {"build": table.current_build_id, "other": other.pk})
