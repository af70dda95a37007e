import csv
import io
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from consensus.services import submit
from reporting.prisma import BOXES
from reviews.models import ExclusionReason
from studies.models import Search
from tests.conftest import ris

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


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


def test_the_picture_is_a_file_that_any_program_reads(review, excluded, client_of, cast):
    ExclusionReason.objects.filter(label="Wrong design").update(label="Wrong <design> & more")
    answer = client_of(cast.observer).get(reverse("reporting:prisma_svg", args=[review.pk]))
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    picture = ET.fromstring(answer.content)
    assert picture.find(f"{SVG}title").text == "PRISMA 2020 flow diagram"
    assert "6 records from databases and registers" in picture.find(f"{SVG}desc").text
    words = "".join(picture.itertext())
    assert "Wrong <design> & more" in words
    assert "By other methods" not in words
    assert not picture.findall(f".//{SVG}a")


def test_a_stranger_gets_no_picture(review, client_of, cast):
    assert client_of(cast.stranger).get(reverse("reporting:prisma_svg", args=[review.pk])).status_code == 404


def test_the_picture_says_in_words_what_it_shows_and_leads_to_every_list(review, excluded, client_of, cast):
    page = client_of(cast.observer).get(reverse("reporting:prisma", args=[review.pk])).content.decode()
    drawn = page.split('<svg class="flow"')[1].split("</svg>")[0]
    assert 'aria-labelledby="flow-title"' in drawn
    assert "6 records from databases and registers" in drawn
    for box in BOXES:
        if box in {"database_results", "duplicates", "excluded_automatic", "excluded_other", "new_studies"}:
            assert reverse("reporting:box", args=[review.pk, box]) in drawn


def test_other_methods_stand_in_an_arm_of_their_own(review, items, client_of, cast, bring):
    found = bring(ris("Found on a website"), source="Website")
    Search.objects.filter(id=found.search_id).update(kind="website")
    page = client_of(cast.observer).get(reverse("reporting:prisma", args=[review.pk])).content.decode()
    drawn = page.split('<svg class="flow"')[1].split("</svg>")[0]
    assert "By other methods" in drawn
    for box in ("website_results", "other_sought_reports", "other_excluded"):
        assert reverse("reporting:box", args=[review.pk, box]) in drawn
