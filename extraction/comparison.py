"""What the comparison page shows: row by row what each extractor says, what stands, and which rows differ. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from consensus.models import Judgement, WorkItem
from consensus.sides import signs_of
from extraction.comparing import Said, entity_of, field_of, likeness, suspicion
from extraction.loading import Sheet, said, side_by_side
from extraction.models import Arm, FormField, FormVersion, ReportedResult, Value
from extraction.pages import Cell
from extraction.services.agreeing import agreed_keys, peers_of

ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class Told:
    """What one extractor says in a row. sign: a, b, then numbers. take: the name of the id that `take` asks for."""

    sign: str
    row: Value | Arm | ReportedResult | None

    @property
    def who(self) -> str:
        return self.sign if self.sign in {"a", "b"} else "n"

    @property
    def take(self) -> str:
        return {Value: "value", Arm: "arm", ReportedResult: "result"}[type(self.row)] if self.row else ""

    @property
    def shown(self) -> str:
        if isinstance(self.row, Arm):
            return f"{self.row.name} ({self.row.get_role_display()})"
        return self.row.shown if isinstance(self.row, Value) else str(self.row or "")

    @property
    def value(self) -> Value | None:
        return self.row if isinstance(self.row, Value) else None


@dataclass(slots=True)
class Row:
    """One key. mine: what the consensus holds there; cell: where another value can be entered."""

    key: str
    label: str
    of: str
    told: list[Told]
    mine: Any = None
    cell: Cell | None = None
    differs: bool = False
    alone: bool = False
    hint: str = ""
    id: str = ""

    @property
    def mine_told(self) -> Told | None:
        return Told("c", self.mine) if self.mine is not None else None


@dataclass(slots=True)
class Comparison:
    signs: list[tuple[str, Judgement]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    alone: list[tuple[str, list[Arm | ReportedResult]]] = field(default_factory=list)
    matched: list[tuple[str, list[Arm | ReportedResult]]] = field(default_factory=list)

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if row.differs]

    @property
    def settled(self) -> int:
        return sum(row.mine is not None for row in self.differing)


def compare_item(item: WorkItem, standing: Judgement | None) -> Comparison:
    """The extractions of an item beside its consensus draft, or beside what stands."""
    peers = peers_of(item)
    signs = signs_of(peers)
    sheets = side_by_side(peers, [standing] if standing and standing not in peers else [])
    theirs, mine = sheets[: len(peers)], sheets[len(peers)] if len(sheets) > len(peers) else None
    if standing in peers:
        mine = theirs[peers.index(standing)]
    fields = form_fields(standing or next(iter(peers), None))
    found = Comparison([(signs[one.reviewer_id], one) for one in peers])
    agreed = set(agreed_keys(theirs))
    for key in ordered(theirs, mine, fields):
        row = row_of(key, theirs, mine, fields, [sign for sign, _ in found.signs], standing)
        row.differs = key not in agreed and (len(theirs) > 1)
        inside = entity_of(key)
        if inside and inside != key and not all(has(one, inside) for one in theirs):
            continue  # An entity that only some have is one conflict, not one for each of its values.
        row.alone = key == inside and row.differs
        row.id = f"row-{len(found.rows) + 1}"
        found.rows.append(row)
    found.alone = [
        (
            sign,
            [
                r
                for rows in (one.arms, one.results)
                for key, r in rows.items()
                if not all(has(o, key) for o in theirs)
            ],
        )
        for (sign, _), one in zip(found.signs, theirs, strict=True)
    ]
    found.matched = matched(theirs)
    return found


def matched(sheets: Sequence[Sheet]) -> list[tuple[str, list[Arm | ReportedResult]]]:
    """The arms and results that all have, each with the entries that count as one."""
    if len(sheets) < 2:
        return []
    found: list[tuple[str, list[Arm | ReportedResult]]] = []
    for kind in ("arms", "results"):
        for key, row in getattr(sheets[0], kind).items():
            if all(has(one, key) for one in sheets):
                found.append((str(row), [getattr(one, kind)[key] for one in sheets]))
    return found


def has(sheet: Sheet, place: str) -> bool:
    return place in sheet.arms or place in sheet.results


def form_fields(judgement: Judgement | None) -> dict[str, FormField]:
    """In the order of the form."""
    if judgement is None:
        return {}
    form = FormVersion.objects.prefetch_related("fields").get(version=judgement.version_id)
    fields = {one.key: one for one in form.fields.all()}
    keys = [key for section in form.layout["sections"] for key in section["fields"]]
    return {key: fields[key] for key in keys}


def ordered(sheets: Sequence[Sheet], mine: Sheet | None, fields: dict[str, FormField]) -> list[str]:
    """Entities that not all have first, then the study's own fields, then arms and results, as the form has them."""
    every = [*sheets, *([mine] if mine else [])]
    keys = list(dict.fromkeys(k for one in every for k in (*one.arms, *one.results, *one.values)))
    place = {key: at for at, key in enumerate(fields)}

    def rank(key: str) -> tuple[bool, bool, str, int]:
        inside = entity_of(key)
        alone = key == inside and not all(has(one, key) for one in sheets)
        return (
            not alone,
            bool(inside),
            inside,
            -1 if key == inside else place.get(field_of(key), len(place)),
        )

    return sorted(keys, key=rank)


