"""PostgreSQL refuses to run as root: which account it runs as instead, and what that account can reach."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from embedded.console import Refused

# `postgres` exists where the system has a PostgreSQL of its own, `nobody` everywhere.
CANDIDATES = ("postgres", "nobody")


class Drop(TypedDict, total=False):
    """Arguments of Popen."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An account without privileges that root starts PostgreSQL as."""

    name: str
    uid: int
    gid: int

    def give(self, path: Path, mode: int) -> None:
        os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def can(self, flag: str, path: Path) -> bool:
        """Ask the system itself (mode bits, ACLs and mounts): `flag` is r, w or x as of test(1)."""
        try:
            asked = subprocess.run(["test", f"-{flag}", str(path)], check=False, cwd="/", **running_as(self))
        except OSError as error:
            raise Refused(
                f"Root may not change to the account {self.name} here ({error.strerror}), and PostgreSQL does not "
                "run as root. Run this as a normal user, or set DATABASE_URL to a PostgreSQL server."
            ) from error
        return asked.returncode == 0


def running_as(account: Account | None) -> Drop:
    """The arguments of Popen that run a program as this account; none for one's own."""
    return Drop(user=account.uid, group=account.gid, extra_groups=[]) if account else Drop()


def account_for_servers() -> Account | None:
    """The account of PostgreSQL when root starts it; None for a normal user, who runs it as themselves."""
    if os.geteuid() != 0:
        return None
    chosen = os.environ.get("CONCORD_ACCOUNT")
    for name in (chosen,) if chosen else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise Refused(
        f"PostgreSQL does not run as root, and there is no account {chosen or ' or '.join(CANDIDATES)}. "
        "Set CONCORD_ACCOUNT to an account without privileges, or DATABASE_URL to a PostgreSQL server."
    )
