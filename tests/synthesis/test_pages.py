import csv
import io
import json

import pytest
from django.urls import reverse

from consensus.models import Assignment, Judgement
from consensus.services import add_judge, reopen, submit
from synthesis.building import refresh
from synthesis.models import SummaryTable, TableBuild
from tests.synthesis.conftest import BY_INDICATION, answer

pytestmark = pytest.mark.django_db(transaction=True)


def url(name: str, table: SummaryTable, **query: object) -> str:
    return reverse(f"synthesis:{name}", args=[table.review_id, table.pk], query=query or None)


@pytest.fixture
def built(table, agree):
    agree("Moon", "Skin", 39, 22)
    agree("Hess", "Stroke", 1013, 4)
    refresh(table.review_id)
    table.refresh_from_db()
    return table


def test_the_list_names_each_table_and_says_how_fresh_it_is(built, client_of, cast):
    page = client_of(cast.observer).get(reverse("synthesis:tables", args=[built.review_id])).content.decode()
    assert "By indication" in page
    assert "Fresh" in page
    assert "New table" not in page


def test_the_page_shows_the_agreed_numbers_as_doors(built, client_of, cast):
    page = client_of(cast.observer).get(url("table", built)).content.decode()
    assert "1,052" in page
    assert 'data-opens="trace"' in page
    assert "row=total&amp;column=2" in page


def test_a_stranger_finds_no_table(built, client_of, cast):
    client = client_of(cast.stranger)
    for name in ("table", "status", "edit", "download_csv", "download_json"):
        assert client.get(url(name, built)).status_code == 404
    assert client.get(url("trace", built, build=1, row=0, column=2)).status_code == 404
    assert client.get(reverse("synthesis:tables", args=[built.review_id])).status_code == 404


def test_only_who_manages_the_review_changes_a_definition(built, client_of, cast):
    client = client_of(cast.ana)
    assert client.get(url("edit", built)).status_code == 403
    assert client.post(url("archive", built)).status_code == 403
    assert client.get(reverse("synthesis:new", args=[built.review_id])).status_code == 403


def test_a_table_of_another_review_is_not_found_here(built, client_of, cast):
    from consensus.services import start_review

    other = start_review(by=cast.lead, title="Another", kinds=("extraction",))
    address = reverse("synthesis:table", args=[other.pk, built.pk])
    assert client_of(cast.lead).get(address).status_code == 404


def test_the_status_brings_the_table_along_only_when_the_build_is_another(built, client_of, cast):
    client = client_of(cast.observer)
    same = client.get(url("status", built, build=1)).content.decode()
    assert "table-content" not in same
    other = client.get(url("status", built, build=0)).content.decode()
    assert 'hx-swap-oob="true"' in other
    assert "1,052" in other


def test_the_status_says_stale_with_how_many_changes_wait(built, client_of, cast, amend):
    item = built.review.items.get(study__label="Moon")
    amend(item, "Skin", 40, 22)
    page = client_of(cast.observer).get(url("status", built, build=1)).content.decode()
    assert "Stale" in page
    assert "1 change waits" in page
    TableBuild.objects.create(review=built.review, table=built, number=2, revision=1)
    assert "Building" in client_of(cast.observer).get(url("status", built, build=1)).content.decode()


def test_the_trace_shows_value_both_extractors_and_the_page(table, study, client_of, cast):
    item = study("Moon")
    said = {
        "value": 39,
        "as_reported": "39 of 44",
        "page": "840",
        "place": "Table 1",
        "quote": "39 were analysed",
    }
    for judge in (cast.ana, cast.ben):
        submit(by=judge, item_id=item.pk, answer={"values": {"indication": "Skin", "patients": said}})
    refresh(table.review_id)
    page = client_of(cast.observer).get(url("trace", table, build=1, row=0, column=2)).content.decode()
    assert "Moon" in page
    assert "39 were analysed" in page
    assert "p. 840" in page
    assert page.count(">39<") + page.count("</span>39</span>") >= 2
    assert "agreed" in page


def test_the_trace_of_an_amended_value_shows_what_each_had_entered(table, study, client_of, cast, amend):
    item = study("Moon")
    submit(by=cast.ana, item_id=item.pk, answer=answer("Skin", 26, 26))
    submit(by=cast.ben, item_id=item.pk, answer=answer("Skin", 23, 23))
    amend(item, "Skin", 23, 23)
    refresh(table.review_id)
    for column in (2, 3):
        page = client_of(cast.lead).get(url("trace", table, build=1, row=0, column=column)).content.decode()
        assert "26" in page
        assert "resolved" in page


def test_looking_at_a_trace_closes_the_lookers_own_judgement(built, client_of, cast):
    client_of(cast.ana).get(url("trace", built, build=1, row="total", column=2))
    revealed = Judgement.objects.filter(revealed_at__isnull=False)
    assert set(revealed.values_list("reviewer", flat=True)) == {cast.ana.pk}


