"""How far judges agree on the levels, from their assessments to the figures of the page."""

import pytest

from appraisal.agreeing import agreement_of, kappa_of, square
from appraisal.instruments.load import shipped_instrument
from consensus.agreement import weighted_kappa
from consensus.services import submit

ROBINS = shipped_instrument("robins_i_2016")


def test_two_judges_agreement_is_told_by_domain_and_overall_once_both_have_judged(item, cast, low, appraisal):
    other = low()
    other["answers"]["D1/1.2"] = "N"
    submit(by=cast.ana, item_id=item.pk, answer=low())
    assert agreement_of(cast.lead, appraisal) == []
    submit(by=cast.ben, item_id=item.pk, answer=other)
    found = {one.label: one for one in agreement_of(cast.lead, appraisal)}
    assert list(found)[-1] == "Overall"
    assert (found["Randomization process"].pairs, found["Randomization process"].raw.value) == (1, 0.0)
    assert found["Missing outcome data"].raw.value == 1.0


def test_no_information_has_no_distance_to_other_levels():
    levels = ROBINS.scales[ROBINS.overall.scale].levels
    ranked = [one for one in levels if one.rank is not None]
    pairs = [("low", "low"), ("low", "moderate"), ("serious", "serious"), ("low", "no_information")]
    assert sum(map(sum, square(pairs, levels))) == 4
    table = square(pairs, ranked)
    assert sum(map(sum, table)) == 3
    assert weighted_kappa(table).value == pytest.approx(kappa_of([table]).value)


def test_several_pairs_are_not_pooled():
    one, other = [[5, 0], [0, 5]], [[0, 5], [5, 0]]
    assert kappa_of([one, other]).value == pytest.approx(0.0)
    assert kappa_of([one, one]).value == pytest.approx(1.0)
