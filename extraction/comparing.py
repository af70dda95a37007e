"""Several extractions of one study side by side: which arms and results are the same, and which values agree. Pure.

Keys: `indication` for the study, `arm[aasc]` for the arm itself, `arm[aasc].name`, `arm[aasc].n` for what it holds,
`result[complete wound closure@84 day]`, `result[...].outcome`, and `result[...].events[aasc]` for an arm of a result.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from consensus.compare import Value
from extraction.entering import Missing, Raw, Type, decimals, shown

Identity = tuple[str, ...]
KEY = re.compile(r"^(?:(arm|result)\[[^\]]*\]\.?)?([a-z0-9_]*)")
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}
BUILT_IN = {"arm": "arms", "result": "results"}
# Names that the keys above use themselves, so that no field may have them.
RESERVED = frozenset(
    {"arms", "results", "arm", "result", "name", "role", "outcome", "time_point", "analysis", "unit"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """How the values of one field are compared: numbers within the larger of an absolute and a relative allowance."""

    type: Type = Type.TEXT
    unit: str = ""
    abs_tol: Decimal = Decimal(0)
    rel_tol: Decimal = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Said:
    """One value of one extraction. arm, result: the uid of the entity that it is of. decimals: as many as reported."""

    field: str
    raw: Raw | None
    why: str = Missing.REPORTED
    arm: UUID | None = None
    result: UUID | None = None
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """An arm or a result. identity: what makes it the same as another extractor's, if nobody matched them by hand.
    facts: what else it says of itself, compared like a value."""

    uid: UUID
    identity: Identity
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extraction:
    arms: Sequence[Entity] = ()
    results: Sequence[Entity] = ()
    values: Sequence[Said] = ()


class Aligned(dict[str, Value]):
    """One extraction's answers by aligned keys. exact: the same before tolerances were applied."""

    exact: dict[str, Value]


