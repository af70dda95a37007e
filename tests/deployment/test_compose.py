"""The compose file is held against what the settings read, and its very commands are run here."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "ranker", "beat")
# Set by the image, or only of use while developing.
NOT_FOR_THE_FILE = {"CONCORD_DATA", "CONCORD_DEBUG", "CONCORD_REDIS_SLOT", "CONCORD_LOG_LEVEL"}
# Mirrors of one's own, which hardly anybody has: set beside the others by whoever does.
NOT_FOR_THE_FILE |= {"CONCORD_LOOKUP_WORKS", "CONCORD_LOOKUP_PUBMED"}


def read_by_the_settings():
    text = (ROOT / "config/settings.py").read_text()
    return set(re.findall(r"""environ(?:\.get\(|\[)\s*"(\w+)\"""", text))


def test_every_variable_that_the_settings_read_is_given_and_no_other():
    for name in OURS:
        assert set(SERVICES[name]["environment"]) == read_by_the_settings() - NOT_FOR_THE_FILE


def test_secrets_have_no_default_and_the_example_names_every_variable():
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == example
    for secret in ("CONCORD_SECRET_KEY", "POSTGRES_PASSWORD", "CONCORD_PUBLIC_URL", "CONCORD_ALLOWED_HOSTS"):
        assert not re.search(rf"\${{{secret}:-", text)
        assert re.search(rf"^{secret}=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.search(r"^USER concord$", text, re.MULTILINE)
    assert text.index("USER concord") > text.index("pip install")
    assert "CONCORD_DATA=/data" in text
    assert not re.search(r"https?://", text)


def test_files_live_on_volumes_and_whoever_runs_on_is_watched():
    for name in OURS:
        assert "files:/data" in SERVICES[name]["volumes"]
    for name in ("database", "redis", "web", "worker", "ranker", "beat"):
        assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert set(COMPOSE["volumes"]) == {"database", "redis", "files"}


def test_a_worker_is_asked_by_its_own_name():
    for name in ("worker", "ranker"):
        assert "--destination celery@$$HOSTNAME" in SERVICES[name]["healthcheck"]["test"][1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def surroundings(transactional_db, tmp_path):
    """What the compose file would give, with this test's own servers and a free port."""
    given = connection.get_connection_params()
    url = f"postgresql://{quote(given['user'])}:{quote(given['password'])}@/{given['dbname']}"
    here = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "REDIS_URL", "CONCORD_REDIS_SLOT")
        if name in os.environ
    }
    return here | {
        "PATH": f"{Path(sys.executable).parent}:{here['PATH']}",
        "DATABASE_URL": f"{url}?host={quote(given['host'], safe='')}",
        "CONCORD_SECRET_KEY": "a key of this test",
        "CONCORD_PUBLIC_URL": "https://reviews.example.org",
        "CONCORD_ALLOWED_HOSTS": "reviews.example.org",
        "CONCORD_DATA": str(tmp_path),
        "PORT": free_port(),
        # Docker sets it in every container.
        "HOSTNAME": socket.gethostname(),
    }


def as_here(parts, surroundings):
    here = {"8000": surroundings["PORT"], "/tmp/schedule": f"{surroundings['CONCORD_DATA']}/schedule"}
    return [here.get(part, part) for part in parts]


def command_of(name, surroundings):
    return as_here(SERVICES[name]["command"], surroundings)


@pytest.mark.slow
def test_the_commands_get_ready_serve_work_and_keep_time(surroundings, tmp_path):
    ready = subprocess.run(
        command_of("migrate", surroundings),
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ready.returncode == 0, ready.stderr
    assert "https://reviews.example.org/accounts/first/" in ready.stdout
    assert list((tmp_path / "static").glob("staticfiles.json"))
    running = {}
    try:
        for name in ("web", "worker", "ranker", "beat"):
            with (tmp_path / f"{name}.log").open("wb") as log:
                running[name] = subprocess.Popen(
                    command_of(name, surroundings), cwd=ROOT, env=surroundings, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
        until(lambda: probe("web", surroundings), "the web server answers its health check")
        until(lambda: probe("worker", surroundings), "the worker answers its health check")
        until(lambda: probe("beat", surroundings), "beat keeps its schedule")
        assert all(process.poll() is None for process in running.values())
    finally:
        for process in running.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def probe(name, surroundings):
    kind, *test = as_here(SERVICES[name]["healthcheck"]["test"], surroundings)
    if kind == "CMD-SHELL":
        test = ["sh", "-c", test[0].replace("$$", "$")]
    return subprocess.run(test, cwd=ROOT, env=surroundings, capture_output=True, check=False).returncode == 0


def until(happened, what):
    deadline = time.monotonic() + 60
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"within a minute it did not happen: {what}")
        time.sleep(0.2)
