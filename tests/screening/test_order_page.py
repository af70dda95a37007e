"""The page about order and stopping: what the team sees, and who may change it."""

import pytest
from django.urls import reverse

from consensus.models import Ranking, Score, Stage, Stop
from consensus.services import next_items, submit
from screening import prioritising
from tests.conftest import ris

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(review, stage):
    return lambda name: reverse(f"screening:{name}", args=[review.pk, stage.kind])


@pytest.fixture
def half(review, bring, stage, cast):
    bring(ris(*(f"Report {n}, about topic {n * 7}" for n in range(1, 21))))
    reason = review.reasons.first()
    for n, item in enumerate(stage.items.order_by("id")[:8]):
        answer = {"verdict": "include"} if n < 4 else {"verdict": "exclude", "reason": reason.pk}
        for who in (cast.ana, cast.ben):
            submit(by=who, item_id=item.pk, answer=answer)


def test_everybody_in_the_team_sees_where_the_stage_stands(
    half, at, client_of, cast, django_assert_max_num_queries
):
    with django_assert_max_num_queries(28):
        page = client_of(cast.observer).get(at("order")).content.decode()
    assert "4 relevant among 8 decided" in page
    assert "95 % of relevant found, with 95 % confidence:" in page
    assert "more at random" in page
    assert "<button" not in page.split("<main")[1].split("</main")[0]


def test_before_anything_is_decided_the_page_says_what_is_missing(bring, at, client_of, cast):
    bring(ris("One", "Two"))
    page = client_of(cast.lead).get(at("order")).content.decode()
    assert "No relevant record is known yet" in page


def test_a_lead_chooses_the_order_draws_a_sample_stops_and_goes_on(half, at, client_of, cast, stage):
    lead = client_of(cast.lead)
    lead.post(at("set_order"), {"order": "relevance"})
    stage.refresh_from_db()
    assert stage.order == Stage.Order.RELEVANCE
    lead.post(at("sample"), {"size": 3})
    assert Ranking.objects.samples().get().basis["planned"] == 3
    assert "0 of 3 decided" in lead.get(at("order")).content.decode()
    lead.post(at("sample"), {"step": "end"})
    lead.post(at("stop"), {"comment": "The grant ends."})
    assert Stop.objects.get().comment == "The grant ends."
    assert "The grant ends." in lead.get(at("order")).content.decode()
    flow = client_of(cast.observer).get(reverse("reporting:prisma", args=[stage.review_id]))
    assert "stopped the screening with 12 records not screened" in flow.content.decode()
    assert "how many relevant records were missed is not known" in flow.content.decode()
    lead.post(at("stop"), {"step": "resume"})
    stage.refresh_from_db()
    assert stage.stopped_at is None


@pytest.mark.parametrize("name", ["set_order", "sample", "stop"])
def test_only_those_who_manage_change_anything(half, at, client_of, cast, name):
    for who in (cast.ana, cast.observer):
        assert (
            client_of(who).post(at(name), {"order": "random", "size": 2, "comment": "x"}).status_code == 403
        )
    assert client_of(cast.stranger).post(at(name)).status_code == 404
    assert client_of(cast.stranger).get(at("order")).status_code == 404
    assert not Ranking.objects.exists()
    assert not Stop.objects.exists()


def test_what_cannot_be_read_changes_nothing_and_says_so(half, at, client_of, cast):
    lead = client_of(cast.lead)
    for name, data in (
        ("set_order", {"order": "stars"}),
        ("sample", {"size": "0"}),
        ("stop", {"comment": ""}),
    ):
        assert lead.post(at(name), data).status_code == 400
    assert lead.post(at("sample"), {"size": 500}).status_code == 400


def test_a_ranked_record_says_which_of_its_terms_raised_it(bring, review, at, client_of, cast, stage):
    bring(ris("Sleep and memory one", "Shoes of runners", "Sleep and memory two", "Runners and roads"))
    reason = review.reasons.first()
    for item, answer in zip(
        stage.items.order_by("id")[:2],
        ({"verdict": "include"}, {"verdict": "exclude", "reason_id": reason.pk}),
        strict=True,
    ):
        for who in (cast.ana, cast.ben):
            submit(by=who, item_id=item.pk, answer=answer)
    before = client_of(cast.ana).get(at("screen")).content.decode()
    prioritising.set_order(by=cast.lead, stage=stage, order="relevance")
    prioritising.train(stage)
    after = client_of(cast.ana).get(at("screen")).content.decode()
    assert "Ranked up by:" not in before
    first, *_rest = after.split("Ranked up by:")[1:]
    assert "memory" in first[:200]


def test_with_orders_of_their_own_everybody_sees_only_their_own_ranking(half, at, client_of, cast, stage):
    stage = prioritising.set_order(by=cast.lead, stage=stage, order="own")
    assert "is being made" in client_of(cast.ana).get(at("order")).content.decode()
    prioritising.train(stage, cast.ana)
    assert "Learnt from 4 relevant and 4 irrelevant" in client_of(cast.ana).get(at("order")).content.decode()
    for other in (cast.ben, cast.observer):
        assert "Learnt from" not in client_of(other).get(at("order")).content.decode()


def test_a_mixed_order_shows_what_chance_brought_beside_the_rest(half, at, client_of, cast, stage):
    stage = prioritising.set_order(by=cast.lead, stage=stage, order="mixed")
    prioritising.train(stage)
    given = next_items(stage=stage, user=cast.ana, limit=10)
    lot = Score.objects.filter(taken=True).first()
    assert lot.item in given
    for who in (cast.ana, cast.ben):
        submit(by=who, item_id=lot.item_id, answer={"verdict": "include"})
    page = client_of(cast.observer).get(at("order")).content.decode()
    assert "By chance" in page
    assert "2.5 to 100.0 %" in page


def test_the_progress_page_leads_to_the_order(bring, at, client_of, cast):
    bring(ris("One", "Two"))
    assert at("order") in client_of(cast.observer).get(at("progress")).content.decode()
