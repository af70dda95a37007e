"""What the builder edits becomes an instrument, its faults stand at their place, and the way back is exact."""

from typing import Any

import pytest

from appraisal.instruments.engine import assess
from appraisal.instruments.load import instrument_from_document, shipped
from appraisal.instruments.sketch import Data, changed, starter, tidy
from appraisal.instruments.sketch_document import HEAD, checked, document_of, sketch_of


@pytest.fixture
def sketch() -> Data:
    """Two questions, the second asked after No to the first, and the rules for both."""
    data = starter() | {"title": "Registry checklist"}
    data["domains"][0] |= {
        "label": "Selection",
        "questions": [
            {"key": "1.1", "label": "Everyone eligible was in", "answers": ["Y", "N", "U"]},
            {"key": "1.2", "label": "Those left out were alike", "answers": ["Y", "N"], "after": "1.1", "codes": ["N"]},
        ],
        "rules": [
            {"level": "low", "fits": [{"of": "1.1", "codes": ["Y"]}]},
            {"level": "some", "join": "any", "fits": [{"of": "1.1", "codes": ["U"]}, {"of": "1.2", "codes": ["Y"]}]},
            {"level": "high", "fits": [{"of": "1.2", "codes": ["N"]}]},
        ],
    }  # fmt: skip
    return tidy(data)


def said(data: Data, place: str = "D1") -> tuple[str, ...]:
    return checked(tidy(data)).faults.get(place, ())


def test_a_complete_sketch_is_proved_and_its_combinations_are_counted(sketch):
    found = checked(sketch)
    assert found.sound
    assert found.proof is not None
    assert found.proof.domains["D1"].judgements == {"low": 1, "some": 2, "high": 1}


def test_the_engine_assesses_with_what_was_built(sketch):
    instrument = instrument_from_document(document_of(sketch)).instrument
    finding = assess(instrument, {}, {"D1/1.1": "N", "D1/1.2": "N"})
    assert finding.domain("D1").proposed == "high"
    assert finding.overall.level == "high"


def test_a_combination_that_no_rule_covers_is_named(sketch):
    del sketch["domains"][0]["rules"][2]
    assert said(sketch) == ("No rule covers 1.1 = No, 1.2 = No",)


def test_a_combination_that_two_rules_cover_is_named_once(sketch):
    sketch["domains"][0]["rules"][2]["fits"][0]["codes"] = ["Y", "N"]
    assert said(sketch) == ("Rules D1.2 and D1.3 both cover 1.1 = No, 1.2 = Yes",)


def test_a_rule_for_all_the_rest_stands_last_where_the_first_one_counts(sketch):
    domain = sketch["domains"][0]
    domain["policy"], domain["rules"][2] = "first", {"level": "high", "join": "otherwise"}
    assert not said(sketch)
    domain["rules"] = domain["rules"][::-1]
    assert said(sketch) == ("D1.2: This rule can never fire", "D1.3: This rule can never fire")


def test_counting_answers_reads_every_question_of_the_domain(sketch):
    domain = sketch["domains"][0]
    domain["questions"][1] |= {"after": "", "codes": []}
    some = [{"of": "count", "codes": ["N", "U"], "op": op, "number": n} for op, n in (("==", 0), (">=", 1))]
    domain["rules"] = [
        {"level": level, "fits": [fit]} for level, fit in zip(("low", "high"), some, strict=True)
    ]
    found = checked(tidy(sketch))
    assert found.sound
    assert found.proof is not None
    assert found.proof.domains["D1"].judgements == {"low": 1, "high": 5}


def test_rules_follow_a_question_that_is_moved_and_miss_one_that_is_removed(sketch):
    sketch = changed(sketch, "add questions 0")
    sketch["domains"][0]["questions"][2]["label"] = "More"
    moved = changed(sketch, "up questions 0 2")
    assert [one["label"] for one in moved["domains"][0]["questions"]][1] == "More"
    assert moved["domains"][0]["rules"][2]["fits"][0]["of"] == "1.3"
    gone = changed(moved, "remove questions 0 2")
    assert gone["domains"][0]["rules"][2]["fits"][0]["of"] == ""
    assert "choose what it reads" in said(gone)[0]


