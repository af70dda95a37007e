"""What one judgement says, copied into the draft of another."""

from consensus.models import Judgement
from extraction.models import Arm, FormField, ReportedResult, Value

COPIED = ("missing", "number", "text", "options", "yes", "day", "unit", "as_reported", "anchor_id")


def copy_arm(arm: Arm, draft: Judgement) -> Arm:
    return Arm.objects.create(
        review_id=draft.review_id,
        judgement=draft,
        uid=arm.uid,
        name=arm.name,
        role=arm.role,
        position=arm.position,
    )


def copy_result(result: ReportedResult, draft: Judgement) -> ReportedResult:
    return ReportedResult.objects.create(
        review_id=draft.review_id,
        judgement=draft,
        uid=result.uid,
        outcome_id=result.outcome_id,
        proposed_name=result.proposed_name,
        time_point_id=result.time_point_id,
        analysis=result.analysis,
        position=result.position,
    )


def fields_of(judgement: Judgement) -> dict[str, FormField]:
    return {field.key: field for field in FormField.objects.filter(form__version=judgement.version_id)}


def still_fits(value: Value, field: FormField | None) -> bool:
    """Whether a field asks the same as the one that the value answers."""
    if field is None or (field.type, field.entity) != (value.field.type, value.field.entity):
        return False
    chosen = value.options or ([value.text] if field.type == "choice" and value.text is not None else [])
    return set(chosen) <= set(field.options)


def copy_of(
    value: Value, draft: Judgement, field: FormField, arm: Arm | None, result: ReportedResult | None
) -> Value:
    """Unsaved. A consensus remembers the extractor's value that it holds, also when it was carried on before."""
    source = None
    if draft.role == Judgement.Role.CONSENSUS:
        source = value.taken_from_id if value.judgement.role == Judgement.Role.CONSENSUS else value.pk
    return Value(
        review_id=draft.review_id,
        judgement=draft,
        field=field,
        arm=arm,
        result=result,
        taken_from_id=source,
        **{name: getattr(value, name) for name in COPIED},
    )


def carry(source: Judgement, draft: Judgement) -> None:
    """Everything that the draft's form still asks for, with arms and results under the ids they had."""
    fields = fields_of(draft)
    arms = {arm.pk: copy_arm(arm, draft) for arm in source.arms.all()}
    results = {result.pk: copy_result(result, draft) for result in source.reported_results.all()}
    values = Value.objects.filter(judgement=source).select_related("field", "judgement")
    Value.objects.bulk_create(
        copy_of(one, draft, fields[one.field.key], arms.get(one.arm_id or 0), results.get(one.result_id or 0))
        for one in values
        if still_fits(one, fields.get(one.field.key))
    )
