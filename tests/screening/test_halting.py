"""The sample before the stop: planned, screened by whom it concerns, and what is then promised."""

import pytest

from config.refusals import Invalid, Refused
from consensus.models import Ranking
from consensus.services import next_items, submit
from screening import halting, stopping
from screening.halting import end_sample, finish_samples, go_on, grounds, standing, start_sample, stop
from screening.stopping import Tail
from tests.conftest import ris

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(review, bring, stage):
    bring(ris(*(f"Report number {n} on a topic of its own, {n * 7}" for n in range(1, 41))))
    return list(stage.items.order_by("id"))


@pytest.fixture
def both(review, cast):
    reason = review.reasons.first()

    def both(item, verdict):
        answer = {"verdict": verdict} | ({"reason": reason.pk} if verdict == "exclude" else {})
        for who in (cast.ana, cast.ben):
            submit(by=who, item_id=item.pk, answer=answer)

    return both


def screened(many, both, relevant=5, irrelevant=5):
    for item in many[:relevant]:
        both(item, "include")
    for item in many[relevant : relevant + irrelevant]:
        both(item, "exclude")


def test_the_advice_is_what_the_method_says(many, both, stage):
    screened(many, both)
    now = standing(stage)
    assert (now.screened, now.relevant, now.left) == (10, 5, 30)
    assert now.advice == stopping.more(Tail(5, 30, 0, 0))
    assert not now.enough


def test_a_sample_fills_the_queues_and_nothing_else_does(many, both, stage, cast):
    screened(many, both)
    sample = start_sample(by=cast.lead, stage=stage, size=6)
    chosen = set(sample.scores.values_list("item", flat=True))
    assert len(chosen) == 6
    assert {item.pk for item in next_items(stage=stage, user=cast.ana, limit=20)} == chosen
    assert standing(stage).running


def test_a_finished_sample_says_how_sure_it_is_and_the_next_look_goes_on_with_it(many, both, stage, cast):
    screened(many, both)
    sample = start_sample(by=cast.lead, stage=stage, size=6)
    for score in sample.scores.select_related("item"):
        both(score.item, "exclude")
    assert finish_samples() == 1
    now = standing(stage)
    assert now.chance == pytest.approx(stopping.chance(Tail(5, 30, 6, 0)))
    assert now.look == 2
    assert now.reached == stopping.at_least(Tail(5, 30, 6, 0))
    assert now.missed >= 1
    assert now.advice == stopping.more(Tail(5, 30, 6, 0), look=2)
    second = start_sample(by=cast.lead, stage=stage)
    assert second.basis["drawn_before"] == 6
    assert second.basis["left"] == 30


def test_nothing_is_promised_before_the_sample_is_screened_as_planned(many, both, stage, cast):
    screened(many, both)
    sample = start_sample(by=cast.lead, stage=stage, size=29)
    both(sample.scores.first().item, "exclude")
    assert standing(stage).chance is None
    end_sample(by=cast.lead, stage=stage)
    assert not standing(stage).enough
    assert not standing(stage).running


def test_a_sample_after_other_decisions_is_a_tail_of_its_own(many, both, stage, cast):
    screened(many, both)
    start_sample(by=cast.lead, stage=stage, size=6)
    end_sample(by=cast.lead, stage=stage)
    both(many[20], "include")
    second = start_sample(by=cast.lead, stage=stage, size=6)
    assert second.basis["found"] == 6
    assert second.basis["drawn_before"] == 0
    assert second.basis["look"] == 2


def test_conflicts_come_first_and_a_sample_needs_something_relevant(many, both, stage, cast):
    with pytest.raises(Refused, match="No relevant record"):
        start_sample(by=cast.lead, stage=stage)
    screened(many, both)
    submit(by=cast.ana, item_id=many[30].pk, answer={"verdict": "include"})
    reason = stage.review.reasons.first().pk
    submit(by=cast.ben, item_id=many[30].pk, answer={"verdict": "exclude", "reason": reason})
    with pytest.raises(Refused, match="Resolve the 1 conflicts"):
        start_sample(by=cast.lead, stage=stage)


def test_a_sample_of_nothing_or_of_more_than_is_left_is_refused(many, both, stage, cast):
    screened(many, both)
    for size in (0, 31):
        with pytest.raises(Invalid, match="1 to 30"):
            start_sample(by=cast.lead, stage=stage, size=size)
    assert not Ranking.objects.exists()


def test_a_stopped_stage_hands_out_nothing_until_the_team_goes_on(many, both, stage, cast):
    screened(many, both)
    with pytest.raises(Invalid, match="why"):
        stop(by=cast.lead, stage=stage, comment=" ")
    made = stop(by=cast.lead, stage=stage, comment="Enough was found.")
    assert made.basis["left"] == 30
    assert made.basis["promise"] is False
    stage.refresh_from_db()
    assert next_items(stage=stage, user=cast.ana, limit=20) == []
    with pytest.raises(Refused):
        stop(by=cast.lead, stage=stage, comment="Again.")
    go_on(by=cast.lead, stage=stage)
    stage.refresh_from_db()
    assert next_items(stage=stage, user=cast.ana, limit=20)


def test_the_grounds_of_a_stop_are_a_sentence_for_the_report(many, both, stage, cast):
    screened(many, both)
    early = stop(by=cast.lead, stage=stage, comment="Enough.")
    assert "not known" in grounds(early.basis)
    go_on(by=cast.lead, stage=stage)
    sample = start_sample(by=cast.lead, stage=stage, size=6)
    for score in sample.scores.select_related("item"):
        both(score.item, "exclude")
    finish_samples()
    short = stop(by=cast.lead, stage=stage, comment="The grant ends.")
    assert "less than the 95 % aimed at" in grounds(short.basis)
    assert "of 6 of those left held 0 relevant" in grounds(short.basis)
    kept = short.basis | {"promise": True}
    assert "At least 95 % of the relevant records are found, with 95 % confidence" in grounds(kept)


def test_a_recall_is_never_rounded_up_to_the_target():
    assert halting.percent(0.94999) == "94.9"
    assert halting.percent(0.95) == "95"


def test_the_curve_of_finds_follows_the_decisions(many, both, stage):
    screened(many, both, relevant=2, irrelevant=2)
    assert halting.finds_of(stage) == [(0, 0), (1, 1), (2, 2), (3, 2), (4, 2)]
