"""One PostgreSQL cluster: made, started in the foreground, healed, stopped."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from embedded import keys, processes
from embedded.account import Account, running_as
from embedded.binaries import Postgres
from embedded.child import Child, tail
from embedded.console import Refused, say

SUPERUSER = "concord_admin"
ROLE = "concord"
DATABASE = "concord"
PORT = 5432  # only a part of the socket's name: nothing listens on TCP

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "80",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    # Compiling costs more than it saves in queries that read a page's worth of rows.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For clusters that are thrown away: nothing waits for the disk.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum_naptime": "1h",
}


@dataclass
class Cluster:
    """`home` holds the data directory, one per major version, and the password that opens it."""

    home: Path
    sockets: Path
    log: Path
    binaries: Postgres
    account: Account | None = None
    throwaway: bool = False

    @property
    def directory(self) -> Path:
        return self.home / f"pgdata-{self.binaries.major}"

    @property
    def password(self) -> str:
        return keys.keep(self.home / "password")

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{ROLE}:{self.password}@/{database}?host={quote(str(self.sockets), safe='')}"

    # -- making it

    def make(self) -> None:
        """initdb beside the final name, renamed when whole: an interrupted start leaves nothing half made."""
        if self.directory.exists():
            return
        draft = self.home / f"{self.directory.name}.init"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = self.home / "initdb-password"
        secret.write_text(self.password + "\n")
        secret.chmod(0o600)
        if self.account is not None:
            self.account.give(draft, 0o700)
            self.account.give(secret, 0o600)
        try:
            self._run(self._initdb(draft, secret))
        finally:
            secret.unlink()
        draft.rename(self.directory)

    def _initdb(self, directory: Path, secret: Path) -> list[str | Path]:
        program: list[str | Path] = [self.binaries.bin / "initdb", "-D", directory, "-U", SUPERUSER]
        program += ["-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-instructions"]
        if self.throwaway:
            program += ["--no-sync", "--wal-segsize=1"]
        if self.binaries.major >= 17:  # sorts alike on every machine
            return [*program, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [*program, "--locale=C.UTF-8"]

    def _run(self, argv: Sequence[str | Path]) -> None:
        done = subprocess.run(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd="/", text=True, check=False, **running_as(self.account),
        )  # fmt: skip
        if done.returncode != 0:
            raise Refused(
                f"PostgreSQL could not make its data directory in {self.home}:\n{done.stdout.strip()}"
            )

    # -- running it

    def child(self) -> Child:
        argv: list[str | Path] = [self.binaries.bin / "postgres", "-D", self.directory]
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        settings["unix_socket_directories"] = str(self.sockets)
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Child(
            name="PostgreSQL", argv=argv, log=self.log, directory=Path("/"),
            account=self.account, stop_signal=signal.SIGINT,
        )  # fmt: skip

    def prepare_sockets(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None:
            self.account.give(self.sockets, 0o700)

    def clear_stale(self) -> None:
        """After a kill -9: stop a server left over on this data, and forget one that only a file remembers.

        A file that names a living process of another kind would make PostgreSQL refuse to start.
        """
        file = self.directory / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if not processes.PROC.is_dir():
            return
        if processes.works_in(pid, "postgres", self.directory):
            processes.end([pid], patience=10, politely=signal.SIGINT)
        elif processes.alive(pid):
            file.unlink(missing_ok=True)

    def wait_until_ready(self, child: Child, patience: float = 120) -> None:
        """Until it answers. Recovery after a crash may take its time, and says so."""
        began, said = time.monotonic(), False
        while True:
            try:
                self.connect("postgres", user=SUPERUSER).close()
            except psycopg2.OperationalError as error:
                waited = time.monotonic() - began
                if waited > patience:
                    raise Refused(f"PostgreSQL does not answer ({error}). Its log: {self.log}") from error
                if not child.running and waited > 5:  # shared memory of a killed one may take a moment to go
                    raise Refused(
                        f"PostgreSQL does not start. Its log, {self.log}:\n{tail(self.log)}"
                    ) from error
                if waited > 3 and not said:
                    say("PostgreSQL is recovering from an unclean stop")
                    said = True
                child.heal()
                time.sleep(0.03)
            else:
                return

    def connect(self, database: str, *, user: str = ROLE) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host=str(self.sockets), port=PORT, dbname=database, user=user, password=self.password,
            connect_timeout=10,
        )  # fmt: skip
        connection.autocommit = True
        return connection

    def let_pass_triggers(self) -> None:
        """Where nothing lasts the role may empty tables whose rows never change: to be called on a throwaway only."""
        connection = self.connect("postgres", user=SUPERUSER)
        try:
            with connection.cursor() as cursor:
                grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}")
                cursor.execute(grant.format(sql.Identifier(ROLE)))
        finally:
            connection.close()

    def ensure_database(self, name: str = DATABASE) -> None:
        """The role that Concord connects as, without a superuser's powers, and its database."""
        connection = self.connect("postgres", user=SUPERUSER)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                role = sql.Identifier(ROLE)
                statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER CREATEDB PASSWORD %s").format(role)
                cursor.execute(statement, [self.password])
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if not cursor.fetchone():
                    create = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), role)
                    cursor.execute(create)
        finally:
            connection.close()


def start(cluster: Cluster, say_step: Callable[[str], None] = say) -> Child:
    """Make the cluster if need be, start it, and return it once it answers."""
    if not cluster.directory.exists():
        say_step(f"Making a PostgreSQL {cluster.binaries.version} cluster in {cluster.directory}")
    cluster.make()
    cluster.prepare_sockets()
    cluster.clear_stale()
    child = cluster.child()
    child.start()
    cluster.wait_until_ready(child)
    cluster.ensure_database()
    return child
