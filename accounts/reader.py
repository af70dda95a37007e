from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


def reader(request: HttpRequest | Request) -> User:
    """The signed-in person. The middleware has sent everybody else to sign in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
