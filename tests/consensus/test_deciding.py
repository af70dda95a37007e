from consensus.compare import Policy
from consensus.deciding import Said, Situation, decide

YES, NO = {"verdict": "include"}, {"verdict": "exclude"}


def situation(*said, needed=2, closed_as="", consensus=None, reopened_in=None):
    return Situation(closed_as, needed, tuple(said), consensus, reopened_in, Policy())


def said(judgement, reviewer, answers=YES, *, turn=1, own=True):
    return Said(judgement, reviewer, turn, own, answers)


def test_an_item_is_open_then_partly_judged_then_agreed():
    assert decide(situation()).status == "open"
    assert decide(situation(said(1, 7))).status == "partial"
    decision = decide(situation(said(1, 7), said(2, 8)))
    assert (decision.status, decision.final, decision.judged) == ("agreed", 1, 2)


def test_one_judge_is_enough_where_one_is_needed():
    assert decide(situation(said(1, 7), needed=1)).status == "agreed"


def test_two_different_answers_are_a_conflict_until_a_consensus():
    assert decide(situation(said(1, 7), said(2, 8, NO))).status == "conflict"
    decision = decide(situation(said(1, 7), said(2, 8, NO), consensus=3))
    assert (decision.status, decision.final) == ("resolved", 3)


def test_what_is_closed_has_no_final_whatever_was_said():
    decision = decide(situation(said(1, 7), said(2, 8), closed_as="merged", consensus=3))
    assert (decision.status, decision.final, decision.judged) == ("closed", None, 2)


def test_one_reviewer_who_said_both_of_two_merged_items_makes_a_conflict():
    decision = decide(situation(said(1, 7), said(2, 8), said(3, 7, NO, own=False)))
    assert (decision.status, decision.judged) == ("conflict", 2)


def test_what_is_final_is_a_judgement_of_the_item_itself():
    decision = decide(situation(said(1, 7, own=False), said(2, 8)))
    assert (decision.status, decision.final) == ("agreed", 2)


def test_agreement_found_only_on_merged_items_waits_for_a_person():
    assert decide(situation(said(1, 7, own=False), said(2, 8, own=False))).status == "conflict"


def test_a_reopened_item_is_not_settled_by_what_was_said_before():
    old = said(1, 7), said(2, 8)
    assert decide(situation(*old, reopened_in=2)).status == "conflict"
    assert decide(situation(said(1, 7), said(4, 8, turn=2), reopened_in=2)).status == "agreed"
