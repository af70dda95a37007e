"""The engine: what is reached, proposed, missing and refused, with reasons in plain words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.instruments.answering import Given
from appraisal.instruments.conditions import NOT_REACHED, Facts
from appraisal.instruments.engine import assess, chosen_keys, keep_reached
from appraisal.instruments.load import instrument_from_document, shipped, shipped_instrument
from appraisal.instruments.model import Instrument, answer_key
from appraisal.instruments.states import possible_answers
from appraisal.instruments.words import caveats
from tests.appraisal.instruments.made import document, is_, rule, yes_no_question

ROB2 = shipped_instrument("rob2_parallel")
ITT = {"effect": "assignment"}
LOW: Given = {
    "D1/1.1": "Y",
    "D1/1.2": "Y",
    "D1/1.3": "N",
    "D2_assignment/2.1": "N",
    "D2_assignment/2.2": "PN",
    "D2_assignment/2.6": "Y",
    "D3/3.1": "Y",
    "D4/4.1": "N",
    "D4/4.2": "N",
    "D4/4.3": "N",
    "D5/5.1": "Y",
    "D5/5.2": "N",
    "D5/5.3": "N",
}
TWO_CONCERNS = {**LOW, "D1/1.1": "N", "D5/5.1": "NI"}


def errors(found) -> dict[str, str]:
    return {entry.key: entry.message for entry in found.errors}


def missing(found) -> set[str]:
    return {entry.key for entry in found.missing}


def test_all_favourable_answers_come_to_low_overall():
    found = assess(ROB2, ITT, LOW)
    assert [finding.domain for finding in found.domains] == ["D1", "D2_assignment", "D3", "D4", "D5"]
    assert {finding.proposed for finding in found.domains} == {"low"}
    assert found.overall.proposed == found.overall.level == "low"
    assert found.complete


def test_only_reached_questions_are_reached():
    found = assess(ROB2, ITT, {})
    assert found.domain("D1").reached == ("1.1", "1.2", "1.3")
    assert found.domain("D2_assignment").reached == ("2.1", "2.2", "2.6")
    assert found.domain("D2_assignment").waiting == ("2.3", "2.4", "2.5", "2.7")
    assert found.domain("D3").reached == ("3.1",)


def test_a_question_is_reached_as_soon_as_nothing_can_undo_it():
    found = assess(ROB2, ITT, {"D2_assignment/2.1": "PY"})
    assert "2.3" in found.domain("D2_assignment").reached


def test_a_reached_question_without_an_answer_means_no_judgement_for_its_domain():
    answers = {key: value for key, value in LOW.items() if key != "D1/1.3"}
    found = assess(ROB2, ITT, {**answers, "D1/1.2": "N"})
    assert found.domain("D1").proposed is None
    assert found.domain("D1").missing == ("1.3",)
    assert found.domain("D3").proposed == "low"
    assert found.overall.proposed is None
    assert missing(found) == {"D1/1.3", "overall"}
    assert not found.complete


def test_a_level_chosen_for_an_unanswered_domain_does_not_count_yet():
    found = assess(ROB2, ITT, {}, chosen={"D1": "high"})
    assert found.domain("D1").level is None


def test_an_answer_to_a_question_that_is_not_reached_is_an_error():
    found = assess(ROB2, ITT, {**LOW, "D4/4.4": "Y"})
    assert errors(found) == {"D4/4.4": "Question 4.4 is not reached with the other answers"}
    assert found.domain("D4").proposed == "low"
    assert not found.complete


def test_an_answer_that_comes_too_early_is_an_error():
    found = assess(ROB2, ITT, {"D3/3.4": "Y"})
    assert "before the earlier ones are answered" in errors(found)["D3/3.4"]


@pytest.mark.parametrize("answer", ["NA", "Yes", "", "y", ["Y"], frozenset({"Y"})])
def test_an_answer_outside_the_set_is_refused_and_counts_as_missing(answer):
    found = assess(ROB2, ITT, {**LOW, "D1/1.1": answer})
    assert set(errors(found)) == {"D1/1.1"}
    assert found.domain("D1").missing == ("1.1",)


def test_no_information_is_no_answer_where_the_instrument_does_not_offer_it():
    found = assess(ROB2, ITT, {"D3/3.1": "N", "D3/3.2": "NI"})
    assert set(errors(found)) == {"D3/3.2"}


def test_an_unknown_key_is_an_error():
    found = assess(ROB2, ITT, {"D1/9.9": "Y"}, chosen={"D9": "low"}, inputs={"nothing": True})
    assert set(errors(found)) == {"D1/9.9", "D9", "nothing"}


# Parameters


def test_the_effect_decides_which_variant_of_a_domain_is_asked():
    adhering = assess(ROB2, {"effect": "adhering", "deviations": ["non_adherence"]}, LOW)
    names = [finding.domain for finding in adhering.domains]
    assert "D2_adhering" in names
    assert "D2_assignment" not in names
    assert adhering.domain("D2_adhering").reached == ("2.1", "2.2", "2.5")
    assert "does not apply with these parameters" in errors(adhering)["D2_assignment/2.1"]


def test_without_the_effect_the_domain_waits_and_says_so():
    found = assess(ROB2, {}, LOW)
    assert "effect" in missing(found)
    assert "is not set" in errors(found)["D2_assignment/2.1"]
    assert found.overall.proposed is None


def test_deviations_are_needed_for_the_adhering_effect_only():
    assert "deviations" in missing(assess(ROB2, {"effect": "adhering"}, {}))
    assert "deviations" in missing(assess(ROB2, {"effect": "adhering", "deviations": []}, {}))
    kept = assess(ROB2, {"effect": "assignment", "deviations": ["non_adherence"]}, LOW)
    assert kept.complete
    assert kept.parameters["deviations"] is None


@pytest.mark.parametrize(
    "parameters",
    [
        {"effect": "both"},
        {"effect": True},
        {"effect": ["assignment"]},
        {"effect": "adhering", "deviations": ["x"]},
    ],
)
def test_a_value_that_a_parameter_does_not_have_is_refused(parameters):
    assert not assess(ROB2, parameters, {}).complete
    assert errors(assess(ROB2, parameters, {}))


def test_an_unknown_parameter_is_refused():
    assert "design" in errors(assess(ROB2, {**ITT, "design": "x"}, LOW))


def test_a_default_stands_in_for_a_parameter():
    found = assess(shipped_instrument("robins_i_2016"), {"effect": "assignment"}, {})
    assert found.parameters["plan_verified"] is False
    assert "plan_verified" not in missing(found)


# Levels, inputs, overall


def test_an_override_counts_and_the_proposal_stays_visible():
    found = assess(ROB2, ITT, LOW, chosen={"D1": "some_concerns"})
    assert (found.domain("D1").proposed, found.domain("D1").level) == ("low", "some_concerns")
    assert found.domain("D1").overridden
    assert found.overall.proposed == "some_concerns"


def test_choosing_the_proposed_level_is_no_override():
    assert not assess(ROB2, ITT, LOW, chosen={"D1": "low", "overall": "low"}).domain("D1").overridden


def test_a_level_outside_the_scale_is_refused():
    found = assess(ROB2, ITT, LOW, chosen={"D1": "moderate", "overall": "unclear"})
    assert set(errors(found)) == {"D1", "overall"}
    assert found.domain("D1").level == "low"


def test_several_concerns_add_up_only_when_the_assessor_says_so():
    found = assess(ROB2, ITT, TWO_CONCERNS)
    assert found.overall.proposed == "some_concerns"
    assert found.overall.inputs_open == ("substantially_lowers_confidence",)
    assert found.overall.may_override_to == ("high",)
    assert len(found.overall.flags) == 1
    added = assess(ROB2, ITT, TWO_CONCERNS, inputs={"substantially_lowers_confidence": True})
    assert added.overall.proposed == "high"
    assert added.complete


def test_an_input_that_is_not_open_is_refused():
    found = assess(ROB2, ITT, LOW, inputs={"substantially_lowers_confidence": True})
    assert set(errors(found)) == {"substantially_lowers_confidence"}
    assert assess(ROB2, ITT, LOW, inputs={"substantially_lowers_confidence": False}).complete


def test_one_high_domain_makes_the_whole_high():
    found = assess(ROB2, ITT, {**LOW, "D5/5.3": "PY"})
    assert found.overall.proposed == "high"
    assert (
        found.overall.reason == "High risk, because 1 domain is High risk (Selection of the reported result)."
    )


def test_a_manual_domain_waits_for_the_level_of_the_assessor():
    crossover = shipped_instrument("rob2_crossover")
    answers: Given = {**LOW, "DS/S.1": "Y", "DS/S.3": "Y", "D5/5.4": "N"}
    found = assess(crossover, ITT, answers)
    assert missing(found) == {"DS", "overall"}
    assert "leaves the level of this domain to the assessor" in found.domain("DS").reason
    assert assess(crossover, ITT, answers, chosen={"DS": "low"}).overall.proposed == "low"


def test_applicability_is_asked_beside_the_domain():
    found = assess(shipped_instrument("quadas2"), {"threshold_used": False}, {})
    assert "D1/applicability" in missing(found)
    chosen = assess(
        shipped_instrument("quadas2"), {"threshold_used": False}, {}, chosen={"D1/applicability": "low"}
    )
    assert chosen.domain("D1").extra == {"applicability": "low"}
    assert "D1/applicability" not in missing(chosen)


# Triage


def test_triage_can_end_the_assessment():
    v2 = shipped_instrument("robins_i_v2")
    found = assess(v2, {"accounts_for_deviations": False}, {"triage/B1": "Y", "triage/B3": "PY"})
    assert found.triage is not None
    assert found.triage.passed is False
    assert (found.domains, found.overall.level) == ((), "critical")
    assert found.complete
    assert "B3 (Outcome measurement method unsuitable) was answered Probably yes" in found.overall.reason


def test_nothing_is_asked_after_triage_has_stopped_or_before_it_is_done():
    v2 = shipped_instrument("robins_i_v2")
    stopped = assess(
        v2, {"accounts_for_deviations": False}, {"triage/B1": "Y", "triage/B3": "Y", "D2/2.1": "Y"}
    )
    assert "stopped" in errors(stopped)["D2/2.1"]
    early = assess(v2, {"accounts_for_deviations": False}, {"triage/B1": "Y", "D2/2.1": "Y"})
    assert early.triage is not None
    assert early.triage.passed is None
    assert "D2/2.1" in errors(early)
    assert "triage/B3" in missing(early)


def test_a_stopped_assessment_can_still_be_overridden_overall():
    v2 = shipped_instrument("robins_i_v2")
    stop: Given = {"triage/B1": "Y", "triage/B3": "Y"}
    found = assess(v2, {"accounts_for_deviations": True}, stop, chosen={"overall": "serious"})
    assert (found.overall.level, found.overall.overridden) == ("serious", True)
    assert errors(assess(v2, {"accounts_for_deviations": True}, stop, inputs={"additive_concern": True}))


# Points


def test_stars_are_counted_and_converted():
    answers: Given = {
        "selection/S1": "a",
        "selection/S2": "a",
        "selection/S3": "c",
        "selection/S4": "a",
        "comparability/C1": ["a", "b"],
        "outcome/O1": "b",
        "outcome/O2": "a",
        "outcome/O3": "d",
    }
    found = assess(shipped_instrument("nos_cohort"), {}, answers)
    assert [finding.score for finding in found.domains] == [3, 2, 2]
    assert found.overall.proposed == "good"
    assert found.domain("comparability").reason == "The answers give 2 points."
    poor = assess(shipped_instrument("nos_cohort"), {}, {**answers, "comparability/C1": []})
    assert poor.overall.proposed == "poor"
    assert poor.complete


def test_points_cannot_be_chosen():
    assert "selection" in errors(
        assess(shipped_instrument("nos_cohort"), {}, {}, chosen={"selection": "some"})
    )


def test_certainty_is_rated_down_from_its_start():
    grade = shipped_instrument("grade")
    answers: Given = {
        "rob/rob_q": "serious",
        "incons/incons_q": "none",
        "indir/indir_q": "none",
        "imprec/imprec_q": "very_serious",
        "pub/pub_q": "undetected",
    }
    found = assess(grade, {"evidence": "rct"}, answers)
    assert (found.overall.proposed, found.overall.score) == ("very_low", 1)
    up: Given = {
        **answers,
        "effect/effect_q": "large",
        "dose/dose_q": "no_up",
        "confound/confound_q": "no_up",
    }
    assert assess(grade, {"evidence": "nrsi_robins"}, up).overall.proposed == "low"
    assert assess(grade, {"evidence": "nrsi"}, up).overall.proposed == "very_low"


def test_a_direct_level_can_be_overridden_and_its_points_follow():
    grade = shipped_instrument("grade")
    answers: Given = {
        "rob/rob_q": "none",
        "incons/incons_q": "none",
        "indir/indir_q": "none",
        "imprec/imprec_q": "none",
        "pub/pub_q": "undetected",
    }
    assert assess(grade, {"evidence": "rct"}, answers).overall.proposed == "high"
    assert (
        assess(grade, {"evidence": "rct"}, answers, chosen={"pub": "suspected"}).overall.proposed
        == "moderate"
    )


# Words


def test_a_reason_names_the_answers_that_made_the_rule_fire():
    found = assess(ROB2, ITT, {**LOW, "D1/1.2": "NI", "D1/1.3": "PY"})
    assert found.domain("D1").reason == (
        "High risk, because 1.2 (Allocation hidden until enrolment was fixed) was answered No information; "
        "1.3 (Baseline imbalance hints at failed randomization) was answered Probably yes."
    )
    assert found.domain("D1").fired[0].rule.id == "D1.2"


def test_the_worst_of_parts_says_both_parts():
    found = assess(ROB2, ITT, LOW)
    reason = found.domain("D2_assignment").reason
    assert reason.startswith("Low risk, the worst of its parts. Questions 2.1-2.5: Low risk, because 2.1")
    assert "Questions 2.6-2.7: Low risk, because 2.6" in reason


def test_a_rule_without_a_condition_and_a_negated_one_have_reasons():
    changed = document()
    changed["domains"][0]["judgement"]["rules"] = [
        rule("R1", {"not": {"any": [is_("1.1", "Y"), is_("1.2", "U")]}}, "high"),
        rule("R2", {"any": [is_("1.1", "Y"), is_("1.2", "U")]}, "low"),
    ]
    instrument = instrument_from_document(changed).instrument
    reason = assess(instrument, {}, {"D1/1.1": "N", "D1/1.2": "N"}).domain("D1").reason
    assert reason == "High, because 1.1 (Question 1.1) was answered No; 1.2 (Question 1.2) was answered No."
    assert assess(instrument, {}, {"D1/1.1": "Y"}).domain("D1").reason == (
        "Low, because 1.1 (Question 1.1) was answered Yes."
    )


def test_answers_that_no_rule_covers_are_said_to_be_uncovered():
    changed = document()
    del changed["domains"][0]["judgement"]["rules"][0]
    instrument = instrument_from_document(changed).instrument
    found = assess(instrument, {}, {"D1/1.1": "Y"}).domain("D1")
    assert (found.proposed, found.reason) == (None, "No rule of the instrument covers these answers.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rob2_crossover", "An outline: not checked against the published instrument"),
        ("rob2_cluster", "Only part of the published instrument is encoded"),
        ("robins_i_v2", "The published instrument is a draft"),
        ("robins_i_2016", "has no algorithm for its domains"),
        ("nos_cohort", "the one proposed here is a convention"),
        ("grade", "have not been compared with the official tool"),
    ],
)
def test_an_instrument_says_what_it_is_not(name, said):
    assert any(said in sentence for sentence in caveats(shipped_instrument(name)))


def test_a_complete_and_compared_instrument_has_nothing_to_warn_of():
    assert caveats(ROB2) == ()


# Optional and text questions


def test_optional_and_text_questions():
    changed = document()
    changed["domains"][0]["questions"] += [
        {"id": "note", "label": "Why", "kind": "text"},
        yes_no_question("aside", always_optional=True),
    ]
    instrument = instrument_from_document(changed).instrument
    found = assess(instrument, {}, {"D1/1.1": "Y", "D1/note": "  "})
    assert found.domain("D1").missing == ("note",)
    assert assess(instrument, {}, {"D1/1.1": "Y", "D1/note": "It says so on page 3."}).complete


# Carrying over


def test_a_changed_answer_drops_what_it_no_longer_reaches():
    answers: Given = {"D3/3.1": "Y", "D3/3.2": "N", "D3/3.3": "PY", "D1/1.1": "Y"}
    kept, dropped = keep_reached(ROB2, ITT, answers)
    assert kept == {"D3/3.1": "Y", "D1/1.1": "Y"}
    assert {entry.key for entry in dropped} == {"D3/3.2", "D3/3.3"}


def test_answers_are_carried_to_another_version_as_far_as_they_fit():
    changed = document()
    changed["domains"][0]["questions"][0]["answers"] = "ynu"
    changed["domains"][0]["judgement"]["rules"][0]["when"] = is_("1.1", "Y", "U")
    newer = instrument_from_document(changed).instrument
    kept, dropped = keep_reached(newer, {}, {"D1/1.1": "N", "D1/1.2": "Maybe", "D2/2.1": "Y"})
    assert kept == {"D1/1.1": "N"}
    assert {entry.key for entry in dropped} == {"D1/1.2", "D2/2.1"}


# Anything at all


def drawn_answers(data, instrument: Instrument) -> dict[str, str | frozenset[str]]:
    asked = [(domain.id, q) for domain in instrument.domains for q in domain.questions]
    if instrument.triage:
        asked += [("triage", question) for question in instrument.triage.questions]
    given_answers: dict[str, str | frozenset[str]] = {}
    for domain, question in asked:
        if data.draw(st.integers(0, 9)) < 8:
            given_answers[answer_key(domain, question.id)] = data.draw(
                st.sampled_from(possible_answers(question))
            )
    return given_answers


def drawn_parameters(data, instrument: Instrument):
    drawn = {}
    for parameter in instrument.parameters:
        codes = sorted(parameter.codes)
        drawn[parameter.id] = data.draw(
            {
                "boolean": st.booleans(),
                "enum": st.sampled_from(codes or ["x"]),
                "multi": st.sets(st.sampled_from(codes or ["x"]), min_size=1),
            }[parameter.type]
        )
    return drawn


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(shipped())))
def test_whatever_is_answered_the_findings_agree_with_each_other(data, name):
    instrument = shipped_instrument(name)
    parameters, answers = drawn_parameters(data, instrument), drawn_answers(data, instrument)
    found = assess(instrument, parameters, answers)
    refused = {entry.key for entry in found.errors}
    reached = {answer_key(f.domain, q) for f in found.domains for q in f.reached}
    if found.triage:
        reached |= {answer_key("triage", q) for q in found.triage.reached}
    assert refused == set(answers) - reached
    for finding in found.domains:
        undecided = bool(finding.missing or finding.waiting)
        assert undecided == (finding.proposed is None and finding.score is None and not finding.reason)
        assert not set(finding.reached) & set(finding.waiting)
    if found.overall.proposed and found.triage is None:
        assert all(finding.level or finding.score is not None for finding in found.domains)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(shipped())))
def test_what_is_kept_fits_and_nothing_that_fits_is_dropped(data, name):
    instrument = shipped_instrument(name)
    parameters, answers = drawn_parameters(data, instrument), drawn_answers(data, instrument)
    kept, dropped = keep_reached(instrument, parameters, answers)
    assert not assess(instrument, parameters, kept).errors
    assert {*kept, *(entry.key for entry in dropped)} == set(answers)
    assert assess(instrument, parameters, kept).domains == assess(instrument, parameters, answers).domains


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(shipped())))
def test_more_answers_never_take_a_question_back(data, name):
    instrument = shipped_instrument(name)
    parameters = drawn_parameters(data, instrument)
    answers, _ = keep_reached(instrument, parameters, drawn_answers(data, instrument))
    fewer = dict(list(answers.items())[: data.draw(st.integers(0, len(answers)))])
    small, large = assess(instrument, parameters, fewer), assess(instrument, parameters, answers)
    if small.triage is None or small.triage.passed:
        for finding in small.domains:
            assert set(finding.reached) <= set(large.domain(finding.domain).reached)


def test_an_unreached_question_reads_as_not_applicable_in_rules():
    condition = is_("1.2", "NA")
    changed = document()
    changed["domains"][0]["judgement"]["rules"][0]["when"] = condition
    instrument = instrument_from_document(changed).instrument
    (first, *_) = instrument.domains[0].judgement.rules
    assert first.when.holds(Facts(answers={"1.2": NOT_REACHED})) is True
    reason = assess(instrument, {}, {"D1/1.1": "Y"}).domain("D1").reason
    assert reason == "Low, because 1.2 (Question 1.2) was not reached."


def test_every_judgement_that_can_be_made_is_listed():
    assert list(chosen_keys(ROB2)) == ["D1", "D2_assignment", "D2_adhering", "D3", "D4", "D5", "overall"]
    assert list(chosen_keys(shipped_instrument("nos_cohort"))) == ["overall"]
