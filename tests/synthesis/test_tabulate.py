from decimal import Decimal

from synthesis.definition import Known, Table, compile_table
from synthesis.tabulate import Held, Risk, Row, tabulate

FORM = {
    "indication": Known("text", "Indication"),
    "patients": Known("integer", "Patients"),
    "weeks": Known("decimal", "Follow-up"),
    "n": Known("integer", "Analysed", "arm"),
    "risk": Known("choice", "Risk"),
}


def number(pk: int, field: str, value: int | str, **more: str) -> Held:
    return Held(pk, field, str(value), number=Decimal(value), **more)


def row(study: int, indication: str, *values: Held, **more) -> Row:
    held = (Held(study * 100, "indication", indication),) if indication else ()
    return Row(study=study, label=f"Study {study}", item=study + 50, values=(*held, *values), **more)


def by_indication(*columns, **more) -> Table:
    group = {"key": "group", "show": "group", "label": "Indication"}
    return compile_table(
        {"rows": {"group_by": "indication", **more}, "columns": [group, *columns], "totals": True}, FORM
    )


STUDIES = {"key": "studies", "show": "studies"}
PATIENTS = {"key": "patients", "show": "sum", "field": "patients"}


def cells(content, row: int) -> list[str]:
    return [cell["text"] for cell in content["rows"][row]["cells"]]


def test_risk_of_bias_keeps_its_mark_beside_the_word_and_is_counted_in_a_group():
    low, high = Risk("low", "Low"), Risk("high", "High")
    risks = (high, low, low, None)
    rows = [row(n, "Skin", number(n, "patients", 9), risk=risk) for n, risk in enumerate(risks, 1)]
    grouped = tabulate(by_indication({"key": "r", "show": "risk"}), rows)["rows"][0]["cells"][1]
    assert grouped["text"] == "2 Low; 1 High"
    assert grouped["risk"] == [
        {"look": "low", "label": "Low", "n": 2},
        {"look": "high", "label": "High", "n": 1},
    ]
    columns = [{"key": "r", "show": "risk"}, {"key": "p", "show": "value", "field": "patients"}]
    by_study = compile_table({"rows": "study", "columns": columns}, FORM)
    lines = tabulate(by_study, rows)["rows"]
    assert [line["cells"][0]["text"] for line in lines] == ["High", "Low", "Low", ""]
    assert lines[0]["cells"][0]["risk"] == [{"look": "high", "label": "High", "n": 0}]


def test_studies_are_counted_and_patients_summed_within_each_group():
    rows = [
        row(1, "Skin", number(1, "patients", 1000)),
        row(2, "Skin", number(2, "patients", 39)),
        row(3, "Stroke", number(3, "patients", 13)),
    ]
    content = tabulate(by_indication(STUDIES, PATIENTS), rows)
    assert cells(content, 0) == ["Skin", "2", "1,039"]
    assert cells(content, 1) == ["Stroke", "1", "13"]
    assert [cell and cell["number"] for cell in content["totals"]] == [None, "3", "1052"]


def test_each_cell_carries_the_values_and_studies_it_was_made_of():
    rows = [
        row(1, "Skin", number(1, "patients", 4)),
        row(2, "Skin", Held(2, "patients", "not reported", missing="not_reported")),
    ]
    cell = tabulate(by_indication(PATIENTS), rows)["rows"][0]["cells"][1]
    assert cell == {"text": "4", "number": "4", "note": "1 of 2 studies", "studies": [1], "values": [1]}


def test_a_sum_over_the_studies_that_report_it_always_says_how_many():
    column = {"key": "p", "show": "sum_reported", "field": "patients"}
    full = tabulate(by_indication(column), [row(1, "Skin", number(1, "patients", 4))])
    assert full["rows"][0]["cells"][1]["note"] == "1 of 1 studies"
    none = tabulate(by_indication(column), [row(1, "Skin")])["rows"][0]["cells"][1]
    assert (none["text"], none["number"], none["note"]) == ("not reported", None, "0 of 1 studies")


def test_zero_is_a_number_and_not_reported_is_none():
    content = tabulate(by_indication(PATIENTS), [row(1, "Skin", number(1, "patients", 0))])
    assert content["rows"][0]["cells"][1] == {
        "text": "0",
        "number": "0",
        "note": "",
        "studies": [1],
        "values": [1],
    }


def test_numbers_in_differing_units_are_not_summed():
    column = {"key": "w", "show": "sum", "field": "weeks"}
    rows = [
        row(1, "Skin", number(1, "weeks", 3, unit="weeks")),
        row(2, "Skin", number(2, "weeks", 3, unit="days")),
    ]
    cell = tabulate(by_indication(column), rows)["rows"][0]["cells"][1]
    assert cell["text"] == "not summed"
    assert cell["note"] == "differing units: days, weeks"
    assert cell["number"] is None


