"""A checkout of a very small project beside the real one, started by the real commands."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from embedded import processes
from embedded.place import CHECKOUT, Place
from embedded.throwaway import scratch_root

TINY = Path(__file__).parent / "tiny"
OURS = ("CONCORD_", "DATABASE_URL", "REDIS_URL", "PORT", "DJANGO_", "PYTEST_", "TMPDIR")


@dataclass
class Started:
    """A running bin/up, what it has said so far, and when."""

    process: subprocess.Popen[str]
    began: float
    lines: list[str] = field(default_factory=list)

    def listen(self) -> None:
        def read() -> None:
            for line in self.process.stdout or ():
                self.lines.append(line.rstrip())

        threading.Thread(target=read, daemon=True).start()

    def until(self, text: str, patience: float = 60) -> str:
        """The first line with this text."""
        deadline = time.monotonic() + patience
        while True:
            for line in list(self.lines):
                if text in line:
                    return line
            if time.monotonic() > deadline or self.process.poll() is not None:
                time.sleep(0.2)
                if any(text in line for line in self.lines):
                    continue
                pytest.fail(f"it never said {text!r}:\n" + "\n".join(self.lines))
            time.sleep(0.02)

    @property
    def port(self) -> int:
        return int(self.until("Concord is ready at").rpartition(":")[2])

    def get(self, path: str, timeout: float = 10) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == 200, f"{path}: {answer.status} {text[:500]}"
            return text

    def texts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(self.get("/texts/"))
        return found

    def answers(self) -> bool:
        try:
            self.get("/health/", timeout=5)
        except (OSError, http.client.HTTPException, AssertionError):
            return False
        return True

    def stop(self, number: int = signal.SIGINT) -> float:
        """Seconds until it had ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began


@dataclass
class Checkout:
    root: Path
    started: list[Started] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(data=self.root / "var", checkout=self.root)

    def environment(self, **variables: str) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | variables

    def run(self, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [f"bin/{argv[0]}", *argv[1:]],
            cwd=self.root,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ask(self, code: str) -> str:
        """What this code prints in the project's own shell."""
        done = self.run("manage", "shell", "-v0", "-c", f"from notes.models import Note; {code}")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1] if done.stdout else ""

    def begin(self, *argv: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [f"bin/{argv[0]}", *argv[1:]],
            cwd=self.root,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def up(self, **variables: str) -> Started:
        """Start, and wait until it is ready. Any free port unless the test says otherwise."""
        started = self.try_up(**({"PORT": "0"} | variables))
        started.until("Concord is ready at")
        return started

    def try_up(self, **variables: str) -> Started:
        began = time.monotonic()
        started = Started(self.begin("up", **variables), began)
        started.listen()
        self.started.append(started)
        return started

    def processes(self) -> dict[int, str]:
        """Everything alive that belongs to this checkout, by process id."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                place = (entry / "environ").read_bytes().decode(errors="replace")
                cwd = str((entry / "cwd").readlink())
                mine = f"{self.root}/" in line + place or f"{cwd}/".startswith(f"{self.root}/")
                if mine and int(entry.name) != os.getpid() and processes.alive(int(entry.name)):
                    found[int(entry.name)] = line.strip() or "?"
        return found

    def pids_of(self, *words: str) -> list[int]:
        """In the order in which they were started."""
        return sorted(pid for pid, line in self.processes().items() if all(word in line for word in words))

    def end(self) -> None:
        for started in self.started:
            if started.process.poll() is None:
                started.stop()
            if started.process.stdout is not None:
                started.process.stdout.close()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pointer in self.root.glob("**/database/location"):  # a cluster outside a closed directory
            shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
        shutil.rmtree(self.place.sockets, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)


@contextlib.contextmanager
def made_checkout(parent: Path | None = None) -> Iterator[Checkout]:
    """A copy of the small project, with the real commands and the real environment."""
    root = Path(tempfile.mkdtemp(prefix="concord-tiny-", dir=parent or scratch_root())).resolve()
    root.chmod(0o755)
    shutil.copytree(TINY, root, dirs_exist_ok=True)
    for name in ("embedded", "bin", "requirements"):
        shutil.copytree(CHECKOUT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "config" / "servers.py", root / "config" / "servers.py")
    (root / ".venv").symlink_to(CHECKOUT / ".venv")
    made = Checkout(root)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with made_checkout() as made:
        yield made


@pytest.fixture
def other_checkout() -> Iterator[Checkout]:
    with made_checkout() as made:
        yield made


@pytest.fixture(scope="module")
def migrated() -> Iterator[Checkout]:
    """A checkout with its tables, shared by the tests of a file: making a cluster takes a second."""
    with made_checkout() as made:
        done = made.run("manage", "migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without what bin/test itself set."""
    for name in [name for name in os.environ if name.startswith(OURS) and name != "PYTEST_CURRENT_TEST"]:
        monkeypatch.delenv(name)
    return monkeypatch
