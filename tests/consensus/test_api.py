"""Stages, items and judgements over the API: blinded as the pages are."""

import csv
import io
from uuid import uuid4

import pytest

from accounts.services import create_token
from consensus import services
from consensus.models import Judgement
from reviews.models import ExclusionReason
from reviews.services import create_review, set_reasons

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def api(client):
    """A call over the API with a token of the person: their method, path and body."""

    def call(user, method, path, body=None, **query):
        key = create_token(user=user, name="test")[1]
        address = path if path.startswith("http") else f"{API}/{path}"
        headers = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
        if method == "get":
            return client.get(address, query, **headers)
        return client.post(address, body or {}, content_type="application/json", **headers)

    return call


def judge(api, user, item, verdict="include", **more):
    body = {"item": item.pk, "answer": {"verdict": verdict, **more.pop("answer", {})}, **more}
    return api(user, "post", "judgements/", body)


def test_judging_over_the_api_is_judging(api, cast, items):
    token = str(uuid4())
    first = judge(api, cast.ana, items[0], comment="Fits", token=token)
    again = judge(api, cast.ana, items[0], "exclude", token=token)
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["answers"] == {"verdict": "include", "reason": None, "reason_id": None}
    assert (first.json()["role"], first.json()["comment"]) == ("independent", "Fits")


def test_a_judge_of_an_incomplete_item_sees_their_own_and_no_hint(api, cast, review, items):
    judge(api, cast.ben, items[0], comment="BEN SAYS")
    for user in (cast.ana, cast.cleo):
        assert api(user, "get", "judgements/").json()["results"] == []
        item = api(user, "get", f"items/{items[0].pk}/").json()
        untouched = api(user, "get", f"items/{items[1].pk}/").json()
        assert (item["status"], item["judged"], item["final"]) == ("open", None, None)
        assert (untouched["status"], untouched["judged"]) == ("open", None)
        assert api(user, "get", f"items/{items[0].pk}/judgements/").json() == []
        assert "BEN SAYS" not in api(user, "get", "judgements/", format="csv").content.decode()
    ids = [
        [
            one["id"]
            for one in api(cast.ana, "get", "items/", review=review.pk, status=status).json()["results"]
        ]
        for status in ("open", "partial")
    ]
    assert ids[0] == ids[1] == [item.pk for item in items]


def test_a_judgement_that_may_not_be_seen_cannot_be_told_from_a_wrong_number(api, cast, items):
    made = judge(api, cast.ben, items[0]).json()["id"]
    assert api(cast.ana, "get", f"judgements/{made}/").status_code == 404
    assert api(cast.ben, "get", f"judgements/{made}/").status_code == 200


def test_a_lead_sees_how_far_an_item_is_but_not_what_was_said(api, cast, items):
    judge(api, cast.ben, items[0])
    item = api(cast.lead, "get", f"items/{items[0].pk}/").json()
    assert (item["status"], item["judged"]) == ("partial", 1)
    assert api(cast.lead, "get", "judgements/").json()["results"] == []


def test_once_complete_everybody_reads_and_a_judge_who_read_cannot_revise(api, cast, items):
    judge(api, cast.ana, items[0], "include")
    judge(api, cast.ben, items[0], "exclude", comment="BEN SAYS")
    seen = api(cast.ana, "get", f"items/{items[0].pk}/judgements/").json()
    assert [one["reviewer"] for one in seen] == [cast.ana.pk, cast.ben.pk]
    assert judge(api, cast.ana, items[0], "exclude").status_code == 409
    assert judge(api, cast.ben, items[0], "include").status_code == 201


def test_reading_ones_own_reveals_nothing_and_keeps_it_open(api, cast, items):
    judge(api, cast.ana, items[0])
    api(cast.ana, "get", "judgements/")
    assert Judgement.objects.get().revealed_at is None


def test_whoever_was_asked_as_well_reads_the_others_after_their_own(api, cast, items):
    judge(api, cast.ana, items[0], "include")
    judge(api, cast.ben, items[0], "exclude")
    services.add_judge(by=cast.lead, item=items[0], judge=cast.cleo)
    assert api(cast.cleo, "get", f"items/{items[0].pk}/judgements/").json() == []
    judge(api, cast.cleo, items[0], "unsure")
    assert len(api(cast.cleo, "get", f"items/{items[0].pk}/judgements/").json()) == 3


