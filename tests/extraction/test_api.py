import pytest

from consensus.models import Judgement, WorkItem
from extraction.models import Value
from tests.extraction.conftest import whole

CANARY = "Canaryitis"


@pytest.fixture
def get(client_of):
    def get(user, path, **query):
        answer = client_of(user).get(f"/api/v1/{path}/", query)
        assert answer.status_code == 200, answer.content
        return answer

    return get


def test_a_form_is_read_as_it_was_published(cast, review, form, get):
    forms = get(cast.observer, "extraction-forms", review=review.pk).json()["results"]
    assert [one["number"] for one in forms] == [1, 2]
    assert forms[-1]["sections"][0]["fields"][0]["key"] == "indication"
    assert get(cast.stranger, "extraction-forms", review=review.pk).json()["results"] == []


def test_a_whole_extraction_is_sent_and_read_back_by_its_author_alone(cast, client_of, review, item, get):
    sent = {"item": item.pk, "answer": whole(indication=CANARY)}
    answer = client_of(cast.ana).post("/api/v1/judgements/", sent, content_type="application/json")
    assert answer.status_code == 201, answer.content
    mine = get(cast.ana, "values", review=review.pk)
    assert {row["field"] for row in mine.json()["results"]} == {"indication", "patients", "n", "events"}
    assert CANARY in mine.content.decode()
    for other in (cast.ben, cast.lead, cast.owner, cast.observer, cast.stranger, cast.staff):
        rows = get(other, "values", review=review.pk).json()["results"]
        assert rows == []
    one = Value.objects.get(text=CANARY)
    assert client_of(cast.ben).get(f"/api/v1/values/{one.pk}/").status_code == 404


def test_what_is_wrong_with_a_whole_extraction_is_said_and_nothing_is_kept(cast, client_of, item):
    wrong = {
        "no field": whole(shoe_size=42),
        "not a number": whole(patients="some"),
        "Choose from": whole(blinding="triple"),
        "no arm": {**whole(), "arms": []},
        "Still to answer": {"values": {"indication": "x"}},
        "no part of": {"value": {}},
    }
    for said, answer in wrong.items():
        sent = {"item": item.pk, "answer": answer}
        response = client_of(cast.ana).post("/api/v1/judgements/", sent, content_type="application/json")
        assert response.status_code == 400, said
        assert said in response.json()["detail"]
    assert not Judgement.objects.filter(item=item).exists()


def test_the_final_values_are_found_by_themselves_and_reading_others_reveals(
    cast, client_of, review, item, extract, get
):
    extract(cast.ana, mean_age=60)
    extract(cast.ben, mean_age=70)
    assert get(cast.lead, "values", review=review.pk, final="true").json()["results"] == []
    answer = {"answer": whole(mean_age={"value": "65.0", "page": "3"}), "comment": "Table 1"}
    resolved = client_of(cast.lead).post(
        f"/api/v1/items/{item.pk}/resolve/", answer, content_type="application/json"
    )
    assert resolved.status_code == 201, resolved.content
    assert WorkItem.objects.get(id=item.pk).status == "resolved"
    rows = get(cast.observer, "values", review=review.pk, final="true", field="mean_age").json()["results"]
    assert [(row["value"], row["unit"], row["page"], row["role"]) for row in rows] == [
        ("65", "years", "3", "consensus")
    ]
    assert not Judgement.objects.of(cast.ana).filter(revealed_at__isnull=False).exists()
    assert (
        len(get(cast.ana, "values", review=review.pk, field="mean_age", current="true").json()["results"])
        == 3
    )
    assert Judgement.objects.of(cast.ana).get().revealed_at is not None


def test_values_come_as_a_table(cast, review, extract, get):
    extract(cast.ana)
    content = get(cast.ana, "values", review=review.pk, format="csv").content.decode()
    head, *rows = content.splitlines()
    assert head.startswith("id,review,item,study,study_label")
    assert any(
        ",events," in row and "Control" in row and "Complete wound closure,week 12" in row for row in rows
    )
