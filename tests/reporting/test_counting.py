"""The flow of a small review, from imports to included studies."""

from collections import Counter

import pytest

from consensus.models import WorkItem
from consensus.services import reopen, submit, undo_import
from reporting.counting import LISTS, Listing, count
from reporting.prisma import boxes, violations
from reviews.models import ExclusionReason
from screening.services import set_retrieval
from studies.models import Record
from tests.conftest import TITLES, ris

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(cast):
    """Both judges say the same of an item."""

    def say(item, verdict, reason=None):
        for judge in (cast.ana, cast.ben):
            submit(by=judge, item_id=item.pk, answer={"verdict": verdict, "reason_id": reason})

    return say


@pytest.fixture
def reasons(review):
    return list(ExclusionReason.objects.filter(review=review).order_by("rank"))


def full_text(review, item) -> WorkItem:
    return WorkItem.objects.get(review=review, stage__kind="full_text", report_id=item.report_id)


def test_before_anything_is_imported_every_box_is_empty(review):
    counts = count(review)
    assert set(boxes(counts).values()) == {0}
    assert violations(counts) == []
    assert not counts.provisional


def test_records_are_counted_by_source_and_duplicates_removed(review, items, bring):
    bring(ris(*TITLES[:2]), name="again.ris", source="Embase")
    counts = count(review)
    assert counts.databases == {"PubMed": 6, "Embase": 2}
    assert (counts.database_results, counts.duplicates, counts.records_screened) == (8, 2, 6)
    assert counts.provisional
    assert counts.undecided_records == 6
    assert violations(counts) == []


def test_the_flow_follows_the_decisions(review, items, say, reasons, cast):
    say(items[0], "exclude", reasons[0].pk)
    say(items[1], "exclude", reasons[1].pk)
    say(items[2], "exclude")
    for item in items[3:]:
        say(item, "include")
    say(full_text(review, items[3]), "include")
    say(full_text(review, items[4]), "exclude", reasons[0].pk)
    set_retrieval(by=cast.lead, report=items[5].report, retrieval="not_retrieved", note="Gone.")
    counts = count(review)
    assert counts.excluded_by_human == {"No reason given": 1, "Wrong design": 1, "Wrong topic": 1}
    assert (counts.records_screened, counts.records_excluded) == (6, 3)
    assert (counts.dbr_sought_reports, counts.dbr_notretrieved_reports, counts.dbr_assessed) == (3, 1, 2)
    assert counts.dbr_excluded_reports == {"Wrong design": 1}
    assert (counts.new_reports, counts.new_studies) == (1, 1)
    assert violations(counts) == []
    assert not counts.provisional


def test_one_judgement_changes_no_number(review, items, cast):
    before = count(review)
    submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": None})
    assert count(review) == before


def test_what_awaits_classification_is_a_row_of_its_own_and_not_included(review, items, say):
    say(items[0], "include")
    say(full_text(review, items[0]), "awaiting")
    counts = count(review)
    assert counts.dbr_excluded_reports == {"Awaiting classification": 1}
    assert counts.new_reports == 0
    assert violations(counts) == []


def test_a_reopened_report_stays_counted_and_makes_the_numbers_provisional(review, items, say, cast):
    for item in items:
        say(item, "exclude")
    assert not count(review).provisional
    reopen(by=cast.lead, item_id=items[0].pk, reason="Seen again.")
    counts = count(review)
    assert counts.records_excluded == 6
    assert counts.provisional


def test_an_undone_import_is_counted_nowhere(review, items, bring, cast):
    batch = bring(ris("Quite another trial of yoga"), name="more.ris", source="Embase")
    assert count(review).database_results == 7
    undo_import(by=cast.lead, batch=batch)
    counts = count(review)
    assert (counts.database_results, counts.records_screened) == (6, 6)
    assert violations(counts) == []


def test_other_methods_have_a_column_of_their_own(review, items, bring, say):
    batch = bring(ris("Found in the references of a review"), name="cited.ris", source="References")
    batch.search.kind = "citation"
    batch.search.save()
    cited = WorkItem.objects.get(stage__kind="title_abstract", report__links__record__batch=batch)
    say(cited, "include")
    say(full_text(review, cited), "include")
    counts = count(review)
    assert (counts.database_results, counts.citations_results) == (6, 1)
    assert (counts.other_sought_reports, counts.other_included_reports, counts.new_reports) == (1, 1, 1)
    assert (counts.records_screened, counts.dbr_sought_reports) == (6, 0)
    assert violations(counts) == []


def test_a_record_of_several_reports_is_one_record_and_a_stated_shift(review, items, say, cast):
    from consensus.services import open_items
    from studies.models import RecordLink, Report

    record = Record.objects.get(links__report=items[0].report)
    second = Report.objects.create(review=review, title="The second paper of the book")
    RecordLink.objects.create(review=review, record=record, report=second, basis="person")
    open_items(stage=items[0].stage, target_ids=[second.pk])
    say(items[0], "include")
    say(WorkItem.objects.get(report=second), "include")
    counts = count(review)
    assert (counts.database_results, counts.duplicates, counts.records_screened) == (6, 0, 6)
    assert (counts.advanced, counts.dbr_sought_reports) == (1, 2)
    assert counts.shift_a
    assert violations(counts) == []


def test_every_box_lists_as_many_as_it_counts(review, items, bring, say, reasons):
    bring(ris(*TITLES[:2]), name="again.ris", source="Embase")
    say(items[0], "exclude", reasons[0].pk)
    say(items[1], "exclude", reasons[1].pk)
    say(items[2], "include")
    say(items[3], "include")
    say(full_text(review, items[2]), "include")
    say(full_text(review, items[3]), "exclude", reasons[1].pk)
    counted = boxes(count(review))
    listed = Counter({box: len(Listing(review, box)) for box in LISTS})
    for box, number in counted.items():
        if box in LISTS:
            assert (box, listed[box], len(Listing(review, box)[0:50])) == (box, number, number)
    assert Listing(review, "records_excluded", reasons[1].pk)[0:50] == [
        Record.objects.get(title=TITLES[1], batch__filename="export.ris").pk
    ]
    assert len(Listing(review, "excluded_automatic")) == 0
