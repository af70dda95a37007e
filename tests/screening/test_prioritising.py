"""Whose decisions the order learns from, and that a queue follows it without jumping."""

import pytest

from config.refusals import Invalid
from consensus.models import Assignment, Ranking, Score, Stage
from consensus.services import next_items, submit
from reviews.models import Review
from screening import auditing, learning
from screening.prioritising import mix, set_order, train, train_due
from tests.conftest import ris

pytestmark = pytest.mark.django_db

SLEEP = [f"Sleep, dreams and memory in group {n}" for n in range(1, 15)]
SOIL = [f"Soil bacteria of vineyard number {n}" for n in range(1, 15)]


@pytest.fixture
def many(review, bring, stage):
    """28 reports: vineyards first, sleep last."""
    bring(ris(*SOIL, *SLEEP))
    return list(stage.items.order_by("id").select_related("report"))


@pytest.fixture
def say(review):
    reason = review.reasons.first()

    def say(who, item, verdict):
        answer = {"verdict": verdict} | ({"reason": reason.pk} if verdict == "exclude" else {})
        return submit(by=who, item_id=item.pk, answer=answer)

    return say


@pytest.fixture
def both(say, cast):
    def both(item, verdict):
        say(cast.ana, item, verdict)
        say(cast.ben, item, verdict)

    return both


def titles(items):
    return [item.report.title for item in items]


def test_after_decisions_of_both_kinds_what_is_like_the_relevant_comes_first(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    assert train_due() == 1
    ahead = titles(next_items(stage=stage, user=cast.ana, limit=5))
    assert all(title.startswith("Sleep") for title in ahead)


def test_before_both_kinds_are_known_records_come_by_the_question(many, both, stage, cast):
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    assert train_due() == 1
    ahead = next_items(stage=stage, user=cast.ana, limit=3)
    assert all(title.startswith("Sleep") for title in titles(ahead))
    assert "sleep" in Ranking.objects.get().terms
    assert train_due() == 0
    both(many[0], "exclude")
    assert train_due() == 0
    both(ahead[0], "include")
    assert train_due() == 1
    assert Ranking.objects.following(stage).first().basis["irrelevant"] == 1


def test_a_review_that_asks_nothing_known_comes_as_imported(many, both, review, stage, cast):
    Review.objects.filter(id=review.pk).update(title="Chess", question="")
    both(many[0], "exclude")
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    assert train_due() == 0
    assert titles(next_items(stage=stage, user=cast.cleo, limit=2)) == titles(many[1:3])


def test_another_order_begins_anew_and_what_chance_made_is_followed_no_more(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    stage = set_order(by=cast.lead, stage=stage, order="random")
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    assert Ranking.objects.for_queue(stage, cast.ana) is None
    assert train_due() == 1
    assert Ranking.objects.for_queue(stage, cast.ana).how == Ranking.How.MODEL
    stage = set_order(by=cast.lead, stage=stage, order="mixed")
    assert train_due() == 1


def test_records_without_a_word_are_left_as_imported_and_hold_nobody_up(bring, stage, cast):
    bring(ris("1", "2", "3"))
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    assert train_due() == 0


def test_the_order_never_learns_from_what_one_person_said_of_an_undecided_item(many, say, both, stage, cast):
    both(many[0], "exclude")
    say(cast.ana, many[-1], "include")
    set_order(by=cast.lead, stage=stage, order="relevance")
    assert learning.decided(stage, None) == {many[0].pk: False}
    made = train(stage)
    assert (made.basis["relevant"], made.basis["irrelevant"]) == (0, 1)


def test_an_order_of_ones_own_learns_from_nobody_else(many, say, stage, cast):
    say(cast.ana, many[0], "exclude")
    say(cast.ana, many[-1], "include")
    say(cast.ben, many[1], "include")
    stage = set_order(by=cast.lead, stage=stage, order="own")
    train_due()
    bens = Ranking.objects.get(stage=stage, reviewer=cast.ben)
    assert (bens.basis["relevant"], bens.basis["irrelevant"]) == (1, 0)
    assert titles(next_items(stage=stage, user=cast.ana, limit=3))[0].startswith("Sleep")
    theirs = Ranking.objects.get(stage=stage, reviewer=cast.cleo)
    assert (theirs.basis["relevant"], theirs.basis["irrelevant"]) == (0, 0)


def test_a_new_ranking_leaves_the_places_that_somebody_works_through(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    stage = set_order(by=cast.lead, stage=stage, order="relevance")
    train(stage)
    before = titles(next_items(stage=stage, user=cast.cleo, limit=5))
    both(many[1], "include")
    train(stage)
    assert titles(next_items(stage=stage, user=cast.cleo, limit=5)) == before


def test_a_ranking_is_made_anew_only_after_enough_decisions(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    set_order(by=cast.lead, stage=stage, order="relevance")
    assert train_due() == 1
    assert train_due() == 0
    for item in many[1:11]:
        both(item, "exclude")
    assert train_due() == 1


def test_the_terms_that_raise_a_record_are_kept_with_the_ranking(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    set_order(by=cast.lead, stage=stage, order="relevance")
    assert {"sleep", "memory"} <= set(train(stage).terms)


def test_every_tenth_place_is_given_to_chance_and_none_twice():
    found = mix(list(range(30)), [100, 5, 101])
    assert [at_random for _item, at_random in found[:10]] == [False] * 9 + [True]
    assert found[9] == (100, True)
    assert len({item for item, _ in found}) == len(found)
    assert {item for item, _ in found} == set(range(30)) | {100, 101}


def test_what_chance_brought_is_counted_apart_even_when_its_ranking_is_old(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    stage = set_order(by=cast.lead, stage=stage, order="mixed")
    assert auditing.audit(stage) is None
    train(stage)
    given = next_items(stage=stage, user=cast.ana, limit=10)
    lot = Score.objects.filter(taken=True).first()
    assert lot.item_id == given[9].pk
    both(given[9], "include")
    both(given[0], "exclude")
    for _ in range(5):
        train(stage)
    found = auditing.audit(stage)
    assert (found.chance.relevant, found.chance.of) == (1, 1)
    assert (found.others.relevant, found.others.of) == (1, 3)
    assert found.chance.interval == pytest.approx((2.5, 100))


def test_at_random_everything_is_handed_out_in_no_order(many, stage, cast):
    stage = set_order(by=cast.lead, stage=stage, order="random")
    given = next_items(stage=stage, user=cast.ana, limit=28)
    assert {item.pk for item in given} <= {item.pk for item in many}
    assert len(given) >= 10
    assert titles(given) != titles(many[: len(given)])


def test_an_unknown_order_is_refused_and_another_gives_places_back(many, stage, cast):
    next_items(stage=stage, user=cast.ana, limit=5)
    with pytest.raises(Invalid):
        set_order(by=cast.lead, stage=stage, order="astrology")
    assert Assignment.objects.filter(stage=stage).exists()
    set_order(by=cast.lead, stage=stage, order="relevance")
    assert not Assignment.objects.filter(stage=stage).exists()


def test_places_of_old_rankings_are_let_go(many, both, stage, cast):
    both(many[0], "exclude")
    both(many[-1], "include")
    set_order(by=cast.lead, stage=stage, order="relevance")
    stage = Stage.objects.get(id=stage.pk)
    for _ in range(5):
        train(stage)
    assert Ranking.objects.count() == 5
    assert Score.objects.values("ranking").distinct().count() == 3
