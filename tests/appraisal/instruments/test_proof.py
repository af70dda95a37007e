"""The prover: every shipped table is sound with the published counts, every broken one is caught."""

import json
from collections import Counter
from pathlib import Path

import pytest

from appraisal.instruments.answering import GivenAnswer
from appraisal.instruments.conditions import NOT_REACHED, Facts
from appraisal.instruments.engine import assess
from appraisal.instruments.load import DATA, instrument_from_document, read_instrument, shipped
from appraisal.instruments.model import answer_key
from appraisal.instruments.problems import InstrumentRefused
from appraisal.instruments.prove import MANUAL, prove, require_proof
from appraisal.instruments.states import (
    domain_conditions,
    every_combination,
    parameter_settings,
    parameters_read,
)
from appraisal.instruments.yaml_text import write_yaml
from tests.appraisal.instruments.made import Document, document, is_, rule, yes_no_question

EXPECTED = json.loads(Path(__file__).with_name("expected_counts.json").read_text())
SMALL = 2_000


def faults(changed: Document) -> list[str]:
    return [str(problem) for problem in prove(instrument_from_document(changed).instrument).problems]


def test_every_expected_instrument_is_shipped():
    assert set(shipped()) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_shipped_instrument_is_sound_and_counts_as_enumerated_in_full(name):
    proof = require_proof(shipped()[name])
    expected = EXPECTED[name]
    assert set(proof.domains) == set(expected["domains"])
    for domain, counts in expected["domains"].items():
        found = proof.domains[domain]
        assert (found.raw, found.reachable, found.rules) == (
            counts["raw"],
            counts["reachable"],
            counts["rules"],
        )
        assert {str(level): n for level, n in found.judgements.items()} == counts["judgements"]
    assert proof.overall is not None
    assert proof.overall.vectors == expected["overall"]["vectors"]
    assert proof.overall.judgements == expected["overall"]["judgements"]
    if "triage" in expected:
        assert proof.triage is not None
        assert {"reachable": proof.triage.reachable, "stops": proof.triage.stops} == expected["triage"]
    else:
        assert proof.triage is None


def domains_by_size(largest: int, smallest: int = 0) -> list[tuple[str, str]]:
    return [
        (name, domain)
        for name, expected in sorted(EXPECTED.items())
        for domain, counts in expected["domains"].items()
        if smallest < counts["reachable"] <= largest
    ]


def engine_counts(name: str, domain_name: str) -> Counter[str]:
    """Every combination one by one through the engine that reviewers use."""
    instrument = shipped()[name].instrument
    domain = instrument.by_domain[domain_name]
    passing: dict[str, GivenAnswer] = {"triage/B1": "Y", "triage/B3": "N"} if instrument.triage else {}
    found: Counter[str] = Counter()
    for parameters in parameter_settings(
        instrument, parameters_read([*domain_conditions(domain), domain.applies_when])
    ):
        if domain.applies_when is not None and not domain.applies_when.holds(Facts(parameters)):
            continue
        for answers in every_combination(domain.questions, parameters):
            given = {answer_key(domain.id, q): a for q, a in answers.items() if a != NOT_REACHED}
            finding = assess(instrument, parameters, {**passing, **given}).domain(domain.id)
            assert not finding.missing
            assert not finding.waiting
            assert finding.reason
            level = finding.proposed if finding.score is None else finding.score
            found[MANUAL if level is None else str(level)] += 1
    return found


@pytest.mark.parametrize(("name", "domain"), domains_by_size(SMALL))
def test_the_engine_judges_each_combination_as_the_proof_says(name, domain):
    assert engine_counts(name, domain) == EXPECTED[name]["domains"][domain]["judgements"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "domain"), domains_by_size(10**9, SMALL))
def test_the_engine_judges_each_of_very_many_combinations_as_the_proof_says(name, domain):
    assert engine_counts(name, domain) == EXPECTED[name]["domains"][domain]["judgements"]


def test_the_base_of_the_broken_ones_is_sound():
    assert faults(document()) == []


def test_a_gap_is_named_by_its_combination():
    changed = document()
    changed["domains"][0]["judgement"]["rules"][2]["when"] = is_("1.2", "N")
    assert faults(changed) == ["domains/D1/judgement/rules: No rule covers 1.1 = No, 1.2 = Unclear"]