def row_of(
    key: str,
    sheets: Sequence[Sheet],
    mine: Sheet | None,
    fields: dict[str, FormField],
    signs: Sequence[str],
    draft: Judgement | None,
) -> Row:
    told = [Told(sign, at(sheet, key)) for sign, sheet in zip(signs, sheets, strict=True)]
    held = at(mine, key) if mine else None
    sample = next((one.row for one in told if one.row is not None), held)
    if not isinstance(sample, Value):
        label = "Arm" if isinstance(sample, Arm) else "Result"
        return Row(key, label, str(sample), told, held)
    asked = fields.get(sample.field.key)
    of = " · ".join(str(one) for one in (sample.result, sample.arm) if one)
    row = Row(key, sample.field.label, of, told, held)
    row.hint = hint(told)
    if mine and draft and draft.is_draft and asked:
        row.cell = cell_of(asked, draft, mine, sample, sheets, held if isinstance(held, Value) else None)
    return row


def at(sheet: Sheet, key: str) -> Value | Arm | ReportedResult | None:
    return sheet.values.get(key) or sheet.arms.get(key) or sheet.results.get(key)


def cell_of(
    asked: FormField,
    draft: Judgement,
    mine: Sheet,
    sample: Value,
    sheets: Sequence[Sheet],
    held: Value | None,
) -> Cell | None:
    """Where another value can be entered: nowhere, while the consensus lacks the arm or result."""
    found: list[Any] = []
    for kind, row in (("arms", sample.arm), ("results", sample.result)):
        place = next(
            (
                key
                for one in [*sheets, mine]
                for key, r in getattr(one, kind).items()
                if row and r.pk == row.pk
            ),
            None,
        )
        found.append(getattr(mine, kind).get(place) if place else None)
        if row and found[-1] is None:
            return None
    return Cell(asked, draft, held, *found)


def hint(told: Sequence[Told]) -> str:
    """What a difference looks like, when two numbers or texts differ."""
    values = [one.row for one in told if isinstance(one.row, Value)]
    if len(values) != 2:
        return ""
    one, other = (said(value) for value in values)
    if isinstance(one.raw, str) and isinstance(other.raw, str) and one.raw != other.raw:
        return "probably the same" if likeness(one.raw, other.raw) >= ALIKE else ""
    found = suspicion(Said("", one.raw), Said("", other.raw))
    return f"They differ by {found}." if found.startswith("a factor") else found.capitalize()
