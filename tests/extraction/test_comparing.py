from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.compare import Policy, compare
from extraction.comparing import (
    Entity,
    Extraction,
    Rule,
    Said,
    align,
    answers,
    entity_of,
    field_of,
    likeness,
    plain,
    same_number,
    slots_of,
    span,
    suspicion,
)
from extraction.entering import Type

NUMBER, WHOLE = Rule(Type.DECIMAL), Rule(Type.INTEGER)


def number(text: str, decimals: int | None = None) -> Said:
    return Said("f", Decimal(text), decimals=decimals)


def arm(name: str, uid: UUID | None = None) -> Entity:
    return Entity(uid or uuid4(), (plain(name),), {"name": name, "role": "other"})


def told(
    *extractions: Extraction, groups: dict[UUID, UUID] | None = None, rules: dict[str, Rule] | None = None
):
    return answers(extractions, slots_of(extractions, groups or {}), rules or {})


@pytest.mark.parametrize(
    ("a", "b", "rule", "same"),
    [
        ("40.8", "40.9", NUMBER, True),  # 0.1 of 40.9 is less than half a per cent
        ("40.8", "41.1", NUMBER, False),
        ("1.4", "1.44", NUMBER, True),  # equal when rounded to the fewer decimals
        ("1.4", "1.46", NUMBER, False),
        ("200", "201", WHOLE, False),
        ("200", "200.0", WHOLE, True),
        ("0", "0.001", Rule(Type.DECIMAL, abs_tol=Decimal("0.01")), True),
        ("0.25", "-0.25", NUMBER, False),
    ],
)
def test_numbers_agree_within_the_tolerance_of_their_field(a, b, rule, same):
    assert same_number(number(a), number(b), rule) is same
    assert same_number(number(b), number(a), rule) is same


def test_decimals_that_were_reported_count_even_when_they_are_zeros():
    assert same_number(number("40"), number("40.4"), NUMBER)
    assert not same_number(number("40", decimals=1), number("40.4"), NUMBER)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Crohn’s disease", "crohn's  DISEASE"),
        ("12–24 weeks", "12-24 weeks"),
        ("Panés", "panes"),
        ("ﬁstula", "fistula"),
        ("age < 18", "Age <18"),
    ],
)
def test_spelling_makes_no_difference(a, b):
    assert plain(a).replace(" ", "") == plain(b).replace(" ", "")


def test_a_minus_and_a_comparison_make_a_difference():
    assert plain("change -5 %") != plain("change 5 %")
    assert plain("p < 0.05") != plain("p > 0.05")
    assert plain("—") != plain("+")


def test_time_points_are_compared_by_their_length():
    assert span(Decimal(12), "week") == span(Decimal(84), "day")
    assert span(Decimal(1), "year") == span(Decimal("12.00"), "month")
    assert span(Decimal(1), "month") != span(Decimal(4), "week")


def test_arms_of_one_name_stand_in_one_slot_and_others_alone():
    mine, theirs, alone = arm("AASC gel"), arm("aasc  GEL"), arm("Sham")
    slots = align([[mine], [theirs, alone]], {})
    assert slots == {mine.uid: "aasc gel", theirs.uid: "aasc gel", alone.uid: "sham"}


def test_two_arms_of_one_name_in_one_extraction_stay_two():
    first, second, other = arm("Dose"), arm("Dose"), arm("Dose")
    slots = align([[first, second], [other]], {})
    assert slots == {first.uid: "dose", second.uid: "dose#2", other.uid: "dose"}


def test_a_match_by_hand_counts_before_names():
    one, other, namesake = arm("AASC"), arm("Cx601"), arm("AASC")
    group, apart = uuid4(), uuid4()
    slots = align([[one], [other, namesake]], {one.uid: group, other.uid: group, namesake.uid: apart})
    assert slots[one.uid] == slots[other.uid] != slots[namesake.uid]


