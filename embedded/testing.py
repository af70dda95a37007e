"""`bin/test`: lint, types, migrations, and the tests on real servers that nobody else uses."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from embedded import throwaway
from embedded.commands import run
from embedded.console import say, warn
from embedded.place import CHECKOUT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# More would start more often than they share; each needs a database and three of Redis.
MOST_WORKERS = 4
# Options of pytest whose next argument is not a test to run.
WITH_VALUE = {
    "-k",
    "-m",
    "-n",
    "-o",
    "-p",
    "-r",
    "--ignore",
    "--deselect",
    "--durations",
    "--dist",
    "--junitxml",
}


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    everything: bool
    # As they were given, for pytest.
    arguments: tuple[str, ...]
    paths: tuple[str, ...]

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "Wish":
        rest = [argument for argument in arguments if argument != "--all"]
        before = ["", *rest]
        paths = [
            argument for option, argument in zip(before, rest, strict=False) if is_path(argument, option)
        ]
        return cls(everything="--all" in arguments, arguments=tuple(rest), paths=tuple(paths))

    @property
    def workers(self) -> int:
        """Processes for pytest; 0 runs in one. A few files finish sooner than workers start."""
        for position, option in enumerate(self.arguments):
            found = re.fullmatch(r"(?:-n|--numprocesses)=?(\d*)", option)
            if found:
                following = self.arguments[position + 1 : position + 2]
                return int(found.group(1) or "".join(following) or 0)
        return 0 if self.paths else max(2, min(MOST_WORKERS, os.cpu_count() or 2))

    @property
    def says_workers(self) -> bool:
        return any(re.fullmatch(r"(?:-n|--numprocesses)(=?\d*)", option) for option in self.arguments)

    @property
    def says_marks(self) -> bool:
        return any(option.startswith("-m") for option in self.arguments)


def is_path(argument: str, after: str) -> bool:
    if argument.startswith("-") or after in WITH_VALUE:
        return False
    return (CHECKOUT / argument.split("::", maxsplit=1)[0]).exists()


def main(arguments: Sequence[str]) -> int:
    wish = Wish.of(arguments)
    os.chdir(CHECKOUT)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    failed = [] if wish.paths else lint()
    with throwaway.scratch_directory() as scratch:
        databases = [f"{throwaway.TEST_DATABASE}_gw{number}" for number in range(wish.workers)]
        servers = throwaway.Servers(scratch=scratch, checkout=CHECKOUT, databases=tuple(databases))
        try:
            servers.start()
            environment = throwaway.test_environment(scratch, CHECKOUT, servers.urls)
            if not wish.paths:
                failed += [name for name, argv in project_checks() if not passes(name, argv, environment)]
            code = run_pytest(wish, environment, prepared=servers.prepared)
        finally:
            servers.stop()
    if failed:
        warn(f"Failed, see above: {', '.join(failed)}")
    return code or (1 if failed else 0)


def lint() -> list[str]:
    checks = {"ruff check": ["ruff", "check"], "ruff format": ["ruff", "format", "--check"]}
    return [name for name, argv in checks.items() if not passes(name, argv, dict(os.environ))]


def project_checks() -> list[tuple[str, list[str]]]:
    """Those that import the settings, and so need the servers' addresses."""
    manage = str(CHECKOUT / "manage.py")
    return [
        ("mypy", ["mypy", "."]),
        ("missing migrations", [manage, "makemigrations", "--check", "--dry-run"]),
    ]


def passes(name: str, argv: list[str], environment: dict[str, str]) -> bool:
    began = time.monotonic()
    module = [] if argv[0].endswith(".py") else ["-m"]
    done = subprocess.run([sys.executable, *module, *argv], env=environment, check=False).returncode == 0
    say(f"{name}: {'passed' if done else 'FAILED'} in {time.monotonic() - began:.1f} s")
    return done


def run_pytest(wish: Wish, environment: dict[str, str], *, prepared: bool) -> int:
    argv = [sys.executable, "-m", "pytest"]
    if prepared:
        argv.append("--reuse-db")
    if wish.workers and not wish.says_workers:
        argv += ["-n", str(wish.workers), "--dist", "worksteal"]
    # Playwright runs an event loop in the thread of the test, and Django would refuse the database there.
    environment["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # Who names one test wants it, however long it takes.
    named = any("::" in path for path in wish.paths)
    marks = [] if wish.everything or named else ["not slow"]
    missing = ""
    if has_browser_tests(wish):
        chromium = find_chromium() or install_chromium()
        if chromium:
            environment["CONCORD_CHROMIUM"] = chromium
        else:
            marks.append("not browser")
            missing = "DID NOT RUN: the tests marked `browser`. There is no Chromium; install it (Debian: chromium)."
            warn(missing)
    if marks and not wish.says_marks:
        argv += ["-m", " and ".join(marks)]
    code = run([*argv, *wish.arguments], environment, CHECKOUT)
    if missing:
        warn(missing)
    return code


def has_browser_tests(wish: Wish) -> bool:
    places = [CHECKOUT / path.split("::")[0] for path in wish.paths] or [CHECKOUT / "tests"]
    files = [file for place in places for file in (place.rglob("test_*.py") if place.is_dir() else [place])]
    return any("mark.browser" in file.read_text(errors="replace") for file in files)


def find_chromium() -> str | None:
    chosen = os.environ.get("CONCORD_CHROMIUM")
    return chosen or next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def install_chromium() -> str | None:
    """Debian's package, where we may."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    say("Installing Chromium for the browser tests (about 110 MB to download)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for argv in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            warn("apt-get could not install Chromium")
            return None
    return find_chromium()