def test_a_question_that_waits_for_a_later_one_is_named(sketch):
    sketch["domains"][0]["questions"][0] |= {"after": "1.2", "codes": ["Y"]}
    assert "waits for" in said(sketch)[0]


def test_an_answer_that_gets_another_code_keeps_its_rules(sketch):
    given = sketch | {"answers": [{"was": "Y", "code": "OK", "label": "Yes"}, *sketch["answers"][1:]]}
    found = tidy(given)
    assert found["domains"][0]["questions"][0]["answers"] == ["OK", "N", "U"]
    assert checked(found).sound


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"title": ""}, HEAD, "name"),
        ({"link": "javascript:alert(1)"}, HEAD, "https"),
        ({"answers": [{"code": "NA", "label": "x"}]}, HEAD, "NA stands for"),
        ({"answers": [{"code": "1 x", "label": "x"}]}, HEAD, "no code"),
        ({"levels": [{"label": "One", "look": "low"}, {"label": "Two", "look": "low"}]}, HEAD, "same sign"),
        ({"domains": [{}]}, "D1", "Give the domain a name"),
        ({"overall": {"method": "table", "rules": [{}]}}, "overall", "leads to no level"),
    ],
)
def test_what_is_unfinished_is_said_where_it_stands(sketch, change, place, words):
    assert any(words in text for text in said(sketch | change, place))


def test_no_information_gives_way_only_to_the_worst_level(sketch):
    sketch["levels"].append({"label": "No information", "look": "none"})
    sketch = changed(sketch, "add domains")
    sketch["domains"][1] |= {"label": "Left to judge", "method": "manual"}
    sketch["domains"][1]["questions"][0]["label"] = "Anything else"
    instrument = instrument_from_document(document_of(tidy(sketch))).instrument
    answers = {"D1/1.1": "U", "D2/2.1": "Y"}
    none = assess(instrument, {}, answers, chosen={"D2": "no_information"})
    assert none.overall.level == "no_information"
    worst = assess(instrument, {}, answers, chosen={"D2": "no_information", "D1": "high"})
    assert worst.overall.level == "high"


def test_the_way_back_is_exact_and_refused_for_what_the_builder_cannot_say(sketch):
    sketch["overall"] = {
        "method": "table",
        "policy": "first",
        "rules": [
            {"level": "high", "fits": [{"of": "D1", "codes": ["high"]}]},
            {"level": "some", "fits": [{"of": "count", "codes": ["some"], "op": ">=", "number": 1}]},
            {"level": "low", "join": "otherwise"},
        ],
    }
    sketch = changed(changed(tidy(sketch), "add questions 0"), "add domains")
    sketch["domains"][0]["questions"][2] |= {"label": "Remarks", "kind": "text", "help": "Anything."}
    sketch["domains"][1] |= {"label": "Other", "method": "manual"}
    sketch["domains"][1]["questions"][0]["label"] = "Other"
    sketch = tidy(sketch | {"link": "https://example.org/checklist"})
    assert checked(sketch).sound
    assert sketch_of(document_of(sketch)) == sketch
    assert all(sketch_of(one.document) is None for one in shipped().values())


@pytest.mark.parametrize(
    "given",
    [None, [], "x", {"domains": [None, 3, {"questions": ["x"], "rules": [{"fits": [{"codes": "Y"}]}]}]},
     {"domains": [{"questions": [{"after": ["1.1"], "answers": {"a": 1}}]}] * 99}, {"levels": [{"code": {}}]}],
)  # fmt: skip
@pytest.mark.parametrize(
    "do", ["", "add rules 0", "remove questions 9", "up domains x", "drop all", "add fits o 7"]
)
def test_whatever_a_form_sends_is_brought_into_shape_and_stays_so(given: Any, do: str):
    found = changed(tidy(given), do)
    assert tidy(found) == found
    assert len(found["domains"]) <= 30
    assert not checked(found).sound
