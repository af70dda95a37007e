"""The real servers under the tests: PostgreSQL and Redis of this run, a worker, a browser.

Loaded before Django's settings are read (see addopts in pyproject.toml), for each of pytest's processes gets three
databases of Redis to itself, as pytest-django gives it a PostgreSQL database of its own.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHECKOUT = Path(__file__).resolve().parent.parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SLOT = int(WORKER.removeprefix("gw") or 0) + 1 if WORKER else 0
# Slot 0 is the installation's on a shared Redis; bin/test brings its own, so the first worker may have it.
os.environ["CONCORD_REDIS_SLOT"] = str(SLOT)


def pytest_configure() -> None:
    if "DATABASE_URL" not in os.environ:
        pytest.exit(
            "The tests need their servers: run bin/test, with the same arguments as pytest.", returncode=4
        )
    from django.conf import settings

    # The manifest would want every static file collected first.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    from tests import emptying

    emptying.install()


@pytest.fixture(autouse=True)
def empty_redis(request: pytest.FixtureRequest) -> None:
    """A test that uses the database finds an empty cache and an empty queue."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        from django.conf import settings

        for address in redis_addresses(settings):
            connection_to(address).flushdb()


_connections: dict[str, Any] = {}


def connection_to(address: str) -> Any:
    import redis

    if address not in _connections:
        _connections[address] = redis.Redis.from_url(address)
    return _connections[address]


def redis_addresses(settings: Any) -> list[str]:
    """The cache's database, and the broker's and the results' written as redis-py reads them."""
    celery = (settings.CELERY_BROKER_URL, settings.CELERY_RESULT_BACKEND)
    as_redis_py = [url.replace("redis+socket:", "unix:").replace("?virtual_host=", "?db=") for url in celery]
    return [settings.CACHES["default"]["LOCATION"], *as_redis_py]


class WorkerProcess:
    """A real Celery worker on the test's own database, which a test may kill."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = f"test-{os.getpid()}@concord"
        argv = [sys.executable, "-P", "-m", "celery", "-A", "config", "--workdir", str(CHECKOUT), "worker"]
        argv += ["--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        argv += ["--loglevel", "INFO", "--hostname", name]
        before = self.log.read_text().count(" ready.") if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                argv, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while self.log.read_text(errors="replace").count(" ready.") == before:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """With everything that it forked."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(20)


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A running Celery worker. It sees what was committed, so the test's database is a transactional one."""
    from django.db import connection

    given = connection.get_connection_params()
    url = f"postgresql://{quote(given['user'])}:{quote(given['password'])}@/{given['dbname']}"
    url += f"?host={quote(given['host'], safe='')}"
    process = WorkerProcess(dict(os.environ) | {"DATABASE_URL": url}, tmp_path / "worker.log")
    process.start()
    try:
        yield process
    finally:
        process.kill()


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Wait for what another process does, and say what did not happen."""

    def wait(happened: Callable[[], object], *, what: str, patience: float = 30) -> None:
        deadline = time.monotonic() + patience
        while not happened():
            if time.monotonic() > deadline:
                pytest.fail(f"within {patience:g} s it did not happen: {what}")
            time.sleep(0.05)

    return wait


BUSY = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND state <> 'idle'"""


def answering() -> bool:
    """Whether a thread of the test server still answers, if only between two of its queries."""
    return any("process_request_thread" in one.name for one in threading.enumerate())


@pytest.fixture(autouse=True)
def last_answers(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a browser is closed the server may still be answering it: the tables are emptied once it has done so."""
    if "live_server" not in request.fixturenames:
        yield
        return
    from django.db import connection

    request.getfixturevalue("transactional_db")
    yield
    still, deadline = 2, time.monotonic() + 10
    while answering() and time.monotonic() < deadline:
        time.sleep(0.01)
    while still and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            still = 2 if cursor.fetchone() != (0,) else still - 1
        time.sleep(0.05)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The system's Chromium, one for the run. Tests that use it are marked `browser`."""
    from playwright.sync_api import sync_playwright

    flags = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CONCORD_CHROMIUM"], args=flags)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def context(chromium: "Browser") -> Iterator["BrowserContext"]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    made.set_default_timeout(15_000)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def page(context: "BrowserContext") -> "Page":
    return context.new_page()
