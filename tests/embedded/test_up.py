"""bin/up: everything starts, serves, heals and stops together, and loses nothing."""

import os
import signal
import socket
import threading
import time

import pytest

from embedded.ports import DEFAULT, HOST
from tests.embedded.conftest import Checkout, Started


def killed(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_it_starts_serves_works_and_stops_and_a_second_start_finds_everything(checkout, wait_until):
    first = checkout.up()

    ready = [line for line in first.lines if "Concord is ready at" in line]
    assert ready == [f"Concord is ready at http://127.0.0.1:{first.port}"]
    first.until("ana@example.org  a password")
    first.get("/add/one")
    wait_until(lambda: first.texts()["worker"] == ["one"], what="the worker does its task")
    wait_until(lambda: first.texts()["beat"] == ["tick"], what="the scheduler sends its task")
    assert first.stop() < 10
    assert first.process.returncode == 0
    assert checkout.processes() == {}
    assert not checkout.place.sockets.exists()

    second = checkout.up()

    assert time.monotonic() - second.began < 10
    assert second.texts() | {"beat": []} == {"web": ["one"], "worker": ["one"], "beat": [], "demo": ["demo"]}
    assert second.stop(signal.SIGTERM) < 10


def test_a_port_that_was_asked_for_and_is_taken_is_an_answer_not_a_surprise(checkout):
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]

        done = checkout.run("up", PORT=str(taken))

    assert done.returncode == 1
    assert f"Port {taken} is taken" in done.stderr
    assert "0 for any free port" in done.stderr
    assert checkout.processes() == {}


def test_a_port_that_is_no_number_is_refused(checkout):
    done = checkout.run("up", PORT="http")

    assert (done.returncode, done.stderr) == (
        1,
        "PORT is 'http'; give a number from 1 to 65535, or 0 for any free port.\n",
    )


@pytest.fixture
def running(checkout: Checkout) -> Started:
    started = checkout.up()
    started.get("/add/before")
    return started


def recovers(started: Started, wait_until, *, text: str, patience: float = 30) -> None:
    """What was there is there, the web answers, the worker works."""
    wait_until(started.answers, what="the web server answers", patience=patience)

    def added() -> bool:
        try:
            started.get(f"/add/{text}")
        except (OSError, AssertionError):
            return False
        return True

    wait_until(added, what="a request writes and sends a task", patience=patience)

    def worked() -> bool:
        # A web process that outlived its parent for a moment may have answered so far, and be gone now.
        try:
            texts = started.texts()
        except (OSError, AssertionError):
            return False
        return text in texts["worker"] and "before" in texts["web"]

    wait_until(worked, what="the worker does it, and what was there is there", patience=patience)


