"""What a summary table shows, compiled from its definition: JSON in, columns and the keys it depends on out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from enum import StrEnum
from typing import Any

NUMERIC = frozenset({"integer", "decimal"})
KEYS = frozenset({"source", "rows", "columns", "totals"})
ROW_KEYS = frozenset({"group_by", "order"})
COLUMN_KEYS = frozenset({"key", "label", "show", "field", "where", "unit"})
WHERE_KEYS = frozenset({"arm", "arm_role", "outcome", "time_point"})
ORDERS = ("label", "most_studies")


class Show(StrEnum):
    """Where a column's cells come from."""

    GROUP = "group"
    STUDY = "study"
    REFERENCES = "references"
    VALUE = "value"
    STUDIES = "studies"
    SUM = "sum"
    SUM_REPORTED = "sum_reported"
    DISTINCT = "distinct"
    TALLY = "tally"
    DESIGNS = "designs"
    RISK = "risk"


OF_FIELD = frozenset({Show.VALUE, Show.SUM, Show.SUM_REPORTED, Show.DISTINCT, Show.TALLY})
SUMS = frozenset({Show.SUM, Show.SUM_REPORTED})
COUNTS = SUMS | {Show.STUDIES}
# Which arms and results there are, their names and roles, is announced under these keys.
OF_ENTITY = {"arm": ("arms",), "result": ("results",), "result_arm": ("arms", "results")}
# What a table shows of the studies themselves, and the key under which a correction of it is announced.
OF_STUDY = {
    Show.STUDY: "study:label",
    Show.REFERENCES: "study:reports",
    Show.DESIGNS: "study:design",
    Show.RISK: "appraisal:harmonised",
}


@dataclass(frozen=True, slots=True)
class Column:
    """where: of a field that is asked of arms or results, which of them count; empty means all."""

    key: str
    label: str
    show: Show
    field: str = ""
    where: Mapping[str, str] = with_default(default_factory=dict)
    unit: str = ""
    entity: str = "study"

    @property
    def numeric(self) -> bool:
        return self.show in COUNTS


@dataclass(frozen=True, slots=True)
class Table:
    """A compiled definition. group_by: a field, or empty for a row per study. order: of the groups."""

    source: str
    group_by: str
    order: str | tuple[str, ...]
    columns: tuple[Column, ...]
    totals: bool

    @property
    def fields(self) -> frozenset[str]:
        """The fields whose values the table reads."""
        named = {column.field for column in self.columns} | {self.group_by}
        return frozenset(named - {""})

    @property
    def depends(self) -> list[str]:
        """The keys of the changes that make the table stale."""
        shown = {OF_STUDY[column.show] for column in self.columns if column.show in OF_STUDY}
        named = {name for column in self.columns for name in OF_ENTITY.get(column.entity, ())}
        return sorted({f"{self.source}:{name}" for name in self.fields | named} | shown)


@dataclass(frozen=True, slots=True)
class Known:
    """A field that the review's form asks: its type, its label, and of what: study, arm, result or result_arm."""

    type: str
    label: str = ""
    entity: str = "study"


class Unreadable(ValueError):
    """A definition that says nothing usable. `problems` names each place and what to write there."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def compile_table(definition: object, known: Mapping[str, Known]) -> Table:
    """The table that a definition describes. `known`: the form's fields by key. Raises Unreadable, with every problem."""
    if not isinstance(definition, dict):
        raise Unreadable(["A definition is an object with “rows” and “columns”."])
    problems = [
        *stray("the definition", definition, KEYS),
        *rows_problems(definition.get("rows"), known),
        *columns_problems(definition, known),
    ]
    for name, kind in (("source", str), ("totals", bool)):
        if not isinstance(definition.get(name, kind()), kind):
            problems.append(f"“{name}” is {'a text' if kind is str else 'true or false'}.")
    if problems:
        raise Unreadable(problems)
    rows = definition["rows"]
    grouped = rows if isinstance(rows, dict) else {}
    order = grouped.get("order", "label")
    table = Table(
        source=definition.get("source", "extraction"),
        group_by=grouped.get("group_by", ""),
        order=tuple(order) if isinstance(order, list) else order,
        columns=tuple(column_of(one, known) for one in definition["columns"]),
        totals=definition.get("totals", False),
    )
    if not table.fields:
        raise Unreadable(["The table shows no field of the form. Add a column that does, or group by one."])
    return table


