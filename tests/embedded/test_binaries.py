"""Which servers are chosen, and what is said when there is none."""

from pathlib import Path

import pytest

from embedded import binaries
from embedded.binaries import Postgres, find_postgres, find_redis
from embedded.console import Refused
from embedded.keeper import existing_majors, wanted


@pytest.fixture
def machine(monkeypatch):
    """A machine with these versions of PostgreSQL, best first."""

    def has(*versions: str) -> None:
        found = [Postgres(bin=Path("/of") / version, version=version) for version in versions]
        monkeypatch.setattr(binaries, "all_postgres", lambda: iter(found))

    return has


def test_the_pinned_wheels_are_found():
    assert find_postgres(set()).major >= 17
    assert find_redis().name == "valkey-server"


def test_new_data_get_the_first_choice(machine):
    machine("18.6", "15.18")

    assert find_postgres(set()).version == "18.6"


def test_existing_data_get_the_version_that_wrote_them(machine):
    machine("18.6", "15.18")

    assert find_postgres({15}).version == "15.18"


def test_data_that_nothing_here_can_read_are_answered_with_what_to_do(machine):
    machine("18.6")

    with pytest.raises(Refused, match="written by PostgreSQL 16, which is not on this machine"):
        find_postgres({16})


def test_a_machine_without_postgresql_is_told_what_to_install(machine):
    machine()

    with pytest.raises(Refused, match="Install PostgreSQL 15 or later, or set DATABASE_URL"):
        find_postgres(set())


def test_a_machine_without_redis_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(binaries, "package_directory", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)

    with pytest.raises(Refused, match="set REDIS_URL"):
        find_redis()


def test_a_redis_on_the_path_serves_where_there_is_no_wheel(monkeypatch):
    monkeypatch.setattr(binaries, "package_directory", lambda _name: None)
    monkeypatch.setattr("shutil.which", {"redis-server": "/usr/bin/redis-server"}.get)

    assert find_redis() == Path("/usr/bin/redis-server")


def test_a_half_made_cluster_is_no_existing_data(tmp_path):
    for name in ("pgdata-17", "pgdata-18.init"):
        (tmp_path / name).mkdir()

    assert existing_majors(tmp_path) == {17}


def test_a_server_is_wanted_only_where_none_is_given(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://there")
    monkeypatch.delenv("REDIS_URL")

    assert wanted() == {"DATABASE_URL": False, "REDIS_URL": True}
