"""A whole extraction in one answer, as the API and imports give it.

{"values": {"indication": "Skin lesions",
            "patients": {"value": 39, "unit": "", "as_reported": "39 of 44", "page": "840", "place": "Table 1",
                         "quote": "...", "report": 12},
            "funding": {"missing": "not_reported"}},
 "arms": [{"name": "AASC", "role": "experimental", "values": {"n": 22}}],
 "results": [{"outcome": "Complete wound closure", "time_point": {"value": 12, "unit": "week"}, "analysis": "",
              "values": {}, "arms": {"AASC": {"events": 18, "total": 22}}}]}

A value stands alone or as an object; `outcome` is the number or the name of one in the catalogue, any other name
proposes a new one; `time_point` is a number or a value with a unit; `uid` of an arm or result keeps it what it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from config.refusals import Invalid
from consensus.anchors import Place, reports_of
from consensus.models import Judgement
from extraction.comparing import plain
from extraction.entering import Missing
from extraction.models import Arm, FormField, ReportedResult
from extraction.services.carrying import fields_of
from extraction.services.entities import make_arm, make_result
from extraction.services.entries import Entry, enter_value
from reviews.models import Review
from studies.models import Outcome, Report, TimePoint
from studies.services import time_point

PARTS = {"values", "arms", "results"}
ENTRY = {"value", "missing", "unit", "as_reported", "page", "place", "quote", "report"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A draft with what is asked in it and where its answers may come from, read once for all of them."""

    draft: Judgement
    fields: Mapping[str, FormField]
    reports: Sequence[Report]


def write_whole(draft: Judgement, answer: Mapping[str, Any]) -> None:
    """Store a whole answer in an empty draft. Raises Invalid with what to enter."""
    only(answer, PARTS, _("an extraction"))
    sheet = Sheet(draft, fields_of(draft), reports_of(draft))
    enter_all(sheet, mapping(answer.get("values")), "study")
    arms: dict[str, Arm] = {}
    for data in listing(answer.get("arms")):
        arm = whole_arm(sheet, data)
        arms[plain(arm.name)] = arms[str(arm.uid)] = arm
    for data in listing(answer.get("results")):
        whole_result(sheet, arms, data)


def whole_arm(sheet: Sheet, data: Mapping[str, Any]) -> Arm:
    only(data, {"uid", "name", "role", "values"}, _("an arm"))
    arm = make_arm(
        sheet.draft,
        name=str(data.get("name") or ""),
        role=str(data.get("role") or Arm.Role.OTHER),
        uid=uid_of(sheet.draft.arms.all(), data),
    )
    enter_all(sheet, mapping(data.get("values")), "arm", arm=arm)
    return arm


def whole_result(sheet: Sheet, arms: Mapping[str, Arm], data: Mapping[str, Any]) -> None:
    only(data, {"uid", "outcome", "proposed_name", "time_point", "analysis", "values", "arms"}, _("a result"))
    draft = sheet.draft
    outcome, proposed = outcome_of(draft.review, data)
    result = make_result(
        draft,
        outcome=outcome,
        proposed_name=proposed,
        time_point=time_point_of(draft.review, data.get("time_point")),
        analysis=str(data.get("analysis") or ""),
        uid=uid_of(draft.reported_results.all(), data),
    )
    enter_all(sheet, mapping(data.get("values")), "result", result=result)
    for name, values in mapping(data.get("arms")).items():
        arm = arms.get(str(name)) or arms.get(plain(str(name)))
        if arm is None:
            raise Invalid(
                _("There is no arm “%(name)s” in this extraction. Enter it under arms.") % {"name": name}
            )
        enter_all(sheet, mapping(values), "result_arm", arm=arm, result=result)


def enter_all(
    sheet: Sheet,
    values: Mapping[str, Any],
    entity: str,
    *,
    arm: Arm | None = None,
    result: ReportedResult | None = None,
) -> None:
    for key, data in values.items():
        field = sheet.fields.get(key)
        if field is None or field.entity != entity:
            allowed = ", ".join(one.key for one in sheet.fields.values() if one.entity == entity) or _("none")
            raise Invalid(
                _("The form has no field “%(key)s” here. It has: %(allowed)s.")
                % {"key": key, "allowed": allowed}
            )
        entry = entry_of(data, field)
        enter_value(sheet.draft, field, entry, arm=arm, result=result, reports=sheet.reports)