CHILDREN = {
    "PostgreSQL": ("bin/postgres -D",),
    "Redis": ("valkey-server",),
    "the keeper": ("-m embedded keep",),
    "the web server": ("-m granian",),
    "the worker": ("-m celery", "--hostname concord"),
    "the ranking worker": ("-m celery", "--queues ranking"),
    "the scheduler": ("-m celery", "beat"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHILDREN)
def test_any_child_may_be_killed(name, checkout, running, wait_until):
    before = checkout.pids_of(*CHILDREN[name])[0]

    killed(before)

    wait_until(lambda: checkout.processes().get(before) is None, what="it is dead")
    recovers(running, wait_until, text="after")
    wait_until(lambda: checkout.pids_of(*CHILDREN[name]), what="it was started again")
    assert running.process.poll() is None


@pytest.mark.slow
def test_killing_the_supervisor_stops_everything_and_the_next_start_finds_it_all(
    checkout, running, wait_until
):
    killed(running.process.pid)
    running.process.wait(5)

    wait_until(lambda: not checkout.processes(), what="every process of the checkout ends", patience=15)
    recovers(checkout.up(), wait_until, text="after")


@pytest.mark.slow
def test_killing_everything_at_once_loses_nothing_that_was_answered(checkout, running, wait_until):
    answered: list[str] = []

    def write() -> None:
        for number in range(1000):
            try:
                running.get(f"/add/w{number}", timeout=5)
            except Exception:  # noqa: BLE001  it is being killed
                return
            answered.append(f"w{number}")

    writing = threading.Thread(target=write)
    writing.start()
    wait_until(lambda: len(answered) > 20, what="some writes are answered")
    for pid in [running.process.pid, *checkout.processes()]:
        try:
            killed(pid)
        except ProcessLookupError:
            continue
    writing.join()
    running.process.wait(5)

    second = checkout.up()

    assert time.monotonic() - second.began < 20
    assert set(answered) <= set(second.texts()["web"])
    recovers(second, wait_until, text="after")


@pytest.mark.slow
def test_a_stale_pid_file_that_names_a_stranger_does_not_stop_the_start(checkout, running):
    """After a crash the process id in postmaster.pid may meanwhile be anybody's."""
    data = next((checkout.place.data / "database").glob("pgdata-*"))
    file = data / "postmaster.pid"
    remembered = file.read_text()
    running.stop()
    lines = remembered.split("\n")
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    os.chown(file, data.stat().st_uid, data.stat().st_gid)

    assert "before" in checkout.up().texts()["web"]


@pytest.mark.slow
def test_a_second_start_in_one_checkout_is_refused_and_says_where_the_first_is(checkout, running):
    done = checkout.run("up", PORT="0")

    assert done.returncode == 1
    assert f"http://127.0.0.1:{running.port}" in done.stderr
    assert running.answers()


@pytest.mark.slow
def test_two_checkouts_run_side_by_side_and_share_nothing(checkout, other_checkout, wait_until):
    """Started at the same instant, without a port: each takes one of its own."""
    both = [checkout.try_up(), other_checkout.try_up()]
    for started in both:
        started.until("Concord is ready at")

    assert both[0].port != both[1].port
    assert [started.get("/health/") for started in both] == [
        str(place.data) for place in (checkout.place, other_checkout.place)
    ]
    both[0].get("/add/mine")
    wait_until(lambda: both[0].texts()["worker"] == ["mine"], what="its own worker does it")
    assert both[1].texts()["web"] == []
    both[0].stop()
    assert both[1].answers()


@pytest.mark.slow
def test_the_next_port_is_taken_and_said_when_the_default_is_not_free(checkout):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind((HOST, DEFAULT))
            other.listen()
        except OSError:
            assert DEFAULT  # somebody else holds it already, which serves as well
        started = checkout.try_up()
        started.until("Concord is ready at")

    assert started.port > DEFAULT
    assert f"Port {DEFAULT} is taken; using {started.port}" in started.lines


@pytest.mark.slow
def test_a_command_uses_the_servers_of_the_running_installation_and_leaves_them(checkout, running):
    assert checkout.ask("print(Note.objects.filter(by='web').count())") == "1"
    assert running.answers()


@pytest.mark.slow
def test_servers_outlive_the_installation_for_a_command_that_still_uses_them(checkout, running):
    code = "import time; time.sleep(4); from notes.models import Note; print(Note.objects.filter(by='web').count())"
    command = checkout.begin("manage", "shell", "-v0", "-c", code)
    time.sleep(1.5)

    assert running.stop() < 10
    output, _ = command.communicate(timeout=20)

    assert output.strip() == "1"
    assert checkout.processes() == {}


@pytest.mark.slow
def test_ctrl_c_during_the_first_start_leaves_a_checkout_that_starts(checkout, wait_until):
    interrupted = checkout.try_up(PORT="0")
    interrupted.until("Making a PostgreSQL")

    assert interrupted.stop() < 10
    wait_until(lambda: not checkout.processes(), what="nothing is left")
    assert checkout.up().texts()["demo"] == ["demo"]


@pytest.mark.slow
def test_a_command_that_fails_on_the_way_stops_the_start_and_shows_why(checkout):
    (checkout.root / "notes" / "migrations" / "0002_wrong.py").write_text(
        "raise ValueError('no such column')"
    )

    done = checkout.run("up", PORT="0")

    assert done.returncode == 1
    assert "migrate failed" in done.stderr
    assert "no such column" in done.stderr
    assert checkout.processes() == {}


@pytest.mark.slow
def test_a_deep_checkout_starts_although_socket_paths_are_short(checkout):
    deep = checkout.root / "/".join(["a-rather-long-directory-name"] * 7)

    started = checkout.up(CONCORD_DATA=str(deep))

    assert started.get("/health/") == str(deep)
    started.stop()


@pytest.mark.slow
def test_root_may_keep_its_home_closed_and_a_user_their_own(checkout):
    """PostgreSQL runs as another account than root; the directories above are closed to it, and stay so."""
    closed = checkout.root / "closed"
    closed.mkdir(mode=0o700)

    started = checkout.up(CONCORD_DATA=str(closed / "var"))

    assert started.texts()["demo"] == ["demo"]
    assert closed.stat().st_mode & 0o777 == 0o700
    pointer = closed / "var" / "database" / "location"
    assert pointer.exists() == (os.geteuid() == 0)
    started.stop()