def test_who_is_asked_to_judge_as_well_does_not_see_the_table_before(built, client_of, cast):
    item = built.review.items.get(study__label="Moon")
    from reviews.services import add_member

    add_member(by=cast.owner, review=built.review, email=cast.cleo.email, role="reviewer")
    reopen(by=cast.lead, item_id=item.pk, reason="A third opinion.")
    refresh(built.review_id)
    item.refresh_from_db()
    add_judge(by=cast.lead, item=item, judge=cast.cleo)
    assert Assignment.objects.filter(item=item, reviewer=cast.cleo, basis="added").exists()
    client = client_of(cast.cleo)
    for page in (client.get(url("table", built)), client.get(url("status", built, build=0))):
        assert "1,052" not in page.content.decode()
        assert "1,013" not in page.content.decode()
    assert client.get(url("trace", built, build=1, row=0, column=2)).status_code == 404
    assert client.get(url("download_csv", built)).status_code == 409
    assert client.get(f"/api/v1/tables/{built.pk}/").json()["content"] is None
    assert "1,052" in client_of(cast.observer).get(url("table", built)).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"build": 9, "row": 0, "column": 0},
        {"build": 1, "row": 99, "column": 0},
        {"build": 1, "row": "x", "column": 0},
        {"build": 1, "row": 0, "column": 99},
        {"build": "²", "row": 0, "column": 0},
        {"build": 1, "row": "²", "column": 0},
        {},
    ],
)
def test_a_trace_of_nothing_is_not_found(query, built, client_of, cast):
    assert client_of(cast.observer).get(url("trace", built, **query)).status_code == 404


def test_reopened_studies_are_named_and_flagged(built, client_of, cast):
    item = built.review.items.get(study__label="Moon")
    reopen(by=cast.lead, item_id=item.pk, reason="An erratum came out.")
    refresh(built.review_id)
    page = client_of(cast.observer).get(url("table", built)).content.decode()
    assert "1 reopened" in page
    assert "An erratum came out." in page


def test_the_csv_holds_plain_numbers_and_nothing_that_a_spreadsheet_runs(table, agree, client_of, cast):
    agree("Moon", "=1+1", 1039, 22)
    refresh(table.review_id)
    response = client_of(cast.observer).get(url("download_csv", table))
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["Indication", "Studies", "Patients", "Treated", "Treated: note"]
    assert rows[1] == ["'=1+1", "1", "1039", "22", "1 of 1 studies"]


def test_the_json_holds_the_trace_of_every_cell(built, client_of, cast):
    data = client_of(cast.observer).get(url("download_json", built)).json()
    assert data["state"] == "fresh"
    assert data["content"]["rows"][0]["cells"][2]["number"] == "1013"
    assert len(data["content"]["rows"][0]["cells"][2]["values"]) == 1


def test_a_lead_defines_a_table(review, client_of, cast):
    client = client_of(cast.lead)
    address = reverse("synthesis:new", args=[review.pk])
    assert client.get(address).status_code == 200
    response = client.post(address, {"name": "One", "definition": json.dumps(BY_INDICATION)})
    made = SummaryTable.objects.get(review=review)
    assert response.headers["Location"] == url("table", made)
    assert (made.number, made.depends[0]) == (1, "extraction:arms")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "This is not JSON"),
        ("NaN", "This is not JSON"),
        ("[]", "A definition is an object"),
        (
            '{"rows": "study", "columns": [{"key": "a", "show": "value", "field": "age"}]}',
            "which the form does not ask",
        ),
    ],
)
def test_a_definition_that_says_nothing_is_sent_back_with_what_is_wrong(text, said, review, client_of, cast):
    response = client_of(cast.lead).post(
        reverse("synthesis:new", args=[review.pk]), {"name": "One", "definition": text}
    )
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not SummaryTable.objects.exists()


def test_a_table_is_archived_and_brought_back(built, client_of, cast):
    client = client_of(cast.lead)
    client.post(url("archive", built))
    assert SummaryTable.objects.get().status == "archived"
    client.post(url("archive", built))
    assert SummaryTable.objects.get().status == "active"


def test_the_api_lists_shows_makes_and_changes_tables(built, client_of, cast):
    lead, observer = client_of(cast.lead), client_of(cast.observer)
    listed = observer.get(f"/api/v1/tables/?review={built.review_id}").json()["results"]
    assert [(one["number"], one["freshness"]["state"]) for one in listed] == [(1, "fresh")]
    assert observer.get(f"/api/v1/tables/{built.pk}/").json()["content"]["totals"][2]["number"] == "1052"
    body = {"review": built.review_id, "name": "Two", "definition": BY_INDICATION}
    assert observer.post("/api/v1/tables/", body, content_type="application/json").status_code == 403
    made = lead.post("/api/v1/tables/", body, content_type="application/json")
    assert (made.status_code, made.json()["number"], made.json()["content"]) == (201, 2, None)
    wrong = body | {"definition": {"rows": "study"}}
    assert lead.post("/api/v1/tables/", wrong, content_type="application/json").status_code == 400
    changed = lead.put(
        f"/api/v1/tables/{built.pk}/",
        {"name": "New name", "definition": BY_INDICATION},
        content_type="application/json",
    )
    assert changed.json()["name"] == "New name"
    stranger = client_of(cast.stranger)
    assert stranger.get("/api/v1/tables/").json()["results"] == []
    assert stranger.get(f"/api/v1/tables/{built.pk}/").status_code == 404
    assert stranger.post("/api/v1/tables/", body, content_type="application/json").status_code == 404