def test_the_list_as_csv_says_what_json_says(api, cast, items):
    judge(api, cast.ana, items[0], "exclude", comment="=1+1")
    rows = list(
        csv.DictReader(io.StringIO(api(cast.ana, "get", "judgements/", format="csv").content.decode()))
    )
    assert (rows[0]["item"], rows[0]["comment"]) == (str(items[0].pk), "'=1+1")
    assert '"verdict": "exclude"' in rows[0]["answers"]


def test_a_conflict_is_resolved_and_reopened_by_those_who_may(api, cast, items):
    judge(api, cast.ana, items[0], "include")
    judge(api, cast.ben, items[0], "exclude")
    body = {"answer": {"verdict": "include"}, "comment": "Fits"}
    assert api(cast.ana, "post", f"items/{items[0].pk}/resolve/", body).status_code == 403
    assert api(cast.lead, "post", f"items/{items[0].pk}/resolve/", body | {"comment": ""}).status_code == 400
    made = api(cast.lead, "post", f"items/{items[0].pk}/resolve/", body)
    assert (made.status_code, made.json()["role"]) == (201, "consensus")
    again = api(cast.lead, "post", f"items/{items[0].pk}/reopen/", {"reason": "New data"})
    assert (again.json()["status"], again.json()["reopened_because"]) == ("conflict", "New data")


def test_strangers_find_nothing_and_observers_may_not_judge(api, cast, items):
    for path in ("stages/", "items/", "judgements/"):
        assert api(cast.stranger, "get", path).json()["results"] == []
        assert api(cast.staff, "get", path).json()["results"] == []
    assert judge(api, cast.stranger, items[0]).status_code == 404
    assert judge(api, cast.observer, items[0]).status_code == 403
    assert api(cast.stranger, "post", f"items/{items[0].pk}/reopen/", {"reason": "x"}).status_code == 404


def test_nobody_reads_without_a_token(client, items):
    for path in ("stages/", "items/", "judgements/"):
        assert client.get(f"{API}/{path}").status_code in {401, 403}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"item": "x", "answer": {}},
        {"item": 1, "answer": "include"},
        {"item": 1, "answer": {"verdict": "include"}, "token": "x"},
    ],
)
def test_a_body_that_cannot_be_read_is_a_400(api, cast, items, body):
    assert api(cast.ana, "post", "judgements/", body).status_code == 400


@pytest.mark.parametrize("reason", ["x", {"a": 1}, [1], True, 10**30])
def test_a_reason_that_is_none_is_a_400_with_what_to_do(api, cast, items, reason):
    answer = judge(api, cast.ana, items[0], "exclude", answer={"reason_id": reason})
    assert (answer.status_code, Judgement.objects.count()) == (400, 0)
    assert answer.json()["detail"]


def test_a_reason_of_another_review_is_refused(api, cast, items):
    other = create_review(by=cast.ana, title="Other")
    foreign = set_reasons(by=cast.ana, review=other, labels=["Foreign"])[0]
    answer = judge(api, cast.ana, items[0], "exclude", answer={"reason_id": foreign.pk})
    assert answer.status_code == 400


def test_stages_count_what_everybody_may_know(api, cast, review, items):
    reason = ExclusionReason.objects.filter(review=review)[0]
    judge(api, cast.ana, items[0], "exclude", answer={"reason_id": reason.pk})
    judge(api, cast.ben, items[0], "exclude", answer={"reason_id": reason.pk})
    judge(api, cast.ben, items[1])
    stage = api(cast.ana, "get", "stages/", review=review.pk, kind="title_abstract").json()["results"][0]
    assert (stage["live"], stage["decided"], stage["conflicts"]) == (6, 1, 0)
    assert "partial" not in stage


def test_a_page_of_judgements_asks_a_fixed_number_of_queries(api, cast, items, django_assert_max_num_queries):
    for item in items:
        for user in (cast.ana, cast.ben):
            services.submit(by=user, item_id=item.pk, answer={"verdict": "include"})
    with django_assert_max_num_queries(14):
        assert len(api(cast.lead, "get", "judgements/").json()["results"]) == 12
