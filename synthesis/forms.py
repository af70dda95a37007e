import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 100_000


class DefinitionForm(forms.Form):
    """A table's name and its definition as text."""

    name = forms.CharField(label=_("Name"), max_length=200)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    definition = forms.CharField(
        label=_("Definition"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "false", "class": "mono"}),
    )

    def clean_definition(self) -> Any:
        text = self.cleaned_data["definition"]
        try:
            return json.loads(text, parse_constant=refuse)
        except (json.JSONDecodeError, RecursionError, ValueError) as error:
            where = (
                f" ({error.msg}, line {error.lineno}, column {error.colno})"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise forms.ValidationError(
                _("This is not JSON%(where)s. Correct it there."), params={"where": where}
            ) from None


def refuse(name: str) -> None:
    raise ValueError(name)
