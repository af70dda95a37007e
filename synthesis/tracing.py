"""Where a number comes from: its values, who said what of each, and the page. Everything read by what may be seen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import User
from consensus.models import Judgement, WorkItem
from consensus.sides import compare_url, signs_of
from extraction.comparing import Aligned, slots_of
from extraction.loading import keyed, load, matches_of
from extraction.models import Value

MOST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What one extractor entered. sign: a, b, then numbers."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that went into a cell; of a count, one study. status: agreed or resolved, or reopened."""

    item: WorkItem
    url: str
    value: Value | None = None
    place: str = ""
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    column: str
    row: str
    text: str
    note: str
    build: int
    entries: list[Entry]
    more: int


def trace(user: User, build: Any, row: str, column: int) -> Trace | None:
    """The trace of a cell by its place in a build, or None if there is no such cell."""
    found = cell_at(build.content, row, column)
    if found is None:
        return None
    label, cell = found
    entries = (
        traced(user, cell["values"][:MOST]) if cell["values"] else counted(cell["studies"][:MOST], build)
    )
    total = len(cell["values"] or cell["studies"])
    name = build.content["columns"][column]["label"]
    return Trace(name, label, cell["text"], cell["note"], build.number, entries, max(0, total - MOST))


def cell_at(content: Mapping[str, Any], row: str, column: int) -> tuple[str, dict[str, Any]] | None:
    rows = content["rows"]
    if not 0 <= column < len(content["columns"]):
        return None
    if row == "total" and content["totals"]:
        cell = content["totals"][column]
        return ("", cell) if cell else None
    if not row.isdecimal() or int(row) >= len(rows):
        return None
    return rows[int(row)]["label"], rows[int(row)]["cells"][column]


def counted(study_ids: Sequence[int], build: Any) -> list[Entry]:
    items = {one["study"]: one["item"] for one in build.content["studies"]}
    found = WorkItem.objects.filter(id__in=[items[study] for study in study_ids]).select_related(
        "study", "stage"
    )
    return [Entry(item, compare_url(item)) for item in sorted(found, key=label_of)]


def label_of(item: WorkItem) -> str:
    return str(item.study).casefold()


def traced(user: User, value_ids: Sequence[int]) -> list[Entry]:
    values = list(
        Value.objects.visible_to(user)
        .together()
        .filter(id__in=value_ids)
        .select_related(
            "judgement__item__study", "judgement__item__stage", "anchor__report", "field", "arm", "result"
        )
    )
    items = {value.judgement.item_id: value.judgement.item for value in values}
    others = what_others_said(user, list(items), values)
    entries = [
        Entry(item, compare_url(item), value, place_of(value), others.get(value.pk, []))
        for value in values
        for item in [items[value.judgement.item_id]]
    ]
    return sorted(entries, key=lambda entry: (label_of(entry.item), entry.value.pk if entry.value else 0))


def place_of(value: Value) -> str:
    """Of which arm and result the value is."""
    return ", ".join(str(part) for part in (value.result, value.arm) if part)


def what_others_said(user: User, item_ids: Sequence[int], values: Sequence[Value]) -> dict[int, list[Said]]:
    """Of each value, what the extractors entered in its place, as far as this person may see it."""
    independent = list(
        Judgement.objects.visible_to(user)
        .current()
        .independent()
        .filter(Q(item__in=item_ids) | Q(item__survivor__in=item_ids))
        .select_related("item")
        .order_by("reviewer", "id")
    )
    standing = {value.judgement_id: value.judgement for value in values}
    everyone = list(({one.pk: one for one in independent} | standing).values())
    sheets = load(everyone)
    matches = matches_of({one.item_id for one in everyone})
    by_item: dict[int, list[Judgement]] = defaultdict(list)
    for one in everyone:
        by_item[one.item.survivor_id or one.item_id].append(one)
    wanted = {value.pk for value in values}
    found: dict[int, list[Said]] = {}
    for some in by_item.values():
        slots = slots_of([sheets[one.pk].extraction() for one in some], matches)
        keyed_sheets = {one.pk: keyed(sheets[one.pk], Aligned(), slots) for one in some}
        peers = [one for one in some if one.role == Judgement.Role.INDEPENDENT and one in independent]
        signs = signs_of(peers)
        for sheet in keyed_sheets.values():
            for key, value in sheet.values.items():
                if value.pk in wanted:
                    said = [(signs[one.reviewer_id], keyed_sheets[one.pk].values.get(key)) for one in peers]
                    found[value.pk] = [Said(sign, held.shown) for sign, held in said if held]
    return found
