import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus import agreement

COMMON = [[40, 9], [6, 45]]
RARE = [[40, 9], [6, 945]]


def test_kappa_and_its_companions_equal_the_published_arithmetic():
    assert agreement.raw(RARE).value == pytest.approx(0.985)
    found = agreement.kappa(RARE)
    assert (found.value, found.error) == (pytest.approx(0.8342, abs=5e-5), pytest.approx(0.0420, abs=5e-5))
    assert agreement.pabak(RARE).value == pytest.approx(0.970)
    assert agreement.ac1(RARE).value == pytest.approx(0.9835, abs=5e-5)
    assert agreement.prevalence_index(RARE) == pytest.approx(-0.905)
    assert agreement.bias_index(RARE) == pytest.approx(0.003)


def test_the_standard_errors_equal_those_checked_by_bootstrap():
    assert agreement.kappa(COMMON).error == pytest.approx(0.0714, abs=5e-5)
    assert agreement.ac1(COMMON).error == pytest.approx(0.0717, abs=5e-5)


# Kappa and its standard error as R's package vcd reckons them; the others by their closed form.
REFERENCE = [
    (COMMON, 0.699519230769231, 0.0713936026999882, 0.7, 0.700748129675811),
    ([[118, 5], [2, 0]], -0.0233918128654961, 0.0122867566728453, 0.888, 0.940776337608718),
    ([[43, 12], [18, 1927]], 0.733676594611389, 0.0466835003312881, 0.97, 0.984104814969449),
    ([[10, 0], [0, 20]], 1, 0, 1, 1),
    ([[0, 10], [10, 0]], -1, 0, -1, -1),
    ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], 0.491525423728813, 0.0721274592933407, 0.55, 0.575971731448763),
]


@pytest.mark.parametrize(("table", "kappa", "error", "pabak", "ac1"), REFERENCE)
def test_every_measure_equals_what_other_programs_reckon(table, kappa, error, pabak, ac1):
    found = agreement.kappa(table)
    assert (found.value, found.error) == (pytest.approx(kappa), pytest.approx(error, abs=1e-12))
    assert agreement.pabak(table).value == pytest.approx(pabak)
    assert agreement.ac1(table).value == pytest.approx(ac1)


def test_weighted_kappa_equals_what_other_programs_reckon():
    table = REFERENCE[-1][0]
    found = agreement.weighted_kappa(table)
    assert (found.value, found.error) == (pytest.approx(0.473684210526316), pytest.approx(0.0769789098703061))
    assert agreement.weighted_kappa(table, power=2).value == pytest.approx(0.454545454545454)


def test_positive_and_negative_agreement_are_told_apart():
    assert agreement.specific(RARE, 0) == pytest.approx(80 / 95)
    assert agreement.specific(RARE, 1) == pytest.approx(1890 / 1905)


def test_kappa_is_not_defined_where_both_used_one_category():
    assert agreement.kappa([[7, 0], [0, 0]]) == agreement.UNDEFINED
    assert agreement.kappa([[0, 0], [0, 0]]) == agreement.UNDEFINED


def test_weighted_kappa_of_two_categories_is_kappa():
    plain, weighted = agreement.kappa(COMMON), agreement.weighted_kappa(COMMON)
    assert (weighted.value, weighted.error) == (pytest.approx(plain.value), pytest.approx(plain.error))


def test_weighted_kappa_of_three_ordered_levels_equals_the_figures_that_r_gives():
    """Of R's vcd (linear weights, with the standard error) and psych (quadratic weights)."""
    levels = [[44, 5, 1], [7, 20, 3], [9, 5, 6]]
    linear = agreement.weighted_kappa(levels)
    assert (linear.value, linear.error) == (pytest.approx(9 / 19), pytest.approx(0.0769789098703061))
    assert (linear.low, linear.high) == (pytest.approx(0.3228, abs=5e-5), pytest.approx(0.6246, abs=5e-5))
    assert agreement.weighted_kappa(levels, power=2).value == pytest.approx(5 / 11)
    assert agreement.raw(levels).value == pytest.approx(0.7)


def test_several_pairs_weigh_as_many_items_as_they_judged():
    one, other = agreement.Estimate(0.8, 0.1), agreement.Estimate(0.2, 0.1)
    found = agreement.stratified([(30, one), (10, other), (5, agreement.UNDEFINED)])
    assert found.value == pytest.approx(0.65)
    assert found.error == pytest.approx((3**2 + 1) ** 0.5 / 40)
    assert agreement.stratified([(5, agreement.UNDEFINED)]) == agreement.UNDEFINED


def test_near_misses_cost_less_when_levels_are_ordered():
    near, far = [[8, 2, 0], [2, 8, 2], [0, 2, 8]], [[8, 0, 2], [2, 8, 2], [2, 0, 8]]
    assert agreement.weighted_kappa(near).value > agreement.weighted_kappa(far).value


def test_a_table_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match="square"):
        agreement.kappa([[1, 2]])


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=3, max_size=3))
def test_measures_stay_within_their_range_and_do_not_care_who_is_first(table):
    for measure in (agreement.kappa, agreement.ac1, agreement.pabak, agreement.weighted_kappa):
        found, turned = measure(table), measure([list(column) for column in zip(*table, strict=True)])
        assert (found.value is None) == (turned.value is None)
        if found.value is not None:
            assert -1.0 - 1e-9 <= found.low <= found.value <= found.high <= 1.0 + 1e-9
            assert turned.value == pytest.approx(found.value)
