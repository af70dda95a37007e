from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connection, transaction

from accounts.models import User

F = TypeVar("F", bound=Callable[..., Any])


def name_actor(user: User | None) -> None:
    """Tell the audit triggers who acts, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('concord.actor', %s, true)", [str(user.pk) if user else ""])


def write(function: F) -> F:
    """A service that writes: atomic, and its `by` is who the audit trail names."""

    @wraps(function)
    def atomic(**kwargs: Any) -> Any:
        with transaction.atomic():
            name_actor(kwargs.get("by"))
            return function(**kwargs)

    return cast("F", atomic)
