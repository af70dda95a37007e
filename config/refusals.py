"""What a service says when it will not do something: a sentence for the person, and the status that carries it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response


class Refused(Exception):
    """The request was understood, but the state of things is against it. The text says what to do."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refused):
    """What was entered is wrong. The text says what to enter."""

    status = HTTPStatus.BAD_REQUEST


def for_api(error: Exception, context: dict[str, Any]) -> Response | None:
    # Here, because it loads the authentication classes, which raise what this module defines.
    from rest_framework.views import exception_handler

    if isinstance(error, Refused):
        return Response({"detail": error.message}, status=error.status)
    return exception_handler(error, context)


class RefusalMiddleware:
    """A refusal in a page view becomes a page of its own, or a line that htmx shows as a toast."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        if request.headers.get("HX-Request") or request.headers.get("Accept", "").startswith(
            "application/json"
        ):
            return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
        return render(request, "refused.html", {"message": error.message}, status=error.status)
