"""Keeps PostgreSQL and Redis running while anybody uses them.

Every command that needs the servers joins: it holds a shared lock on `users` and finds, or starts, a keeper. The
keeper is a small process of its own, so that `bin/up` and any number of `bin/manage` share one pair of servers and
may come and go in any order. It leaves when it can have `users` for itself alone. The kernel gives locks back
however a process ends, so nothing has to be cleaned up after a kill -9.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from embedded import postgres, processes, redis_server
from embedded.account import Account, account_for_servers
from embedded.binaries import ROOT_STATE, find_postgres, find_redis, reachable
from embedded.child import Child, open_log, stop_all
from embedded.console import Refused
from embedded.locks import FileLock
from embedded.place import SUPERVISED, Place

TICK = 0.1
READY, STEP, ERROR = "ready", "step", "error"


def wanted() -> dict[str, bool]:
    """Which servers nobody else provides."""
    return {name: not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}


def cluster_home(place: Place, account: Account | None) -> Path:
    """Where the cluster lies: in the data directory, unless the database's account cannot get there."""
    inside = place.data / "database"
    inside.mkdir(mode=0o711 if account else 0o700, exist_ok=True)
    pointer = inside / "location"
    if pointer.exists():
        return Path(pointer.read_text().strip())
    if account is None or account.can("x", inside):
        return inside
    if any(inside.glob("pgdata-*[0-9]")):
        raise Refused(
            f"The account {account.name} cannot reach the database in {inside}. Let it pass through the directories "
            "above (chmod o+x), or set CONCORD_ACCOUNT to an account that can."
        )
    ROOT_STATE.mkdir(mode=0o755, exist_ok=True)
    outside = ROOT_STATE / f"{place.tag}-{os.urandom(4).hex()}"
    outside.mkdir(mode=0o711)
    pointer.write_text(f"{outside}\n")
    return outside


def existing_majors(home: Path) -> set[int]:
    return {
        int(path.name.removeprefix("pgdata-")) for path in home.glob("pgdata-*") if path.suffix != ".init"
    }


class Keeper:
    def __init__(self, place: Place, tell: Callable[[str, str], None]) -> None:
        self.place = place
        self.tell = tell
        self.children: list[Child] = []
        self.urls: dict[str, str] = {}
        self._home_lock: FileLock | None = None

    def start(self) -> None:
        self.place.prepare_sockets()
        needs = wanted()
        if needs["REDIS_URL"]:
            server = redis_server.RedisServer(
                program=find_redis(),
                directory=self.place.data / "redis",
                socket=self.place.sockets / "redis.sock",
                log=self.place.logs / "redis.log",
            )
            self.children.append(redis_server.start(server))
            self.urls["REDIS_URL"] = server.url
        if needs["DATABASE_URL"]:
            cluster = self._cluster()
            self.children.append(postgres.start(cluster, lambda text: self.tell(STEP, text)))
            self.urls["DATABASE_URL"] = cluster.url()

    def _cluster(self) -> postgres.Cluster:
        account = account_for_servers()
        home = cluster_home(self.place, account)
        # A copied checkout may point at the cluster of its original.
        self._home_lock = FileLock(home / "lock")
        if not self._home_lock.try_take():
            raise Refused(
                f"The database in {home} is in use by another installation. Set CONCORD_DATA elsewhere."
            )
        return postgres.Cluster(
            home=home,
            sockets=self.place.sockets / "pg",
            log=self.place.logs / "postgres.log",
            binaries=reachable(find_postgres(existing_majors(home)), account),
            account=account,
        )

    def keep(self, users: FileLock, stopping: Callable[[], bool]) -> None:
        while not stopping() and not users.try_take():
            for child in self.children:
                told = child.heal()
                if told:
                    self.tell(STEP, told)
            time.sleep(TICK)

    def stop(self) -> None:
        # A supervisor that was killed cannot wait for its worker, and a worker without its queue does not end.
        processes.end(list(processes.with_variable(SUPERVISED, self.place.tag)), patience=4)
        stop_all(self.children, patience=4)
        for directory in (self.place.sockets / "pg", self.place.sockets):
            with contextlib.suppress(OSError):  # somebody put something there
                directory.rmdir()


def main() -> int:
    """The keeper's process. Its first lines go to whoever started it, the rest to the log."""
    place = Place.from_environment()
    alone = FileLock(place.lock("servers"))
    if not alone.take_within(2):  # others look at this lock for a moment
        return 0
    alone.write(str(os.getpid()))
    stop_asked = False

    def ask_to_stop(*_: object) -> None:
        nonlocal stop_asked
        stop_asked = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def tell(kind: str, text: str) -> None:
        try:
            print(f"{kind} {json.dumps(text)}", flush=True)
        except BrokenPipeError:  # whoever started us has left; somebody else may need us
            to_log(place)

    keeper = Keeper(place, tell)
    try:
        keeper.start()
        write_state(place, keeper.urls)
        tell(READY, "")
        to_log(place)
        keeper.keep(FileLock(place.lock("users")), lambda: stop_asked)
    except Refused as error:
        tell(ERROR, str(error))
        return 1
    finally:
        keeper.stop()
    return 0


def to_log(place: Place) -> None:
    log = open_log(place.logs / "servers.log")
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, descriptor)
    os.close(log)


def state_file(place: Place) -> Path:
    return place.data / "lock" / "servers.json"


def write_state(place: Place, urls: dict[str, str]) -> None:
    draft = state_file(place).with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(urls))
    draft.replace(state_file(place))
