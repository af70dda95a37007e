"""Tables for robvis: its columns by position, its words by template."""

import csv
import io

import pytest

from appraisal.instruments.load import instrument_from_document, shipped_instrument
from appraisal.instruments.robvis import Assessed, NoTemplate, robvis_table, slots
from tests.appraisal.instruments.made import document

ROB2 = shipped_instrument("rob2_parallel")


def test_rob_2_has_the_columns_and_the_words_of_its_template():
    entry = Assessed(
        "Smith 2020",
        {"D1": "low", "D2": "some_concerns", "D3": "high", "D4": "low", "D5": None},
        "high",
        12.5,
    )
    table = robvis_table(ROB2, [entry])
    assert table.template == "ROB2"
    assert table.header == ("Study", "D1", "D2", "D3", "D4", "D5", "Overall", "Weight")
    assert table.rows == (
        ("Smith 2020", "Low", "Some concerns", "High", "Low", "No information", "High", "12.5"),
    )


def test_robins_i_has_seven_domains_and_its_own_words():
    levels = dict.fromkeys((f"D{n}" for n in range(1, 8)), "serious") | {
        "D7": "no_information",
        "D1": "critical",
    }
    table = robvis_table(shipped_instrument("robins_i_2016"), [Assessed("A", levels, "critical")])
    assert table.rows[0][1:-1] == ("Critical", *["Serious"] * 5, "No information", "Critical")


def test_robins_i_v2_is_put_into_the_order_of_2016_and_says_so():
    levels = {
        "D1": "low_except_confounding",
        "D2": "moderate",
        "D3": "serious",
        "D4": "critical",
        "D5": "low",
        "D6": "moderate",
    }
    table = robvis_table(shipped_instrument("robins_i_v2"), [Assessed("A", levels, "critical")])
    confounding, selection, classification, deviations, missing, measurement, reporting = table.rows[0][1:8]
    assert (confounding, selection, classification) == ("Low", "Serious", "Moderate")
    assert (deviations, missing, measurement, reporting) == ("No information", "Critical", "Low", "Moderate")
    assert "D4" in table.notes[0]


def test_the_cluster_form_has_its_extra_domain():
    table = robvis_table(shipped_instrument("rob2_cluster"), [])
    assert table.header == ("Study", "D1a", "D1b", "D2", "D3", "D4", "D5", "Overall", "Weight")


def test_unclear_of_quadas_2_is_some_concerns_to_robvis():
    levels = dict.fromkeys(("D1", "D2", "D3", "D4"), "unclear")
    table = robvis_table(shipped_instrument("quadas2"), [Assessed("A", levels, "unclear")])
    assert set(table.rows[0][1:-1]) == {"Some concerns"}


def test_any_other_instrument_takes_the_generic_template_with_its_labels():
    instrument = instrument_from_document(document()).instrument
    table = robvis_table(instrument, [Assessed("A", {"D1": "middle"}, "low")])
    assert table.template == "Generic"
    assert table.header == ("Study", "First domain", "Overall", "Weight")
    assert table.rows == (("A", "Some concerns", "Low", "1"),)


def test_points_and_levels_that_robvis_does_not_know_are_refused():
    with pytest.raises(NoTemplate, match="points"):
        robvis_table(shipped_instrument("nos_cohort"), [])
    amstar = shipped_instrument("amstar2")
    with pytest.raises(NoTemplate, match="Critically low"):
        robvis_table(amstar, [Assessed("A", {}, "critically_low")])


def test_the_csv_is_read_back_as_it_was_and_starts_no_formula():
    label = 'Müller, "Ünal" & others\n2020'
    table = robvis_table(ROB2, [Assessed(label, {}, None), Assessed("=1+1", {}, None)])
    header, first, second = csv.reader(io.StringIO(table.as_csv(), newline=""))
    assert tuple(header) == table.header
    assert first[0] == label
    assert second[0] == "'=1+1"


def test_variants_of_a_domain_share_a_column():
    assert slots(ROB2)["D2"] == "Deviations from intended interventions"
    assert slots(shipped_instrument("robins_i_v2"))["D1"] == "Confounding"
    assert list(slots(shipped_instrument("robins_i_2016"))) == [f"D{n}" for n in range(1, 8)]
