from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.refusals import Invalid
from consensus.models import Note
from screening.models import Mode, Reading
from studies.models import Report


class DecisionForm(forms.Form):
    """One press of a button: include, unsure, exclude, or exclude:5 for the reason of that number."""

    item = forms.IntegerField(min_value=1, max_value=2**62)
    choice = forms.CharField(max_length=40, required=False)
    comment = forms.CharField(max_length=10_000, required=False)
    token = forms.UUIDField(required=False)

    def values(self) -> dict[str, Any]:
        """The decision, or Invalid."""
        if not self.is_valid():
            raise Invalid(str(_("This decision cannot be read. Reload the page and choose again.")))
        verdict, _colon, reason = self.cleaned_data["choice"].partition(":")
        return {
            "item_id": self.cleaned_data["item"],
            "verdict": verdict,
            "reason_id": reason or None,
            "comment": self.cleaned_data["comment"],
        }


class AnswerForm(forms.Form):
    """The answer that settles a conflict, and why."""

    choice = forms.CharField(max_length=40, required=False)
    comment = forms.CharField(max_length=10_000, required=False)

    def values(self) -> dict[str, Any]:
        if not self.is_valid():
            raise Invalid(str(_("Choose the answer, and say why in up to 10,000 characters.")))
        verdict, _colon, reason = self.cleaned_data["choice"].partition(":")
        return {"verdict": verdict, "reason_id": reason or None, "comment": self.cleaned_data["comment"]}


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))
    audience = forms.ChoiceField(
        label=_("Who sees it"), choices=Note.Audience.choices, initial=Note.Audience.PRIVATE
    )


class RetrievalForm(forms.Form):
    retrieval = forms.ChoiceField(label=_("Full text"), choices=Report.Retrieval.choices)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class LabelForm(forms.Form):
    label = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    name = forms.CharField(required=False, max_length=60)
    discuss = forms.BooleanField(required=False)


class ReadingForm(forms.Form):
    font = forms.ChoiceField(choices=Reading.Font.choices)
    size = forms.ChoiceField(choices=Reading.Size.choices)
    width = forms.ChoiceField(choices=Reading.Width.choices)


class OwnTermsForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("for", "against"):
            self.fields[name] = forms.CharField(required=False, max_length=50_000)


class BulkForm(forms.Form):
    """One decision for a filtered list; counted: how many the person was told it would be."""

    choice = forms.CharField(max_length=40)
    counted = forms.IntegerField(min_value=1, max_value=10_000)


class ModeForm(forms.Form):
    way = forms.ChoiceField(
        label=_("Who judges what"), choices=Mode.Way.choices, widget=forms.RadioSelect, initial=Mode.Way.ALL
    )
    judges_needed = forms.IntegerField(
        label=_("Judges for every record"), min_value=1, max_value=5, initial=2, required=False
    )
    percent = forms.IntegerField(
        label=_("Sample, in per cent"), min_value=1, max_value=99, initial=20, required=False
    )


class MaskingForm(forms.Form):
    hidden = forms.MultipleChoiceField(
        label=_("Masked until a record is decided"),
        choices=[("authors", _("Authors")), ("journal", _("Journal")), ("year", _("Year"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class CalibrationForm(forms.Form):
    size = forms.IntegerField(label=_("Records in the round"), min_value=1, max_value=200, initial=20)
