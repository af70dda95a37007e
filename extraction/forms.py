from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from extraction.models import Arm
from reviews.models import Review
from studies.models import Outcome, TimePoint


class ArmForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=Arm.Role.choices, initial=Arm.Role.EXPERIMENTAL)


class ResultForm(forms.Form):
    """A time point is entered, not chosen: a list would show what others have entered."""

    outcome = forms.ModelChoiceField(
        label=_("Outcome"), queryset=Outcome.objects.none(), required=False, empty_label=_("Not in the list")
    )
    proposed_name = forms.CharField(label=_("Name of a new outcome"), max_length=300, required=False)
    time = forms.DecimalField(
        label=_("Time point"), min_value=0, max_digits=9, decimal_places=2, required=False
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=TimePoint.Unit.choices, initial=TimePoint.Unit.WEEK)
    analysis = forms.CharField(label=_("Analysis"), max_length=120, required=False)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        catalogue = Outcome.objects.agreed().filter(review=review)
        self.fields["outcome"].queryset = catalogue  # type: ignore[attr-defined]


class LayoutForm(forms.Form):
    file = forms.FileField(label=_("Form as JSON"))
