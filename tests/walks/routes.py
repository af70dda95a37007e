"""Every route of the project, as the resolver knows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Not ours: Django's administration and the sign-in pages have walls of their own.
FOREIGN = ("admin", "allauth", "django.contrib.admin")
WEB = ("get", "post")
API = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True)
class Route:
    name: str
    keys: tuple[str, ...]
    is_api: bool
    model: Any = None

    @property
    def methods(self) -> tuple[str, ...]:
        return API if self.is_api else WEB

    def url(self, **values: Any) -> str:
        return reverse(self.name, kwargs=values)


def routes() -> list[Route]:
    found = list(walk(get_resolver().url_patterns, ()))
    return sorted(found, key=lambda route: (route.is_api, route.name, route.keys))


def walk(patterns: list[Any], namespaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            if inner[:1] != ("admin",):
                yield from walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and not pattern.callback.__module__.startswith(FOREIGN):
            yield route_of(pattern, namespaces)


def route_of(pattern: URLPattern, namespaces: tuple[str, ...]) -> Route:
    assert pattern.name, f"the route {pattern.pattern} has no name: nobody can point at it, nor walk it"
    view = getattr(pattern.callback, "cls", None)
    queryset = getattr(view, "queryset", None)
    return Route(
        name=":".join((*namespaces, pattern.name)),
        keys=tuple(sorted(pattern.pattern.converters or pattern.pattern.regex.groupindex)),
        is_api=view is not None,
        model=queryset.model if queryset is not None else None,
    )
