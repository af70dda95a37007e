"""The levels of several instruments on the review's scale."""

import pytest

from appraisal.instruments.harmonise import LOW_MODERATE_HIGH, default_map, harmonise, map_problems
from appraisal.instruments.levels import SIGNS, role_of, sign_of
from appraisal.instruments.load import instrument_from_document, shipped, shipped_instrument
from tests.appraisal.instruments.made import document

ROB2, ROBINS, V2 = (shipped_instrument(name) for name in ("rob2_parallel", "robins_i_2016", "robins_i_v2"))


def test_rob_2_and_robins_i_meet_on_low_moderate_high():
    assert default_map(ROB2) == {"low": "low", "some_concerns": "moderate", "high": "high"}
    assert default_map(ROBINS) == {
        "low": "low",
        "moderate": "moderate",
        "serious": "high",
        "critical": "high",
        "no_information": None,
    }
    assert default_map(V2)["low_except_confounding"] == "low"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_first_proposal_is_a_usable_table(name):
    instrument = shipped_instrument(name)
    assert map_problems(instrument, default_map(instrument), LOW_MODERATE_HIGH) == ()


def test_a_level_without_a_line_is_named():
    edited = default_map(ROB2)
    del edited["high"]
    assert map_problems(ROB2, edited, LOW_MODERATE_HIGH) == (
        "High risk of RoB 2 has no line; choose a level, or none.",
    )


def test_unknown_levels_on_either_side_are_named():
    edited = {**default_map(ROB2), "severe": "high", "low": "lowest"}
    problems = map_problems(ROB2, edited, LOW_MODERATE_HIGH)
    assert "'severe' is not an overall level of RoB 2." in problems
    assert "'lowest' is not a level of the review's scale." in problems


def test_a_worse_level_may_not_stand_for_a_better_one():
    edited = {**default_map(ROBINS), "moderate": "high", "serious": "moderate"}
    assert map_problems(ROBINS, edited, LOW_MODERATE_HIGH) == (
        "Serious is worse than Moderate, but stands for a better level.",
    )


def test_levels_of_one_rank_may_stand_for_different_levels():
    assert (
        map_problems(V2, {**default_map(V2), "low_except_confounding": "moderate"}, LOW_MODERATE_HIGH) == ()
    )


def test_a_level_is_carried_over_and_nothing_stays_nothing():
    assert harmonise("serious", default_map(ROBINS)) == "high"
    assert harmonise("no_information", default_map(ROBINS)) is None
    assert harmonise(None, default_map(ROBINS)) is None
    assert harmonise("unheard_of", default_map(ROBINS)) is None


def test_an_instrument_without_an_overall_level_has_an_empty_table():
    changed = document()
    changed["overall"] = {"method": "none"}
    instrument = instrument_from_document(changed).instrument
    assert default_map(instrument) == {}


def test_every_sign_differs_in_symbol_and_no_two_share_colour_and_shape():
    assert len({sign.symbol for sign in SIGNS.values()}) == len(SIGNS)
    assert len({(sign.fill, sign.shape) for sign in SIGNS.values()}) == len(SIGNS)


def test_roles_follow_the_rank_or_the_symbol_of_a_level():
    roles = {level.code: role_of(level) for level in ROBINS.scales["robins5"].levels}
    assert roles == {
        "low": "low",
        "moderate": "some",
        "serious": "high",
        "critical": "critical",
        "no_information": "none",
    }
    appraisal = shipped_instrument("jbi_rct_2023").scales["appraisal"].levels
    assert [role_of(level) for level in appraisal] == ["low", "high", "none"]


def test_two_levels_of_one_role_have_different_symbols():
    low, low_except = V2.scales["v2"].levels[:2]
    assert sign_of(low).role == sign_of(low_except).role == "low"
    assert sign_of(low).symbol != sign_of(low_except).symbol
