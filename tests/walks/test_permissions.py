"""Who gets which answer from which route: pinned in permissions.txt, route by route.

A request here has an empty body, so that 400 or 422 says: let in, but nothing was asked. After a change that is meant:
`UPDATE_GOLDEN=1 bin/test tests/walks/test_permissions.py`, and read the difference as carefully as the code.
"""

import logging
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from appraisal.models import Answer, Level
from consensus.models import Judgement, WorkItem
from extraction.models import Value
from tests.walks.routes import Route, routes
from tests.walks.world import World, ana_judges, ids, in_a_transaction, person, pks

GOLDEN = Path(__file__).with_name("permissions.txt")
ROLES = {
    "anonymous": "anonymous",
    "stranger": "stranger",
    "observer": "observer",
    "reviewer": "ana",
    "other": "ben",
    "lead": "lead",
    "owner": "owner",
    "staff": "staff",
}
UPDATING = bool(os.environ.get("UPDATE_GOLDEN"))
HOW = "Run `UPDATE_GOLDEN=1 bin/test tests/walks/test_permissions.py`, read the difference, and commit it if it is meant."
HEAD = """\
# Who gets which status from which route. Requests have an empty body; the item and the draft are the reviewer's.
# Written by test_permissions.py. After a change that is meant, write it anew and read the difference:
#     UPDATE_GOLDEN=1 bin/test tests/walks/test_permissions.py
"""


def golden() -> dict[str, dict[str, str]]:
    """{"route METHOD": {role: status}}"""
    if not GOLDEN.exists():
        return {}
    lines = [line.split() for line in GOLDEN.read_text().splitlines() if line and not line.startswith("#")]
    if not lines:
        return {}
    roles = lines[0][2:]
    return {f"{name} {method}": dict(zip(roles, codes, strict=True)) for name, method, *codes in lines[1:]}


def write_golden(pinned: dict[str, dict[str, str]]) -> None:
    known = {entry for route in routes() for entry in entries(route)}
    width = max(len(entry.split()[0]) for entry in known)
    rows = [("route", "METHOD", *ROLES)]
    rows += [
        (*entry.split(), *(codes.get(role, "-") for role in ROLES))
        for entry, codes in sorted(pinned.items())
        if entry in known
    ]
    text = "".join(
        f"{row[0]:<{width}} {row[1]:<6} {' '.join(f'{code:>9}' for code in row[2:])}\n" for row in rows
    )
    GOLDEN.write_text(HEAD + text)


def entries(route: Route) -> list[str]:
    name = route.name + ("".join(f"/{key}" for key in route.keys) if is_twice(route) else "")
    return [f"{name} {method.upper()}" for method in route.methods]


def is_twice(route: Route) -> bool:
    return sum(other.name == route.name for other in routes()) > 1


# Where in `world.blinded` the item stands that Ana has begun, of each app whose pages are about a draft.
DRAFT_OF = {"extraction": 3, "appraisal": 5}


def own(world: World) -> dict[str, Any]:
    """The one row of each kind that the matrix asks for: what belongs to the reviewer, where it can."""
    draft = draft_at(world, "extraction")
    return {
        "judgement_id": draft.pk,
        "note_id": world.private.pk,
        "arm_id": draft.arms.get().pk,
        "result_id": draft.reported_results.get().pk,
        "member_id": world.review.memberships.get(user=world.cast.cleo).pk,
    }


def draft_at(world: World, kind: str) -> Judgement:
    return Judgement.objects.drafts().get(reviewer=world.cast.ana, item__stage__kind=kind)


