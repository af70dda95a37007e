"""A review with many records and two reviewers half way: what a page, a decision and a list cost.

    bin/bench queue [RECORDS]          500,000 without a number

Bulk-loads the review (and has check_consensus pass on it), starts the production server and measures over HTTP with
the whole response read. Prints `key value` lines and, last, one JSON object: for next_batch, decision, counts,
conflicts, progress, and each named question to the list, the p50 and p95 in milliseconds, the number of queries, and
the processor time of the web server and its database connections in milliseconds, which a busy machine changes less
(without what PostgreSQL's parallel workers use);
the seconds of the background count of agreement, and the memory of the server. decision_busy is the decision again while
another process tops up a queue and writes rankings without a pause; key_to_record the time from a key to the next record
drawn, in Chromium, half of the keys without a network; loop_ms how fast the machine is, the time of a million additions
in Python.
"""

import http.client
import json
import os
import platform
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.half_way import load  # noqa: E402
from benchmarks.running import browser, chromium, server, sign_in  # noqa: E402
from consensus.checks import drift  # noqa: E402
from consensus.models import Stage, WorkItem  # noqa: E402
from consensus.services import top_up  # noqa: E402
from consensus.services.counts import compact_all  # noqa: E402
from reviews.models import ExclusionReason, Review  # noqa: E402
from screening.listing import Filters, count, listed  # noqa: E402
from screening.tallies import refresh  # noqa: E402

TIMES = 100
# A decision costs a third less after some hundred than at first, and a reviewer makes that many in an hour.
WARM = 300
# The named questions to the list: what a person would type or choose.
QUESTIONS = {
    "list_all": Filters(),
    "list_common_word": Filters(q="sleep"),
    "list_rare_word": Filters(q="somnambulism"),
    "list_two_words": Filters(q="sleep memory trial"),
    "list_prefix": Filters(q="randomi*"),
    "list_phrase": Filters(q='"deep sleep"'),
    "list_phrase_common": Filters(q='"sleep memory"'),
    "list_author": Filters(q="author:author17"),
    "list_either_not": Filters(q="somnambulism or randomised -word5"),
    "list_nothing": Filters(q="xyzzy"),
    "list_years": Filters(q="memory", since="2000", until="2005"),
    "list_mine_excluded": Filters(mine="exclude"),
    "list_not_mine": Filters(mine="none"),
    "list_mine_words": Filters(q="randomised", mine="none", state="undecided"),
    "list_conflicts": Filters(state="conflict"),
    "list_included": Filters(state="include"),
    "list_decided_words": Filters(q="sleep", state="exclude"),
}


def memory(pid: int) -> int:
    """Megabytes that a process and its children hold."""
    found = subprocess.run(
        ["ps", "-o", "rss=", "--pid", str(pid), "--ppid", str(pid)], capture_output=True, check=False
    )
    return sum(map(int, found.stdout.split())) // 1024


def signed_in(user: User) -> tuple[Client, dict[str, str]]:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    token = "b" * 32
    cookies = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={token}"
    client.cookies["csrftoken"] = token
    return client, {"Cookie": cookies, "X-CSRFToken": token, "Accept": "application/json, text/html"}


def fetch(
    address: str, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, bytes]:
    link = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    link.request(method, path, body=body, headers=headers)
    answer = link.getresponse()
    content = answer.read()
    link.close()
    return answer.status, content


# The web server's process, once it runs.
serving: list[int] = []
TICK = os.sysconf("SC_CLK_TCK")


def processor() -> dict[int, float]:
    """Milliseconds of processor time that the web server and its database connections have used so far, by process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        pids = [pid for (pid,) in cursor.fetchall()]
    children = subprocess.run(
        ["ps", "-o", "pid=", "--pid", str(serving[0]), "--ppid", str(serving[0])],
        capture_output=True,
        check=False,
    )
    used = {}
    for pid in [*pids, *map(int, children.stdout.split())]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used[pid] = 1000 * (int(fields[11]) + int(fields[12])) / TICK
    return used


def measure(
    name: str, once: Callable[[], tuple[int, bytes]], times: int = TIMES, *, before: int = 0
) -> dict[str, float]:
    """The first answers are not counted, a quarter as many or `before`: four threads, each with a connection of its own,
    learn what they are asked for, as they have on any day after the first minutes."""
    for _ in range(before or times // 4):
        once()
    spent, used = [], processor()
    for _ in range(times):
        began = time.perf_counter()
        status, content = once()
        spent.append((time.perf_counter() - began) * 1000)
        if status >= 400:
            raise SystemExit(f"{name}: answered {status}: {content[:300]!r}")
    # A connection that was closed meanwhile takes what it used with it.
    more = sum(ms - used.get(pid, 0) for pid, ms in processor().items())
    return spread(spent) | {"cpu_ms": round(more / times, 1)}


BUSY = """
import django
django.setup()
from accounts.models import User
from consensus.models import Assignment, Stage
from consensus.services import top_up
from screening.prioritising import shuffle
stage, user = Stage.objects.get(id={stage}), User.objects.get(id={user})
while True:
    Assignment.objects.filter(stage=stage, reviewer=user).delete()
    top_up(stage=stage, user=user)
    shuffle(stage).delete()
