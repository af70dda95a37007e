"""Risk of bias over the API: plans, instruments, levels and answers, as JSON and as a table, blinded like the pages."""

import csv
import io

import pytest
from django.test import Client

from accounts.services import create_token
from consensus.services import submit

REASON = {"levels": {"D1": {"level": "high", "reason": "Open list.", "direction": "towards_null"}}}


@pytest.fixture
def get():
    def get(user, path, **query):
        token = create_token(user=user, name="script")[1]
        return Client().get(f"/api/v1/{path}/", query, headers={"Authorization": f"Bearer {token}"})

    return get


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_plan_says_which_instrument_is_asked_of_which_designs(appraisal, effect_set, cast, get):
    found = get(cast.observer, "risk-plans", review=appraisal.review_id, newest="true").json()["results"]
    assert [(one["name"], one["designs"], one["parameters"]) for one in found] == [
        ("rob2_parallel", ["randomized"], {"effect": "assignment"}),
        ("robins_i_2016", [], {}),
    ]
    assert {one["version"] for one in found} == {2}
    assert len(found[0]["content_hash"]) == 64
    table = rows_of(get(cast.observer, "risk-plans", review=appraisal.review_id, format="csv"))
    assert {row["version"] for row in table} == {"1", "2"}
    assert get(cast.stranger, "risk-plans").json()["results"] == []


def test_a_level_says_what_was_proposed_what_was_chosen_and_why(item, cast, low, get):
    submit(by=cast.ana, item_id=item.pk, answer=low() | REASON)
    (row,) = get(cast.ana, "risk-levels", key="D1").json()["results"]
    assert (row["proposed"], row["level"], row["reason"], row["direction"]) == (
        "low",
        "high",
        "Open list.",
        "towards_null",
    )
    assert (row["instrument"], row["study"], row["final"]) == ("rob2_parallel", item.study_id, False)


def test_answers_are_a_table_with_their_quotation_and_page(item, cast, low, get):
    answer = low()
    answer["answers"]["D1/1.1"] = {"answer": "Y", "support": "Said so.", "page": "3", "quote": "=by computer"}
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=item.pk, answer=answer)
    (row,) = rows_of(get(cast.observer, "risk-answers", key="D1/1.1", final="true", format="csv"))
    assert (row["codes"], row["support"], row["page"]) == ('["Y"]', "Said so.", "3")
    assert row["quote"] == "'=by computer"


def test_nobody_gets_what_one_judge_said_alone(item, cast, low, get):
    submit(by=cast.ana, item_id=item.pk, answer=low())
    for user in (cast.ben, cast.lead, cast.observer, cast.stranger):
        for path in ("risk-levels", "risk-answers"):
            assert get(user, path).json()["results"] == []
