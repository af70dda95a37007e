"""The demo under way: work waits in it for every account."""

import pytest

from consensus.checks import drift
from consensus.models import Note, WorkItem
from consensus.services import next_items
from reporting import demo, demo_underway
from reviews.models import Review
from synthesis.building import refresh
from synthesis.models import SummaryTable

pytestmark = pytest.mark.django_db(transaction=True)


def test_work_waits_for_everybody_and_nothing_drifts():
    people = demo.make_people()
    review = demo_underway.build(lambda text: None, people)
    assert review == Review.objects.get(title=demo_underway.TITLE)
    conflicts = WorkItem.objects.filter(review=review, status="conflict")
    by_kind = {
        kind: conflicts.filter(stage__kind=kind).count()
        for kind in ("title_abstract", "full_text", "extraction")
    }
    assert by_kind == {"title_abstract": 6, "full_text": 1, "extraction": 1}
    for stage in review.stages.all():
        waiting = {name: len(next_items(stage=stage, user=people[name], limit=60)) for name in ("ana", "ben")}
        assert waiting["ben"] > 0, stage
        assert waiting["ana"] > 0, stage
    assert Note.objects.filter(review=review, mentions__user=people["ana"]).exists()
    refresh(review.pk)
    table = SummaryTable.objects.get(review=review)
    assert table.current_build
    assert len(table.current_build.content["rows"]) == 2
    assert list(drift()) == []


def test_every_record_says_that_it_is_made_up():
    assert len(list(demo_underway.records())) == 48
    assert all("Made-up record" in one["abstract"] for one in demo_underway.records())
