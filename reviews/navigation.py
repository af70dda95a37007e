from typing import Any

from django.http import HttpRequest


def for_page(request: HttpRequest) -> dict[str, Any]:
    return {}
