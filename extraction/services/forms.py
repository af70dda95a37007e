"""The form: drafted, published as the stage's next version, carried over to those who have begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus.models import Stage, StageVersion
from consensus.services import Versioned, carry_over, fingerprint, preview_version, publish_version, stage_of
from extraction.definition import Section, layout, read
from extraction.entering import Unusable
from extraction.models import FormField, FormVersion
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write

FIELD_SETTINGS = (
    "key", "label", "type", "entity", "unit", "options", "required", "help", "abs_tolerance", "rel_tolerance",
)  # fmt: skip


def empty_form(version: StageVersion) -> FormVersion:
    """The form of a stage that was just added: it asks nothing yet."""
    return FormVersion.objects.create(
        review_id=version.review_id, version=version, status="published", layout={"sections": []}
    )


def sections_of(data: Any) -> list[Section]:
    try:
        return read(data)
    except Unusable as error:
        raise Invalid(str(error)) from None


def as_data(form: FormVersion | None) -> dict[str, Any]:
    """The form as `publish_form` takes it: what is published can be fetched, changed and published again."""
    if form is None:
        return {"sections": []}
    fields = {one.key: one for one in form.fields.all()}
    return {
        "sections": [
            {"title": section["title"], "fields": [field_data(fields[key]) for key in section["fields"]]}
            for section in form.layout["sections"]
        ]
    }


def field_data(field: FormField) -> dict[str, Any]:
    data = {name: getattr(field, name) for name in FIELD_SETTINGS}
    tolerances = {name: f"{data[name].normalize():f}" for name in ("abs_tolerance", "rel_tolerance")}
    return data | tolerances


@write
def save_draft_form(*, by: User, review: Review, data: Any) -> FormVersion:
    """Keep the next form, not yet asked of anybody."""
    refuse_if_closed(review)
    sections = sections_of(data)
    Stage.objects.select_for_update(no_key=True).get(id=stage_of(review, "extraction").pk)
    form, _made = FormVersion.objects.get_or_create(review=review, status="draft", defaults={"layout": {}})
    form.fields.all().delete()
    write_fields(form, sections)
    return form


@write
def publish_draft_form(*, by: User, review: Review, shown: str) -> FormVersion:
    """Ask the draft from now on, if it is still the one that was `shown`, by its fingerprint."""
    data = as_data(draft_form(review))
    if mark_of(data) != shown:
        raise Refused(_("Somebody changed the draft since you looked. Look at what it changes once more."))
    return publish_form(by=by, review=review, data=data)


def mark_of(data: dict[str, Any]) -> str:
    return fingerprint({"form": repr(data)})


def draft_form(review: Review) -> FormVersion:
    draft = FormVersion.objects.prefetch_related("fields").filter(review=review, status="draft").first()
    if draft is None:
        raise Refused(_("There is no draft to publish. Change the form and save it first."))
    return draft


@dataclass(frozen=True, slots=True)
class FormEffect:
    """What the draft asks otherwise than the form that is asked now, by the labels of its fields; and what that does to
    the stage's items. shown: the draft's fingerprint."""

    shown: str
    added: Sequence[str]
    gone: Sequence[str]
    changed: Sequence[str]
    items: Versioned


def preview_form(*, review: Review) -> FormEffect:
    draft, now = draft_form(review), FormVersion.objects.newest(review)
    after = {one.key: one for one in draft.fields.all()}
    before = {one.key: one for one in now.fields.all()} if now else {}
    return FormEffect(
        shown=mark_of(as_data(draft)),
        added=[one.label for key, one in after.items() if key not in before],
        gone=[one.label for key, one in before.items() if key not in after],
        changed=[
            one.label
            for key, one in after.items()
            if key in before and field_data(one) != field_data(before[key])
        ],
        items=preview_version(stage=stage_of(review, "extraction")),
    )


@write
def discard_draft_form(*, by: User, review: Review) -> None:
    refuse_if_closed(review)
    FormField.objects.filter(form__review=review, form__status="draft").delete()
    FormVersion.objects.filter(review=review, status="draft").delete()


def write_fields(form: FormVersion, sections: Sequence[Section]) -> None:
    specs = [spec for section in sections for spec in section.fields]
    FormField.objects.bulk_create(
        FormField(review_id=form.review_id, form=form, position=position, **spec.columns())
        for position, spec in enumerate(specs)
    )
    form.layout = layout(sections)
    form.save(update_fields=["layout"])


@write
def publish_form(*, by: User, review: Review, data: Any) -> FormVersion:
    """Ask this from now on. Who has begun an undecided study gets their answers as a draft on the new form."""
    stage = stage_of(review, "extraction")
    form = save_draft_form(by=by, review=review, data=data)
    if not form.fields.exists():
        raise Refused(_("The form asks nothing. Add a field first."))
    version = publish_version(by=by, stage=stage)
    form.status, form.version = FormVersion.Status.PUBLISHED, version
    form.save(update_fields=["status", "version"])
    carry_over(by=by, version=version)
    return form
