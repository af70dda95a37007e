"""A table as a person sees it: how fresh it is, whether it may be shown to them, its cells. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from config.renderers import cell as safe
from consensus.models import Assignment
from synthesis.models import SummaryTable, TableBuild, waiting

FRESH, STALE, BUILDING, FAILED = "fresh", "stale", "building", "failed"


@dataclass(frozen=True, slots=True)
class Freshness:
    """state: fresh, stale, building or failed. at: when what is shown was built, or the build failed or began."""

    state: str
    at: datetime | None
    waiting: int
    build: int
    message: str = ""


def freshness(table: SummaryTable) -> Freshness:
    current, last = table.current_build, table.builds.order_by("-number").first()
    changes = waiting(table.pk, table.review_id, table.depends).count()
    number = current.number if current else 0
    stale = bool(changes) or current is None or current.revision != table.revision
    if last and last.status == TableBuild.Status.RUNNING:
        return Freshness(BUILDING, last.started_at, changes, number)
    if last and stale and last.status == TableBuild.Status.FAILED:
        return Freshness(FAILED, last.finished_at, changes, number, last.message)
    return Freshness(STALE if stale else FRESH, current.finished_at if current else None, changes, number)


def withheld(user: User, build: TableBuild | None) -> bool:
    """Whether the table would tell this person what others said of a study that they were asked to judge as well."""
    if build is None or not build.content:
        return False
    items = [one["item"] for one in build.content["studies"]]
    owed = Assignment.objects.filter(reviewer=user, review=build.review_id, basis=Assignment.Basis.ADDED)
    return owed.filter(item__in=items).exists()


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell with its place, by which its trace is asked for."""

    column: int
    row: str
    numeric: bool
    head: bool
    text: str
    note: str
    opens: bool
    risk: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    label: str
    reopened: int
    cells: list[ShownCell]


def shown_rows(content: dict[str, Any]) -> list[ShownRow]:
    return [
        ShownRow(row["label"], len(row["reopened"]), shown_cells(content, row["cells"], str(place)))
        for place, row in enumerate(content["rows"])
    ]


def shown_totals(content: dict[str, Any]) -> list[ShownCell]:
    return shown_cells(content, content["totals"], "total") if content["totals"] else []


def shown_cells(content: dict[str, Any], cells: list[dict[str, Any] | None], row: str) -> list[ShownCell]:
    found = []
    for place, (column, one) in enumerate(zip(content["columns"], cells, strict=True)):
        text, note = (one["text"], one["note"]) if one else ("", "")
        opens = bool(one and (one["values"] or column["numeric"]))
        risk = one.get("risk", ()) if one else ()
        found.append(ShownCell(place, row, column["numeric"], place == 0, text, note, opens, risk))
    return found


def as_rows(content: dict[str, Any]) -> list[list[str]]:
    """Head and rows of a download: numbers plain, notes in columns of their own, nothing that a spreadsheet would run."""
    lines = [row["cells"] for row in content["rows"]]
    if content["totals"]:
        lines.append(content["totals"])
    noted = [
        any(line[place] and line[place]["note"] for line in lines) for place in range(len(content["columns"]))
    ]
    head = []
    for column, has_notes in zip(content["columns"], noted, strict=True):
        head += [safe(column["label"]), *([safe(f"{column['label']}: note")] if has_notes else [])]
    return [head, *(flat(line, noted) for line in lines)]


def flat(line: list[dict[str, Any] | None], noted: list[bool]) -> list[str]:
    found = []
    for one, has_notes in zip(line, noted, strict=True):
        number = one["number"] if one else None
        found.append(safe(Decimal(number) if number is not None else (one["text"] if one else "")))
        if has_notes:
            found.append(safe(one["note"] if one else ""))
    return found
