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
in Python. While it loads, in a database that is its own, triggers and the checks of foreign keys are off: what is loaded
is checked afterwards by check_consensus.
"""

import http.client
import json
import os
import platform
import socket
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

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.running import browser, chromium, sign_in  # noqa: E402
from consensus.checks import drift  # noqa: E402
from consensus.models import Stage, WorkItem  # noqa: E402
from consensus.services import start_review, top_up  # noqa: E402
from consensus.services.counts import compact_all  # noqa: E402
from reviews.models import ExclusionReason, Review  # noqa: E402
from reviews.services import add_member  # noqa: E402
from screening.listing import Filters, count, listed  # noqa: E402
from screening.tallies import refresh  # noqa: E402

TIMES = 100
# A decision costs a third less after some hundred than at first, and a reviewer makes that many in an hour.
WARM = 300
# Words of a topic, drawn by the record's number, so that some are common, some rare; each abstract joins eight of ten
# thousand pieces in another way.
REPORTS = """
    INSERT INTO studies_report (review_id, status, title, abstract, authors, year, journal, volume, issue, pages, doi, pmid,
                                kind, language, retrieval, retrieval_note, created_at)
    SELECT %(review)s, 'current',
        initcap(pg_temp.w(n)) || ' and ' || pg_temp.w(n * 7 + 3) || ' in ' || pg_temp.w(n * 13 + 5) || ', report ' || n,
        (SELECT string_agg(words, ' ') FROM generate_series(1, 8) k JOIN chunk ON c = (n * 31 + k * k * 7 + n / (k + 1)) %% 10000)
            || CASE WHEN n %% 100 = 0 THEN ' A randomised controlled trial of deep sleep.' ELSE '' END
            || CASE WHEN n %% 25000 = 0 THEN ' Somnambulism was rare.' ELSE '' END,
        ARRAY['Author' || n %% 5000 || ', A.', 'Second' || n %% 700 || ', B.'], 1980 + n %% 45,
        'Journal ' || n %% 300, (n %% 80)::text, '', n::text, '', '', '', '', 'not_sought', '', now()
    FROM generate_series(1, %(records)s) n
