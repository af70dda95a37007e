"""What is said when a page is not there, not allowed, or broke: a page to a person, one line to a script."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults


def said(request: HttpRequest, status: int, text: str) -> HttpResponse | None:
    """One line for htmx and for API clients; nothing when a page is wanted."""
    if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"detail": text}, status=status)
    if request.headers.get("HX-Request"):
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    return None


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = str(exception) or _("Your role in this review does not allow this. Ask its lead.")
    return said(request, 403, text) or defaults.permission_denied(request, exception or PermissionError(text))


def missing(request: HttpRequest, exception: Any = None) -> HttpResponse:
    text = _("There is nothing here, or you are not a member of its review.")
    return said(request, 404, text) or defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    text = _("The server could not do this. Nothing was changed. Reload the page, then try again.")
    return said(request, 500, text) or defaults.server_error(request)
