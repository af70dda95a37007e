"""What Linux tells about processes. Without /proc (macOS) every question is answered with nothing."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        if PROC.is_dir():
            return False
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    return state not in {"Z", "X"}


def works_in(pid: int, executable: str, directory: Path) -> bool:
    """Whether the process is this program, at work in this directory."""
    try:
        name = (PROC / str(pid) / "exe").readlink().name.removesuffix(" (deleted)")
        return name == executable and (PROC / str(pid) / "cwd").readlink() == directory.resolve()
    except OSError:
        return False


def working_in(directory: Path, executable: str) -> list[int]:
    """Every process of this program that is at work in this directory."""
    numbers = [int(entry.name) for entry in PROC.glob("[0-9]*")]
    return [pid for pid in numbers if works_in(pid, executable, directory)]


def with_variable(name: str, value: str) -> Iterator[int]:
    """The processes that were started with this variable in their environment."""
    wanted = f"{name}={value}".encode()
    for entry in PROC.glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            yield int(entry.name)


def end(pids: list[int], *, patience: float, politely: int = signal.SIGTERM) -> None:
    """Ask the processes to stop, wait (seconds), and then insist."""
    for number in (politely, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(alive(pid) for pid in pids):
            time.sleep(0.05)
        if not any(alive(pid) for pid in pids):
            return
