"""Servers that are named by DATABASE_URL and REDIS_URL."""

import socket

import pytest

from embedded import given
from embedded.console import Refused
from embedded.ports import HOST


@pytest.fixture
def none_named(monkeypatch):
    for name in given.NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def closed_port():
    """Where nobody listens."""
    with socket.create_server((HOST, 0)) as taken:
        return taken.getsockname()[1]


def test_servers_that_answer_are_taken_without_a_word():
    assert set(given.named()) == {"DATABASE_URL", "REDIS_URL"}
    given.check()


def test_what_is_started_and_what_is_used_as_it_is_is_said(none_named, monkeypatch):
    assert given.said() == "Starting PostgreSQL and Redis"
    monkeypatch.setenv("DATABASE_URL", "postgresql://there")
    assert given.said() == "Starting Redis; Using the PostgreSQL of DATABASE_URL"


@pytest.mark.parametrize(
    ("name", "address", "title"),
    [
        ("DATABASE_URL", "postgresql://concord:hidden@127.0.0.1:{port}/concord", "PostgreSQL"),
        ("REDIS_URL", "redis://:hidden@127.0.0.1:{port}/0", "Redis"),
    ],
)
def test_one_that_does_not_answer_is_named_with_what_to_do_and_without_its_password(
    none_named, monkeypatch, closed_port, name, address, title
):
    monkeypatch.setenv(name, address.format(port=closed_port))

    with pytest.raises(Refused) as refused:
        given.check()

    said = str(refused.value)
    assert said.startswith(f"The {title} of {name} does not answer: ")
    assert str(closed_port) in said
    assert f"leave {name} out" in said
    assert "hidden" not in said


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_what_is_no_address_is_refused_alike(none_named, monkeypatch, name):
    monkeypatch.setenv(name, "the usual one")

    with pytest.raises(Refused, match=f"correct {name}"):
        given.check()


def test_one_that_listens_and_says_nothing_is_not_waited_for_without_end(none_named, monkeypatch):
    monkeypatch.setattr(given, "PATIENCE", 0.2)
    with socket.create_server((HOST, 0)) as silent:
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with pytest.raises(Refused, match="does not answer"):
            given.check()
