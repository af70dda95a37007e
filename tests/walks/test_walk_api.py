"""The whole way over the API, with tokens: from three database exports to the table and the numbers of the flow.

Making the review and its team has pages only; everything after that is asked over HTTP, and a Celery worker on the
test's database reads the exports and builds the table.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from accounts.models import User
from accounts.services import create_token, revoke_token
from consensus.checks import drift
from consensus.services import start_review
from extraction.services.forms import publish_form
from reporting import demo
from reviews.models import Review
from reviews.services import add_member

pytestmark = [pytest.mark.django_db(transaction=True)]

API = "/api/v1"
CANARY = "Kanarienvogel"
PROTOCOL = demo.data("protocol")
PUBLISHED = demo.data("expected")


@dataclass
class Api:
    """Calls with one person's token, and nothing else that would identify them."""

    key: str

    def get(self, path: str, expected: int = 200, /, **query: Any) -> Any:
        answer = self.ask("get", path, query)
        assert answer.status_code == expected, answer.content
        return answer

    def read(self, path: str, **query: Any) -> Any:
        return self.get(path, **query).json()

    def every(self, path: str, **query: Any) -> Iterator[Any]:
        """All rows, following the cursor from page to page."""
        page = self.read(path, page_size=50, **query)
        yield from page["results"]
        while page["next"]:
            page = self.ask("get", page["next"]).json()
            yield from page["results"]

    def send(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.ask("post", path, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    def upload(self, path: str, body: Any, status: int = 202) -> Any:
        answer = self.ask("post", path, body)
        assert answer.status_code == status, answer.content
        return answer.json()

    def ask(self, method: str, path: str, *arguments: Any, **more: Any) -> Any:
        address = path if path.startswith("http") else f"{API}/{path}"
        call = getattr(Client(), method)
        return call(address, *arguments, headers={"authorization": f"Bearer {self.key}"}, **more)


@pytest.fixture
def api() -> Callable[[User], Api]:
    return lambda user: Api(create_token(user=user, name="script")[1])


@pytest.fixture
def review(cast: Any) -> Review:
    review = start_review(
        by=cast.lead,
        title="Adipose stem cells",
        question=PROTOCOL["question"],
        include=PROTOCOL["include"],
        exclude=PROTOCOL["exclude"],
        reasons=PROTOCOL["reasons"],
    )
    for user, role in ((cast.ana, "reviewer"), (cast.ben, "reviewer"), (cast.observer, "observer")):
        add_member(by=cast.lead, review=review, email=user.email, role=role)
    publish_form(by=cast.lead, review=review, data=demo.data("form"))
    return review


def test_three_exports_become_the_published_numbers_over_the_api(
    api: Any, cast: Any, review: Review, worker: Any, wait_until: Any
) -> None:
    lead, ana, ben, observer, stranger = (
        api(user) for user in (cast.lead, cast.ana, cast.ben, cast.observer, cast.stranger)
    )
    import_the_searches(lead, review, wait_until)
    titles = see_what_was_found(observer, review)
    judge_all(ana, ben, lead, observer, stranger, review, "title_abstract", titles)
    judge_all(ana, ben, lead, observer, stranger, review, "full_text", titles)
    table = lead.send("tables/", {"review": review.pk, **demo.data("tables")[1]})["id"]
    extract_all(ana, ben, lead, observer, review)
    read_the_values(observer, review)
    read_the_table(observer, table, wait_until)
    numbers = observer.read(f"prisma/{review.pk}/")
    assert {name: numbers["boxes"].get(name, 0) for name in PUBLISHED["prisma_boxes"]} == PUBLISHED[
        "prisma_boxes"
    ]
    assert numbers["records_excluded_by"] == PUBLISHED["prisma"]["excluded"]
    assert (numbers["provisional"], numbers["violations"]) == (False, [])
    hidden_from_strangers(stranger, review, table)
    assert list(drift()) == []


def import_the_searches(lead: Api, review: Review, wait_until: Any) -> None:
    batches = []
    for one in PROTOCOL["searches"]:
        described = {name: one[name] for name in ("source", "hits_reported")} | {"review": review.pk}
        search = lead.send("searches/", described)["id"]
        with (demo.DATA / one["file"]).open("rb") as file:
            batches.append(lead.upload("batches/", {"search": search, "file": file})["id"])
    for pk, one in zip(batches, PROTOCOL["searches"], strict=True):
        wait_until(
            lambda pk=pk: lead.read(f"batches/{pk}/")["status"] == "done", what=f"{one['file']} is read"
        )
        batch = lead.read(f"batches/{pk}/")
        assert (batch["found"], batch["made"], batch["refused"]) == (one["hits_reported"],) * 2 + (0,)
    assert {job["status"] for job in lead.every("jobs/", review=review.pk)} == {"done"}
    assert lead.read("refusals/", review=review.pk)["results"] == []


def see_what_was_found(observer: Api, review: Review) -> dict[int, str]:
    """The title of each report. Some hold two records."""
    records = list(observer.every("records/", review=review.pk))
    reports = list(observer.every("reports/", review=review.pk, status="current"))
    assert (len(records), len(reports)) == (74, 70)
    assert sum(len(one["records"]) - 1 for one in reports) == 4
    assert sorted(one["id"] for one in records) == sorted(pk for one in reports for pk in one["records"])
    assert all(one["raw"] for one in records)
    return {one["id"]: one["title"] for one in reports}


def judge_all(
    ana: Api,
    ben: Api,
    lead: Api,
    observer: Api,
    stranger: Api,
    review: Review,
    kind: str,
    titles: dict[int, str],
) -> None:
    """Everything by both; of the first item Ben thinks otherwise, and the lead settles it."""
    known = observer.read(f"reviews/{review.pk}/")["reasons"]
    reasons = {demo.plain(one["label"]): one["id"] for one in known}
    items = list(ana.every("items/", review=review.pk, kind=kind))
    right = {one["id"]: verdict(titles[one["report"]], reasons) for one in items}
    first = items[0]["id"]
    for pk, answer in right.items():
        ana.send("judgements/", {"item": pk, "answer": answer, "comment": f"{CANARY} {kind}"})
    nothing_shows(ben, review, first, kind)
    for one in (lead, observer, stranger):
        assert f"{CANARY} {kind}" not in one.get("judgements/", review=review.pk, kind=kind).content.decode()
    for pk, answer in right.items():
        ben.send("judgements/", {"item": pk, "answer": other(answer, reasons) if pk == first else answer})
    assert [one["id"] for one in lead.every("items/", review=review.pk, kind=kind, status="conflict")] == [
        first
    ]
    assert [one["comment"] for one in lead.read(f"items/{first}/judgements/")] == [
        f"{CANARY} {kind}",
        "",
    ]
    settled = {"answer": right[first], "comment": "Read again together"}
    ana.send(f"items/{first}/resolve/", settled, status=403)
    lead.send(f"items/{first}/resolve/", settled)
    assert lead.read(f"items/{first}/")["status"] == "resolved"
    stage = observer.read("stages/", review=review.pk, kind=kind)["results"][0]
    assert (stage["live"], stage["decided"], stage["conflicts"]) == (len(items), len(items), 0)


def verdict(title: str, reasons: dict[str, int]) -> dict[str, Any]:
    if demo.plain(title) in demo.published():
        return {"verdict": "include"}
    named = re.search(r"\((.+?)\)", title)
    assert named, title
    return {"verdict": "exclude", "reason_id": reasons[demo.plain(named[1])]}


def other(answer: dict[str, Any], reasons: dict[str, int]) -> dict[str, Any]:
    if answer["verdict"] == "include":
        return {"verdict": "exclude", "reason_id": min(reasons.values())}
    return {"verdict": "include"}


def nothing_shows(ben: Api, review: Review, item: int, kind: str) -> None:
    """Ana has judged all of them: Ben, who has judged none, cannot tell it from anything."""
    for path in ("judgements/", f"items/{item}/judgements/", "values/"):
        asked = {} if path.startswith("items") else {"review": review.pk}
        for form in ("json", "csv"):
            assert f"{CANARY} {kind}" not in ben.get(path, format=form, **asked).content.decode()
    mine = list(ben.every("judgements/", review=review.pk, kind=kind))
    items = list(ben.every("items/", review=review.pk, kind=kind))
    assert mine == []
    assert {(one["status"], one["judged"], one["final"]) for one in items} == {("open", None, None)}


def extract_all(ana: Api, ben: Api, lead: Api, observer: Api, review: Review) -> None:
    """Every study twice; in the first Ben counts other patients, and the lead settles it."""
    items = list(ana.every("items/", review=review.pk, kind="extraction"))
    assert len(items) == 22
    reports = {one["study"]: one for one in observer.every("reports/", review=review.pk) if one["study"]}
    right = {}
    for one in items:
        source = demo.published()[demo.plain(reports[one["study"]]["title"])]
        right[one["id"]] = {"values": demo.answer_of(source)["values"]}
    for pk, answer in right.items():
        ana.send("judgements/", {"item": pk, "answer": answer, "comment": f"{CANARY} extraction"})
    first = items[0]["id"]
    nothing_shows(ben, review, first, "extraction")
    assert ben.read("values/", review=review.pk)["results"] == []
    for pk, answer in right.items():
        wrong = {"values": answer["values"] | {"patients": {"value": 1}}}
        ben.send("judgements/", {"item": pk, "answer": wrong if pk == first else answer})
    assert lead.read(f"items/{first}/")["status"] == "conflict"
    told = lead.read("values/", review=review.pk, item=first, field="patients")["results"]
    assert {one["value"] for one in told} == {"1", str(right[first]["values"]["patients"]["value"])}
    lead.send(f"items/{first}/resolve/", {"answer": right[first], "comment": "As Table 1 has it"})


def read_the_values(observer: Api, review: Review) -> None:
    asked = {"review": review.pk, "final": "true", "field": "patients"}
    values = list(observer.every("values/", **asked))
    assert len(values) == 22
    assert sum(int(one["value"]) for one in values) == PUBLISHED["recomputed_totals"]["patients"]
    answer = observer.get("values/", format="csv", **asked)
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["id"], row["value"]) for row in rows] == [(str(one["id"]), one["value"]) for one in values]


