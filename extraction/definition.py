"""A form as data: sections of fields, read from JSON and proved before anything is stored. Pure.

{"sections": [{"title": "Study", "fields": [{"key": "indication", "label": "Indication", "type": "text",
  "entity": "study", "unit": "", "options": [], "required": true, "help": "", "abs_tolerance": "0",
  "rel_tolerance": "0.005"}]}]}
Only `label` is needed: `key` follows from it, `type` is text, `entity` is the study.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from extraction.comparing import RESERVED, plain
from extraction.entering import Entity, Type, Unusable

E = TypeVar("E", Type, Entity)
KEY = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
MOST_FIELDS = 300
CHOICES = {Type.CHOICE, Type.MULTI_CHOICE}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    key: str
    label: str
    type: Type = Type.TEXT
    entity: Entity = Entity.STUDY
    unit: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    abs_tolerance: Decimal = Decimal(0)
    rel_tolerance: Decimal = Decimal("0.005")

    def columns(self) -> dict[str, Any]:
        """As the database stores it."""
        return asdict(self) | {
            "type": self.type.value,
            "entity": self.entity.value,
            "options": list(self.options),
        }


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    fields: tuple[FieldSpec, ...]


def read(data: Any) -> list[Section]:
    """The sections of a form. Raises Unusable, naming the field and what to enter."""
    sections = data.get("sections") if isinstance(data, Mapping) else None
    if not isinstance(sections, Sequence) or isinstance(sections, str):
        raise Unusable("A form is {“sections”: [{“title”: …, “fields”: […]}]}. Enter it like that.")
    found = [read_section(one) for one in sections]
    keys = [one.key for section in found for one in section.fields]
    double = next((key for key in keys if keys.count(key) > 1), None)
    if double:
        raise Unusable(f"The key “{double}” is used twice. Give each field a key of its own.")
    if len(keys) > MOST_FIELDS:
        raise Unusable(f"A form has at most {MOST_FIELDS} fields.")
    return found


def read_section(data: Any) -> Section:
    if not isinstance(data, Mapping) or not isinstance(data.get("fields"), list):
        raise Unusable("Each section is {“title”: …, “fields”: […]}.")
    return Section(
        str(data.get("title") or "").strip()[:200], tuple(read_field(one) for one in data["fields"])
    )


def read_field(data: Any) -> FieldSpec:
    if not isinstance(data, Mapping) or not str(data.get("label") or "").strip():
        raise Unusable("Each field needs a label.")
    label = str(data["label"]).strip()
    unknown = set(data) - set(FieldSpec.__dataclass_fields__)
    if unknown:
        raise Unusable(f"{label}: there is no setting “{min(unknown)}”.")
    kind = one_of(Type, data.get("type") or Type.TEXT, label)
    key = str(data.get("key") or key_from(label))
    if not KEY.match(key) or key in RESERVED:
        raise Unusable(
            f"{label}: “{key}” cannot be a key. Use small letters, digits and _, beginning with a letter;"
            f" these are taken: {', '.join(sorted(RESERVED))}."
        )
    spec = FieldSpec(
        key=key,
        label=label[:200],
        type=kind,
        entity=one_of(Entity, data.get("entity") or Entity.STUDY, label),
        unit=str(data.get("unit") or "").strip()[:60],
        options=options(data.get("options"), label),
        required=data.get("required") in {True, "true", "on", "1"},
        help=str(data.get("help") or "").strip(),
        abs_tolerance=allowance(data.get("abs_tolerance", 0), label),
        rel_tolerance=allowance(data.get("rel_tolerance", "0.005"), label),
    )
    if (kind in CHOICES) != bool(spec.options):
        raise Unusable(
            f"{label}: enter the options to choose from."
            if kind in CHOICES
            else f"{label}: only a choice has options. Change its type, or leave them out."
        )
    return spec


def one_of(kinds: type[E], value: Any, label: str) -> E:
    try:
        return kinds(str(value))
    except ValueError:
        raise Unusable(f"{label}: “{value}” is not known. Choose from: {', '.join(kinds)}.") from None


def key_from(label: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", plain(label)).strip("_")
    return (words if words[:1].isalpha() else f"field_{words}".rstrip("_"))[:60]


def options(data: Any, label: str) -> tuple[str, ...]:
    lines = data.splitlines() if isinstance(data, str) else data or []
    found = tuple(text for one in lines if (text := str(one).strip()))
    if len(set(found)) != len(found):
        raise Unusable(f"{label}: an option is there twice.")
    return found


def allowance(value: Any, label: str) -> Decimal:
    try:
        found = Decimal(str(value or 0))
    except InvalidOperation:
        raise Unusable(
            f"{label}: “{value}” is not a number. Enter the tolerance as a number, such as 0.005."
        ) from None
    if not found.is_finite() or not 0 <= found < 10:
        raise Unusable(f"{label}: enter a tolerance between 0 and 10.")
    return found


def layout(sections: Sequence[Section]) -> dict[str, Any]:
    """What goes where, and nothing else."""
    return {
        "sections": [{"title": one.title, "fields": [field.key for field in one.fields]} for one in sections]
    }
