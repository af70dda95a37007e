from dataclasses import replace

import pytest

from reporting.prisma import BOXES, Counts, boxes, violations
from reporting.wording import LABELS, PHASES, UNITS, label, label_in_arm

# The flow that Asch et al. 2025 published (Int J Mol Sci 26: 6376, CC BY 4.0).
PUBLISHED = Counts(
    databases={"PubMed": 62, "Embase": 8, "Web of Science": 4},
    database_results=74,
    duplicates=4,
    records_screened=70,
    records_excluded=48,
    excluded_by_human={"Review article": 24, "Background article": 16, "Wrong study design": 8},
    dbr_sought_reports=22,
    dbr_assessed=22,
    dbr_included_reports=22,
    new_reports=22,
    new_studies=22,
)
WITH_OTHER = replace(
    PUBLISHED,
    citations_results=5,
    other_sought_reports=4,
    other_notretrieved_reports=1,
    other_assessed=3,
    other_excluded_reports={"Wrong topic": 1},
    other_included_reports=2,
    new_reports=24,
    total_studies=25,
    previous_studies=3,
    previous_reports=3,
    total_reports=27,
    total_studies_ma=20,
    total_reports_ma=20,
)


@pytest.mark.parametrize("counts", [PUBLISHED, WITH_OTHER, Counts()])
def test_a_flow_that_adds_up_violates_nothing(counts):
    assert violations(counts) == []


@pytest.mark.parametrize(
    ("identity", "change", "said"),
    [
        ("I1", {"databases": {"PubMed": 62}}, "add up to 62"),
        ("I1", {"registers": {"CENTRAL": 2}}, "0 records from registers"),
        ("I3", {"duplicates": 5}, "74 identified less 5 removed is 69"),
        ("I4", {"excluded_by_human": {"Review article": 47}}, "48 records excluded, but 47"),
        (
            "I6",
            {"dbr_sought_reports": 23, "dbr_notretrieved_reports": 1},
            "23 reports sought, but 22 records went on",
        ),
        (
            "I7",
            {"dbr_assessed": 21, "dbr_included_reports": 21, "new_reports": 23},
            "21 reports assessed, but 22 sought",
        ),
        (
            "I8",
            {"dbr_excluded_reports": {"Wrong topic": 1}},
            "22 reports included from databases and registers, but 21",
        ),
        ("I10", {"citations_results": 3}, "4 reports sought by other methods, but 3 identified"),
        ("I11", {"other_notretrieved_reports": 2}, "3 reports from other methods assessed"),
        (
            "I12",
            {"other_excluded_reports": {"Wrong topic": 2}},
            "2 reports included from other methods, but 1",
        ),
        ("I13", {"new_reports": 23}, "23 reports included, but 24 from the two columns"),
        ("I14", {"new_studies": 25, "total_studies": 28}, "25 studies included, with only 24 reports"),
        ("I14", {"reports_without_study": 1}, "belong to no study"),
        ("I15", {"total_studies": 26}, "26 studies in total, but 3 before and 22 new make 25"),
        ("I15", {"total_reports": 28}, "28 reports in total"),
        ("I16", {"total_studies_ma": 26}, "26 studies in the meta-analysis, of 25"),
        ("I16", {"total_reports_ma": 28}, "28 reports in the meta-analysis, of 27"),
    ],
)
def test_a_violated_identity_is_named_with_its_numbers(identity, change, said):
    found = violations(replace(WITH_OTHER, **change))
    assert identity in {one.identity for one in found}
    assert any(said in one.text for one in found if one.identity == identity)


def test_a_shift_between_records_and_reports_needs_a_stated_reason_only():
    counts = replace(
        PUBLISHED, dbr_sought_reports=24, dbr_assessed=24, dbr_included_reports=24, new_reports=24
    )
    [shift] = violations(counts)
    assert (shift.identity, shift.hard) == ("I6", False)
    assert violations(replace(counts, shift_a="A conference book.")) == []


def test_what_is_undecided_keeps_the_identities_and_makes_the_numbers_provisional():
    counts = replace(
        PUBLISHED,
        records_excluded=47,
        excluded_by_human={"Review article": 47},
        undecided_records=1,
        dbr_undecided_reports=2,
        dbr_included_reports=20,
        new_reports=20,
        new_studies=20,
    )
    assert violations(counts) == []
    assert counts.provisional
    assert not PUBLISHED.provisional


def test_the_boxes_have_their_published_numbers_and_ids():
    assert boxes(PUBLISHED) == {
        "database_results": 74,
        "duplicates": 4,
        "excluded_automatic": 0,
        "excluded_other": 0,
        "records_screened": 70,
        "records_excluded": 48,
        "dbr_sought_reports": 22,
        "dbr_notretrieved_reports": 0,
        "dbr_assessed": 22,
        "dbr_excluded": 0,
        "new_studies": 22,
        "new_reports": 22,
    }
    assert boxes(WITH_OTHER)["other_excluded"] == 1
    assert set(boxes(WITH_OTHER)) <= set(BOXES)


def test_every_box_has_a_name_and_an_arm_says_once_where_its_reports_came_from():
    assert set(LABELS) == set(BOXES)
    assert {box.unit for box in BOXES.values()} == set(UNITS)
    assert {box.phase for box in BOXES.values()} == set(PHASES)
    assert label("other_assessed") == "Other methods: reports assessed for eligibility"
    assert label_in_arm("other_assessed") == "Reports assessed for eligibility"
    # Its twin would be a box that there is not: it keeps its own name.
    assert label_in_arm("other_results") == "From other methods"
