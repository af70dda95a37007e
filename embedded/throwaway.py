"""Servers for one test run: in a temporary directory of their own, so that a run never meets the installation.

A cluster with the migrated test database is kept in `.local` and copied for each run: copying takes a fifth of a
second, initdb and all migrations several.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from psycopg2 import sql

from embedded import migrations, postgres, redis_server
from embedded.account import account_for_servers
from embedded.binaries import find_postgres, find_redis, reachable
from embedded.child import Child, stop_all, tail
from embedded.console import Refused, say, warn
from embedded.environ import application_environment
from embedded.locks import FileLock
from embedded.place import Place

PREFIX = "concord-test-"
TEST_DATABASE = f"test_{postgres.DATABASE}"  # as Django names it
KEPT = 3
MEMORY = Path("/dev/shm")  # noqa: S108
PLENTY = 2 * 1024**3


def scratch_root() -> Path:
    """Memory where there is plenty: copying a cluster of two thousand files takes ten times as long on a disk."""
    try:
        memory = os.statvfs(MEMORY)
    except OSError:
        return Path(tempfile.gettempdir())
    plenty = memory.f_bavail * memory.f_frsize >= PLENTY and os.access(MEMORY, os.W_OK | os.X_OK)
    return MEMORY if plenty and "TMPDIR" not in os.environ else Path(tempfile.gettempdir())


@contextlib.contextmanager
def scratch_directory() -> Iterator[Path]:
    """A temporary directory; those of killed runs, which no lock guards any more, are removed on the way."""
    root = scratch_root()
    for old in root.glob(f"{PREFIX}*"):
        if old.stat().st_uid == os.getuid():
            lock = FileLock(old / "lock")
            if lock.try_take():
                shutil.rmtree(old, ignore_errors=True)
            lock.close()
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    lock = FileLock(made / "lock")
    lock.take()
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        lock.close()


@dataclass
class Servers:
    """The servers of one run. Those named by DATABASE_URL and REDIS_URL are used instead."""

    scratch: Path
    checkout: Path
    # Database names that pytest's workers expect; the plain one is for a run without workers.
    databases: tuple[str, ...] = (TEST_DATABASE,)
    urls: dict[str, str] = field(default_factory=dict)
    # Whether the databases are there, migrated.
    prepared: bool = False
    _children: list[Child] = field(default_factory=list)

    def start(self) -> None:
        given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
        self.urls = {name: url for name, url in given.items() if url}
        if "REDIS_URL" not in self.urls:
            self._start_redis()
        if "DATABASE_URL" not in self.urls:
            self._start_postgres()

    def stop(self) -> None:
        stop_all(self._children, patience=4)

    def _start_redis(self) -> None:
        server = redis_server.RedisServer(
            program=find_redis(),
            directory=self.scratch / "redis",
            socket=self.scratch / "redis.sock",
            log=self.scratch / "redis.log",
            throwaway=True,
        )
        self._children.append(redis_server.start(server))
        self.urls["REDIS_URL"] = server.url

    def _cluster(self, home: Path) -> postgres.Cluster:
        account = account_for_servers()
        home.mkdir(mode=0o711, exist_ok=True)
        return postgres.Cluster(
            home=home,
            sockets=self.scratch / "pg",
            log=self.scratch / "postgres.log",
            binaries=reachable(find_postgres(set()), account),
            account=account,
            throwaway=True,
        )

    def _start_postgres(self) -> None:
        cluster = self._cluster(self.scratch / "cluster")
        kept = self._kept(cluster)
        if kept is None:
            kept = self._make_template(cluster)
        if kept is not None:
            copy(kept, cluster.home)
        self.prepared = kept is not None
        self._children.append(postgres.start(cluster, lambda _text: None))
        self.urls["DATABASE_URL"] = cluster.url()
        cluster.let_pass_triggers()
        if self.prepared:
            self._copy_database(cluster)

    def _copy_database(self, cluster: postgres.Cluster) -> None:
        connection = cluster.connect("postgres")
        try:
            with connection.cursor() as cursor:
                for name in self.databases:
                    if name != TEST_DATABASE:
                        names = sql.Identifier(name), sql.Identifier(TEST_DATABASE)
                        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        finally:
            connection.close()

    # -- the cluster that is kept

    @property
    def _store(self) -> Path:
        return self.checkout / ".local" / "test-clusters"

    def _kept(self, cluster: postgres.Cluster) -> Path | None:
        found = self._store / migrations.key(self.checkout, cluster.binaries.version)
        if not found.is_dir():
            return None
        os.utime(found)
        return found

    def _make_template(self, cluster: postgres.Cluster) -> Path | None:
        """A fresh cluster with the test database migrated; None if the migrations do not run."""
        say("Making the test database (kept until a migration changes)")
        began = time.monotonic()
        target = self._store / migrations.key(self.checkout, cluster.binaries.version)
        making = self._cluster(self.scratch / "template")
        child = postgres.start(making, lambda _text: None)
        try:
            making.ensure_database(TEST_DATABASE)
            urls = self.urls | {"DATABASE_URL": making.url(TEST_DATABASE)}
            migrated = self._migrate(urls)
        finally:
            stop_all([child], patience=10)
        if not migrated:
            return None
        self._store.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        copy(making.home, draft)
        with contextlib.suppress(OSError):  # another run was first
            draft.rename(target)
        shutil.rmtree(draft, ignore_errors=True)
        for old in sorted(self._store.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        say(f"Made the test database in {time.monotonic() - began:.1f} s")
        return target

    def _migrate(self, urls: dict[str, str]) -> bool:
        environment = test_environment(self.scratch, self.checkout, urls)
        log = self.scratch / "migrate.log"
        with log.open("w") as output:
            argv = [
                sys.executable,
                str(self.checkout / "manage.py"),
                "migrate",
                "--no-input",
                "--verbosity",
                "0",
            ]
            code = subprocess.run(
                argv, env=environment, stdout=output, stderr=output, cwd=self.checkout, check=False
            ).returncode
        if code != 0:
            warn(f"The migrations do not run:\n{tail(log, 20)}")
        return code == 0


def copy(source: Path, target: Path) -> None:
    """With owners and modes, for the data directory belongs to PostgreSQL's account."""
    target.mkdir(mode=0o711, exist_ok=True)
    done = subprocess.run(
        ["cp", "-a", f"{source}/.", str(target)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refused(f"The test database cannot be copied to {target}: {done.stderr}")


def test_environment(scratch: Path, checkout: Path, urls: dict[str, str]) -> dict[str, str]:
    """What the tests run in: nothing of the installation, nothing of the developer's own settings."""
    data = scratch / "data"
    place = Place(data=data, checkout=checkout)
    place.prepare()
    environment = application_environment(place, urls)
    for name in [name for name in environment if name.startswith(("CONCORD_", "DJANGO_"))]:
        if name not in {"CONCORD_DATA", "CONCORD_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}:
            del environment[name]
    return environment