def column_of(one: Mapping[str, Any], known: Mapping[str, Known]) -> Column:
    name = one.get("field", "")
    return Column(
        key=one["key"],
        label=one.get("label") or (known[name].label if name else "") or one["key"],
        show=Show(one["show"]),
        field=name,
        where={key: str(value) for key, value in one.get("where", {}).items()},
        unit=one.get("unit", ""),
        entity=known[name].entity if name else "study",
    )


def stray(place: str, given: Mapping[str, Any], allowed: frozenset[str]) -> Iterator[str]:
    for key in given:
        if key not in allowed:
            yield f"In {place}, “{key}” means nothing. It may hold: {', '.join(sorted(allowed))}."


def rows_problems(rows: object, known: Mapping[str, Known]) -> Iterator[str]:
    if rows == "study":
        return
    if not isinstance(rows, dict):
        yield "“rows” is “study”, or an object with “group_by” and the key of a field."
        return
    yield from stray("“rows”", rows, ROW_KEYS)
    yield from field_problems("“rows”: “group_by”", rows.get("group_by"), known)
    order = rows.get("order", "label")
    named = isinstance(order, list) and all(isinstance(one, str) for one in order)
    if order not in ORDERS and not named:
        yield "“rows”: “order” is “label”, “most_studies” or a list of the values in their order."


def columns_problems(definition: Mapping[str, Any], known: Mapping[str, Known]) -> Iterator[str]:
    columns = definition.get("columns")
    if not isinstance(columns, list) or not columns:
        yield "“columns” is a list of at least one column."
        return
    seen: set[str] = set()
    for number, column in enumerate(columns, 1):
        place = f"column {number}"
        if not isinstance(column, dict):
            yield f"{place}: a column is an object with “key”, “label” and “show”."
            continue
        key = column.get("key")
        if not isinstance(key, str) or not key:
            yield f"{place}: “key” is missing. Give it a short name that no other column has."
        elif key in seen:
            yield f"{place}: the key “{key}” is used twice. Give each column its own."
        else:
            seen.add(key)
        yield from column_problems(place, column, known, grouped=isinstance(definition.get("rows"), dict))


def column_problems(
    place: str, column: Mapping[str, Any], known: Mapping[str, Known], *, grouped: bool
) -> Iterator[str]:
    yield from stray(place, column, COLUMN_KEYS)
    for name in ("label", "unit"):
        if not isinstance(column.get(name, ""), str):
            yield f"{place}: “{name}” is a text."
    try:
        show = Show(str(column.get("show")))
    except ValueError:
        yield f"{place}: “show” is “{column.get('show')}”. Choose from: {', '.join(Show)}."
        return
    if show is Show.GROUP and not grouped:
        yield f"{place}: “group” needs rows that are grouped by a field."
    if show is Show.VALUE and grouped:
        yield f"{place}: “value” needs a row per study. In a group, use “distinct”, “tally” or a sum."
    if show in OF_FIELD:
        yield from field_problems(f"{place}: “field”", column.get("field"), known)
        found = known.get(str(column.get("field")))
        if show in SUMS and found and found.type not in NUMERIC:
            yield f"{place}: “{column['field']}” is not a number, so it has no sum. Use “distinct” or “tally”."
        yield from where_problems(place, column.get("where", {}))
    else:
        for name in ("field", "where"):
            if name in column:
                yield f"{place}: “{show}” takes no “{name}”. Leave it out."


def where_problems(place: str, where: object) -> Iterator[str]:
    if not isinstance(where, dict) or not all(isinstance(value, str) for value in where.values()):
        yield f'{place}: “where” is an object of texts, such as {{"arm_role": "experimental"}}.'
        return
    yield from stray(f"{place}, “where”", where, WHERE_KEYS)


def field_problems(place: str, name: object, known: Mapping[str, Known]) -> Iterator[str]:
    if not isinstance(name, str) or not name:
        yield f"{place} is missing. Name a field of the form by its key."
    elif name not in known:
        listed = ", ".join(sorted(known)) or "none yet: publish the extraction form first"
        yield f"{place} is “{name}”, which the form does not ask. Its fields: {listed}."
