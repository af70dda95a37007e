import pytest

from config.refusals import Refused
from consensus import services
from consensus.checks import drift
from consensus.models import Assignment, WorkItem
from studies.models import DuplicatePair, ImportBatch, Record, RecordLink, Report
from tests.conftest import TITLES, ris

pytestmark = pytest.mark.django_db


def test_every_record_of_an_import_gets_a_report_and_an_item(review, bring):
    batch = bring(ris(*TITLES))
    assert (batch.status, batch.found, batch.made, batch.refused) == ("done", 6, 6, 0)
    assert Report.objects.current().filter(review=review).count() == 6
    assert WorkItem.objects.filter(stage__kind="title_abstract", status="open").count() == 6
    assert list(drift()) == []


def test_a_second_export_of_the_same_records_adds_records_but_no_reports(review, bring):
    bring(ris(*TITLES))
    bring(ris(*TITLES) + b"\n", source="Embase")
    assert Record.objects.counted().filter(review=review).count() == 12
    assert Report.objects.current().filter(review=review).count() == 6
    assert RecordLink.objects.current().filter(basis="match").count() == 6


def test_reading_again_after_a_stop_makes_nothing_twice(review, bring):
    batch = bring(ris(*TITLES))
    ImportBatch.objects.filter(id=batch.pk).update(status="reading")
    services.bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    assert Record.objects.filter(batch=batch).count() == 6


def test_an_import_is_undone_as_a_whole_until_screening_begins(review, bring, cast):
    batch = bring(ris(*TITLES))
    services.undo_import(by=cast.owner, batch=batch)
    assert Record.objects.counted().filter(review=review).count() == 0
    assert not WorkItem.objects.live().exists()
    assert list(drift()) == []


def test_undoing_gives_places_back_and_counts_what_it_closes(review, bring, cast):
    batch = bring(ris(*TITLES))
    stage = services.stage_of(review, "title_abstract")
    services.top_up(stage=stage, user=cast.ana)
    services.merge_reports(by=cast.owner, left=Report.objects.all()[0], right=Report.objects.all()[1])
    services.undo_import(by=cast.owner, batch=batch)
    assert not Assignment.objects.exists()
    assert services.progress(stage).statuses == {"closed": 6, "open": 0}
    assert set(WorkItem.objects.values_list("closed_as", flat=True)) == {"withdrawn"}
    assert list(drift()) == []


def test_undoing_an_import_asks_as_little_of_the_database_for_many_as_for_few(
    review, bring, cast, django_assert_max_num_queries
):
    batch = bring(ris(*(f"A report of its own number {n}" for n in range(60))))
    with django_assert_max_num_queries(40):
        services.undo_import(by=cast.owner, batch=batch)
    assert list(drift()) == []


def test_an_import_that_was_screened_cannot_be_undone(items, cast):
    services.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    with pytest.raises(Refused, match="has begun"):
        services.undo_import(by=cast.owner, batch=ImportBatch.objects.get())


def test_a_record_taken_out_of_its_report_is_screened_and_stays_apart(review, bring, cast):
    bring(ris(*TITLES))
    bring(ris(*TITLES) + b"\n", source="Embase")
    link = RecordLink.objects.current().filter(basis="match")[0]
    report = services.unlink_record(by=cast.owner, link=link)
    assert WorkItem.objects.get(report=report).status == "open"
    assert DuplicatePair.objects.filter(status="apart").exists()
    assert list(drift()) == []
