"""bin/manage and bin/bench: the servers run for as long as anybody uses them."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable

import pytest

from embedded.locks import is_held

SLEEP = "import time; print('in', flush=True); time.sleep(3); from notes.models import Note; print(Note.objects.count())"


def test_a_command_finds_its_servers_and_leaves_none_behind(checkout):
    done = checkout.run("manage", "migrate", "--verbosity", "0")

    assert done.returncode == 0, done.stderr
    assert "Making a PostgreSQL" in done.stdout
    assert checkout.processes() == {}
    assert not checkout.place.sockets.exists()


def test_what_one_command_wrote_the_next_one_finds(migrated):
    migrated.ask("Note.objects.create(text='kept', by='me')")

    assert migrated.ask("print(Note.objects.get(by='me').text)") == "kept"


def test_two_commands_at_once_share_the_servers(migrated):
    slow = migrated.begin("manage", "shell", "-v0", "-c", SLEEP)
    assert slow.stdout is not None
    assert slow.stdout.readline() == "in\n"

    quick = migrated.ask("print(Note.objects.count())")

    assert quick.isdecimal()
    assert slow.poll() is None, "the quick one must not wait for the slow one"
    assert slow.stdout.read().strip().isdecimal()  # its servers stayed after the quick one had left
    assert slow.wait(10) == 0
    slow.stdout.close()
    assert migrated.processes() == {}


def test_commands_that_start_at_the_same_instant_start_one_pair_of_servers(checkout):
    begun = [checkout.begin("manage", "migrate", "--check") for _ in range(3)]

    outputs = [process.communicate(timeout=60)[0] for process in begun]

    assert sum("Making a PostgreSQL" in output for output in outputs) == 1
    assert {process.returncode for process in begun} == {1}, (
        outputs
    )  # Django's answer: nothing is migrated yet


def test_the_exit_code_and_the_arguments_are_those_of_the_command(migrated):
    done = migrated.run("manage", "shell", "-v0", "-c", "import sys; print('a b'); sys.exit(7)")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (7, "a b")


def test_relative_paths_are_those_of_the_caller(migrated):
    inner = migrated.root / "inner"
    inner.mkdir()
    where = ["../bin/manage", "shell", "-v0", "-c", "import os; print(os.getcwd())"]

    done = subprocess.run(
        where, cwd=inner, env=migrated.environment(), capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == str(inner)


def test_servers_that_are_given_are_used_and_none_is_started(checkout):
    given = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}

    done = checkout.run(
        "manage", "shell", "-v0", "-c", "import os; print(os.environ['DATABASE_URL'])", **given
    )

    assert done.stdout.strip() == given["DATABASE_URL"]
    assert not (checkout.place.data / "database").exists()
    assert not (checkout.place.data / "redis").exists()


def test_the_database_role_has_no_power_beyond_its_databases(migrated):
    powers = "rolsuper, rolcreaterole, rolreplication, rolbypassrls"
    query = f"select {powers} from pg_roles where rolname = current_user"

    assert migrated.ask(fetching(query)) == "[(False, False, False, False)]"


def fetching(query: str) -> str:
    return f"from django.db import connection as c; k = c.cursor(); k.execute({query!r}); print(k.fetchall())"


def test_secrets_are_readable_by_their_owner_alone(migrated):
    migrated.run("manage", "version")

    secret = migrated.place.data / "secret-key"
    password = migrated.place.data / "database" / "password"
    assert {oct(path.stat().st_mode & 0o777) for path in (secret, password)} == {"0o600"}
    assert secret.read_text() != password.read_text()


@pytest.fixture
def benchmarks(migrated) -> Callable[[str, str], None]:
    def write(name: str, text: str) -> None:
        directory = migrated.root / "benchmarks"
        directory.mkdir(exist_ok=True)
        (directory / f"{name}.py").write_text(text)

    return write


FIGURES = """
import json, os, sys
import django
django.setup()
from django.db import connection
from notes.models import Note
Note.objects.create(text="measured")
name = connection.settings_dict["NAME"]
print(json.dumps([sys.argv[1:], Note.objects.count(), name, os.environ["CONCORD_BENCH"]]))
"""
PURE = "import os; print(os.environ['DATABASE_URL'] != '')"


def test_a_benchmark_runs_in_a_database_of_its_own(migrated, benchmarks):
    benchmarks("count", FIGURES)

    first, second = (migrated.run("bench", "count", "--size", "9") for _ in range(2))

    arguments, count, name, marked = json.loads(first.stdout.splitlines()[-1])
    assert (arguments, count, marked) == (["--size", "9"], 1, "1")
    assert name.startswith("concord_bench_")
    assert json.loads(second.stdout.splitlines()[-1])[1] == 1, "the database of the first run is gone"
    assert "concord_bench_" not in migrated.ask(fetching("select datname from pg_database"))


def test_a_pure_benchmark_does_not_wait_for_migrations(migrated, benchmarks):
    benchmarks("pure", PURE)
    (migrated.root / "manage.py").rename(migrated.root / "manage.away")

    done = migrated.run("bench", "pure")
    (migrated.root / "manage.away").rename(migrated.root / "manage.py")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "True"), done.stderr


def test_an_unknown_benchmark_is_answered_with_the_known_ones(migrated, benchmarks):
    benchmarks("queue", PURE)

    done = migrated.run("bench", "../evil")

    assert done.returncode == 1
    assert re.search(r"There are: .*\bqueue\b", done.stderr)


@pytest.mark.slow
def test_a_command_killed_in_mid_work_takes_its_servers_along(migrated, wait_until):
    slow = migrated.begin("manage", "shell", "-v0", "-c", SLEEP.replace("3", "60", 1))
    assert slow.stdout is not None
    while slow.stdout.readline() != "in\n":
        assert slow.poll() is None

    slow.send_signal(signal.SIGKILL)
    slow.wait(5)
    slow.stdout.close()

    wait_until(lambda: not migrated.processes(), what="all processes of the checkout end")
    assert not is_held(migrated.place.lock("servers"))
