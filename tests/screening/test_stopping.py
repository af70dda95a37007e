import random
from itertools import product

import pytest

from screening import stopping
from screening.stopping import Tail


def test_the_number_of_misses_is_the_first_that_breaks_the_target():
    for found in range(1, 60):
        for relevant in range(4):
            missed = stopping.misses(Tail(found, 1000, 100, relevant), 0.95)
            total = found + relevant
            assert total / (found + missed) < 0.95 or missed < relevant
            assert total / (found + missed - 1) >= 0.95 - 1e-12


def test_the_chance_is_the_hypergeometric_one():
    # 19 found; recall falls below 95 % with two more left. None of them among 60 of 100: (40 * 39) / (100 * 99).
    assert stopping.chance(Tail(19, 100, 60, 0)) == pytest.approx(40 * 39 / (100 * 99))


def test_too_many_to_fit_into_what_is_left_are_ruled_out():
    assert stopping.chance(Tail(100, 50, 46, 0)) == 0


def test_everything_screened_is_always_enough():
    assert stopping.enough(Tail(0, 10, 10, 0))
    assert stopping.more(Tail(0, 10, 10, 0)) == 0


def test_more_is_the_smallest_sample_that_would_do():
    tail = Tail(40, 2000, 0, 0)
    needed = stopping.more(tail)
    assert stopping.enough(Tail(40, 2000, needed, 0))
    assert not stopping.enough(Tail(40, 2000, needed - 1, 0))
    assert stopping.more(tail, look=2) > needed


def test_every_further_look_spends_half_as_much():
    assert sum(stopping.level(look) for look in range(1, 60)) == pytest.approx(0.05)


def test_the_recall_that_is_reached_is_at_the_target_exactly_when_it_is_enough():
    for found, left, drawn, relevant in product((1, 19, 40, 200), (60, 500), (0, 30, 55), (0, 1, 3)):
        if relevant > drawn:
            continue
        tail = Tail(found, left, drawn, relevant)
        for look in (1, 3):
            reached = stopping.at_least(tail, look=look)
            assert (reached >= 0.95 - 1e-12) == stopping.enough(tail, look=look)


def test_the_recall_that_is_reached_is_one_when_everything_was_screened():
    assert stopping.at_least(Tail(5, 10, 10, 2)) == 1
    assert stopping.at_least(Tail(0, 10, 10, 0)) == 1
    assert stopping.at_least(Tail(10, 90, 0, 0)) == pytest.approx(10 / 100)


def test_impossible_counts_are_refused():
    for counts in ((1, 10, 11, 0), (1, 10, 5, 6), (-1, 10, 5, 0)):
        with pytest.raises(ValueError, match=r"what is left|negative"):
            Tail(*counts)
    with pytest.raises(ValueError, match="between 0 and 1"):
        stopping.chance(Tail(1, 10, 5, 0), 1.0)


def stop(found, left, hidden, chance):
    """Screen at random as the page advises, look after look: the recall at the stop."""
    tail = [True] * hidden + [False] * (left - hidden)
    chance.shuffle(tail)
    drawn, look = 0, 0
    while True:
        look += 1
        drawn += stopping.more(Tail(found, left, drawn, sum(tail[:drawn])), look=look)
        seen = sum(tail[:drawn])
        if stopping.enough(Tail(found, left, drawn, seen), look=look):
            return (found + seen) / (found + hidden)


def test_over_a_thousand_simulated_stops_the_promise_holds():
    """At the worst place: just more relevant records left than the target allows."""
    chance, short = random.Random(20), 0
    for found, left, hidden in ((40, 1500, 3), (19, 600, 2), (100, 3000, 6), (25, 900, 2)):
        recalls = [stop(found, left, hidden, chance) for _ in range(250)]
        short += sum(recall < 0.95 for recall in recalls)
    assert 0 < short <= 50


def test_the_curves_begin_and_end_where_they_should():
    assert stopping.finds([True, False, True]) == [(0, 0), (1, 1), (2, 1), (3, 2)]
    assert len(stopping.finds([False] * 10_000)) <= 202
    curve = stopping.looks([False] * 50, found=30, left=100, every=10)
    assert len(curve) == 5
    assert curve == sorted(curve, reverse=True)