def entry_of(data: Any, field: FormField) -> Entry:
    if not isinstance(data, Mapping):
        return Entry(value=data)
    only(data, ENTRY, field.label)
    report = data.get("report")
    if report is not None and not isinstance(report, int):
        raise Invalid(_("%(field)s: give the report by its number.") % {"field": field.label})
    place = Place(
        page=str(data.get("page") or ""),
        where=str(data.get("place") or ""),
        quote=str(data.get("quote") or ""),
        report_id=report,
    )
    return Entry(
        value=data.get("value"),
        why=str(data.get("missing") or Missing.REPORTED),
        unit=str(data.get("unit") or ""),
        as_reported=str(data.get("as_reported") or ""),
        place=place,
    )


def outcome_of(review: Review, data: Mapping[str, Any]) -> tuple[Outcome | None, str]:
    """The outcome of the catalogue, or the name of a proposed one."""
    given = data.get("outcome")
    catalogue = Outcome.objects.agreed().filter(review=review)
    if isinstance(given, int) and not isinstance(given, bool):
        found = catalogue.filter(id=given).first()
        if found is None:
            raise Invalid(_("There is no outcome %(id)s in this review's catalogue.") % {"id": given})
        return found, ""
    name = str(given or data.get("proposed_name") or "")
    found = next((one for one in catalogue if plain(one.name) == plain(name)), None) if given else None
    return found, "" if found else name


def time_point_of(review: Review, given: Any) -> TimePoint | None:
    if given in {None, ""} if not isinstance(given, Mapping) else False:
        return None
    if isinstance(given, Mapping):
        only(given, {"value", "unit"}, _("a time point"))
        return timed(review, given.get("value"), str(given.get("unit") or TimePoint.Unit.WEEK))
    found = TimePoint.objects.filter(review=review, id=given).first() if isinstance(given, int) else None
    if found is None:
        raise Invalid(_("Give a time point as a value with a unit, such as 12 and week."))
    return found


def timed(review: Review, value: Any, unit: str) -> TimePoint:
    """The review's time point of a value and a unit, made if it is the first."""
    hint = _("Enter a time point as a number from 0 and a unit: day, week, month or year.")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Invalid(hint) from None
    if not number.is_finite() or not 0 <= number < 10**7 or number != round(number, 2):
        raise Invalid(hint)
    if unit not in TimePoint.Unit.values:
        raise Invalid(hint)
    return time_point(review=review, value=number, unit=unit)


def uid_of(rows: Any, data: Mapping[str, Any]) -> UUID | None:
    """The id that an arm or result had in an earlier extraction."""
    given = data.get("uid")
    if not given:
        return None
    try:
        uid = UUID(str(given))
    except ValueError:
        raise Invalid(
            _("A uid is a UUID, as an earlier extraction gave it. Leave it out for a new one.")
        ) from None
    if rows.filter(uid=uid).exists():
        raise Invalid(_("The uid %(uid)s is there twice.") % {"uid": uid})
    return uid


def mapping(data: Any) -> Mapping[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise Invalid(_("Values are an object: {“field”: value}."))
    return data


def listing(data: Any) -> Sequence[Mapping[str, Any]]:
    if data is None:
        return []
    if not isinstance(data, list) or not all(isinstance(one, Mapping) for one in data):
        raise Invalid(_("Arms and results are lists of objects."))
    return data


def only(data: Mapping[str, Any], allowed: set[str], what: str) -> None:
    unknown = sorted(set(map(str, data)) - allowed)
    if unknown:
        raise Invalid(
            _("“%(key)s” is no part of %(what)s. Parts are: %(allowed)s.")
            % {"key": unknown[0][:60], "what": what, "allowed": ", ".join(sorted(allowed))}
        )
