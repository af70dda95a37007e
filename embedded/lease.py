"""Using the servers of an installation: joining their keeper, or starting one."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Self

from embedded import keeper
from embedded.child import open_log
from embedded.console import Refused, say
from embedded.locks import FileLock, is_held
from embedded.place import Place

PATIENCE = 180.0


@dataclass
class Lease:
    """While it is held the servers run. `urls` has DATABASE_URL and REDIS_URL."""

    place: Place
    urls: dict[str, str] = field(default_factory=dict)
    _users: FileLock | None = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def take(self) -> None:
        given = {name: os.environ[name] for name, absent in keeper.wanted().items() if not absent}
        if len(given) == len(keeper.wanted()):
            self.urls = given
            return
        self.place.prepare()
        if self._users is None:
            self._users = FileLock(self.place.lock("users"))
        self._users.take(shared=True)  # waits while a keeper is leaving
        found = self._join()
        self.urls = found | given
        missing = [name for name in keeper.wanted() if name not in self.urls]
        if missing:
            raise Refused(
                f"The servers of {self.place.data} were started with {missing[0]} set. Set it here too, or stop them."
            )

    def _join(self) -> dict[str, str]:
        """One at a time: the addresses of the running keeper, or of one that we start."""
        starting = FileLock(self.place.lock("starting"))
        starting.take()
        try:
            deadline = time.monotonic() + PATIENCE
            state = keeper.state_file(self.place)
            if not is_held(self.place.lock("servers")):
                state.unlink(missing_ok=True)
                start_keeper(self.place)
            while not state.exists():
                if time.monotonic() > deadline or not is_held(self.place.lock("servers")):
                    raise Refused(f"The servers do not start. Their logs are in {self.place.logs}")
                time.sleep(0.03)
            urls: dict[str, str] = json.loads(state.read_text())
            return urls
        finally:
            starting.close()

    @property
    def kept(self) -> bool:
        """Whether the keeper is there (or none is needed)."""
        return self._users is None or is_held(self.place.lock("servers"))

    def release(self, patience: float = 5) -> None:
        """Give the lease back, and wait until the servers have stopped unless somebody else uses them."""
        if self._users is None:
            return
        self._users.close()
        self._users = None
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and is_held(self.place.lock("servers")):
            if self._others():
                return
            time.sleep(0.02)

    def _others(self) -> bool:
        probe = FileLock(self.place.lock("users"))
        try:
            if probe.try_take():
                return False
            return probe.try_take(shared=True)  # a keeper that is leaving would hold it alone
        finally:
            probe.close()


def start_keeper(place: Place) -> None:
    """In a session of its own, so that Ctrl-C at one command does not stop the servers of another."""
    log = open_log(place.logs / "servers.log")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "embedded", "keep"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        cwd=place.checkout,
        env=os.environ | {"CONCORD_DATA": str(place.data), "PYTHONPATH": str(place.checkout)},
        start_new_session=True,
    )
    os.close(log)
    assert process.stdout is not None  # noqa: S101
    with process.stdout:
        for line in process.stdout:
            kind, _, text = line.partition(" ")
            if kind == keeper.STEP:
                say(json.loads(text))
            elif kind == keeper.ERROR:
                raise Refused(json.loads(text))
            elif kind == keeper.READY:
                return
    if process.wait() != 0:
        raise Refused(f"The servers do not start. Their logs are in {place.logs}")