def values_for(world: World, route: Route, mine: dict[str, Any]) -> dict[str, Any]:
    known = ids(world)
    found = {}
    for key in route.keys:
        if key == "pk":
            found[key] = pk_for(world, route)
        elif key == "item_id":
            found[key] = world.blinded[DRAFT_OF.get(route.name.partition(":")[0], 0)].pk
        elif key == "judgement_id" and route.name.startswith("appraisal:"):
            found[key] = draft_at(world, "appraisal").pk
        elif key in mine:
            found[key] = mine[key]
        else:
            assert key in known, (
                f"{route.name}: nothing is named for <{key}>. Add it to ids() in tests/walks/world.py."
            )
            rows = list(known[key]())
            assert rows, (
                f"{route.name}: the world holds no row for <{key}>. Make one in tests/walks/world.py."
            )
            found[key] = rows[0]
    return found


def pk_for(world: World, route: Route) -> Any:
    """A judgement that is hidden, a value of one; else the first of its kind."""
    found = pks(world, route)
    assert found, (
        f"{route.name}: the world holds no {route.model.__name__}. Make one in tests/walks/world.py."
    )
    if route.model is Judgement:
        return Judgement.objects.current().filter(id__in=world.hidden).latest("id").pk
    if route.model is WorkItem:
        return world.blinded[0].pk
    return found[-1 if route.model in {Value, Answer, Level} else 0]


def asked(world: World, role: str, urls: dict[Route, str]) -> dict[str, str]:
    """{"route METHOD": status}"""
    client = Client(raise_request_exception=False)
    user = person(world, ROLES[role])
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    said = {}
    for route, url in urls.items():
        for method, entry in zip(route.methods, entries(route), strict=True):
            ask = getattr(client, method)
            said[entry] = str(in_a_transaction(lambda ask=ask, url=url: ask(url).status_code))
    return said


def test_every_route_answers_every_role_as_pinned(world: World, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    ana_judges(world)
    mine = own(world)
    urls = {route: route.url(**values_for(world, route, mine)) for route in routes()}
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for role in ROLES:
        for entry, code in asked(world, role, urls).items():
            said[entry][role] = code
    if UPDATING:
        write_golden(said)
    broken = {
        entry: codes for entry, codes in said.items() if any(code.startswith("5") for code in codes.values())
    }
    assert not broken, f"these routes break: {broken}"
    pinned = golden()
    missing = sorted(set(said) - set(pinned))
    assert not missing, f"These routes are not pinned in {GOLDEN.name}: {', '.join(missing)}. {HOW}"
    differs = [
        f"{entry} for the {role}: {pinned[entry][role]} is pinned, {code} came"
        for entry, codes in said.items()
        for role, code in codes.items()
        if pinned[entry][role] != code
    ]
    assert not differs, "\n".join([*differs, HOW])


def test_nothing_is_pinned_that_is_no_route() -> None:
    known = {entry for route in routes() for entry in entries(route)}
    gone = sorted(set(golden()) - known)
    assert not gone, f"These are pinned, and no route any more: {', '.join(gone)}. {HOW}"


REVIEW_PAGES = [
    route for route in routes() if "review_id" in route.keys and not route.name.endswith("break_glass")
]


@pytest.mark.parametrize("role", ["stranger", "staff"])
def test_who_is_no_member_cannot_tell_a_review_from_a_wrong_number(role: str) -> None:
    """Read from what is pinned, so that no update can let a stranger in unseen."""
    pinned = golden()
    let_in = {
        entry: pinned[entry][role]
        for route in REVIEW_PAGES
        for entry in entries(route)
        if pinned[entry][role] not in {"404", "405"}
    }
    assert not let_in


def test_an_observer_changes_nothing() -> None:
    pinned = golden()
    wrote = {
        entry: codes["observer"]
        for entry, codes in pinned.items()
        if entry.endswith(("POST", "PATCH", "PUT", "DELETE"))
        and codes["observer"] in {"200", "201", "204", "302"}
    }
    # Their own profile, address, sessions, tokens and notifications, where they stand in the tour, and reviews of their own.
    assert {
        entry
        for entry in wrote
        if not entry.startswith(
            (
                "consensus:new_review",
                "profile",
                "account_email",
                "end_session",
                "tokens",
                "revoke_token",
                "reviews:read_not",
                "reporting:tour",
            )
        )
    } == set()
