"""Agreement of pairs and of all, and when a pair is said to drift."""

import math

import pytest

from consensus.agreement import kappa
from screening.agreeing import drift, figures, overall


def test_the_figures_of_a_pair_are_those_of_its_table():
    # Byrt, Bishop and Carlin 1993 take 2 po - 1 for PABAK; 2a / (2a + b + c) is the share of positive agreement.
    found = figures([[20, 5], [10, 15]])
    assert found.items == 50
    assert found.kappa.value == pytest.approx(0.4)
    assert found.pabak.value == pytest.approx(0.4)
    assert found.positive == pytest.approx(40 / 55)
    assert found.negative == pytest.approx(30 / 45)


def test_overall_does_not_change_with_who_is_the_first_of_a_pair():
    one = {(1, 2): [[20, 5], [10, 15]], (1, 3): [[40, 2], [6, 52]]}
    turned = {(1, 2): [[20, 10], [5, 15]], (1, 3): [[40, 2], [6, 52]]}
    assert overall(one).kappa.value == pytest.approx(overall(turned).kappa.value)
    assert overall(one).ac1.value == pytest.approx(overall(turned).ac1.value)


def test_overall_kappa_weighs_pairs_by_their_records():
    tables = {(1, 2): [[20, 5], [10, 15]], (1, 3): [[40, 2], [6, 52]]}
    first, second = kappa(tables[1, 2]), kappa(tables[1, 3])
    found = overall(tables).kappa
    assert found.value == pytest.approx((50 * first.value + 100 * second.value) / 150)
    assert found.error == pytest.approx(math.hypot(50 * first.error, 100 * second.error) / 150)


def test_pooling_would_say_something_else_where_pairs_exclude_differently():
    tables = {(1, 2): [[45, 5], [5, 0]], (3, 4): [[0, 5], [5, 45]]}
    assert overall(tables).kappa.value < 0
    assert kappa([[45, 10], [10, 45]]).value > 0.6


def test_nothing_is_said_of_nothing():
    found = overall({})
    assert (found.items, found.kappa.value) == (0, None)


@pytest.mark.parametrize(
    ("before", "lately", "fell", "leans"),
    [
        ([[50, 5], [5, 140]], [[20, 15], [15, 50]], True, False),
        ([[50, 5], [5, 140]], [[25, 3], [3, 69]], False, False),
        ([[50, 30], [2, 140]], [[25, 9], [1, 65]], False, True),
        ([[5, 1], [1, 5]], [[0, 5], [5, 0]], False, False),
    ],
)
def test_a_pair_drifts_when_it_agrees_less_or_leans(before, lately, fell, leans):
    found = drift(before, lately)
    assert (bool(found.fell), bool(found.leans)) == (fell, leans)
