from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the two servers answer: for whoever watches over the installation, so without signing in."""
    found = {"database": database_answers(), "redis": redis_answers()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def redis_answers() -> bool:
    try:
        cache.set("health", 1, 10)
        return bool(cache.get("health") == 1)
    except (RedisError, OSError):
        return False
