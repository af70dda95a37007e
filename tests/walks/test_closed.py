"""In a review that is archived, every route that would write says so, to its owner too, and nothing changes."""

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from django.test import Client

from reviews.models import Event, Review
from studies.models import Search
from tests.walks.routes import Route, routes
from tests.walks.test_permissions import own, values_for
from tests.walks.world import TABLE, UNTOUCHED, World, ana_judges, in_a_transaction

# To open it again, to use its set-up elsewhere, and an administrator's logged look.
MAY = {"reviews:change_status", "reviews:clone", "reviews:break_glass"}
REFUSED = {403, 404, 405, 409}


def bodies(world: World) -> dict[str, dict[str, Any]]:
    """What the routes want that look at the body before they know which review is meant."""
    item = world.item("title_abstract", UNTOUCHED).pk
    search = Search.objects.filter(review=world.review)[0].pk
    return {
        "screening:decide": {"item": item, "choice": "include"},
        "judgement-list": {"item": item, "answer": {"verdict": "include"}},
        "batch-list": {"search": search, "file": SimpleUploadedFile("export.ris", b"TY  - JOUR\nER  - \n")},
        "search-list": {"review": world.review.pk, "source": "Embase"},
        "table-list": {"review": world.review.pk, "name": "Another", "definition": TABLE},
    }


@dataclass(frozen=True)
class Ask:
    """One request, and what came of it: the status, and how many rows were made, changed or removed."""

    client: Client
    route: Route
    method: str
    url: str
    body: dict[str, Any]

    def __call__(self) -> tuple[int, int]:
        before = Event.objects.aggregate(last=Max("id"))["last"]
        files = any(isinstance(one, SimpleUploadedFile) for one in self.body.values())
        kind = {"content_type": "application/json"} if self.body and self.route.is_api and not files else {}
        code = getattr(self.client, self.method)(self.url, self.body, **kind).status_code
        made = Event.objects.filter(id__gt=before)
        # To read a judgement notes that it was read, whenever that is.
        return code, made.exclude(place="consensus_judgement", action="update").count()


@pytest.mark.parametrize(
    "reading",
    [
        False,
        # Every page once more, to see that none writes when it is merely read: that takes long.
        pytest.param(True, marks=pytest.mark.slow),
    ],
    ids=["by what is sent", "by what is read"],
)
def test_no_route_writes_into_an_archived_review(world: World, caplog: Any, reading: bool) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    ana_judges(world)
    mine = own(world)
    Review.objects.filter(id=world.review.pk).update(status="archived")
    wanted = [one for one in routes() if one.name not in MAY and (one.is_api or "review_id" in one.keys)]
    said = bodies(world)
    let_in = {}
    for user in (world.cast.owner, world.cast.ana):
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for route in wanted:
            url = route.url(**values_for(world, route, mine))
            for method in {"get"} if reading else {*route.methods} - {"get"}:
                body = said.get(route.name, {}) if method == "post" else {}
                code, rows = in_a_transaction(Ask(client, route, method, url, body))
                if rows or (method != "get" and code not in REFUSED):
                    let_in[f"{method} {route.name} as {user}"] = f"{code}, {rows} rows written"
    assert not let_in, "\n".join(f"{name}: {said}" for name, said in let_in.items())
