"""Where an installation keeps its things, and the secrets among them."""

import os
import stat

import pytest

from embedded import keys, place
from embedded.console import Refused
from embedded.environ import application_environment
from embedded.locks import FileLock, is_held
from embedded.place import CHECKOUT, Place


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_lie_in_the_checkout_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("CONCORD_DATA", raising=False)
    assert Place.from_environment().data == CHECKOUT / "var"

    monkeypatch.setenv("CONCORD_DATA", str(tmp_path / "elsewhere"))
    assert Place.from_environment().data == tmp_path / "elsewhere"


def test_two_data_directories_have_two_socket_directories(tmp_path):
    assert Place(data=tmp_path / "a").sockets != Place(data=tmp_path / "b").sockets


def test_a_socket_s_path_fits_however_deep_the_data_lie(tmp_path):
    deep = Place(data=tmp_path.joinpath(*["directory"] * 40))

    assert len(os.fsencode(deep.sockets / "pg" / ".s.PGSQL.5432")) < 107


def test_uploads_mail_and_logs_are_closed_to_others(tmp_path):
    here = Place(data=tmp_path / "var")
    here.prepare()

    assert {mode(here.data / name) for name in ("uploads", "mail", "log", "lock")} == {0o700}
    assert mode(here.data) & 0o006 == 0


def test_a_socket_directory_that_is_somebody_else_s_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "SOCKET_ROOT", tmp_path)
    here = Place(data=tmp_path / "var")
    target = tmp_path / "of-a-stranger"
    target.mkdir()
    here.sockets.symlink_to(target)

    with pytest.raises(Refused, match="belongs to somebody else"):
        here.prepare_sockets()


def test_a_data_directory_that_cannot_be_made_is_answered_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Refused, match="Set CONCORD_DATA"):
        Place(data=tmp_path / "file" / "var").prepare()


def test_a_secret_is_made_once_and_kept_to_its_owner(tmp_path):
    first = keys.keep(tmp_path / "key")

    assert keys.keep(tmp_path / "key") == first
    assert keys.keep(tmp_path / "other") != first
    assert len(first) >= 50
    assert mode(tmp_path / "key") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "other"]


def test_the_application_gets_addresses_key_and_data_and_compiled_code(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("CONCORD_SECRET_KEY", raising=False)
    here = Place(data=tmp_path)

    given = application_environment(
        here, {"DATABASE_URL": "postgresql://there", "REDIS_URL": "redis://there"}
    )

    assert "PYTHONDONTWRITEBYTECODE" not in given
    assert given["DATABASE_URL"] == "postgresql://there"
    assert given["REDIS_URL"] == "redis://there"
    assert given["CONCORD_DATA"] == str(tmp_path)
    assert given["CONCORD_SECRET_KEY"] == (tmp_path / "secret-key").read_text().strip()


def test_a_key_that_was_given_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("CONCORD_SECRET_KEY", "given")

    assert application_environment(Place(data=tmp_path), {})["CONCORD_SECRET_KEY"] == "given"
    assert not (tmp_path / "secret-key").exists()


def test_a_lock_is_held_until_it_is_closed_and_shared_ones_go_together(tmp_path):
    path = tmp_path / "lock"
    first, second = FileLock(path), FileLock(path)
    first.take(shared=True)

    assert second.try_take(shared=True)
    assert not is_held(path)
    assert not FileLock(path).try_take()
    first.close()
    assert second.try_take()
    assert is_held(path)
    second.close()
    assert not is_held(path)
