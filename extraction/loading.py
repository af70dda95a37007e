"""From stored rows to what `comparing` compares, and back from its keys to the rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from consensus.models import Judgement
from extraction.comparing import (
    Aligned,
    Entity,
    Extraction,
    Identity,
    Rule,
    Said,
    answers,
    key_of,
    plain,
    slots_of,
    span,
)
from extraction.entering import Type, decimals
from extraction.models import Arm, EntityMatch, FormField, ReportedResult, Value


@dataclass(slots=True)
class Sheet:
    """One extraction with its rows by aligned keys: `arm[...]`, `result[...]`, and a value's whole key."""

    judgement: Judgement
    arms: dict[str, Arm] = field(default_factory=dict)
    results: dict[str, ReportedResult] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    answers: Aligned = field(default_factory=Aligned)

    def extraction(self) -> Extraction:
        return Extraction(
            [arm_entity(one) for one in self.arms.values()],
            [result_entity(one) for one in self.results.values()],
            [said(one) for one in self.values.values()],
        )


def aligned(judgements: Sequence[Judgement]) -> dict[int, Aligned]:
    """What each judgement says, with keys aligned within each item and those merged into it."""
    by_item: dict[int, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_item[one.item.survivor_id or one.item_id].append(one)
    rows = load(judgements)
    rules = rules_of({one.version_id for one in judgements})
    matches = matches_of({one.item_id for one in judgements})
    found: dict[int, Aligned] = {}
    for some in by_item.values():
        extractions = [rows[one.pk].extraction() for one in some]
        slots = slots_of(extractions, matches)
        said = answers(extractions, slots, rules, tolerant=are_peers(some))
        found |= {one.pk: answer for one, answer in zip(some, said, strict=True)}
    return found


def side_by_side(peers: Sequence[Judgement], others: Sequence[Judgement] = ()) -> list[Sheet]:
    """The sheets of one item's judgements, by keys that mean the same in all; tolerances only between the peers."""
    both = [*peers, *others]
    rows = load(both)
    extractions = [rows[one.pk].extraction() for one in both]
    slots = slots_of(extractions, matches_of({one.item_id for one in both}))
    rules = rules_of({one.version_id for one in both})
    told = answers(extractions[: len(peers)], slots, rules)
    told += answers(extractions[len(peers) :], slots, rules, tolerant=False)
    return [keyed(rows[one.pk], answer, slots) for one, answer in zip(both, told, strict=True)]


def keyed(sheet: Sheet, answer: Aligned, slots: Mapping[UUID, str]) -> Sheet:
    return Sheet(
        sheet.judgement,
        {f"arm[{slots[one.uid]}]": one for one in sheet.arms.values()},
        {f"result[{slots[one.uid]}]": one for one in sheet.results.values()},
        {key_of(said(one), slots): one for one in sheet.values.values()},
        answer,
    )


def are_peers(judgements: Sequence[Judgement]) -> bool:
    """Tolerances are for two people reading one paper; between an answer and its amendment every digit counts."""
    independent = Judgement.Role.INDEPENDENT
    return all(one.role == independent and one.superseded_at is None for one in judgements)


def matches_of(item_ids: set[int]) -> dict[UUID, UUID]:
    return dict(EntityMatch.objects.filter(item__in=item_ids).values_list("uid", "group"))


def rules_of(version_ids: set[int]) -> dict[str, Rule]:
    fields = FormField.objects.filter(form__version__in=version_ids).order_by("form__version__number")
    return {one.key: rule_of(one) for one in fields}


def rule_of(asked: FormField) -> Rule:
    return Rule(Type(asked.type), asked.unit, asked.abs_tolerance, asked.rel_tolerance)


def load(judgements: Sequence[Judgement]) -> dict[int, Sheet]:
    """The rows of several judgements, by what identifies them in the database."""
    ids = [one.pk for one in judgements]
    sheets = {one.pk: Sheet(one) for one in judgements}
    for arm in Arm.objects.filter(judgement__in=ids):
        sheets[arm.judgement_id].arms[str(arm.pk)] = arm
    for result in ReportedResult.objects.filter(judgement__in=ids).select_related("outcome", "time_point"):
        sheets[result.judgement_id].results[str(result.pk)] = result
    for value in Value.objects.filter(judgement__in=ids).together():
        sheets[value.judgement_id].values[str(value.pk)] = value
    return sheets


def arm_entity(arm: Arm) -> Entity:
    return Entity(arm.uid, (plain(arm.name),), {"name": arm.name, "role": arm.role})


def result_entity(result: ReportedResult) -> Entity:
    return Entity(result.uid, identity(result), result_facts(result))


def identity(result: ReportedResult) -> Identity:
    point = result.time_point
    return (
        plain(result.outcome_name),
        span(point.value, point.unit) if point else "",
        plain(result.analysis) if result.analysis else "",
    )


def result_facts(result: ReportedResult) -> Mapping[str, str]:
    name, when, analysis = identity(result)
    # A catalogue entry and a proposal of the same name are still two answers.
    proposal = "" if result.outcome_id else " (proposed)"
    return {"outcome": f"{name}{proposal}", "time_point": when, "analysis": analysis}


def said(value: Value) -> Said:
    options = tuple(value.options) if value.options is not None else None
    return Said(
        field=value.field.key,
        raw=options if options is not None else value.raw,
        why=value.missing,
        arm=value.arm.uid if value.arm else None,
        result=value.result.uid if value.result else None,
        unit=value.unit,
        decimals=reported_decimals(value),
    )


def reported_decimals(value: Value) -> int | None:
    """The decimals as they were entered: 40.0 was measured more finely than 40."""
    if value.number is None or not value.keeps_digits:
        return None
    _whole, _point, fraction = value.as_reported.strip().partition(".")
    return max(len(fraction), decimals(value.number))
