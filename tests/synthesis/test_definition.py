import pytest

from synthesis.definition import Known, Show, Unreadable, compile_table

FORM = {
    "indication": Known("text", "Indication"),
    "patients": Known("integer", "Patients"),
    "n": Known("integer", "Analysed", "arm"),
    "events": Known("integer", "Events", "result_arm"),
}
GROUP = {"key": "g", "label": "What", "show": "group"}


def grouped(*columns, **more):
    return {"rows": {"group_by": "indication"}, "columns": [GROUP, *columns], **more}


def problems(definition) -> str:
    with pytest.raises(Unreadable) as caught:
        compile_table(definition, FORM)
    return "\n".join(caught.value.problems)


def test_a_table_depends_on_the_fields_it_shows_and_on_no_other():
    table = compile_table(grouped({"key": "p", "show": "sum", "field": "patients"}), FORM)
    assert table.depends == ["extraction:indication", "extraction:patients"]
    assert [column.show for column in table.columns] == [Show.GROUP, Show.SUM]


def test_a_column_without_a_label_takes_the_fields():
    table = compile_table(grouped({"key": "p", "show": "sum", "field": "patients"}), FORM)
    assert table.columns[1].label == "Patients"


def test_a_field_of_arms_depends_on_which_arms_there_are():
    table = compile_table(
        grouped({"key": "n", "show": "sum", "field": "n", "where": {"arm_role": "experimental"}}), FORM
    )
    assert table.depends == ["extraction:arms", "extraction:indication", "extraction:n"]
    both = compile_table(grouped({"key": "e", "show": "sum", "field": "events"}), FORM)
    assert {"extraction:arms", "extraction:results"} <= set(both.depends)


def test_what_is_shown_of_the_studies_themselves_is_depended_on():
    shown = [
        {"key": "s", "show": "study"},
        {"key": "d", "show": "designs"},
        {"key": "r", "show": "references"},
    ]
    table = compile_table(
        {"rows": "study", "columns": [*shown, {"key": "p", "show": "value", "field": "patients"}]}, FORM
    )
    assert table.depends == ["extraction:patients", "study:design", "study:label", "study:reports"]


def test_a_table_of_another_kind_of_stage_depends_on_that_kind():
    table = compile_table(grouped(source="appraisal"), FORM)
    assert table.depends == ["appraisal:indication"]


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ([], "A definition is an object"),
        ({}, "“rows” is “study”"),
        ({"rows": "study", "columns": []}, "at least one column"),
        ({"rows": "study", "columns": ["x"]}, "column 1: a column is an object"),
        ({"rows": "study", "columns": [{"key": "s", "show": "study"}]}, "shows no field"),
        (grouped({"key": "g", "show": "studies"}), "the key “g” is used twice"),
        (grouped({"show": "studies"}), "column 2: “key” is missing"),
        (grouped({"key": "x", "show": "mean"}), "“show” is “mean”. Choose from"),
        (grouped({"key": "x", "show": "sum"}), "“field” is missing"),
        (
            grouped({"key": "x", "show": "sum", "field": "age"}),
            "“age”, which the form does not ask. Its fields: events",
        ),
        (grouped({"key": "x", "show": "sum", "field": "indication"}), "is not a number"),
        (grouped({"key": "x", "show": "value", "field": "patients"}), "needs a row per study"),
        (grouped({"key": "x", "show": "studies", "field": "patients"}), "takes no “field”"),
        (grouped({"key": "x", "show": "sum", "field": "n", "where": {"sex": "f"}}), "“sex” means nothing"),
        (grouped({"key": "x", "show": "sum", "field": "n", "where": 3}), "“where” is an object"),
        (grouped({"key": "x", "show": "studies", "color": "red"}), "“color” means nothing"),
        (grouped(total=True), "In the definition, “total” means nothing"),
        (grouped(totals="yes"), "“totals” is true or false"),
        ({**grouped(), "rows": {"group_by": "indication", "order": "random"}}, "“order” is “label”"),
        ({**grouped(), "rows": {"group_by": ["indication"]}}, "“group_by” is missing"),
        ({"rows": "study", "columns": [GROUP]}, "needs rows that are grouped"),
        (grouped({"key": ["x"], "show": "studies"}), "“key” is missing"),
    ],
)
def test_what_is_wrong_is_said(definition, said):
    assert said in problems(definition)


def test_every_problem_is_said_at_once():
    found = problems(grouped({"key": "a", "show": "mean"}, {"key": "b", "show": "sum", "field": "age"}))
    assert "column 2" in found
    assert "column 3" in found
