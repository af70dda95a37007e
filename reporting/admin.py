"""The administrator's start page. It stands in the highest app: it reads them all."""

from typing import Any

from django.http import HttpRequest

from accounts.admin import is_administrator
from reporting.administration import overview


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `templates/admin/index.html` shows, for administrators only."""
    return context | overview() if is_administrator(request) else context