def read_the_table(observer: Api, table: int, wait_until: Any) -> None:
    def whole() -> Any:
        found = observer.read(f"tables/{table}/")
        return found if found["freshness"]["state"] == "fresh" and found["content"]["rows"] else None

    wait_until(whole, what="the table is built")
    content = whole()["content"]
    keys = [one["key"] for one in content["columns"]]
    rows = [dict(zip(keys, [cell["text"] for cell in row["cells"]], strict=True)) for row in content["rows"]]
    for row in rows:
        wanted = PUBLISHED["table2_recomputed_from_study_sizes"][row["indication"]]
        assert {name: int(row[name]) for name in wanted} == wanted
    assert len(rows) == len(PUBLISHED["table2_recomputed_from_study_sizes"])


def hidden_from_strangers(stranger: Api, review: Review, table: int) -> None:
    for path in (
        "reviews",
        "searches",
        "batches",
        "records",
        "reports",
        "studies",
        "items",
        "judgements",
        "values",
    ):
        assert stranger.read(f"{path}/", review=review.pk)["results"] == []
    for path in (f"reviews/{review.pk}/", f"prisma/{review.pk}/", f"tables/{table}/"):
        stranger.get(path, 404)


def test_without_a_token_or_with_one_that_was_revoked_nothing_is_read(cast: Any, review: Review) -> None:
    token, key = create_token(user=cast.ana, name="script")
    Api(key).get("reviews/")
    revoke_token(user=cast.ana, token_id=token.pk)
    for wrong in (key, "concord_unknown", ""):
        answer = Api(wrong).get("reviews/", 401)
        assert answer["WWW-Authenticate"] == "Bearer"
        assert review.title not in answer.content.decode()


def test_the_description_of_the_api_is_valid_and_names_every_resource(api: Any, cast: Any) -> None:
    schema = api(cast.ana).read("schema/", format="json")
    validate_schema(schema)
    for name in (
        "reviews",
        "records",
        "reports",
        "studies",
        "items",
        "judgements",
        "values",
        "tables",
        "prisma",
    ):
        assert f"{API}/{name}/" in schema["paths"], name
    assert "post" in schema["paths"][f"{API}/batches/"]
    assert schema["components"]["securitySchemes"]
