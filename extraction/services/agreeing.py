"""The consensus of a study's extractions: begun with what agrees, then taken value by value from one of them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.models import Judgement, WorkItem
from consensus.services import (
    discard_draft,
    open_consensus,
    refuse_unless_resolving,
    settle_ids,
)
from extraction.comparing import entity_of
from extraction.loading import Sheet, side_by_side
from extraction.models import Arm, EntityMatch, FormField, ReportedResult, Value
from extraction.services.carrying import carry, copy_arm, copy_of, copy_result, fields_of, still_fits
from extraction.services.drafts import writable
from reviews.writing import write


def peers_of(item: WorkItem) -> list[Judgement]:
    """The current independent judgements that an item rests on, those of merged items included, as A, B and so on."""
    family = [item.pk, *WorkItem.objects.filter(survivor=item).values_list("id", flat=True)]
    found = Judgement.objects.current().independent().filter(item__in=family)
    return list(found.select_related("item", "reviewer", "version").order_by("reviewer_id", "id"))


@write
def begin_consensus(*, by: User, item_id: int) -> Judgement:
    """The item's consensus draft on its current form, with everything in it that the extractors agree on."""
    draft = open_consensus(by=by, item_id=item_id)
    if draft.version_id != draft.item.version_id:
        old = draft
        discard_draft(by=by, judgement_id=old.pk)
        draft = open_consensus(by=by, item_id=item_id)
        if not draft.values.exists():
            carry(old, draft)
    begun = draft.values.exists() or draft.arms.exists() or draft.reported_results.exists()
    if not begun:
        fill(draft, None)
    return draft


def sheets_with(draft: Judgement) -> tuple[list[Sheet], Sheet]:
    sheets = side_by_side(peers_of(draft.item), [draft])
    return sheets[:-1], sheets[-1]


def agreed_keys(sheets: Sequence[Sheet]) -> list[str]:
    """The keys to which all extractions give one answer, in the order of the first."""
    if not sheets:
        return []
    first, *rest = (one.answers for one in sheets)
    return [key for key, said in first.items() if all(key in one and one[key] == said for one in rest)]


def fill(draft: Judgement, within: set[str] | None) -> None:
    """Enter what agrees and is not there yet: entities that all have, then values. `within`: only these entities."""
    sheets, mine = sheets_with(draft)
    if not sheets:
        return
    keys = agreed_keys(sheets)
    first, fields = sheets[0], fields_of(draft)
    for key in keys:
        if within is not None and not concerns(key, within):
            continue
        if key in first.arms and key not in mine.arms:
            mine.arms[key] = copy_arm(first.arms[key], draft)
        elif key in first.results and key not in mine.results:
            mine.results[key] = copy_result(first.results[key], draft)
        elif key in first.values and key not in mine.values:
            enter_copy(first.values[key], draft, first, mine, fields_of_key=fields)


def concerns(key: str, places: set[str]) -> bool:
    """Whether a key is of one of these arms and results, or of such an arm within a result."""
    return entity_of(key) in places or any(key.endswith(place.removeprefix("arm")) for place in places)


def enter_copy(
    value: Value, draft: Judgement, source: Sheet, mine: Sheet, *, fields_of_key: dict[str, FormField]
) -> Value | None:
    field = fields_of_key.get(value.field.key)
    if field is None or not still_fits(value, field):
        return None
    arm = mine.arms.get(slot(source.arms, value.arm_id)) if value.arm_id else None
    result = mine.results.get(slot(source.results, value.result_id)) if value.result_id else None
    if (value.arm_id and arm is None) or (value.result_id and result is None):
        return None
    copy = copy_of(value, draft, field, arm, result)
    copy.save()
    return copy


def slot(rows: dict[str, Arm] | dict[str, ReportedResult], pk: int | None) -> str:
    return next(key for key, row in rows.items() if row.pk == pk)


def source_of(sheets: Sequence[Sheet], judgement_id: int) -> Sheet:
    found = next((one for one in sheets if one.judgement.pk == judgement_id), None)
    if found is None:
        raise Http404
    return found


@write
def take(*, by: User, judgement_id: int, value_id: int) -> Value:
    """Take an extractor's value into the consensus draft; its arm and result come along if they are not there."""
    draft = consensus_draft(by, judgement_id)
    value = (
        Value.objects.select_related("field", "judgement").filter(id=value_id, review=draft.review_id).first()
    )
    if value is None:
        raise Http404
    sheets, mine = sheets_with(draft)
    source = source_of(sheets, value.judgement_id)
    if value.arm_id and (place := slot(source.arms, value.arm_id)) not in mine.arms:
        mine.arms[place] = copy_arm(source.arms[place], draft)
    if value.result_id and (place := slot(source.results, value.result_id)) not in mine.results:
        mine.results[place] = copy_result(source.results[place], draft)
    key = slot_of_value(source, value)
    if key in mine.values:
        mine.values[key].delete()
    taken = enter_copy(value, draft, source, mine, fields_of_key=fields_of(draft))
    if taken is None:
        raise Refused(
            _("The form no longer asks for “%(field)s” like this. Enter the value instead.")
            % {"field": value.field.label}
        )
    return taken


