from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]


class ZoneMiddleware:
    """Times are shown in the reader's own zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            zone = ZoneInfo(getattr(request.user, "zone", "") or settings.TIME_ZONE)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo(settings.TIME_ZONE)
        with timezone.override(zone):
            return self.get_response(request)


class SignedInMiddleware:
    """Deny by default: every page wants a signed-in person, but for the few that are named here."""

    OWN = ("/accounts/profile/", "/accounts/tokens/", "/accounts/email/", "/accounts/sessions/")
    OPEN = ("/accounts/", "/static/", "/health/", "/admin/", "/api/", "/styles/", "/i18n/")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_open = request.path.startswith(self.OPEN) and not request.path.startswith(self.OWN)
        if request.user.is_authenticated or is_open:
            return self.get_response(request)
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
