"""Where the servers are: two addresses from the environment, turned into what Django and Celery want."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

BROKER, CACHE, RESULTS = 0, 1, 2


def database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?host=/socket/directory` as Django's settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def redis_cache(url: str, offset: int = 0) -> str:
    """The address as redis-py reads it, pointing at the database that holds the cache."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"{url.split('?', maxsplit=1)[0]}?db={CACHE + offset}"
    return urlunsplit(parts._replace(path=f"/{CACHE + offset}"))


def redis_celery(url: str, database: int, offset: int = 0) -> str:
    """The address as kombu reads it: it has a transport of its own for Unix sockets."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host={database + offset}"
    return urlunsplit(parts._replace(path=f"/{database + offset}"))
