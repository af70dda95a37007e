"""Every page that a person can reach by following links from the start page: one example of each route."""

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import User

LINK = re.compile(r"""<a\b[^>]*?\shref=["']([^"'#]+)""")
# Not Concord's own pages, and what ends the visit.
LEFT_OUT = {"account_logout", "api_schema"}


def name_of(path: str) -> str | None:
    """The route's name, with what tells its variants apart: the kind of stage, or the box of the flow."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    variant = match.kwargs.get("kind", "")
    return f"{match.view_name}:{variant}" if variant else match.view_name


def visitor(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_page(answer: HttpResponseBase) -> bool:
    return answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html")


def pages_for(user: User, *, limit: int = 400) -> dict[str, str]:
    """Route name to one address of it, in the order in which following links finds them."""
    client, found, seen = visitor(user), {}, {"/"}
    waiting = deque(["/"])
    while waiting and len(seen) < limit:
        path = waiting.popleft()
        name = name_of(path)
        if name is None or name in found or name in LEFT_OUT or name.startswith("admin:jsi18n"):
            continue
        answer = client.get(path)
        if not is_page(answer):
            continue
        body = getattr(answer, "content", b"").decode(errors="replace")
        if "<html" not in body[:300]:
            continue
        found[name] = path
        for link in LINK.findall(body):
            target = urlsplit(urljoin(path, link.replace("&amp;", "&")))
            if target.netloc in {"", "127.0.0.1"} and target.path not in seen:
                seen.add(target.path)
                waiting.append(target.path)
    return found
