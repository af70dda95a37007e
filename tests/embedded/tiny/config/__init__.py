"""The smallest project that uses everything the supervisor starts. Copied to a checkout of its own by the tests."""

from config.celery import app

__all__ = ["app"]