"""
WORD = """
    CREATE OR REPLACE FUNCTION pg_temp.w(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN n %% 11 = 0 THEN 'sleep' WHEN n %% 7 = 0 THEN 'memory'
                    WHEN n %% 3 = 0 THEN (ARRAY['trial','adults','effect','group','treatment','patients','results','study'])[1 + (n / 3) %% 8]
                    ELSE 'word' || abs(hashtext(n::text)) %% 20000 END $$;
    CREATE TEMP TABLE chunk AS SELECT c, (SELECT string_agg(pg_temp.w(c * 7919 + k * k * 17 + k), ' ') FROM generate_series(1, 20) k)
        AS words FROM generate_series(0, 9999) c;
    CREATE UNIQUE INDEX ON chunk (c);
    ANALYZE chunk;
"""
ITEMS = """
    INSERT INTO consensus_workitem (review_id, stage_id, report_id, status, closed_as, judges_needed, rule, reasons, unsure,
                                    judged, version_id, round, reopened_because, rank, created_at)
    SELECT %(review)s, %(stage)s, r.id, 'open', '', 2, s.rule, s.reasons, s.unsure, 0, %(version)s, 1, '', r.id, now()
    FROM studies_report r, consensus_stage s WHERE r.review_id = %(review)s AND s.id = %(stage)s ORDER BY r.id;
"""
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
# The first half was judged by Ana, a shifted half by Ben: agreed, in conflict and partly judged items all occur.
LOAD = """
    CREATE TEMP TABLE load AS
    SELECT i.id AS item, i.review_id AS review, i.version_id AS version, u.reviewer,
           CASE WHEN u.reviewer = %(ben)s AND i.id %% 20 = 0 THEN 'include' ELSE 'exclude' END AS verdict,
           nextval('consensus_judgement_id_seq') AS judgement
    FROM consensus_workitem i, (VALUES (%(ana)s::bigint, 0, %(half)s), (%(ben)s::bigint, %(skip)s, %(half)s + %(skip)s))
         AS u (reviewer, first, last)
    WHERE i.stage_id = %(stage)s AND i.rank > %(lowest)s + u.first AND i.rank <= %(lowest)s + u.last;
    INSERT INTO consensus_judgement (id, review_id, item_id, reviewer_id, role, round, version_id, comment, created_at)
        SELECT judgement, review, item, reviewer, 'independent', 1, version, '', now() FROM load;
    INSERT INTO screening_verdict (review_id, judgement_id, verdict, reason_id)
        SELECT review, judgement, verdict, CASE WHEN verdict = 'exclude' THEN %(reason)s::bigint END FROM load;
    UPDATE consensus_judgement j SET submitted_at = now() - interval '60 days' + (j.id %% 5000000) * interval '1 second'
        FROM load WHERE j.id = load.judgement;
    UPDATE consensus_workitem i SET judged = s.n,
        status = CASE WHEN s.n < 2 THEN 'partial' WHEN s.same THEN 'agreed' ELSE 'conflict' END,
        final_id = CASE WHEN s.n = 2 AND s.same THEN s.first END,
        decided_at = CASE WHEN s.n = 2 AND s.same THEN now() END
        FROM (SELECT item, count(*) AS n, min(verdict) = max(verdict) AS same,
                     (array_agg(load.judgement ORDER BY j.submitted_at, j.id))[1] AS first
              FROM load JOIN consensus_judgement j ON j.id = load.judgement GROUP BY item) s
        WHERE i.id = s.item;
"""
COUNTS = """
    DELETE FROM consensus_stagedelta WHERE stage_id = %(stage)s;
    INSERT INTO consensus_stagedelta (review_id, stage_id, what, step)
        SELECT review_id, stage_id, status, count(*) FROM consensus_workitem WHERE stage_id = %(stage)s GROUP BY 1, 2, 3;
    INSERT INTO consensus_stagedelta (review_id, stage_id, what, step)
        SELECT review_id, stage_id, 'final:exclude:' || %(reason)s, count(*) FROM consensus_workitem
        WHERE stage_id = %(stage)s AND final_id IS NOT NULL GROUP BY 1, 2;
    INSERT INTO consensus_stagedelta (review_id, stage_id, reviewer_id, what, step)
        SELECT review, %(stage)s, reviewer, 'judged', count(*) FROM load GROUP BY review, reviewer;
"""


def load(records: int) -> tuple[Review, Stage, dict[str, User]]:
    people = {
        name: User.objects.create_user(f"{name}@example.org", name=name) for name in ("lead", "ana", "ben")
    }
    review = start_review(by=people["lead"], title="Half way", reasons=["Wrong topic"])
    for name in ("ana", "ben"):
        add_member(by=people["lead"], review=review, email=people[name].email, role="reviewer")
    with fast():
        with connection.cursor() as cursor:
            cursor.execute(WORD.replace("%%", "%"))
            cursor.execute(REPORTS, {"review": review.pk, "records": records})
            cursor.execute("SELECT min(id) FROM studies_report WHERE review_id = %s", [review.pk])
            lowest = cursor.fetchone()[0]
        stage = Stage.objects.get(review=review, kind="title_abstract")
        values = {
            "ana": people["ana"].pk,
            "ben": people["ben"].pk,
            "stage": stage.pk,
            "review": review.pk,
            "version": stage.versions.get().pk,
            "half": records // 2,
            "skip": records // 100,
            "lowest": lowest - 1,
            "reason": ExclusionReason.objects.get(review=review).pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(ITEMS + LOAD + COUNTS, values)
    with connection.cursor() as cursor:
        # As the server does by itself some minutes after so much was written.
        cursor.execute("VACUUM (ANALYZE)")
    return review, stage, people


LOADED = ("studies_report", "consensus_workitem", "consensus_judgement", "screening_verdict")
TIES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""


@contextmanager
def fast() -> Any:
    """Without triggers; foreign keys and the index of words are taken away and made again for all rows at once."""
    with connection.cursor() as cursor:
        cursor.execute(TIES, [list(LOADED)])
        ties = cursor.fetchall()
        for table, name, _definition in ties:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in LOADED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'report_words'")
        [(words,)] = cursor.fetchall()
        cursor.execute("DROP INDEX report_words")
        with transaction.atomic():
            yield
        cursor.execute(words)
        for table in LOADED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table, name, definition in ties:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


@contextmanager
def server() -> Any:
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
    command += ["--workers", "1", "--blocking-threads", "4", "--no-access-log", "config.wsgi:application"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


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
    port: int, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
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


def keys(port: int, user: User, path: str) -> dict[str, float]:
    """From a key to the next record drawn."""
    address, spent = f"http://127.0.0.1:{port}", []
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
    with server() as (port, process):
        serving[:] = [process.pid]
        get = partial(fetch, port, "GET")
        figures["next_batch"] = measure("next_batch", lambda: get(batch, headers))
        decided = partial(fetch, port, "POST", decide, headers | form)
        figures["decision"] = measure("decision", lambda: decided(decision()), before=WARM)
        with busy(stage, people["ben"]):
            figures["decision_busy"] = measure("decision_busy", lambda: decided(decision()))
        for name, path in pages.items():
            figures[name] = measure(name, partial(get, path, lead_headers), 40)
        for name, by in QUESTIONS.items():
            path = listing + by.address
            figures[name] = measure(name, partial(get, path, headers), 20)
        figures["memory_mb"] = memory(process.pid)
        figures["key_to_record"] = keys(port, people["ana"], f"{base}/screen/title_abstract/")
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
