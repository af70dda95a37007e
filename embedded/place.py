"""Where one installation keeps its things: all of it below the data directory, sockets below /tmp."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from embedded.console import Refused

CHECKOUT = Path(__file__).resolve().parent.parent
# A socket's path may have 107 bytes, and a checkout may lie deep.
SOCKET_ROOT = Path("/tmp")  # noqa: S108

# In the environment of the application's processes, to know them again if their supervisor is killed.
SUPERVISED = "CONCORD_SUPERVISED"


@dataclass(frozen=True)
class Place:
    """A data directory and what belongs to it. Two checkouts never share one."""

    data: Path
    checkout: Path = CHECKOUT

    @classmethod
    def from_environment(cls) -> "Place":
        chosen = os.environ.get("CONCORD_DATA")
        return cls(data=Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "var")

    @property
    def tag(self) -> str:
        return hashlib.sha256(os.fsencode(self.data)).hexdigest()[:10]

    @property
    def sockets(self) -> Path:
        return SOCKET_ROOT / f"concord-{os.getuid()}-{self.tag}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def lock(self, name: str) -> Path:
        return self.data / "lock" / name

    def prepare(self) -> None:
        """Make the directories. As root the data directory lets the database's account pass, no more."""
        fresh = not self.data.exists()
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            if fresh:
                self.data.chmod(0o711 if os.getuid() == 0 else 0o700)
            for name in ("lock", "log", "uploads", "mail", "beat", "cache"):
                (self.data / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refused(
                f"The data directory {self.data} cannot be written ({error.strerror}). "
                "Set CONCORD_DATA to a directory of your own."
            ) from error

    def prepare_sockets(self) -> None:
        """Make the socket directory, and refuse one that somebody else made under our name."""
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise Refused(
                f"{self.sockets} belongs to somebody else. Remove it, or set CONCORD_DATA elsewhere."
            )
        self.sockets.chmod(0o711)
