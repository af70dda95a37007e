"""One server that speaks Redis' protocol, on a Unix socket, with every write kept on disk."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedded import processes
from embedded.child import Child, tail
from embedded.console import Refused

# Three for each installation, test worker or benchmark that shares the server.
DATABASES = 96


@dataclass
class RedisServer:
    program: Path
    directory: Path
    socket: Path
    log: Path
    throwaway: bool = False

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def child(self) -> Child:
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "600",
            "--dir": str(self.directory),
            "--databases": str(DATABASES),
            "--appendonly": "no" if self.throwaway else "yes",
            "--appendfsync": "everysec",
            "--save": "",
            "--daemonize": "no",
            # The queue must never lose a message to memory pressure.
            "--maxmemory-policy": "noeviction",
        }
        argv: list[str | Path] = [self.program]
        for name, value in options.items():
            argv += [name, value]
        return Child(name="Redis", argv=argv, log=self.log, directory=self.directory)

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
                talk.settimeout(2)
                talk.connect(str(self.socket))
                talk.sendall(b"PING\r\n")
                return talk.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def start(server: RedisServer, patience: float = 60) -> Child:
    """Start it and return it once it answers; a long append-only file takes a while to read."""
    server.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Two servers on one append-only file would ruin it: one left over by a killed keeper ends first.
    processes.end(processes.working_in(server.directory, server.program.resolve().name), patience=10)
    server.socket.unlink(missing_ok=True)
    child = server.child()
    child.start()
    deadline = time.monotonic() + patience
    while not server.answers():
        if not child.running or time.monotonic() > deadline:
            raise Refused(f"Redis does not start. Its log, {server.log}:\n{tail(server.log)}")
        time.sleep(0.02)
    return child
