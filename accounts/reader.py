from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def reader(request: HttpRequest) -> User:
    """The signed-in person. The middleware has sent everybody else to sign in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