def test_a_gap_says_how_many_more_combinations_it_has():
    changed = document()
    changed["domains"][0]["questions"].append(yes_no_question("1.3"))
    del changed["domains"][0]["judgement"]["rules"][1]
    (fault,) = faults(changed)
    assert fault.endswith("No rule covers 1.1 = No, 1.2 = Yes, 1.3 = Yes (and 1 more combination)")


def test_an_overlap_is_named_by_its_rules_and_its_combination():
    changed = document()
    changed["domains"][0]["judgement"]["rules"][2]["when"] = is_("1.2", "Y", "N", "U")
    assert faults(changed) == [
        "domains/D1/judgement/rules/R3: Rules R2 and R3 both cover 1.1 = No, 1.2 = Yes"
    ]


def test_an_overlap_is_allowed_where_the_first_rule_counts():
    changed = document()
    changed["domains"][0]["judgement"] |= {"hit_policy": "first"}
    changed["domains"][0]["judgement"]["rules"][2]["when"] = {"always": True}
    assert faults(changed) == []


def test_a_question_that_nothing_reaches_is_caught():
    changed = document()
    changed["domains"][0]["questions"].append(
        yes_no_question("1.3", reached_when={"all": [is_("1.1", "Y"), is_("1.2", "Y")]})
    )
    assert faults(changed) == ["domains/D1/questions/1.3: This question can never be reached"]


def test_a_rule_that_cannot_fire_is_caught():
    changed = document()
    changed["domains"][0]["judgement"]["rules"].append(
        rule("R4", {"all": [is_("1.1", "Y"), is_("1.2", "Y")]}, "high")
    )
    assert faults(changed) == ["domains/D1/judgement/rules/R4: This rule can never fire"]


def test_a_domain_that_never_applies_is_caught():
    changed = document()
    changed["params"] = [{"id": "p", "label": "P", "type": "boolean"}]
    changed["domains"][0]["applies_when"] = {"all": [{"param": "p", "is": True}, {"param": "p", "is": False}]}
    assert any("never applies" in fault for fault in faults(changed))


def test_a_setting_under_which_no_domain_applies_is_caught():
    changed = document()
    changed["params"] = [{"id": "p", "label": "P", "type": "boolean"}]
    changed["domains"][0]["applies_when"] = {"param": "p", "is": True}
    assert faults(changed) == ["domains: No domain applies with p = no"]


def test_a_gap_and_an_overlap_of_the_overall_rule_are_caught():
    changed = document()
    changed["overall"]["rules"][1]["when"]["in"] = ["low", "high"]
    found = faults(changed)
    assert "overall/rules: No rule covers D1 = Middle" in found
    assert "overall/rules/O2: Rules O1 and O2 both cover D1 = High" in found


def test_an_input_that_the_overall_rule_forgets_is_caught():
    changed = document()
    changed["inputs"] = [{"id": "worse", "label": "Worse together"}]
    changed["overall"]["rules"][0]["when"] = {
        "all": [{"domain": "D1", "in": ["high"]}, {"input": "worse", "is": False}]
    }
    assert faults(changed) == ["overall/rules: No rule covers D1 = High, worse = yes"]


def test_a_part_with_a_gap_is_caught():
    changed = document()
    domain = changed["domains"][0]
    domain["parts"] = [
        {"id": "A", "label": "Part A", "scale": "two", "rules": [rule("A1", is_("1.1", "Y"), "low")]}
    ]
    domain["judgement"] = {"scale": "two", "method": "worst_of_parts"}
    assert faults(changed) == [
        "domains/D1/parts/A/rules: No rule covers 1.1 = No, 1.2 = Yes (and 2 more combinations)"
    ]


def test_parts_that_tie_on_different_levels_are_caught():
    changed = document()
    changed["scales"]["two"]["levels"][1]["rank"] = 2
    domain = changed["domains"][0]
    domain["parts"] = [
        {"id": name, "label": name, "scale": "two", "rules": [rule(f"{name}1", {"always": True}, level)]}
        for name, level in (("A", "middle"), ("B", "high"))
    ]
    domain["judgement"] = {"scale": "two", "method": "worst_of_parts"}
    assert faults(changed)[0].startswith(
        "domains/D1/judgement: The parts have no single worst level for 1.1 = Yes"
    )


