import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.compare import Policy, Rule, compare

INCLUDE, EXCLUDE, UNSURE = ({"verdict": word, "reason": None} for word in ("include", "exclude", "unsure"))
UNSURE_INCLUDES = Policy(same={"verdict": {"unsure": "include"}})


def excluded(rank):
    return {"verdict": "exclude", "reason": rank}


def test_the_earliest_of_agreeing_judgements_stands():
    found = compare([INCLUDE, dict(INCLUDE)], Policy())
    assert (found.agree, found.stands, found.differs) == (True, 0, ())


def test_include_against_exclude_is_a_conflict_in_the_verdict():
    found = compare([INCLUDE, EXCLUDE], Policy())
    assert (found.agree, found.stands, found.differs) == (False, None, ("verdict",))


def test_unsure_counts_as_include_only_where_the_stage_says_so():
    assert compare([INCLUDE, UNSURE], UNSURE_INCLUDES).agree
    assert not compare([INCLUDE, UNSURE], Policy()).agree
    assert not compare([UNSURE, EXCLUDE], UNSURE_INCLUDES).agree


def test_differing_reasons_are_a_conflict_by_default():
    assert compare([excluded(1), excluded(2)], Policy()).differs == ("reason",)


def test_the_higher_ranked_reason_stands_where_the_stage_says_so():
    found = compare([excluded(3), excluded(1), excluded(2)], Policy(ranked=frozenset({"reason"})))
    assert (found.agree, found.stands, found.differs) == (True, 1, ("reason",))


def test_a_missing_reason_ranks_after_every_reason():
    assert compare([excluded(None), excluded(4)], Policy(ranked=frozenset({"reason"}))).stands == 1


def test_most_judges_settle_under_majority_and_a_tie_does_not():
    majority = Policy(rule=Rule.MAJORITY)
    found = compare([EXCLUDE, INCLUDE, INCLUDE], majority)
    assert (found.agree, found.stands, found.differs) == (True, 1, ("verdict",))
    assert not compare([EXCLUDE, INCLUDE], majority).agree
    assert not compare([EXCLUDE, INCLUDE, INCLUDE], Policy()).agree


def test_a_key_that_one_judge_lacks_differs_from_an_empty_one():
    found = compare([{"events": None}, {}], Policy())
    assert (found.agree, found.differs) == (False, ("events",))


def test_nothing_to_compare_is_an_error_not_an_agreement():
    with pytest.raises(ValueError, match="nothing to compare"):
        compare([], Policy())


answers = st.lists(
    st.fixed_dictionaries(
        {
            "verdict": st.sampled_from(["include", "exclude", "unsure"]),
            "reason": st.none() | st.integers(1, 3),
        }
    ),
    min_size=1,
    max_size=5,
)
policies = st.builds(
    Policy,
    rule=st.sampled_from(Rule),
    same=st.sampled_from([{}, {"verdict": {"unsure": "include"}}]),
    ranked=st.sampled_from([frozenset(), frozenset({"reason"})]),
)


@given(answers, policies, st.randoms())
def test_whether_judges_agree_does_not_depend_on_who_was_first(said, policy, chance):
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert compare(said, policy).agree == compare(shuffled, policy).agree


@given(answers, policies)
def test_what_stands_is_among_what_was_said(said, policy):
    found = compare(said, policy)
    assert (found.stands is not None) == found.agree
    assert found.stands is None or 0 <= found.stands < len(said)


@given(answers, policies)
def test_one_judge_always_agrees_and_no_difference_always_means_agreement(said, policy):
    assert compare(said[:1], policy).agree
    found = compare(said, policy)
    assert found.agree or found.differs
