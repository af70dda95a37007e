from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class NameForm(forms.Form):
    """What signing up asks beyond e-mail and password."""

    name = forms.CharField(label=_("Your name"), max_length=120)

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What the token is for"), max_length=80)
    expires_at = forms.DateTimeField(
        label=_("Expires"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def values(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "expires_at": self.cleaned_data["expires_at"]}
