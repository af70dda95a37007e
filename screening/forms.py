from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.refusals import Invalid
from consensus.models import Note
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
