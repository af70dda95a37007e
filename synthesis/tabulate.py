"""From agreed values to the content of a table, each cell with its trace. Pure: dataclasses in, JSON-ready out.

A study stands in a table if at least one of the table's fields was answered for it. A value that says why there is
none (not reported, not applicable) is an answer; it adds nothing to a sum, and the sum says so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from synthesis.definition import Column, Show, Table

REPORTED = "reported"
NOT_REPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class Held:
    """One agreed value. `text`: as printed, or why there is none; `missing`: “reported” if there is one."""

    id: int
    field: str
    text: str
    number: Decimal | None = None
    missing: str = REPORTED
    unit: str = ""
    arm: str = ""
    arm_role: str = ""
    outcome: str = ""
    time_point: str = ""

    @property
    def reported(self) -> bool:
        return self.missing == REPORTED


@dataclass(frozen=True, slots=True)
class Risk:
    """A level of risk of bias in words, with the mark that goes with it."""

    look: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One study with its agreed values. item: its extraction; reopened: the answer stands, but is being looked at;
    risk: its overall risk of bias on the review's scale, if there is one."""

    study: int
    label: str
    item: int
    design: str = ""
    references: tuple[str, ...] = ()
    reopened: bool = False
    values: tuple[Held, ...] = ()
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    rows: tuple[Row, ...]


Cell = dict[str, Any]


def tabulate(table: Table, rows: Sequence[Row]) -> dict[str, Any]:
    """The table's content: columns, rows and totals; a cell holds text, number, note, and its studies and values.

    Numbers are decimal strings, so that nothing is rounded by being stored.
    """
    counted = sorted(
        (row for row in rows if belongs(row, table)), key=lambda row: (row.label.casefold(), row.study)
    )
    groups = grouped(table, counted) if table.group_by else [Group(row.label, (row,)) for row in counted]
    return {
        "columns": [
            {
                "key": column.key,
                "label": column.label,
                "unit": column.unit,
                "numeric": is_numeric(column, counted),
            }
            for column in table.columns
        ],
        "rows": [line(table, group) for group in groups],
        "totals": totals(table, counted) if table.totals and counted else None,
        "studies": [{"study": row.study, "item": row.item, "reopened": row.reopened} for row in counted],
    }


def belongs(row: Row, table: Table) -> bool:
    return any(value.field in table.fields for value in row.values)


def is_numeric(column: Column, rows: Sequence[Row]) -> bool:
    if column.show is not Show.VALUE:
        return column.numeric
    values = [value for row in rows for value in chosen(column, row) if value.reported]
    return bool(values) and all(value.number is not None for value in values)


def grouped(table: Table, rows: Sequence[Row]) -> list[Group]:
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for name in group_names(row, table.group_by):
            members[name].append(row)
    groups = [Group(name, tuple(found)) for name, found in members.items()]
    return sorted(groups, key=ordering(table.order))


def group_names(row: Row, name: str) -> list[str]:
    """The groups a study is in. Several values of the field put it into several groups; totals count it once."""
    texts = [value.text for value in row.values if value.field == name and value.reported]
    return list(dict.fromkeys(texts)) or [NOT_REPORTED]


def ordering(order: str | tuple[str, ...]) -> Callable[[Group], tuple[Any, ...]]:
    """Named values come in their order, then the rest by label; what no study states comes last."""
    places = {name: place for place, name in enumerate(order)} if isinstance(order, tuple) else {}

    def key(group: Group) -> tuple[Any, ...]:
        most = -len(group.rows) if order == "most_studies" else 0
        place = places.get(group.label, len(places))
        return (group.label == NOT_REPORTED, place, most, group.label.casefold(), group.label)

    return key


def line(table: Table, group: Group) -> dict[str, Any]:
    return {
        "label": group.label,
        "studies": [row.study for row in group.rows],
        "reopened": [row.study for row in group.rows if row.reopened],
        "cells": [cell_of(column, group, table.group_by) for column in table.columns],
    }


def totals(table: Table, rows: Sequence[Row]) -> list[Cell | None]:
    """Sums over all studies; columns that do not add up stay empty."""
    everyone = Group("", tuple(rows))
    return [cell_of(column, everyone, table.group_by) if column.numeric else None for column in table.columns]


