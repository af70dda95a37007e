"""One process: watched, started again with a growing pause, stopped with certainty."""

import os
import signal
import sys
import time

import pytest

from embedded.child import Child, describe, open_log, stop_all, tail
from embedded.processes import alive, end, with_variable, working_in

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def child(tmp_path):
    made = Child(name="sleeper", argv=["sleep", "60"], log=tmp_path / "sleeper.log", directory=tmp_path)
    yield made
    made.kill_group()


def ended(child: Child) -> bool:
    return child.wait(time.monotonic() + 5)


def test_a_running_child_is_left_alone(child):
    child.start()

    assert child.heal() is None
    assert child.running


def test_an_ended_child_is_started_again_after_a_pause(child):
    child.start()
    first = child.process.pid
    child.signal(signal.SIGKILL)
    assert ended(child)

    assert child.heal() == "sleeper ended (SIGKILL); starting it again"
    assert not child.running
    time.sleep(0.25)
    assert child.heal() is None
    assert child.running
    assert child.process.pid != first


def test_the_pause_doubles_while_it_keeps_failing(tmp_path):
    child = Child(name="failing", argv=["false"], log=tmp_path / "failing.log")
    pauses = []
    child.start()
    for _ in range(4):
        assert ended(child)
        began = time.monotonic()
        child.heal()
        assert child._again_at is not None
        pauses.append(round(child._again_at - began, 1))
        child.start()

    assert pauses == [0.2, 0.4, 0.8, 1.6]


def test_what_a_child_forked_ends_with_it(tmp_path):
    child = Child(
        name="shell", argv=["sh", "-c", "sleep 61 & wait"], log=tmp_path / "log", directory=tmp_path
    )
    child.start()
    deadline = time.monotonic() + 5
    while not working_in(tmp_path, "sleep") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert working_in(tmp_path, "sleep")

    child.signal(signal.SIGKILL)
    assert ended(child)
    child.heal()

    time.sleep(0.1)
    assert working_in(tmp_path, "sleep") == []


def test_a_child_that_does_not_listen_is_stopped_all_the_same(tmp_path):
    child = Child(name="deaf", argv=[sys.executable, "-c", STUBBORN], log=tmp_path / "log")
    child.start()
    while "deaf" not in child.log.read_text():
        time.sleep(0.02)

    began = time.monotonic()
    stop_all([child], patience=0.5)

    assert not child.running
    assert 0.4 < time.monotonic() - began < 2


def test_leftovers_are_found_by_the_variable_they_carry(child):
    child.environment = dict(os.environ) | {"CONCORD_SUPERVISED": "of-this-test"}
    child.start()

    found = list(with_variable("CONCORD_SUPERVISED", "of-this-test"))
    assert found == [child.process.pid]

    end(found, patience=2)
    assert ended(child)
    assert not alive(child.process.pid)


def test_a_log_that_has_grown_is_set_aside_and_one_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("embedded.child.LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    for text in ("the first start\n", "the second start\n", "third\n"):
        descriptor = open_log(log)
        os.write(descriptor, text.encode())
        os.close(descriptor)

    assert log.read_text() == "third\n"
    assert (tmp_path / "web.log.1").read_text() == "the second start\n"
    assert tail(log) == "  third"


def test_an_exit_is_described_by_its_signal_or_its_code():
    assert (describe(-9), describe(3)) == ("SIGKILL", "exit code 3")
