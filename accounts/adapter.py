from allauth.account.adapter import DefaultAccountAdapter
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up unasked: an account begins with an invitation, or with the administrator.

    Following an invitation's link puts the address it was sent to into the session, under `invitation`.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return "invitation" in request.session

    def clean_email(self, email: str) -> str:
        invited = self.request.session.get("invitation") if self.request else None
        signing_up = self.request and not self.request.user.is_authenticated
        if invited and signing_up and email.lower() != invited:
            raise ValidationError(
                _("The invitation was sent to %(email)s. Enter that address.") % {"email": invited}
            )
        return email