def cell_of(column: Column, group: Group, group_by: str) -> Cell:
    rows = group.rows
    if column.show is Show.GROUP:
        values = [value for row in rows for value in row.values if value.field == group_by]
        return cell(group.label, rows, values)
    if column.show is Show.STUDY:
        return cell("; ".join(row.label for row in rows), rows)
    if column.show is Show.REFERENCES:
        return cell("; ".join(one for row in rows for one in row.references), rows)
    if column.show is Show.DESIGNS:
        return cell(listed(Counter(row.design for row in rows if row.design)), rows)
    if column.show is Show.RISK:
        return judged(rows)
    if column.show is Show.STUDIES:
        return cell(thousands(Decimal(len(rows))), rows, number=Decimal(len(rows)))
    values = [value for row in rows for value in chosen(column, row)]
    if column.show in {Show.SUM, Show.SUM_REPORTED}:
        return summed(column, rows, values)
    return told(column, rows, values)


def judged(rows: Sequence[Row]) -> Cell:
    """The risk of a study, or how many of a group's studies have which."""
    said = Counter(row.risk for row in rows if row.risk)
    only = next(iter(said), None) if len(rows) == 1 else None
    found = cell(only.label if only else listed(Counter({one.label: n for one, n in said.items()})), rows)
    ordered = sorted(said.items(), key=lambda one: (-one[1], one[0].label.casefold()))
    found["risk"] = [
        {"look": one.look, "label": one.label, "n": 0 if len(rows) == 1 else n} for one, n in ordered
    ]
    return found


def chosen(column: Column, row: Row) -> list[Held]:
    """A study's values of the column's field, of the arms and results that it names."""
    return [
        value
        for value in row.values
        if value.field == column.field
        and all(getattr(value, key).casefold() == wanted.casefold() for key, wanted in column.where.items())
    ]


def summed(column: Column, rows: Sequence[Row], values: Sequence[Held]) -> Cell:
    counted = [value for value in values if value.reported and value.number is not None]
    with_it = [row for row in rows if any(value in counted for value in chosen(column, row))]
    of = f"{len(with_it)} of {len(rows)} studies"
    if not counted:
        return cell(NOT_REPORTED, rows, values, note=of)
    units = sorted({value.unit for value in counted})
    if len(units) > 1:
        named = ", ".join(unit or "no unit" for unit in units)
        return cell("not summed", with_it, counted, note=f"differing units: {named}")
    number = sum((value.number for value in counted if value.number is not None), Decimal(0))
    says_how_many = column.show is Show.SUM_REPORTED or len(with_it) < len(rows)
    return cell(thousands(number), with_it, counted, number=number, note=of if says_how_many else "")


def told(column: Column, rows: Sequence[Row], values: Sequence[Held]) -> Cell:
    reported = [value for value in values if value.reported]
    if not reported:
        return cell("; ".join(dict.fromkeys(value.text for value in values)) or NOT_REPORTED, rows, values)
    if column.show is Show.TALLY:
        return cell(listed(Counter(value.text for value in reported)), rows, reported)
    if column.show is Show.DISTINCT:
        return cell("; ".join(sorted({value.text for value in reported}, key=str.casefold)), rows, reported)
    if len(values) == 1:
        number = reported[0].number
        return cell(
            thousands(number) if number is not None else reported[0].text, rows, reported, number=number
        )
    return cell("; ".join(f"{place(value)}{value.text}" for value in values), rows, values)


def place(value: Held) -> str:
    named = ", ".join(part for part in (value.outcome, value.time_point, value.arm) if part)
    return f"{named}: " if named else ""


def listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0].casefold()))
    return "; ".join(f"{count} {name}" for name, count in ordered)


def cell(
    text: str,
    rows: Sequence[Row],
    values: Sequence[Held] = (),
    *,
    number: Decimal | None = None,
    note: str = "",
) -> Cell:
    return {
        "text": text,
        "number": None if number is None else plain(number),
        "note": note,
        "studies": [row.study for row in rows],
        "values": [value.id for value in values],
    }


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def thousands(number: Decimal) -> str:
    return f"{number.normalize():,f}" if number else "0"
