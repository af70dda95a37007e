"""Servers that somebody named instead of ours: whether they answer, said before anything is begun."""

import os
from collections.abc import Callable

import psycopg2
import redis

from embedded.console import Refused

NAMES = {"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis"}
PATIENCE = 5


def ask_database(url: str) -> None:
    psycopg2.connect(url, connect_timeout=PATIENCE).close()


def ask_redis(url: str) -> None:
    client = redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
    try:
        client.ping()
    finally:
        client.close()


ASK: dict[str, Callable[[str], None]] = {"DATABASE_URL": ask_database, "REDIS_URL": ask_redis}


def named() -> dict[str, str]:
    """Those of the two variables that are set."""
    return {name: os.environ[name] for name in NAMES if os.environ.get(name)}


def said() -> str:
    """Which servers are started here, and which are used as they are."""
    ours = [title for name, title in NAMES.items() if name not in named()]
    parts = [f"Starting {' and '.join(ours)}"] if ours else []
    parts += [f"Using the {NAMES[name]} of {name}" for name in named()]
    return "; ".join(parts)


def check() -> None:
    for name, url in named().items():
        try:
            ASK[name](url)
        except (psycopg2.Error, redis.RedisError, ValueError) as error:
            raise Refused(
                f"The {NAMES[name]} of {name} does not answer: {' '.join(str(error).split())}\n"
                f"Start it, correct {name}, or leave {name} out: then Concord brings its own."
            ) from error
