"""What bin/test runs for which command line, and when its kept database is made anew."""

import shutil

import pytest

from embedded import migrations, staticfiles, testing
from embedded.place import Place
from embedded.testing import Wish, has_browser_tests


def test_without_a_path_everything_quick_runs_in_parallel():
    wish = Wish.of([])

    assert (wish.everything, wish.paths) == (False, ())
    assert wish.workers >= 2


def test_paths_are_told_from_options_and_run_in_one_process():
    one = "tests/embedded/test_ports.py::test_x"
    wish = Wish.of(["tests/embedded", "--ignore", "tests/embedded/tiny", "-k", "tests", one, "--all"])

    assert wish.everything
    assert wish.paths == ("tests/embedded", one)
    assert wish.arguments == ("tests/embedded", "--ignore", "tests/embedded/tiny", "-k", "tests", one)
    assert wish.workers == 0


@pytest.mark.parametrize("options", [["-n", "3"], ["-n3"], ["-n=3"], ["--numprocesses=3"]])
def test_as_many_workers_as_asked_for_get_a_database(options):
    wish = Wish.of(["tests/embedded", *options])

    assert (wish.workers, wish.says_workers) == (3, True)


@pytest.fixture
def pytest_call(monkeypatch):
    """How pytest would be called on a machine with, or without, Chromium."""

    def call(*arguments: str, chromium: str | None = "/usr/bin/chromium") -> list[str]:
        calls: list[list[str]] = []

        def run(argv: list[str], *_: object) -> int:
            calls.append(argv)
            return 0

        monkeypatch.setattr(testing, "run", run)
        monkeypatch.setattr(testing, "find_chromium", lambda: chromium)
        monkeypatch.setattr(testing, "install_chromium", lambda: None)
        monkeypatch.setattr(testing, "has_browser_tests", lambda _wish: True)
        testing.run_pytest(Wish.of(arguments), {}, prepared=True)
        return calls[0]

    return call


def test_slow_tests_run_when_all_is_said_or_one_is_named(pytest_call):
    assert "not slow" in pytest_call()
    assert "not slow" in pytest_call("tests/embedded")
    assert "not slow" not in pytest_call("--all")
    assert "not slow" not in pytest_call("tests/embedded/test_up.py::test_x")


def test_marks_of_the_caller_count(pytest_call):
    assert pytest_call("tests/embedded", "-m", "slow").count("-m") == 2  # python -m pytest, and theirs


def test_without_chromium_it_says_loudly_what_did_not_run(pytest_call, capsys):
    assert "not slow and not browser" in pytest_call(chromium=None)

    assert capsys.readouterr().err.count("DID NOT RUN: the tests marked `browser`") == 2


def test_browser_tests_are_looked_for_where_the_paths_point():
    assert not has_browser_tests(Wish.of(["tests/embedded/test_ports.py"]))


@pytest.fixture
def project(tmp_path):
    files = {
        "app/migrations/0001_initial.py": "from app.sql import TRIGGER",
        "app/sql.py": "from app.names import NAME",
        "app/names.py": "NAME = 1",
        "app/views.py": "",
        "requirements/dev.txt": "django==5",
        "static/css/base.css": "body {}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "anew"),
    [
        ("app/migrations/0001_initial.py", True),
        ("app/sql.py", True),
        ("app/names.py", True),
        ("requirements/dev.txt", True),
        ("app/views.py", False),
    ],
)
def test_the_kept_database_is_made_anew_when_what_its_migrations_use_changes(project, changed, anew):
    before = migrations.key(project, "18.6")

    with (project / changed).open("a") as file:
        file.write("\n# changed")

    assert (migrations.key(project, "18.6") != before) == anew
    assert migrations.key(project, "18.7") != migrations.key(project, "18.6")


@pytest.fixture
def collecting(project):
    """A place whose static files can be collected: what is returned marks them as collected."""
    # As by default, the data lies below the checkout.
    place = Place(data=project / "var", checkout=project)
    manifest = staticfiles.root(place) / staticfiles.MANIFEST

    def collect(before):
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text("{}")
        staticfiles.mark_collected(place, before)

    return place, collect


def test_static_files_are_collected_once_and_again_after_a_change(project, collecting):
    place, collect = collecting
    before = staticfiles.to_collect(place)
    assert before
    collect(before)
    assert not staticfiles.to_collect(place)

    (project / "static" / "css" / "more.css").write_text("p {}")

    assert staticfiles.to_collect(place)


def test_static_files_that_change_while_they_are_collected_are_collected_again(project, collecting):
    place, collect = collecting
    before = staticfiles.to_collect(place)
    (project / "static" / "css" / "more.css").write_text("p {}")
    collect(before)
    assert staticfiles.to_collect(place)


def test_static_files_are_collected_again_when_their_directory_is_gone(collecting):
    place, collect = collecting
    collect(staticfiles.to_collect(place))
    shutil.rmtree(staticfiles.root(place))
    assert staticfiles.to_collect(place)