def test_a_direct_level_that_is_not_always_answered_is_caught():
    changed = document()
    options = [{"code": level, "label": level} for level in ("low", "middle", "high")]
    question = {"id": "1.2", "label": "Level", "options": options, "reached_when": is_("1.1", "N")}
    changed["domains"][0]["questions"][1] = question
    changed["domains"][0]["judgement"] = {"scale": "two", "method": "direct", "question": "1.2"}
    assert faults(changed) == ["domains/D1/judgement: The question '1.2' gives no level for 1.1 = Yes"]


def test_triage_rules_that_stop_with_different_levels_are_caught():
    changed = document()
    changed["triage"] = {
        "questions": [yes_no_question("T1")],
        "rules": [rule("S1", is_("T1", "N"), "high"), rule("S2", is_("T1", "N"), "middle")],
    }
    assert faults(changed) == ["triage/rules/S2: Rules with different levels cover T1 = No"]


def test_points_of_a_domain_that_does_not_apply_are_not_read():
    changed = document()
    changed["params"] = [{"id": "p", "label": "P", "type": "boolean"}]
    points = {"id": "P1", "label": "Points", "options": [{"code": "a", "label": "a", "points": 1}]}
    changed["domains"].append(
        {
            "id": "D2",
            "label": "Points",
            "questions": [points],
            "applies_when": {"param": "p", "is": True},
            "judgement": {"scale": "two", "method": "score"},
        }
    )
    changed["overall"]["rules"] = [
        rule("O1", {"score": "D2", "op": ">=", "value": 1}, "low"),
        rule("O2", {"score": "D2", "op": "<", "value": 1}, "high"),
    ]
    assert any("This rule reads something that has no value" in fault for fault in faults(changed))


def test_a_long_checklist_is_proved_without_enumerating_it():
    changed = document()
    names = [f"1.{number}" for number in range(1, 61)]
    changed["domains"][0]["questions"] = [yes_no_question(name, answers="ynu") for name in names]
    many = {"count": {"questions": names, "in": ["N"]}, "op": ">=", "value": 5}
    changed["domains"][0]["judgement"]["rules"] = [
        rule("R1", many, "high"),
        rule("R2", {"not": many}, "low"),
    ]
    proof = prove(instrument_from_document(changed).instrument)
    assert proof.sound
    assert proof.domains["D1"].reachable == 3**60
    assert sum(proof.domains["D1"].judgements.values()) == 3**60


def test_a_table_too_large_to_prove_is_refused():
    changed = document()
    names = [f"1.{number}" for number in range(1, 41)]
    changed["domains"][0]["questions"] = [yes_no_question(name, answers="ynu") for name in names]
    all_no = {"all": [is_(name, "N") for name in names]}
    changed["domains"][0]["judgement"]["rules"] = [
        rule("R1", all_no, "high"),
        rule("R2", {"not": all_no}, "low"),
    ]
    (fault,) = faults(changed)
    assert fault.startswith("domains/D1: Too many cases to prove")


def test_too_many_parameter_settings_are_refused():
    changed = document()
    changed["params"] = [{"id": f"p{n}", "label": "P", "type": "boolean"} for n in range(30)]
    changed["domains"][0]["applies_when"] = {
        "any": [{"param": f"p{n}", "is": value} for n in range(30) for value in (True, False)]
    }
    (fault,) = faults(changed)
    assert "Too many cases" in fault


def test_what_the_proof_finds_in_a_file_has_its_line():
    changed = document()
    del changed["domains"][0]["judgement"]["rules"][1]
    text = write_yaml(changed)
    with pytest.raises(InstrumentRefused) as refused:
        require_proof(read_instrument(text.encode()))
    (problem,) = refused.value.problems
    assert problem.line is not None
    assert text.splitlines()[problem.line - 1].strip() == "- id: R1"
    assert str(problem).startswith(f"line {problem.line}, domains/D1/judgement/rules: No rule covers")


def test_the_example_of_the_handbook_is_sound():
    handbook = (Path(__file__).parents[3] / "docs" / "instruments.md").read_text()
    example = handbook.split("```yaml\n")[1].split("```")[0]
    assert require_proof(read_instrument(example.encode())).domains["D1"].reachable == 7


def test_the_handbook_names_every_shipped_file():
    handbook = (Path(__file__).parents[3] / "docs" / "instruments.md").read_text()
    assert [path.name for path in DATA.glob("*.yaml") if f"`{path.name}`" not in handbook] == []
