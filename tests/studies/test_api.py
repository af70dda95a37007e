"""The API of reviews, searches, imports, records, reports and studies: for members, in JSON and CSV."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studies.models import ImportBatch, Search
from studies.services import add_search
from tests.conftest import ris

pytestmark = pytest.mark.django_db
LISTS = ["reviews", "members", "jobs", "searches", "batches", "refusals", "records", "reports", "studies"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_what_the_reader_may_see_and_nothing_else(name, client_of, cast, review, bring):
    bring(ris("Dozing and recall") + b"TY  - JOUR\nER  - \n")
    found = client_of(cast.observer).get(
        f"/api/v1/{name}/", {} if name == "reviews" else {"review": review.pk}
    )
    assert found.status_code == 200
    if name != "studies":
        assert found.json()["results"]
    for user in (cast.stranger, cast.staff):
        assert client_of(user).get(f"/api/v1/{name}/").json()["results"] == []
    assert Client().get(f"/api/v1/{name}/").status_code == 401


def test_one_row_of_another_review_is_not_there(client_of, cast, review, items):
    report = items[0].report
    assert client_of(cast.ana).get(f"/api/v1/reports/{report.pk}/").json()["title"] == report.title
    assert client_of(cast.stranger).get(f"/api/v1/reports/{report.pk}/").status_code == 404
    assert client_of(cast.stranger).get(f"/api/v1/reviews/{review.pk}/").status_code == 404


def test_lists_come_as_csv_whose_cells_no_spreadsheet_runs(client_of, cast, review, bring):
    bring(ris("=HYPERLINK(1)"))
    answer = client_of(cast.ana).get("/api/v1/reports/", {"review": review.pk, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in answer.content.decode()


def test_addresses_of_members_are_for_those_who_manage(client_of, cast, review):
    def emails(user):
        rows = client_of(user).get("/api/v1/members/", {"review": review.pk}).json()["results"]
        return {row["email"] for row in rows if row["email"]}

    assert emails(cast.ana) == {cast.ana.email}
    assert len(emails(cast.lead)) == 6


def test_a_file_is_posted_to_a_search_and_then_read(client_of, cast, review):
    client = client_of(cast.ana)
    made = client.post("/api/v1/searches/", {"review": review.pk, "source": "PubMed"}, "application/json")
    assert made.status_code == 201
    upload = SimpleUploadedFile("x.ris", ris("Dozing and recall"))
    answer = client.post("/api/v1/batches/", {"search": made.json()["id"], "file": upload})
    assert answer.status_code == 202
    assert answer.json()["status"] == "waiting"
    upload.seek(0)
    again = client.post("/api/v1/batches/", {"search": made.json()["id"], "file": upload})
    assert again.status_code == 400
    assert "was imported before" in again.json()["detail"]
    upload.seek(0)
    meant = {"search": made.json()["id"], "file": upload, "again": "true"}
    assert client.post("/api/v1/batches/", meant).status_code == 202


def test_observers_post_nothing_and_strangers_learn_nothing(client_of, cast, review):
    search = add_search(by=cast.ana, review=review, source="PubMed")

    def post(user):
        client = client_of(user)
        upload = SimpleUploadedFile("x.ris", ris("Dozing"))
        return (
            client.post("/api/v1/batches/", {"search": search.pk, "file": upload}).status_code,
            client.post(
                "/api/v1/searches/", {"review": review.pk, "source": "x"}, "application/json"
            ).status_code,
        )

    assert post(cast.observer) == (403, 403)
    assert post(cast.stranger) == (404, 404)
    assert not ImportBatch.objects.exists()
    assert Search.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["reviews", "members", "searches", "batches", "records", "reports", "studies"]
)
def test_lists_ask_a_fixed_number_of_questions(
    name, client_of, cast, review, items, django_assert_max_num_queries
):
    client = client_of(cast.ana)
    with django_assert_max_num_queries(8):
        client.get(f"/api/v1/{name}/")


def test_the_schema_knows_every_route(client_of, cast):
    schema = client_of(cast.ana).get("/api/v1/schema/", {"format": "json"}).json()
    for name in LISTS:
        assert f"/api/v1/{name}/" in schema["paths"]


def test_an_archive_becomes_an_import_for_each_of_its_exports(client_of, cast, review):
    search = add_search(by=cast.ana, review=review, source="PubMed")
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        archive.writestr("one.ris", ris("Dozing and recall"))
        archive.writestr("two.ris", ris("Naps and memory"))
    ana = client_of(cast.ana)

    def post():
        upload = SimpleUploadedFile("both.zip", held.getvalue())
        return ana.post("/api/v1/batches/", {"search": search.pk, "file": upload})

    answer = post()
    assert answer.status_code == 202
    begun = list(ImportBatch.objects.order_by("id"))
    assert [one.filename for one in begun] == ["one.ris", "two.ris"]
    assert (answer.json()["id"], answer.json()["also"], answer.json()["left_out"]) == (
        begun[0].pk,
        [begun[1].pk],
        [],
    )
    again = post()
    assert (again.status_code, "imported before" in again.content.decode()) == (400, True)
    begun[1].status = "undone"
    begun[1].save()
    third = post().json()
    assert (third["filename"], third["also"], third["left_out"]) == ("two.ris", [], ["one.ris"])
