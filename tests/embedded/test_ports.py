import socket

import pytest

from embedded import ports
from embedded.console import Refused
from embedded.ports import HOST, choose, reserve


def test_a_reserved_port_is_taken_for_everybody_else():
    with reserve(0) as held:
        port = held.getsockname()[1]

        with pytest.raises(OSError):
            reserve(port)

    reserve(port).close()


def test_the_web_server_may_listen_on_a_reserved_port():
    with reserve(0) as held, socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(held.getsockname())
        server.listen()

        socket.create_connection(held.getsockname(), timeout=5).close()


def test_a_port_on_which_somebody_listens_is_not_free():
    with socket.create_server((HOST, 0)) as other, pytest.raises(OSError):
        reserve(other.getsockname()[1])


def test_without_a_wish_the_next_free_port_is_taken_and_said(monkeypatch, capsys):
    monkeypatch.delenv("PORT", raising=False)
    with socket.create_server((HOST, 0)) as other:
        monkeypatch.setattr(ports, "DEFAULT", other.getsockname()[1])

        with choose() as held:
            assert held.getsockname()[1] > ports.DEFAULT

    assert f"Port {ports.DEFAULT} is taken; using " in capsys.readouterr().out


@pytest.mark.parametrize("wish", ["-1", "65536", "http", "80 80"])
def test_what_is_no_port_is_refused(monkeypatch, wish):
    monkeypatch.setenv("PORT", wish)

    with pytest.raises(Refused, match="give a number from 1 to 65535"):
        choose()
