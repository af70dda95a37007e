"""The demo's numbers, computed again from the database and held against what they must be."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from appraisal.overview import harmonised_levels
from config.refusals import Refused
from reporting.counting import count
from reporting.prisma import boxes, violations
from reviews.models import Review
from synthesis.definition import Table, compile_table
from synthesis.models import SummaryTable
from synthesis.reading import known_fields, read_rows
from synthesis.tabulate import tabulate

RECOMPUTED = "table2_recomputed_from_study_sizes"


def recompute(review: Review, expected: Mapping[str, Any]) -> dict[str, Any]:
    """PRISMA boxes, exclusions by reason, and the table that has the columns which `expected` names."""
    counts = count(review)
    columns = list(expected["recomputed_totals"])
    compiled = table_with(review, columns)
    content = tabulate(compiled, read_rows(review.pk, compiled))
    places = {column["key"]: place for place, column in enumerate(content["columns"])}
    return {
        "prisma_boxes": boxes(counts),
        "violations": [one.text for one in violations(counts)],
        "excluded": dict(counts.excluded_by_human),
        "risk_of_bias": risks(review),
        "recomputed_totals": numbers(content["totals"], places, columns),
        "table2": {row["label"]: numbers(row["cells"], places, columns) for row in content["rows"]},
    }


def risks(review: Review) -> dict[str, int]:
    """How many studies stand at each level of the review's scale."""
    return dict(Counter(str(level.label) for level in harmonised_levels(review.pk).values()))


def table_with(review: Review, columns: list[str]) -> Table:
    """The review's grouped table that has all these columns."""
    known = known_fields(review)
    for table in SummaryTable.objects.active().filter(review=review):
        compiled = compile_table(table.definition, known)
        if compiled.group_by and set(columns) <= {column.key for column in compiled.columns}:
            return compiled
    raise Refused(f"The review has no table by groups with the columns {', '.join(columns)}.")


def numbers(
    cells: list[dict[str, Any] | None] | None, places: Mapping[str, int], keys: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        one = cells[places[key]] if cells else None
        number = Decimal(one["number"]) if one and one["number"] is not None else None
        found[key] = int(number) if number is not None and number == int(number) else number
    return found


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Each number that is not what it must be."""
    pairs = (
        ("prisma_boxes", expected["prisma_boxes"]),
        ("excluded", expected["prisma"]["excluded"]),
        ("risk_of_bias", expected["risk_of_bias_published"]),
        ("recomputed_totals", expected["recomputed_totals"]),
        ("table2", expected[RECOMPUTED]),
    )
    for name, wanted in pairs:
        yield from differing(name, found[name], wanted)
    yield from found["violations"]


def differing(place: str, found: Any, wanted: Any) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in [*wanted, *(key for key in found if key not in wanted)]:
            yield from differing(f"{place}, {key}", found.get(key), wanted.get(key))
    elif found != wanted:
        yield f"{place}: {found} in the database, {wanted} expected"
