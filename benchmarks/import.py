# ruff: noqa: N999 - the command is `bin/bench import`
"""An export of many records into the database: how long, how much memory, and what a killed worker leaves behind.

    bin/bench import [RECORDS]

Writes a synthetic RIS file, has a process of its own read it as the worker does (searchable, not yet de-duplicated), then
kills the reading of a fifth of it half way and has another process go on. Prints `key value` lines and, last, one JSON
object. Seconds depend on what else the machine does, so the processor time of the worker and of its database backend is
given beside them.
"""

import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.files import File  # noqa: E402
from django.core.files.uploadedfile import UploadedFile  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from consensus.services import start_review  # noqa: E402
from reviews.models import Review  # noqa: E402
from studies import reading  # noqa: E402
from studies.models import ImportBatch, ImportRefusal, Record  # noqa: E402
from studies.services import add_search, read_batch, start_import  # noqa: E402

WORDS = [
    *("sleep", "memory", "recall", "trial", "adults", "children", "randomised", "placebo", "effect", "dose"),
    *(
        "weeks",
        "group",
        "control",
        "outcome",
        "mean",
        "patients",
        "clinical",
        "change",
        "baseline",
        "quality",
    ),
    *("treatment", "risk", "follow", "measured", "improved", "between", "reported", "analysis", "of", "in"),
]
TICKS = os.sysconf("SC_CLK_TCK")


def entries(number: int) -> Iterator[str]:
    """Entries of about two kilobytes, as databases export them; no two alike."""
    chance = random.Random(2026)  # the same file every time
    for n in range(number):
        words = chance.choices(WORDS, k=190)
        authors = "".join(f"AU  - {word.title()}, {word[0].upper()}. {n % 26}\n" for word in words[:6])
        yield (
            f"TY  - JOUR\n{authors}TI  - {' '.join(words[6:18]).capitalize()}, report {n}\n"
            f"AB  - {' '.join(words[18:])} {' '.join(words)}\nPY  - {1980 + n % 45}\nJO  - Journal {n % 400}\n"
            f"VL  - {n % 90}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 8}\nDO  - 10.5555/{n}\nAN  - {n}\n"
            f"KW  - {words[0]}\nKW  - {words[1]}\nSN  - 1234-5678\nUR  - https://example.org/{n}\nER  - \n\n"
        )


def prepared(path: Path, number: int, review: Review, by: User) -> ImportBatch:
    with path.open("w") as out:
        out.writelines(entries(number))
    search = add_search(by=by, review=review, source=f"{number} records")
    with path.open("rb") as stream:
        upload: UploadedFile[bytes] = UploadedFile(File(stream), name=path.name, size=path.stat().st_size)
        batch, _job = start_import(by=by, search=search, upload=upload)
    return batch


def resident() -> int:
    """Kilobytes of memory that this process holds now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def backend_seconds(pid: int) -> float:
    """Processor time of a database backend on this machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def work(batch_id: int) -> None:
    """What the worker does, in this process; says how far it is, and at the end what it took."""
    batch = ImportBatch.objects.get(id=batch_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    idle, most, over = resident(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], resident())

    threading.Thread(target=watch, daemon=True).start()
    began, used, database = time.perf_counter(), time.process_time(), backend_seconds(backend)
    read_batch(batch=batch, progress=lambda done, total: print("at", done, total, flush=True))
    figures = {
        "seconds": round(time.perf_counter() - began, 1),
        "worker_cpu_s": round(time.process_time() - used, 1),
        "database_cpu_s": round(backend_seconds(backend) - database, 1),
        "memory_above_idle_mb": round((most[0] - idle) / 1024),
    }
    over.set()
    print("done", json.dumps(figures), flush=True)


def run_worker(batch: ImportBatch, *, until: float | None = None) -> tuple[dict[str, Any], list[float]]:
    """Run the worker; kill it when it says that it has come so far. Returns what it took, and the steps it reported."""
    command = [sys.executable, "-P", "-m", "benchmarks.import", "--worker", str(batch.pk)]
    steps: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            word, _, rest = line.partition(" ")
            if word == "done":
                found: dict[str, Any] = json.loads(rest)
                return found, steps
            if word == "at":
                done, total = map(int, rest.split())
                steps.append(done / total)
                if until is not None and done / total >= until:
                    process.send_signal(signal.SIGKILL)
                    break
    if until is None:
        raise SystemExit("The worker stopped before it was done.")
    return {}, steps


def check(batch: ImportBatch, number: int) -> None:
    """Every entry once."""
    records = Record.objects.filter(batch=batch)
    distinct = records.values("position").distinct().count()
    counted = (records.count(), distinct, ImportRefusal.objects.filter(batch=batch).count())
    if counted != (number, number, 0):
        raise SystemExit(f"{number} entries became (records, positions, refused) {counted}")


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    by = User.objects.create_user("lead@example.org", name="Lead")
    review = start_review(by=by, title="Many records")
    with tempfile.TemporaryDirectory() as folder:
        batch = prepared(Path(folder) / "many.ris", records, review, by)
        figures, steps = run_worker(batch)
        check(batch, records)
        figures = {"records": records, "megabytes": round(batch.size / 1e6), **figures}
        figures["progress_steps"] = len(steps)
        figures["progress_true"] = steps == sorted(steps) and steps[-1] == 1.0
        figures["load"] = round(os.getloadavg()[0], 1)
        began = time.perf_counter()
        found = list(reading.records_of(review, f"report {records - 1}")[:50])
        figures["search_ms"] = round((time.perf_counter() - began) * 1000)
        figures["found"] = len(found)
        fifth = max(records // 5, 2000)
        killed = prepared(Path(folder) / "killed.ris", fifth, review, by)
        run_worker(killed, until=0.5)
        figures["kept_when_killed"] = Record.objects.filter(batch=killed).count()
        run_worker(killed)
        check(killed, fifth)
        figures["doubles_after_resuming"] = 0
    figures["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    for key, value in figures.items():
        print(key, value)
    print(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(int(sys.argv[2]))
    else:
        main()