"""


@contextmanager
def busy(stage: Stage, user: User) -> Any:
    """Another process that tops up this person's queue and writes rankings, one after the other."""
    script = BUSY.format(stage=stage.pk, user=user.pk)
    process = subprocess.Popen([sys.executable, "-c", script])
    time.sleep(5)
    try:
        yield
    finally:
        ended = process.poll()
        process.kill()
        process.wait()
    if ended is not None:
        raise SystemExit("What should have kept the database busy ended by itself.")


KEY = """
() => new Promise((done) => {
  const shown = () => document.querySelector('.record:not([hidden])')?.dataset.item;
  const [before, began] = [shown(), performance.now()];
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'e', bubbles: true}));
  requestAnimationFrame(() => setTimeout(() => done(shown() === before ? -1 : performance.now() - began)));
})
"""


def keys(address: str, user: User, path: str) -> dict[str, float]:
    """From a key to the next record drawn."""
    spent = []
    with browser() as made:
        context = made.new_context()
        sign_in(context, user, address)
        page = context.new_page()
        page.goto(address + path)
        for n in range(30):
            context.set_offline(n >= 15)
            spent.append(page.evaluate(KEY))
        context.set_offline(False)
        page.wait_for_function("() => document.querySelector('[data-unsent]').hidden")
    if min(spent) < 0:
        raise SystemExit("A key did not lead to the next record.")
    return spread(spent)


def loop() -> float:
    """How fast the machine is: milliseconds for a million additions in Python, the median of nine."""
    spent = []
    for _ in range(9):
        began, total = time.perf_counter(), 0
        for n in range(1_000_000):
            total += n
        spent.append((time.perf_counter() - began) * 1000)
    return round(sorted(spent)[4], 1)


def spread(spent: list[float]) -> dict[str, float]:
    parts = quantiles(spent, n=20, method="inclusive")
    return {"p50_ms": round(parts[9], 1), "p95_ms": round(parts[18], 1)}


def queries(once: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        once()
    return len(caught)


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    chromium()
    began = time.perf_counter()
    review, stage, people = load(records)
    print(f"loaded {records} records in {time.perf_counter() - began:.0f} s")
    figures = {"records": records} | measured(review, stage, people)
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    figures["loop_ms"] = loop()
    for key, value in figures.items():
        print(key, value, flush=True)
    # Last, so that it looks at what was decided while it was measured as well.
    began = time.perf_counter()
    found = list(drift())
    if found:
        raise SystemExit("check_consensus: " + "; ".join(found[:5]))
    print(f"check_consensus 0 differences in {time.perf_counter() - began:.0f} s")
    print(json.dumps(figures))


def measured(review: Review, stage: Stage, people: dict[str, User]) -> dict[str, Any]:
    began = time.perf_counter()
    top_up(stage=stage, user=people["ana"])
    figures: dict[str, Any] = {"top_up_ms": round((time.perf_counter() - began) * 1000, 1)}
    # So that there is one for each decision that is measured, and for those before.
    top_up(stage=stage, user=people["ana"], size=WARM + 3 * TIMES)
    compact_all()
    client, headers = signed_in(people["ana"])
    lead, lead_headers = signed_in(people["lead"])
    base = f"/reviews/{review.pk}"
    batch = f"{base}/screen/title_abstract/next/"
    decide = f"{base}/screen/title_abstract/decide/"
    queued = WorkItem.objects.filter(assignments__reviewer=people["ana"]).order_by("rank")
    waiting = iter(queued.values_list("id", flat=True))
    reason = ExclusionReason.objects.get(review=review).pk

    def decision() -> str:
        return f"item={next(waiting)}&choice=exclude:{reason}&token={uuid.uuid4()}"

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    began = time.perf_counter()
    refresh(stage.pk)
    figures["agreement_background_s"] = round(time.perf_counter() - began, 1)
    pages = {"counts": f"{base}/", "conflicts": f"{base}/conflicts/"}
    pages["progress"] = f"{base}/screen/title_abstract/progress/"
    listing = f"{base}/screen/title_abstract/list/?"
    with server() as served:
        serving[:] = [served.pid]
        get = partial(fetch, served.address, "GET")
        figures["next_batch"] = measure("next_batch", lambda: get(batch, headers))
        decided = partial(fetch, served.address, "POST", decide, headers | form)
        figures["decision"] = measure("decision", lambda: decided(decision()), before=WARM)
        with busy(stage, people["ben"]):
            figures["decision_busy"] = measure("decision_busy", lambda: decided(decision()))
        for name, path in pages.items():
            figures[name] = measure(name, partial(get, path, lead_headers), 40)
        for name, by in QUESTIONS.items():
            path = listing + by.address
            figures[name] = measure(name, partial(get, path, headers), 20)
        figures["memory_mb"] = memory(served.pid)
        figures["key_to_record"] = keys(served.address, people["ana"], f"{base}/screen/title_abstract/")
    figures["next_batch"]["queries"] = queries(lambda: client.get(batch))
    form_data = dict(pair.split("=") for pair in decision().split("&"))
    figures["decision"]["queries"] = queries(lambda: client.post(decide, form_data))
    for name, path in pages.items():
        figures[name]["queries"] = queries(lambda path=path: lead.get(path))  # type: ignore[misc]
    for name, by in QUESTIONS.items():
        figures[name]["queries"] = queries(lambda by=by: client.get(listing + by.address))  # type: ignore[misc]
        figures[name]["found"] = count(listed(people["ana"], stage, by)).number
    return figures


if __name__ == "__main__":
    main()
