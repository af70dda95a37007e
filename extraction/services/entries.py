"""What a reviewer, or who resolves, enters into a draft: values, and where they were found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.anchors import Place, anchor_at
from consensus.models import Judgement
from extraction.comparing import plain
from extraction.entering import COLUMNS, Missing, Question, Type, Unusable, is_blank, missing, parse
from extraction.models import TYPED, Arm, FormField, ReportedResult, Value
from extraction.services.drafts import writable
from extraction.services.entities import arm_in, found_or_404, result_in
from reviews.writing import write
from studies.models import Report


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered for one field. `why` is one of the codes that say why there is no value."""

    value: Any = None
    why: str = Missing.REPORTED
    unit: str = ""
    as_reported: str = ""
    place: Place | None = None


def field_in(draft: Judgement, field_id: int) -> FormField:
    field = FormField.objects.filter(id=field_id, form__version=draft.version_id).first()
    if field is None:
        raise Refused(_("The form has changed since this page was opened. Reload it: your answers are kept."))
    return field


@write
def save_value(
    *,
    by: User,
    judgement_id: int,
    field_id: int,
    entry: Entry,
    arm_id: int | None = None,
    result_id: int | None = None,
    was: str | None = None,
) -> Value | None:
    """Enter one value into a draft; a blank entry takes it away. `was`: the mark of the value that the page showed."""
    draft = writable(by, judgement_id)
    field = field_in(draft, field_id)
    arm, result = arm_in(draft, arm_id), result_in(draft, result_id)
    if (arm is not None, result is not None) != (
        field.entity in {"arm", "result_arm"},
        field.entity in {"result", "result_arm"},
    ):
        raise Invalid(_("%(field)s is asked of something else. Reload the page.") % {"field": field.label})
    held = (
        Value.objects.filter(judgement=draft, field=field, arm=arm, result=result)
        .select_related("field")
        .first()
    )
    if was is not None and was != (held.mark if held else ""):
        now = held.shown if held else _("nothing")
        raise Refused(
            _("%(field)s was changed elsewhere, to “%(now)s”. Reload the page to go on from there.")
            % {"field": field.label, "now": now}
        )
    return enter_value(draft, field, entry, arm=arm, result=result, held=held)


def enter_value(
    draft: Judgement,
    field: FormField,
    entry: Entry,
    *,
    arm: Arm | None = None,
    result: ReportedResult | None = None,
    held: Value | None = None,
    reports: Sequence[Report] | None = None,
) -> Value | None:
    """Store an entry that was found to belong here. reports: those that may be its source, where they are read already."""
    columns = typed(field, entry)
    if columns is None:
        if held:
            held.delete()
        return None
    value = held or Value(review_id=draft.review_id, judgement=draft, field=field, arm=arm, result=result)
    for name, column in columns.items():
        setattr(value, name, column)
    value.unit = "" if plain(entry.unit) == plain(field.unit) else entry.unit.strip()[:60]
    value.as_reported = entry.as_reported.strip() or reported(field, entry)
    value.anchor = anchor_at(draft, entry.place, value.anchor if held else None, reports)
    value.taken_from = None
    value.revision = held.revision + 1 if held else 1
    value.save()
    return value


def reported(field: FormField, entry: Entry) -> str:
    """A number keeps its digits as they were entered: 40.0 says more than 40."""
    is_number = Type(field.type) in {Type.INTEGER, Type.DECIMAL} and entry.why == Missing.REPORTED
    return str(entry.value).strip() if is_number else ""


def typed(field: FormField, entry: Entry) -> dict[str, Any] | None:
    """The typed columns of an entry, or None for a blank one. Raises Invalid."""
    question = Question(field.label, Type(field.type), tuple(field.options))
    try:
        why = missing(entry.why, field.label)
        if why is Missing.REPORTED and is_blank(entry.value):
            return None
        columns: dict[str, Any] = dict.fromkeys(TYPED) | {"missing": why.value}
        if why is Missing.REPORTED:
            raw = parse(entry.value, question)
            columns[COLUMNS[question.type]] = list(raw) if isinstance(raw, tuple) else raw
    except Unusable as error:
        raise Invalid(str(error)) from None
    return columns


@write
def set_anchor(*, by: User, judgement_id: int, value_id: int, place: Place) -> Value:
    """Say where in which report a value was found."""
    draft = writable(by, judgement_id)
    value: Value = found_or_404(Value.objects.filter(id=value_id, judgement=draft).first())
    value.anchor = anchor_at(draft, place, value.anchor)
    value.revision += 1
    value.save(update_fields=["anchor", "revision"])
    return value
