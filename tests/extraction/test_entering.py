from datetime import date
from decimal import Decimal

import pytest

from extraction.definition import read
from extraction.entering import Question, Type, Unusable, parse, shown

OPTIONS = ("none", "single", "double")


@pytest.mark.parametrize(
    ("entered", "kind", "value"),
    [
        ("39", Type.INTEGER, Decimal(39)),
        ("1,234", Type.INTEGER, Decimal(1234)),
        ("1 234", Type.INTEGER, Decimal(1234)),
        (" 40.80 ", Type.DECIMAL, Decimal("40.80")),
        ("−5.1", Type.DECIMAL, Decimal("-5.1")),
        (18, Type.INTEGER, Decimal(18)),
        ("Yes", Type.YES_NO, True),
        (False, Type.YES_NO, False),
        ("2019-04-30", Type.DATE, date(2019, 4, 30)),
        ("single", Type.CHOICE, "single"),
        (["double", "none"], Type.MULTI_CHOICE, ("none", "double")),
        (" two words ", Type.TEXT, "two words"),
    ],
)
def test_an_entry_becomes_a_typed_value(entered, kind, value):
    assert parse(entered, Question("Field", kind, OPTIONS)) == value


@pytest.mark.parametrize(
    ("entered", "kind", "said"),
    [
        ("39.5", Type.INTEGER, "not whole"),
        ("4,5", Type.DECIMAL, "with a point"),
        ("NaN", Type.DECIMAL, "too large"),
        ("1e400", Type.DECIMAL, "too large"),
        ("1e-20", Type.DECIMAL, "at most 15 decimals"),
        (True, Type.INTEGER, "not a number"),
        ("perhaps", Type.YES_NO, "yes or no"),
        ("30.4.2019", Type.DATE, "year-month-day"),
        ("triple", Type.CHOICE, "Choose from: none, single, double"),
        (["none", "triple"], Type.MULTI_CHOICE, "not one of the options"),
        ({"a": 1}, Type.TEXT, "enter text"),
    ],
)
def test_what_does_not_fit_says_what_to_enter(entered, kind, said):
    with pytest.raises(Unusable, match=said):
        parse(entered, Question("Field", kind, OPTIONS))


def test_values_print_as_a_person_writes_them():
    assert shown(Decimal("1200.500")) == "1200.5"
    assert shown(Decimal("1E+3")) == "1000"
    assert shown(None, "not_reported") == "not reported"
    assert shown(("a", "b")) == "a; b"
    assert shown(False) == "no"


def form(**field):
    return {"sections": [{"title": "Study", "fields": [{"label": "Blinding", **field}]}]}


def test_a_form_needs_little_more_than_labels():
    (section,) = read(form(type="choice", options="none\nsingle\n\n"))
    (field,) = section.fields
    assert (field.key, field.type, field.entity, field.options) == (
        "blinding",
        "choice",
        "study",
        ("none", "single"),
    )
    assert (field.required, field.rel_tolerance) == (False, Decimal("0.005"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "A form is"),
        ({"sections": [{"title": "x"}]}, "Each section is"),
        (form(label=" "), "needs a label"),
        (form(type="colour"), "is not known"),
        (form(type="choice"), "enter the options"),
        (form(options=["a"]), "only a choice has options"),
        (form(type="choice", options=["a", "a"]), "there twice"),
        (form(key="Has Spaces"), "cannot be a key"),
        (form(key="arms"), "cannot be a key"),
        (form(rel_tolerance="-1"), "between 0 and 10"),
        (form(abs_tolerance="a bit"), "not a number"),
        (form(colour="red"), "no setting “colour”"),
        ({"sections": [*form()["sections"], *form()["sections"]]}, "used twice"),
    ],
)
def test_what_is_wrong_with_a_form_is_named(data, said):
    with pytest.raises(Unusable, match=said):
        read(data)
