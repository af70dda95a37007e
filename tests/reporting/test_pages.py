import csv
import io

import pytest
from django.urls import reverse

from consensus.services import submit
from reporting.prisma import BOXES
from reviews.models import ExclusionReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def excluded(items, cast, review):
    reason = ExclusionReason.objects.filter(review=review).order_by("rank")[0]
    for judge in (cast.ana, cast.ben):
        submit(by=judge, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    return items[0]


def test_the_flow_shows_its_numbers_and_that_they_are_provisional(review, excluded, client_of, cast):
    page = client_of(cast.observer).get(reverse("reporting:prisma", args=[review.pk])).content.decode()
    assert "Provisional" in page
    assert "Wrong design" in page
    assert "13 of 13 rules hold" in page
    for box in ("database_results", "records_screened", "records_excluded", "new_studies"):
        assert reverse("reporting:box", args=[review.pk, box]) in page


def test_each_box_has_its_list(review, excluded, client_of, cast):
    client = client_of(cast.observer)
    for box in BOXES:
        assert client.get(reverse("reporting:box", args=[review.pk, box])).status_code == 200
    page = client.get(reverse("reporting:box", args=[review.pk, "records_excluded"])).content.decode()
    assert excluded.report.title in page
    assert page.count("list-row") == 1
    reasons = list(ExclusionReason.objects.filter(review=review).order_by("rank"))
    address = reverse("reporting:box", args=[review.pk, "records_excluded"])
    assert excluded.report.title in client.get(f"{address}?reason={reasons[0].pk}").content.decode()
    assert excluded.report.title not in client.get(f"{address}?reason={reasons[1].pk}").content.decode()


@pytest.mark.parametrize("query", ["?reason=x", "?reason=0", "?reason=99999999999999999999", "?reason=²"])
def test_an_unknown_reason_is_not_found(query, review, client_of, cast):
    address = reverse("reporting:box", args=[review.pk, "records_excluded"])
    assert client_of(cast.observer).get(address + query).status_code == 404


@pytest.mark.parametrize("page", ["x", "0", "-3", "999", "²"])
def test_a_page_that_is_not_there_becomes_one_that_is(page, review, excluded, client_of, cast):
    address = reverse("reporting:box", args=[review.pk, "records_screened"])
    response = client_of(cast.observer).get(f"{address}?page={page}")
    assert response.status_code == 200
    assert excluded.report.title in response.content.decode()


def test_an_unknown_box_is_not_found(review, client_of, cast):
    assert (
        client_of(cast.observer).get(reverse("reporting:box", args=[review.pk, "nothing"])).status_code == 404
    )


def test_a_stranger_learns_nothing(review, excluded, client_of, cast):
    client = client_of(cast.stranger)
    assert client.get(reverse("reporting:prisma", args=[review.pk])).status_code == 404
    assert client.get(reverse("reporting:prisma_csv", args=[review.pk])).status_code == 404
    assert client.get(reverse("reporting:box", args=[review.pk, "duplicates"])).status_code == 404
    assert client.get(f"/api/v1/prisma/{review.pk}/").status_code == 404
    assert client.get("/api/v1/prisma/").json() == {"results": []}


def test_the_csv_has_a_row_for_each_box_and_each_reason(review, excluded, client_of, cast):
    response = client_of(cast.observer).get(reverse("reporting:prisma_csv", args=[review.pk]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    found = {(row["box"], row["description"]): (row["unit"], row["n"], row["provisional"]) for row in rows}
    assert found["records_screened", "Records screened"] == ("record", "6", "yes")
    assert found["records_excluded", "Wrong design"] == ("record", "1", "yes")
    assert found["database_results", "PubMed"] == ("record", "6", "yes")


def test_the_api_gives_the_boxes_as_json_and_as_csv(review, excluded, client_of, cast):
    client = client_of(cast.observer)
    data = client.get(f"/api/v1/prisma/{review.pk}/").json()
    assert data["boxes"]["records_excluded"] == 1
    assert data["records_excluded_by"] == {"Wrong design": 1}
    assert data["violations"] == []
    assert client.get(f"/api/v1/prisma/?review={review.pk}").json()["results"] == [data]
    assert client.get("/api/v1/prisma/?review=x").json()["results"] == []
    assert b"databases" in client.get(f"/api/v1/prisma/{review.pk}/?format=csv").content
