"""`bin/up`: everything that Concord consists of, started, watched, and stopped together."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

from embedded import given, ports, processes, staticfiles
from embedded import steps as steps_process
from embedded.child import Child, die_with, open_log, stop_all, tail
from embedded.console import Refused, say
from embedded.environ import application_environment
from embedded.lease import Lease
from embedded.locks import FileLock
from embedded.place import SUPERVISED, Place

TICK = 0.1
HEALTH = "/health/"
HEALTH_INTERVAL = 15.0
HEALTH_TIMEOUT = 20.0
HEALTH_FAILURES = 3
START_PATIENCE = 120.0
# Within the ten seconds: the application's processes, then the servers.
STOP_PATIENCE = 4.5


class Stop(Exception):
    """Ctrl-C, or SIGTERM."""


@dataclass
class Step:
    """A command of manage.py, and what to say of it; `shown` passes on what it prints."""

    saying: str
    command: list[str]
    shown: bool = False


def run_steps(steps: list[Step], place: Place, environment: dict[str, str]) -> list[str]:
    """Run the commands in one process. Returns what each printed."""
    log, parent = place.logs / "manage.log", os.getpid()
    descriptor = open_log(log)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "embedded.steps", json.dumps([step.command for step in steps])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=descriptor,
        text=True,
        cwd=place.checkout,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: die_with(parent, signal.SIGTERM),  # noqa: PLW1509  one thread, and prctl only
    )
    os.close(descriptor)
    printed = [""] * len(steps)
    current = 0
    try:
        for line in process.stdout or ():
            if line.startswith(steps_process.MARK):
                current = int(line.removeprefix(steps_process.MARK))
                if steps[current].saying:
                    say(steps[current].saying)
                continue
            printed[current] += line
            if steps[current].shown:
                say("  " + line.rstrip())
        code = process.wait()
    finally:
        process.kill()
        process.wait()
    if code != 0:
        name = steps[current].command[0]
        raise Refused(f"{name} failed. Its log, {log}:\n{printed[current]}{tail(log)}")
    return printed


@dataclass
class Supervisor:
    place: Place
    lease: Lease
    held: socket.socket
    environment: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    _unanswered: int = 0
    _next_check: float = 0.0

    @property
    def port(self) -> int:
        number: int = self.held.getsockname()[1]
        return number

    @property
    def address(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    # -- starting

    def prepare(self) -> None:
        say(given.said())
        given.check()
        self.lease.take()
        self.environment = application_environment(self.place, self.lease.urls)
        self.environment |= {"PORT": str(self.port), SUPERVISED: self.place.tag}
        self.environment.setdefault("CONCORD_PUBLIC_URL", self.address)

    def bring_up_to_date(self) -> str:
        """Tables, static files, the demo into an empty database. Returns what to sign in with."""
        steps = [Step("Bringing the database up to date", ["migrate", "--no-input", "--verbosity", "0"])]
        collecting = staticfiles.to_collect(self.place)
        if collecting:
            collect = ["collectstatic", "--no-input", "--clear", "--verbosity", "0"]
            steps.append(Step("Collecting static files", collect))
        wanted = os.environ.get("CONCORD_DEMO", "1") != "0"
        demo = wanted and any(self.place.checkout.glob("*/management/commands/load_demo.py"))
        if demo:
            steps.append(
                Step("Loading the demo, if the database is empty", ["load_demo", "--if-empty"], shown=True)
            )
            steps.append(Step("", ["load_demo", "--accounts"]))
        elif (self.place.checkout / "accounts/management/commands/first_account.py").exists():
            steps.append(Step("", ["first_account", "--if-none"]))
        printed = run_steps(steps, self.place, self.environment)
        if collecting:
            staticfiles.mark_collected(self.place, collecting)
        return printed[-1].strip("\n")

    def start(self) -> None:
        say("Starting the web server, the worker and the scheduler")
        python = [sys.executable, "-P", "-m"]
        celery = [*python, "celery", "-A", "config", "--workdir", str(self.place.checkout)]
        web = [*python, "granian", "--interface", "wsgi", "--host", ports.HOST, "--port", str(self.port)]
        web += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws"]
        web += ["--workers-kill-timeout", "3", "--log-level", "warning", "config.wsgi:application"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        worker = [*celery, "worker", "--concurrency", "2", "--max-memory-per-child", "600000", *quiet]
        worker += ["--hostname", "concord@%h"]
        ranker = ["nice", "-n", "10", *celery, "worker", "--queues", "ranking", "--concurrency", "1", *quiet]
        ranker += ["--hostname", "ranking@%h"]
        beat = [*celery, "beat", "--schedule", str(self.place.data / "beat" / "schedule"), "--pidfile="]
        beat += ["--loglevel", "WARNING"]
        self.start_child("web", web)
        self.wait_for_web()  # alone on the processors; tasks wait in their queue
        self.start_child("worker", worker)
        self.start_child("ranker", ranker)
        self.start_child("beat", beat)

    def start_child(self, name: str, argv: list[str]) -> None:
        child = Child(
            name=name,
            argv=argv,
            log=self.place.logs / f"{name}.log",
            environment=self.environment,
            directory=self.place.checkout,
        )
        self.children.append(child)
        child.start()

    @property
    def web(self) -> Child:
        return self.children[0]

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while (self.web_status(timeout=10) or 500) >= 500:
            if not self.web.running:
                raise Refused(
                    f"The web server does not start. Its log, {self.web.log}:\n{tail(self.web.log)}"
                )
            if time.monotonic() > deadline:
                raise Refused(f"The web server does not answer. Its log: {self.web.log}")
            time.sleep(0.05)

    def web_status(self, timeout: float) -> int | None:
        """What the web server answers; None if it does not."""
        connection = http.client.HTTPConnection(ports.HOST, self.port, timeout=timeout)
        try:
            connection.request("GET", HEALTH)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    # -- running

    def watch(self) -> None:
        self._next_check = time.monotonic() + HEALTH_INTERVAL
        while True:
            time.sleep(TICK)
            if not self.lease.kept:
                say("The keeper of PostgreSQL and Redis ended; starting it again")
                self.lease.take()
            for child in self.children:
                told = child.heal()
                if told:
                    say(told)
            self.check_health()

    def check_health(self) -> None:
        """A web server that runs but no longer answers is as good as dead."""
        if time.monotonic() < self._next_check:
            return
        answered = self.web_status(HEALTH_TIMEOUT) is not None  # an error page is an answer, too
        self._unanswered = 0 if answered else self._unanswered + 1
        if self._unanswered >= HEALTH_FAILURES:
            say("The web server does not answer; starting it again")
            self.web.kill_group()
            self._unanswered = 0
        self._next_check = time.monotonic() + HEALTH_INTERVAL

    def stop(self) -> None:
        stop_all(self.children, patience=STOP_PATIENCE)
        self.lease.release()
        self.held.close()


def main() -> int:
    place = Place.from_environment()
    place.prepare()
    alone = FileLock(place.lock("up"))
    if not alone.try_take():
        raise Refused(f"Concord already runs for {place.data}: {place.lock('up').read_text() or 'starting'}")
    alone.write(f"process {os.getpid()}, starting")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop_now)
    supervisor = None
    try:
        # What a killed supervisor left behind would hold the port and take tasks.
        processes.end(list(processes.with_variable(SUPERVISED, place.tag)), patience=5)
        supervisor = Supervisor(place=place, lease=Lease(place), held=ports.choose())
        supervisor.prepare()
        accounts = supervisor.bring_up_to_date()
        supervisor.start()
        alone.write(f"process {os.getpid()}, {supervisor.address}")
        say(f"Concord is ready at {supervisor.address}")
        if accounts:
            say(accounts)
        supervisor.watch()
    except Stop:
        say("Stopping")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if supervisor is not None:
            supervisor.stop()
    return 0


def stop_now(_number: int, _frame: FrameType | None) -> None:
    raise Stop