def test_a_uid_stays_in_its_slot_whatever_its_name_is_now():
    old = arm("AASC")
    renamed = Entity(old.uid, ("adipose cells",), {"name": "Adipose cells"})
    assert align([[old], [renamed]], {}) == {old.uid: "aasc"}


def test_an_arm_that_only_one_has_differs_with_all_it_holds():
    sham = arm("Sham")
    both = told(Extraction([sham], [], [Said("n", Decimal(5), arm=sham.uid)]), Extraction())
    found = compare(both, Policy())
    assert not found.agree
    assert set(found.differs) == {"arm[sham]", "arm[sham].name", "arm[sham].role", "arm[sham].n"}


def test_a_value_of_an_arm_of_a_result_is_found_under_both():
    gel = arm("Gel")
    closure = Entity(uuid4(), ("wound closure", "84 day", ""), {})
    only = told(Extraction([gel], [closure], [Said("events", Decimal(18), arm=gel.uid, result=closure.uid)]))
    assert only[0]["result[wound closure@84 day].events[gel]"] == 18


def test_blank_not_reported_and_text_are_three_answers():
    blank, missing = Extraction(), Extraction(values=[Said("f", None, "not_reported")])
    text = Extraction(values=[Said("f", "not reported")])
    assert len({str(dict(one)) for one in told(blank, missing, text)}) == 3


def test_another_unit_is_a_difference_of_its_own():
    rules = {"f": Rule(Type.DECIMAL, unit="days")}
    same = told(
        Extraction(values=[number("3")]), Extraction(values=[Said("f", Decimal(3), unit="Days")]), rules=rules
    )
    assert compare(same, Policy()).agree
    other = told(
        Extraction(values=[number("3")]),
        Extraction(values=[Said("f", Decimal(3), unit="weeks")]),
        rules=rules,
    )
    assert compare(other, Policy()).differs == ("f.unit",)


def test_what_counts_as_one_answer_keeps_its_own_digits_beside_it():
    first, second = told(
        Extraction(values=[number("40.80")]), Extraction(values=[number("40.81")]), rules={"f": NUMBER}
    )
    assert first == second
    assert (first.exact["f"], second.exact["f"]) == (Decimal("40.80"), Decimal("40.81"))


def test_keys_lead_back_to_their_field_and_their_entity():
    assert field_of("indication") == "indication"
    assert field_of("mean.unit") == "mean"
    assert field_of("arm[a gel]") == field_of("arm[a gel].name") == "arms"
    assert field_of("arm[a gel].n") == "n"
    assert field_of("result[x@84 day]") == field_of("result[x@84 day].time_point") == "results"
    assert field_of("result[x@84 day].events[a gel]") == "events"
    assert entity_of("result[x@84 day].events[a gel]") == "result[x@84 day]"
    assert entity_of("indication") == ""


def test_slips_are_recognised():
    assert suspicion(number("1.5"), number("15")) == "a factor of 10"
    assert suspicion(number("2"), number("-2")) == "opposite signs"
    assert suspicion(number("5.3"), number("1.13"), Decimal(22)).startswith("a factor of √n")
    assert suspicion(number("5"), number("6")) == ""
    assert suspicion(number("0"), number("6")) == ""


def test_likeness_is_the_share_of_common_words():
    assert likeness("single blind trial", "Trial, single-blind") == 1
    assert likeness("a b", "b c") == Decimal(1) / 3


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=4))
def test_no_slot_ever_holds_two_arms_of_one_extraction(names):
    extractions = [[arm(name) for name in some] for some in names]
    slots = align(extractions, {})
    for some in extractions:
        assert len({slots[one.uid] for one in some}) == len(some)
    assert set(slots) == {one.uid for some in extractions for one in some}


@given(st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3))
def test_comparing_two_extractions_does_not_depend_on_their_order(a, b):
    one, other = (Extraction(values=[Said("f", value)]) for value in (a, b))
    agree = compare(told(one, other, rules={"f": NUMBER}), Policy()).agree
    assert compare(told(other, one, rules={"f": NUMBER}), Policy()).agree is agree
