"""A process in the foreground that never outlives the one that started it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embedded.account import Account, running_as

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 10 * 1024 * 1024
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int, number: int) -> None:
    """In the new process, after it changed its account: ask the kernel to signal us when the parent dies."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def open_log(path: Path) -> int:
    """A log to append to; one that has grown is set aside first, so that two are kept at most."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def tail(path: Path, lines: int = 12) -> str:
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join("  " + line for line in text.splitlines()[-lines:])


@dataclass
class Child:
    """One program of the installation: started, watched, started again, stopped.

    Start it from the main thread: the kernel's promise holds for the thread that started the process.
    """

    name: str
    argv: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    account: Account | None = None
    # What stops it cleanly and soon, both when we ask and when we die.
    stop_signal: int = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    _failures: int = 0
    _started: float = 0.0
    _again_at: float | None = None
    _groups: list[int] = field(default_factory=list)

    def start(self) -> None:
        parent, number = os.getpid(), self.stop_signal
        log = open_log(self.log)
        try:
            self.process = subprocess.Popen(
                [str(part) for part in self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environment) if self.environment is not None else None,
                cwd=self.directory,
                start_new_session=True,
                preexec_fn=lambda: die_with(parent, number),  # noqa: PLW1509  one thread, and prctl only
                **running_as(self.account),
            )
        finally:
            os.close(log)
        self._started, self._again_at = time.monotonic(), None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def heal(self) -> str | None:
        """Start it again if it ended, after a pause that grows with each failure. Says so the first time."""
        if self.process is None or self.running:
            return None
        now = time.monotonic()
        if self._again_at is None:
            self.kill_group()  # what it had forked may still hold its port or its files
            self._failures = 0 if now - self._started > 30 else self._failures + 1
            pause = min(10.0, 0.2 * 2.0 ** max(0, self._failures - 1))
            self._again_at = now + pause
            return f"{self.name} ended ({describe(self.process.returncode)}); starting it again"
        if now >= self._again_at:
            self.start()
        return None

    def ask_to_stop(self) -> None:
        if self.running:
            self.signal(self.stop_signal)

    def signal(self, number: int) -> None:
        if self.process is not None:
            try:
                os.kill(self.process.pid, number)
            except ProcessLookupError:
                return

    def kill_group(self) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def wait(self, deadline: float) -> bool:
        """Whether it ended before the deadline (of time.monotonic)."""
        while self.running:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True


def describe(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def stop_all(children: Sequence[Child], *, patience: float) -> None:
    """Stop them together, cleanly if they manage within the patience (seconds), and with certainty after it."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + patience
    for child in children:
        child.wait(deadline)
        child.kill_group()
    for child in children:
        child.wait(time.monotonic() + 1)
