"""`bin/manage` and `bin/bench`: one command with the servers running for its duration."""

import ast
import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from embedded.child import die_with
from embedded.console import Refused
from embedded.environ import application_environment
from embedded.lease import Lease
from embedded.locks import FileLock
from embedded.place import Place

# An installation uses slot 0; a Redis of one's own has usually 16 databases, three of which make a slot.
SLOTS = range(1, 5)
DROP_TRIES = 30


def manage(arguments: Sequence[str]) -> int:
    place = Place.from_environment()
    place.prepare()
    with Lease(place) as lease:
        environment = application_environment(place, lease.urls)
        return run([sys.executable, str(place.checkout / "manage.py"), *arguments], environment)


def bench(arguments: Sequence[str]) -> int:
    place = Place.from_environment()
    script = benchmark(place, arguments[0] if arguments else "")
    place.prepare()
    with Lease(place) as lease, tempfile.TemporaryDirectory(prefix="concord-bench-") as scratch:
        environment = application_environment(place, lease.urls)
        environment |= {"CONCORD_BENCH": "1", "CONCORD_DATA": scratch}
        with own_database(lease.urls["DATABASE_URL"]) as url, own_redis_slot(place) as slot:
            environment |= {"DATABASE_URL": url, "CONCORD_REDIS_SLOT": str(slot)}
            if uses_django(script):
                migrate = [
                    sys.executable,
                    str(place.checkout / "manage.py"),
                    "migrate",
                    "--no-input",
                    "-v",
                    "0",
                ]
                code = run(migrate, environment)
                if code != 0:
                    return code
            module = f"benchmarks.{script.stem}"
            return run([sys.executable, "-P", "-m", module, *arguments[1:]], environment)


def benchmark(place: Place, name: str) -> Path:
    directory = place.checkout / "benchmarks"
    script = directory / f"{name}.py"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not script.is_file():
        known = ", ".join(sorted(path.stem for path in directory.glob("[a-z]*.py"))) or "none yet"
        raise Refused(f"Say which benchmark to run: bin/bench NAME. There are: {known}.")
    return script


def imported(script: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses_django(script: Path) -> bool:
    """Whether the benchmark, or another one that it imports, wants tables; a pure one starts without them."""
    seen, ahead = set(), [script]
    while ahead:
        file = ahead.pop()
        seen.add(file)
        for name in imported(file):
            if name.split(".")[0] == "django":
                return True
            neighbour = script.parent / (name.removeprefix("benchmarks.") + ".py")
            if name.startswith("benchmarks.") and neighbour.is_file() and neighbour not in seen:
                ahead.append(neighbour)
    return False


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """An empty database on the same server, dropped afterwards."""
    name = f"concord_bench_{secrets.token_hex(4)}"
    execute(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        drop(url, name)


def drop(url: str, name: str) -> None:
    """Drop a database. The server's own cleaning of it may not be stopped by us, so that it is waited for."""
    for patience in range(DROP_TRIES, -1, -1):
        try:
            execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except psycopg2.errors.InsufficientPrivilege:
            if not patience:
                raise
            time.sleep(1)
        else:
            return


def execute(url: str, statement: sql.Composable) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@contextlib.contextmanager
def own_redis_slot(place: Place) -> Iterator[int]:
    """Databases of Redis that no other benchmark of this installation uses at the same time."""
    for slot in SLOTS:
        lock = FileLock(place.lock(f"redis-slot-{slot}"))
        if lock.try_take():
            try:
                yield slot
            finally:
                lock.close()
            return
        lock.close()
    raise Refused(f"{len(SLOTS)} benchmarks run already. Wait for one of them to end.")


def run(argv: Sequence[str], environment: dict[str, str], directory: Path | None = None) -> int:
    """Run in the foreground: Ctrl-C reaches the command from the terminal, SIGTERM is handed on."""
    parent = os.getpid()
    process = subprocess.Popen(
        list(argv),
        env=environment,
        cwd=directory,
        preexec_fn=lambda: die_with(parent, signal.SIGTERM),  # noqa: PLW1509  one thread, and prctl only
    )
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
