"""Every text that a person reads can be translated: in templates, in what services refuse with, in what pages say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings as project

ROOT = Path(project.BASE_DIR)
# The style page shows specimens, and the administration's pages are Django's.
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.html") if "styles" not in str(p))
APPS = (
    "accounts",
    "reviews",
    "studies",
    "consensus",
    "screening",
    "extraction",
    "appraisal",
    "synthesis",
    "reporting",
)
# What is the same in every language: names of the product, of formats and of measures.
NAMES = {
    *(
        "Concord",
        "https",
        "ISSN",
        "PRISMA",
        "SVG",
        "PNG",
        "PDF",
        "CSV",
        "JSON",
        "RIS",
        "DOI",
        "PMID",
        "SHA-256",
        "PABAK",
        "AC1",
    ),
    # Words of the language in which tables are defined.
    *("study, references", "group", "value", "studies", "sum", "sum_reported", "distinct, tally", "designs"),
    *("risk", "where"),
}
SPOKEN = (
    r"aria-label|title|placeholder|alt|data-confirm|data-label|data-key-label|data-next|data-back|hx-confirm"
)
WORD = re.compile(r"[A-Za-z]{2,}")
# Who says something to a person by its first argument.
SAYING = {"Invalid", "Refused", "PermissionDenied"}
TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def untranslated(text: str) -> Iterator[str]:
    """The words of a template that no tag translates."""
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", " ", text, flags=re.DOTALL)
    said = [value for _attribute, value in re.findall(rf'\b({SPOKEN})="([^"]*)"', text)]
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style|kbd|code)\b.*?</\1>", " ", text, flags=re.DOTALL)
    said += re.sub(r"<[^>]*>", "\n", text).split("\n")
    for words in said:
        plain = re.sub(r"{%.*?%}|{{.*?}}|&\w+;", "", words).strip(" \t·:,.()–/%=")
        if WORD.search(plain) and plain not in NAMES:
            yield plain


def test_templates_translate_every_word():
    found = {name(path): words for path in TEMPLATES if (words := list(untranslated(path.read_text())))}
    assert found == {}


def modules() -> list[Path]:
    return sorted(p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)


def plain_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        message = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "messages"
        place = 1 if message else 0
        if (called in SAYING or message) and len(call.args) > place:
            text = call.args[place]
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and WORD.search(text.value):
                yield call.lineno, text.value


def test_what_is_refused_and_what_is_said_is_translated():
    found = [
        f"{name(path)}:{line}: {text}"
        for path in modules()
        for line, text in plain_texts(ast.parse(path.read_text()))
    ]
    assert found == []


def test_nothing_translated_is_put_together_from_variables():
    """An f-string is filled in before it is looked up, and so never found among the translations."""
    found = [
        f"{name(path)}:{call.lineno}"
        for path in modules()
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in TRANSLATING
        and any(isinstance(one, ast.JoinedStr) for one in call.args)
    ]
    assert found == []


def test_the_scripts_say_nothing_of_their_own():
    """Their words come from the page, in data attributes."""
    for path in sorted((ROOT / "static/js").glob("*.js")):
        code = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)
        said = re.findall(r'(?:textContent|innerText|ariaLabel|title)\s*=\s*[`"\']([^`"\']*)', code)
        assert [words for words in said if WORD.search(words)] == [], path.name