def plain(text: str) -> str:
    """Text as it is compared: NFKC, without diacritics, case, punctuation, dashes (but a minus stays) and extra spaces."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c)).replace("\u2212", "-")
    kept = re.sub(r"[^\w%<>+=/-]|_|-(?!\d)|(?<=\w)-", " ", letters)
    return " ".join(kept.split()) or folded.strip()


def span(value: Decimal, unit: str) -> str:
    """A time point as it is compared: 12 weeks are 84 days, a year is 12 months; months are no number of days."""
    for base, units in (("day", DAYS), ("month", MONTHS)):
        if unit in units:
            return f"{shown(value * units[unit])} {base}"
    return f"{shown(value)} {unit}"


def align(extractions: Sequence[Sequence[Entity]], groups: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """The label of the slot that each entity stands in; entities of one slot are one arm or one result.

    A hand-made match counts first, then the uid, which revisions keep, then the identity. No slot takes two
    entities of one extraction.
    """
    slots: list[tuple[Identity, set[int]]] = []
    of_uid: dict[UUID, int] = {}
    of_group: dict[UUID, int] = {}
    everyone = [(index, one) for index, some in enumerate(extractions) for one in some]
    for index, one in sorted(everyone, key=lambda pair: pair[1].uid not in groups):
        group = groups.get(one.uid)
        slot = of_uid.get(one.uid)
        if slot is None:
            slot = of_group.get(group) if group else free_slot(slots, one.identity, index)
        if slot is None:
            slots.append((one.identity, set()))
            slot = len(slots) - 1
        slots[slot][1].add(index)
        of_uid[one.uid] = slot
        if group:
            of_group.setdefault(group, slot)
    names = labels([identity for identity, _ in slots])
    return {uid: names[slot] for uid, slot in of_uid.items()}


def free_slot(slots: Sequence[tuple[Identity, set[int]]], identity: Identity, index: int) -> int | None:
    same = (at for at, (known, taken) in enumerate(slots) if known == identity and index not in taken)
    return next(same, None)


def labels(identities: Iterable[Identity]) -> list[str]:
    seen: Counter[str] = Counter()
    found = []
    for identity in identities:
        name = "@".join(part for part in identity if part)
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def slots_of(extractions: Sequence[Extraction], groups: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """The slots of all arms and all results: no uid is both."""
    return align([one.arms for one in extractions], groups) | align(
        [one.results for one in extractions], groups
    )


def answers(
    extractions: Sequence[Extraction],
    slots: Mapping[UUID, str],
    rules: Mapping[str, Rule],
    *,
    tolerant: bool = True,
) -> list[Aligned]:
    """What each extraction says, by keys that mean the same in all of them.

    tolerant: values that count as one answer (rounding, spelling) get one and the same value, that of the first
    extraction; otherwise every value stays what it is.
    """
    known: dict[str, list[tuple[Said, Value]]] = {}
    found = []
    for one in extractions:
        aligned, exact = Aligned(), {}
        for kind, entities in (("arm", one.arms), ("result", one.results)):
            for entity in entities:
                exact.update(entity_keys(kind, entity, slots))
        aligned.update(
            {key: plain(said) if isinstance(said, str) and tolerant else said for key, said in exact.items()}
        )
        for said in one.values:
            rule = rules.get(said.field, Rule())
            for key, value in value_keys(said, rule, slots):
                exact[key] = value
                aligned[key] = counted(key, value, said, rule, known) if tolerant else value
        aligned.exact = exact
        found.append(aligned)
    return found


def entity_keys(kind: str, entity: Entity, slots: Mapping[UUID, str]) -> dict[str, Value]:
    place = f"{kind}[{slots[entity.uid]}]"
    return {place: True, **{f"{place}.{name}": fact for name, fact in entity.facts.items()}}


def key_of(said: Said, slots: Mapping[UUID, str]) -> str:
    if said.result is not None:
        inner = f"[{slots[said.arm]}]" if said.arm else ""
        return f"result[{slots[said.result]}].{said.field}{inner}"
    return f"arm[{slots[said.arm]}].{said.field}" if said.arm else said.field


def value_keys(said: Said, rule: Rule, slots: Mapping[UUID, str]) -> list[tuple[str, Value]]:
    key = key_of(said, slots)
    if said.why != Missing.REPORTED:
        return [(key, ("", said.why))]
    raw = said.raw
    value: Value = raw if isinstance(raw, str | bool | Decimal | tuple) or raw is None else raw.isoformat()
    other_unit = said.unit and plain(said.unit) != plain(rule.unit)
    return [(key, value), *([(f"{key}.unit", said.unit)] if other_unit else [])]


def counted(
    key: str, value: Value, said: Said, rule: Rule, known: dict[str, list[tuple[Said, Value]]]
) -> Value:
    """The value as it counts: the first known one that it agrees with, or itself."""
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, Decimal):
        return value
    for other, first in known.setdefault(key, []):
        if isinstance(first, Decimal) and same_number(other, said, rule):
            return first
    known[key].append((said, value))
    return value


def same_number(one: Said, other: Said, rule: Rule) -> bool:
    """Within the allowance, or equal when both are rounded to the fewer decimals reported. Whole numbers are exact."""
    a, b = one.raw, other.raw
    if not isinstance(a, Decimal) or not isinstance(b, Decimal):
        return False
    if a == b or rule.type is Type.INTEGER:
        return a == b
    if abs(a - b) <= max(rule.abs_tol, rule.rel_tol * max(abs(a), abs(b))):
        return True
    places = [
        decimals(raw) if said.decimals is None else said.decimals for said, raw in ((one, a), (other, b))
    ]
    step = Decimal(1).scaleb(-min(places))
    return a.quantize(step, ROUND_HALF_EVEN) == b.quantize(step, ROUND_HALF_EVEN)


def field_of(key: str) -> str:
    """The form field that a key is about; `arms` or `results` where it is about the entity itself."""
    found = KEY.match(key)
    kind, name = (found.group(1), found.group(2)) if found else ("", key)
    if kind and (not name or name in RESERVED):
        return BUILT_IN[kind]
    return name


def entity_of(key: str) -> str:
    """The key of the arm or result that a key is within, or nothing."""
    found = re.match(r"^(arm|result)\[[^\]]*\]", key)
    return found.group(0) if found else ""


def suspicion(one: Said, other: Said, total: Decimal | None = None) -> str:
    """What two differing numbers look like: a slip of the decimal point, of the sign, or SE taken for SD (`total`: n)."""
    a, b = one.raw, other.raw
    if not isinstance(a, Decimal) or not isinstance(b, Decimal) or not a or not b:
        return ""
    if a == -b:
        return "opposite signs"
    ratio = max(abs(a), abs(b)) / min(abs(a), abs(b))
    for factor in (10, 100, 1000):
        if close(ratio, Decimal(factor)):
            return f"a factor of {factor}"
    if total and total > 1 and close(ratio, total.sqrt()):
        return "a factor of √n: one may be a standard error, the other a standard deviation"
    return ""


def close(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) <= Decimal("0.005") * b


def likeness(one: str, other: str) -> Decimal:
    """Share of words that two texts have in common, from 0 to 1 (Jaccard index of their words)."""
    a, b = set(plain(one).split()), set(plain(other).split())
    return Decimal(len(a & b)) / Decimal(len(a | b)) if a | b else Decimal(1)
