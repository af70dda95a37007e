"""The production server and a browser for benchmarks that look at pages."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from benchmarks.crawl import visitor
from embedded.testing import find_chromium
from reporting import demo
from reviews.models import Review
from synthesis.building import refresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


def load_demo() -> None:
    """The demo reviews, with their tables built."""
    demo.build(print)
    for review in Review.objects.all():
        refresh(review.pk)


FLAGS = ["--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Served:
    """The production server while it runs. pid: of the process that started its workers."""

    address: str
    pid: int


@contextmanager
def server(*, workers: int = 1) -> Iterator[Served]:
    """The production server on a free port of this machine."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--no-access-log",
        "config.wsgi:application",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Served(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")


def chromium() -> str:
    """Where it is. Asked first by what runs long before it draws a page."""
    found = os.environ.get("CONCORD_CHROMIUM") or find_chromium()
    if found is None:
        raise SystemExit(
            "This draws pages in Chromium. Install it (Debian: chromium), or name it in CONCORD_CHROMIUM."
        )
    return found


@contextmanager
def browser() -> Iterator["Browser"]:
    """The system's Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("This needs what the tests need. Run bin/test once; it installs that.") from None
    # Playwright's loop lives in this thread; the ORM is used between its calls, never inside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=flags)
        try:
            yield made
        finally:
            made.close()


def sign_in(context: "BrowserContext", user: User, address: str) -> None:
    cookie = visitor(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