def slot_of_value(sheet: Sheet, value: Value) -> str:
    return next(key for key, row in sheet.values.items() if row.pk == value.pk)


def consensus_draft(by: User, judgement_id: int) -> Judgement:
    draft = writable(by, judgement_id)
    if draft.role != Judgement.Role.CONSENSUS:
        raise PermissionDenied(_("Values are taken into a consensus, not into an extraction of one's own."))
    return draft


@write
def take_arm(*, by: User, judgement_id: int, arm_id: int) -> Arm:
    """Take an extractor's arm: what it says of itself, and, if the consensus lacks it, all that it holds."""
    draft = consensus_draft(by, judgement_id)
    sheets, mine = sheets_with(draft)
    source, key = holder(sheets, "arms", arm_id)
    arm = source.arms[key]
    if key in mine.arms:
        held = mine.arms[key]
        held.name, held.role = arm.name, arm.role
        held.save(update_fields=["name", "role"])
        return held
    mine.arms[key] = copy_arm(arm, draft)
    take_values(draft, source, mine, [one for one in source.values.values() if one.arm_id == arm_id])
    return mine.arms[key]


@write
def take_result(*, by: User, judgement_id: int, result_id: int) -> ReportedResult:
    """Take an extractor's result: what it is of, and, if the consensus lacks it, all that it holds."""
    draft = consensus_draft(by, judgement_id)
    sheets, mine = sheets_with(draft)
    source, key = holder(sheets, "results", result_id)
    result = source.results[key]
    if key in mine.results:
        held = mine.results[key]
        for name in ("outcome_id", "proposed_name", "time_point_id", "analysis"):
            setattr(held, name, getattr(result, name))
        held.save()
        return held
    mine.results[key] = copy_result(result, draft)
    take_values(draft, source, mine, [one for one in source.values.values() if one.result_id == result_id])
    return mine.results[key]


def take_values(draft: Judgement, source: Sheet, mine: Sheet, values: Sequence[Value]) -> None:
    fields = fields_of(draft)
    for value in values:
        if slot_of_value(source, value) not in mine.values:
            enter_copy(value, draft, source, mine, fields_of_key=fields)


def holder(sheets: Sequence[Sheet], rows: str, pk: int) -> tuple[Sheet, str]:
    for sheet in sheets:
        for key, row in getattr(sheet, rows).items():
            if row.pk == pk:
                return sheet, key
    raise Http404


@write
def match_entities(*, by: User, item_id: int, uids: Sequence[UUID], same: bool = True) -> None:
    """Say that several extractors' arms, or results, are one; or, with `same` unset, that each is another."""
    item = WorkItem.objects.select_related("stage", "review").filter(id=item_id).first()
    if item is None:
        raise Http404
    WorkItem.objects.select_for_update().get(id=item_id)
    refuse_unless_resolving(by, item)
    sheets = side_by_side(peers_of(item))
    refuse_odd_match(sheets, uids, same)
    group = uuid4()
    for uid in uids:
        EntityMatch.objects.update_or_create(
            item=item,
            uid=uid,
            defaults={"review_id": item.review_id, "group": group if same else uuid4(), "created_by": by},
        )
    draft = Judgement.objects.drafts().consensus().filter(item=item).select_related("item").first()
    if draft and same:
        after, _mine = sheets_with(draft)
        fill(
            draft,
            {
                key
                for one in after
                for rows in (one.arms, one.results)
                for key, row in rows.items()
                if row.uid in uids
            },
        )
    settle_ids([item.pk])


def refuse_odd_match(sheets: Sequence[Sheet], uids: Sequence[UUID], same: bool) -> None:
    """One of each extraction, all arms or all results."""
    arms = [[row.uid for row in one.arms.values() if row.uid in uids] for one in sheets]
    results = [[row.uid for row in one.results.values() if row.uid in uids] for one in sheets]
    if len(set(uids)) < 2 or sum(map(len, [*arms, *results])) != len(uids):
        raise Invalid(_("Choose one entry of each extraction to match."))
    if any(arms) and any(results):
        raise Invalid(_("An arm cannot be matched with a result."))
    if same and any(len(one) > 1 for one in [*arms, *results]):
        raise Invalid(_("These two are of one extraction, so they are not the same. Choose one of each."))
