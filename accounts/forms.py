from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def zone_here() -> forms.CharField:
    """The browser's own time zone, which the page fills in. What is none is no reason to refuse anything."""
    return forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-zone-here": ""}))


def known_zone(name: str) -> str:
    return name if name in available_timezones() else "UTC"


class NameForm(forms.Form):
    """What signing up asks beyond e-mail and password. The address is the one that was invited."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    zone = zone_here()

    field_order = ["name", "email", "password1", "zone"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name, user.zone = self.cleaned_data["name"], known_zone(self.cleaned_data["zone"])
        user.save(update_fields=["name", "zone"])


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, help_text=_("Shown to the teams of your reviews.")
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Such as Europe/Berlin. Times are shown in it."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    digest = forms.BooleanField(
        label=_("Send me one e-mail a day when something new waits for me"),
        required=False,
        help_text=_("At seven in the morning of your time zone."),
    )

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("Enter a time zone by its name, such as Europe/Berlin or UTC."))
        return zone


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What the token is for"), max_length=80)
    expires_at = forms.DateTimeField(
        label=_("Expires"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean_expires_at(self) -> datetime | None:
        expires: datetime | None = self.cleaned_data["expires_at"]
        if expires and expires <= timezone.now():
            raise forms.ValidationError(_("The expiry lies in the past. Enter a later date."))
        return expires

    def values(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "expires_at": self.cleaned_data["expires_at"]}