def test_only_the_named_arms_are_summed():
    column = {"key": "n", "show": "sum", "field": "n", "where": {"arm_role": "experimental"}}
    arms = (
        number(1, "n", 22, arm="Cells", arm_role="experimental"),
        number(2, "n", 17, arm="Gel", arm_role="comparator"),
    )
    cell = tabulate(by_indication(column), [row(1, "Skin", *arms)])["rows"][0]["cells"][1]
    assert (cell["number"], cell["values"]) == ("22", [1])


def test_decimals_are_summed_exactly():
    column = {"key": "w", "show": "sum", "field": "weeks"}
    rows = [row(1, "Skin", number(1, "weeks", "0.1")), row(2, "Skin", number(2, "weeks", "0.2"))]
    assert tabulate(by_indication(column), rows)["rows"][0]["cells"][1]["number"] == "0.3"


def test_groups_stand_in_the_order_that_the_definition_gives_then_by_label():
    rows = [row(1, "Lung"), row(2, "Stroke"), row(3, "Skin"), row(4, "Bone")]
    content = tabulate(by_indication(STUDIES, order=["Stroke", "Skin"]), rows)
    assert [line["label"] for line in content["rows"]] == ["Stroke", "Skin", "Bone", "Lung"]
    rows.append(row(5, "Skin"))
    content = tabulate(by_indication(STUDIES, order="most_studies"), rows)
    assert [line["label"] for line in content["rows"]] == ["Skin", "Bone", "Lung", "Stroke"]


def test_studies_that_do_not_state_the_group_come_last():
    rows = [row(1, "", number(1, "patients", 5)), row(2, "Skin")]
    content = tabulate(by_indication(STUDIES, PATIENTS, order=["not reported", "Skin"]), rows)
    assert [line["label"] for line in content["rows"]] == ["Skin", "not reported"]


def test_a_study_without_any_of_the_tables_fields_is_not_in_it():
    rows = [row(1, "Skin"), row(2, "", Held(7, "risk", "low"))]
    content = tabulate(by_indication(STUDIES), rows)
    assert content["totals"][1]["number"] == "1"


def test_distinct_values_and_tallies():
    columns = [
        {"key": "d", "show": "distinct", "field": "risk"},
        {"key": "t", "show": "tally", "field": "risk"},
    ]
    risks = ["low", "high", "low"]
    rows = [row(n, "Skin", Held(n, "risk", risk)) for n, risk in enumerate(risks, 1)]
    assert cells(tabulate(by_indication(*columns), rows), 0)[1:] == ["high; low", "2 low; 1 high"]


def test_designs_are_counted():
    rows = [
        row(1, "Skin", design="Cohort"),
        row(2, "Skin", design="Randomized"),
        row(3, "Skin", design="Randomized"),
        row(4, "Skin"),
    ]
    assert (
        cells(tabulate(by_indication({"key": "d", "show": "designs"}), rows), 0)[1]
        == "2 Randomized; 1 Cohort"
    )


def test_a_row_per_study_shows_its_values_references_and_whether_it_is_reopened():
    table = compile_table(
        {
            "rows": "study",
            "columns": [
                {"key": "s", "show": "study", "label": "Study"},
                {"key": "r", "show": "references"},
                {"key": "p", "show": "value", "field": "patients"},
                {"key": "n", "show": "value", "field": "n"},
            ],
        },
        FORM,
    )
    arms = (number(2, "n", 22, arm="Cells"), number(3, "n", 17, arm="Gel"))
    content = tabulate(
        table, [row(9, "", number(1, "patients", 39), *arms, references=("Moon 2019",), reopened=True)]
    )
    assert cells(content, 0) == ["Study 9", "Moon 2019", "39", "Cells: 22; Gel: 17"]
    assert content["rows"][0]["reopened"] == [9]
    assert [column["numeric"] for column in content["columns"]] == [False, False, True, True]
    assert content["totals"] is None


def test_a_value_that_says_why_there_is_none_is_shown_as_that():
    table = compile_table(
        {"rows": "study", "columns": [{"key": "p", "show": "value", "field": "patients"}]}, FORM
    )
    content = tabulate(table, [row(1, "", Held(1, "patients", "not applicable", missing="not_applicable"))])
    assert cells(content, 0) == ["not applicable"]


def test_without_studies_there_are_no_rows_and_no_totals():
    content = tabulate(by_indication(STUDIES), [])
    assert (content["rows"], content["totals"]) == ([], None)
