"""The house style: pages that need no inline code, icons and files that exist, a style page that stands alone."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.template.loader import render_to_string
from pytest_django.fixtures import Settings

ROOT = Path(project.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
SHEETS = sorted((ROOT / "static/css").glob("*.css"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_runs_no_inline_code_and_carries_no_inline_style(path: Path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=[\"']", text)
    assert "hx-on" not in text
    assert not re.search(r"\sstyle=[\"']", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_a_template_names_is_in_the_sprite(path: Path):
    assert set(re.findall(r"{% icon [\"']([^\"']+)[\"']", path.read_text())) <= SPRITE


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_every_file_a_stylesheet_asks_for_exists(path: Path):
    for url in re.findall(r"url\(\"?([^\")]+)\"?\)", path.read_text()):
        assert (path.parent / url).resolve().is_file()


@pytest.mark.parametrize("path", [p for p in SHEETS if p.name not in {"tokens.css", "print.css"}], ids=name)
def test_colours_have_names_in_the_tokens_and_nowhere_else(path: Path):
    colours = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])", path.read_text())
    assert colours == []


def test_every_stylesheet_is_linked_from_every_page():
    linked = set(re.findall(r"css/([a-z]+\.css)", (ROOT / "templates/partials/stylesheets.html").read_text()))
    assert linked == {path.name for path in SHEETS} - {"styles.css", "api.css"}


@pytest.mark.parametrize("page", ["styles.html", "404.html", "403.html", "500.html"])
def test_pages_for_when_all_else_fails_need_no_context(page: str, settings: Settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    html = render_to_string(page)
    assert "<h1>" in html
    assert "Sign out" not in html
