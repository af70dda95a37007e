"""Which port the web server gets, and holding it against other installations."""

import errno
import os
import socket

from embedded.console import Refused, say
from embedded.locks import FileLock
from embedded.place import SOCKET_ROOT

HOST = "127.0.0.1"
DEFAULT = 8000
TRIES = 100


def reserve(port: int) -> socket.socket:
    """Bind without listening. The web server, under the same account, may bind it too; nobody else may.

    Raises OSError if somebody listens there or holds it already.
    """
    # SO_REUSEPORT would let two installations that look at the same instant have the same port.
    looking = FileLock(SOCKET_ROOT / f"concord-{os.getuid()}-ports.lock")
    looking.take()
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # connections that linger do not count
            probe.bind((HOST, port))
            chosen = probe.getsockname()[1]
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((HOST, chosen))
    except OSError:
        held.close()
        raise
    finally:
        looking.close()
    return held


def choose() -> socket.socket:
    """The port of PORT, or the default one, or the next that is free."""
    asked = os.environ.get("PORT", "").strip()
    if not asked:
        return choose_default()
    if not asked.isdecimal() or int(asked) > 65535:
        raise Refused(f"PORT is {asked!r}; give a number from 1 to 65535, or 0 for any free port.")
    try:
        return reserve(int(asked))
    except OSError as error:
        if error.errno == errno.EACCES:
            raise Refused(f"Port {asked} is reserved for root. Give PORT a number above 1023.") from error
        raise Refused(
            f"Port {asked} is taken by another program. Give PORT another number, or 0 for any free port."
        ) from error


def choose_default() -> socket.socket:
    for port in range(DEFAULT, DEFAULT + TRIES):
        try:
            held = reserve(port)
        except OSError:
            continue
        if port != DEFAULT:
            say(f"Port {DEFAULT} is taken; using {port}")
        return held
    raise Refused(f"Ports {DEFAULT} to {DEFAULT + TRIES - 1} are all taken. Set PORT=0 for any free port.")
