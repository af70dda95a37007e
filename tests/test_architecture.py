"""How the house is built: imports run one way, logic stands where it is looked for, reviews are never tied together."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

ROOT = Path(__file__).resolve().parent.parent
# Each app may import those before it; the three in the middle do not know each other.
ORDER = [
    {"accounts"},
    {"reviews"},
    {"studies"},
    {"consensus"},
    {"screening", "extraction", "appraisal"},
    {"synthesis"},
    {"reporting"},
]
APPS = [app for layer in ORDER for app in sorted(layer)]
# What every app may use: settings, refusals, renderers; these do not import the apps, but for the two that collect routes.
COLLECTORS = {"config/urls.py", "config/api.py"}


def modules(*tops: str) -> Iterator[tuple[str, ast.Module]]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The first part of everything that is imported, wherever in the file, for types or not."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def allowed(app: str) -> set[str]:
    place = next(index for index, layer in enumerate(ORDER) if app in layer)
    return {app}.union(*ORDER[:place])


@pytest.mark.parametrize("app", APPS)
def test_imports_run_one_way(app):
    wrong = [
        f"{name} imports {other}"
        for name, tree in modules(app)
        for other in sorted(imported(tree) & set(APPS) - allowed(app))
    ]
    assert not wrong


def test_what_every_app_uses_imports_none_of_them():
    wrong = [
        f"{name} imports {other}"
        for name, tree in modules("config")
        if name not in COLLECTORS
        for other in sorted(imported(tree) & set(APPS))
    ]
    assert not wrong
    assert not any(imported(tree) & {*APPS, "config"} for _name, tree in modules("embedded"))


def test_no_module_is_named_for_nothing():
    names = {"utils.py", "helpers.py", "misc.py", "signals.py"}
    found = [name for name, _tree in modules(*APPS, "config", "embedded") if Path(name).name in names]
    assert not found


def test_nothing_listens_to_signals_and_nothing_points_anywhere():
    wrong = []
    for name, tree in modules(*APPS, "config"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                word = node.attr if isinstance(node, ast.Attribute) else node.id
                if word in {"receiver", "post_save", "pre_save", "post_delete", "GenericForeignKey"}:
                    wrong.append(f"{name}:{node.lineno} {word}")
    assert not wrong


def test_no_model_has_logic_in_save():
    wrong = [
        f"{name}: {node.name}.{method.name}"
        for name, tree in modules(*APPS)
        if "models" in name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
    ]
    assert not wrong


# The science: bytes to entries, records to groups, judgements to one answer, answers to levels, values to tables.
PURE = [
    "studies/formats", "studies/dedupe", "studies/best.py", "studies/by_hand.py", "studies/differences.py",
    "consensus/agreement.py", "consensus/compare.py", "consensus/deciding.py", "consensus/mentions.py",
    "screening/agreeing.py", "screening/highlight.py", "screening/ranking.py", "screening/searching.py",
    "screening/stopping.py",
    "extraction/comparing.py", "extraction/definition.py", "extraction/entering.py",
    "appraisal/instruments",
    "synthesis/definition.py", "synthesis/tabulate.py",
    "reporting/drawing.py", "reporting/prisma.py",
]  # fmt: skip


def pure_modules() -> list[tuple[str, ast.Module]]:
    return [
        (name, tree)
        for name, tree in modules(*APPS)
        if any(name == place or name.startswith(f"{place}/") for place in PURE)
    ]


def test_the_science_knows_no_django():
    found = pure_modules()
    assert {place for place in PURE if not any(name.startswith(place) for name, _tree in found)} == set()
    banned = {"django", "rest_framework", "celery", "config"}
    assert [name for name, tree in found if imported(tree) & banned] == []


def test_the_science_builds_on_nothing_but_the_science():
    pure = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name, _tree in pure_modules()
    }
    wrong = [
        f"{name} imports {node.module}"
        for name, tree in pure_modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in APPS
        if node.module not in pure
    ]
    assert wrong == []


# About 300 lines a file and 40 a function; what is longer says here why.
LONGEST_FILE, LONGEST_TEST, LONGEST_FUNCTION, LONGEST_VIEW = 350, 430, 44, 35
LONGER = {
    "reviews/models.py": "the nouns of the whole house, each a few lines",
    "tests/appraisal/instruments/test_engine.py": "published tables, row by row",
    "tests/appraisal/instruments/test_loading.py": "one broken file for each thing that may be wrong",
    # One line for each field of the format, in the order of its description.
    "studies/formats/ris_fields.py": "record",
    "studies/formats/bibtex.py": "_record",
    "studies/formats/enw.py": "_record",
    "studies/formats/rows.py": "_record",
    "studies/formats/pubmed_xml.py": "_record",
    "studies/formats/endnote_xml.py": "_record",
    "studies/formats/medline.py": "_record",
    "studies/formats/json_entries.py": "_trial",
}


def test_files_are_as_long_as_one_can_read():
    long = []
    for name, _tree in modules(*APPS, "config", "embedded", "tests"):
        if "/migrations/" in name or name in LONGER:
            continue
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > (LONGEST_TEST if name.startswith("tests/") else LONGEST_FILE):
            long.append(f"{name} has {lines} lines")
    assert long == []


def test_functions_and_views_are_as_long_as_one_can_see():
    long = []
    for name, tree in modules(*APPS, "config", "embedded"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or LONGER.get(name) == node.name:
                continue
            lines = (node.end_lineno or 0) - node.lineno + 1
            view = Path(name).name.startswith("views") or "/views/" in name
            if lines > (LONGEST_VIEW if view else LONGEST_FUNCTION):
                long.append(f"{name}: {node.name} has {lines} lines")
    assert long == []


def of_reviews() -> list[type[Model]]:
    """Every model whose rows belong to a review."""
    from reviews.models import Review

    return [
        model
        for model in apps.get_models()
        if any(
            isinstance(field, ForeignKey) and field.related_model is Review for field in model._meta.fields
        )
    ]


@pytest.fixture
def constraints(db):
    """Of each table: its unique sets of columns, and its composite foreign keys as (columns, parent, their columns)."""
    unique: dict[str, set[tuple[str, ...]]] = {}
    ties: dict[str, set[tuple[tuple[str, ...], str, tuple[str, ...]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.contype::text, c.conrelid::regclass::text, c.confrelid::regclass::text,
                   (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
                   (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
                    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
            FROM pg_constraint c WHERE c.contype IN ('u', 'f')
            """
        )
        for kind, table, parent, columns, theirs in cursor.fetchall():
            if kind == "u":
                unique.setdefault(table, set()).add(tuple(columns))
            else:
                ties.setdefault(table, set()).add((tuple(columns), parent, tuple(theirs or ())))
    return unique, ties


def test_every_row_of_a_review_can_be_tied_to_its_review(constraints):
    unique, _ties = constraints
    models = of_reviews()
    assert len(models) > 30
    missing = [
        m._meta.label for m in models if ("review_id", "id") not in unique.get(m._meta.db_table, set())
    ]
    assert not missing


def test_no_row_can_point_into_another_review(constraints):
    _unique, ties = constraints
    models = set(of_reviews())
    missing = []
    for model in models:
        for field in model._meta.fields:
            if isinstance(field, ForeignKey) and field.related_model in models:
                parent = field.related_model._meta.db_table
                wanted = (("review_id", field.column), parent, ("review_id", "id"))
                if wanted not in ties.get(model._meta.db_table, set()):
                    missing.append(f"{model._meta.label}.{field.name}")
    assert not sorted(missing)
