"""The first account of an installation: made by whoever can read the server's output, never with a default password."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import known_zone, zone_here
from accounts.models import User
from config.refusals import Refused

SALT = "concord.first-account"
VALID_SECONDS = 24 * 60 * 60
# Two people who follow the link at once wait for each other.
LOCK = 7_411


def needs_first_account() -> bool:
    return not User.objects.exists()


def key_for_first_account() -> str:
    return signing.dumps("first", salt=SALT)


def is_valid_key(key: str) -> bool:
    try:
        return bool(signing.loads(key, salt=SALT, max_age=VALID_SECONDS) == "first")
    except signing.BadSignature:
        return False


class FirstAccountForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("Ten characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    zone = zone_here()

    def clean_zone(self) -> str:
        return known_zone(str(self.cleaned_data["zone"]))

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password


@transaction.atomic
def make_first_account(*, name: str, email: str, password: str, zone: str = "UTC") -> User:
    """An administrator who may do everything. Refused as soon as anybody has an account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not needs_first_account():
        raise Refused(
            gettext("Somebody made the first account already. Sign in, or ask them for an invitation.")
        )
    return User.objects.create_superuser(email, password, name=name.strip(), zone=zone)
