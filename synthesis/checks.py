"""A table that says fresh must be what a new build of it would be."""

from collections.abc import Iterator
from typing import Any

from synthesis.definition import compile_table
from synthesis.models import SummaryTable, TableBuild
from synthesis.reading import known_fields, read_rows
from synthesis.tabulate import tabulate

# Heads may follow a form's labels; what is shown of the studies may not differ.
COMPARED = ("rows", "totals", "studies")


def tables() -> Iterator[str]:
    stale = SummaryTable.objects.stale()
    for table in (
        SummaryTable.objects.active().select_related("review", "current_build").exclude(id__in=stale)
    ):
        compiled = compile_table(table.definition, known_fields(table.review))
        if compiled.depends != table.depends:
            yield f"table {table.pk}: depends on {table.depends}, recomputed {compiled.depends}"
        fresh = tabulate(compiled, read_rows(table.review_id, compiled))
        shown = shown_by(table.current_build)
        differing = [name for name in COMPARED if fresh[name] != shown[name]]
        # Something may have been decided while this was computed: then it is not fresh any more, and no drift.
        if differing and not SummaryTable.objects.stale().filter(id=table.pk).exists():
            yield f"table {table.pk} says fresh, but its {' and '.join(differing)} would be built differently"


def shown_by(build: TableBuild | None) -> dict[str, Any]:
    return dict(build.content or {}) if build else dict.fromkeys(COMPARED)
