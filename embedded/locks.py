"""Locks between processes: flock, so that the kernel gives them back when their holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """One open file and the flock on it. Never inherited by children."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def take(self, *, shared: bool = False) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_take(self, *, shared: bool = False) -> bool:
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take_within(self, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while not self.try_take():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        os.close(self._descriptor)

    def write(self, text: str) -> None:
        """What the holder wants others to read, such as its process id."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock alone at this moment."""
    probe = FileLock(path)
    try:
        return not probe.try_take(shared=True)
    finally:
        probe.close()
