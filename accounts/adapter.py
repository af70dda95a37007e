from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up unasked: an account begins with an invitation, or with the administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return "invitation" in request.session
