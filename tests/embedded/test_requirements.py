"""The lock files: whole, by hash, and good for any index."""

import re
import subprocess

import pytest

from embedded.place import CHECKOUT

LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_address(lock):
    assert not re.search(r"https?://|file:|--index|--find-links", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_of_a_lock_has_a_hash(lock):
    entries = re.split(r"\n(?=\S)", lock.read_text())
    packages = [entry for entry in entries if re.match(r"[a-z0-9]", entry)]

    assert packages
    assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry] == []


def test_development_runs_on_exactly_what_an_installation_runs_on():
    def pinned(name: str) -> set[str]:
        return set(
            re.findall(r"^[a-z0-9][^\s]*==\S+", (CHECKOUT / "requirements" / name).read_text(), re.MULTILINE)
        )

    assert pinned("runtime.txt") <= pinned("dev.txt")


@pytest.mark.parametrize("script", ["up", "test", "manage", "bench", "lock", "environment.sh", "../.ci/run"])
def test_the_scripts_are_plain_shell(script):
    path = CHECKOUT / "bin" / script
    done = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
