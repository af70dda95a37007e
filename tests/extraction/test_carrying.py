"""A new version of what is asked, where many items are undecided: they move to it in the background."""

import pytest

from consensus.models import Judgement, WorkItem
from consensus.services import open_draft, submit
from consensus.tasks import carry_over
from extraction.services.forms import as_data, publish_form
from reviews.models import Job
from screening.services import publish_protocol
from tests.extraction.conftest import whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast, item):
    return open_draft(by=cast.ana, item_id=item.pk)


@pytest.fixture
def run():
    return Job.objects.filter(task="consensus.tasks.carry_over")


def test_what_was_begun_is_carried_by_a_run(cast, review, item, form, draft, run, monkeypatch):
    monkeypatch.setattr("consensus.services.versioning.MOST_BEGUN_AT_ONCE", 0)
    second = publish_form(by=cast.lead, review=review, data=as_data(form))
    item.refresh_from_db()
    assert item.version == form.version
    carry_over(run.get().pk)
    item.refresh_from_db()
    assert item.version == second.version
    assert Judgement.objects.drafts().get(item=item).version == second.version
    assert (run.get().status, run.get().done, run.get().total) == ("done", 1, 1)


def test_what_is_handed_in_before_it_is_carried_keeps_its_version_and_comes_along(
    cast, review, item, form, run, monkeypatch
):
    monkeypatch.setattr("consensus.services.versioning.MOST_AT_ONCE", -1)
    second = publish_form(by=cast.lead, review=review, data=as_data(form))
    said = submit(by=cast.ana, item_id=item.pk, answer=whole())
    assert said.version == form.version
    carry_over(run.get().pk)
    draft = Judgement.objects.drafts().get(item=item, reviewer=cast.ana)
    assert (draft.version, draft.values.count()) == (second.version, said.values.count())
    said.refresh_from_db()
    assert said.is_current


def test_a_run_leaves_to_the_next_one_what_a_later_version_asks(
    cast, review, item, form, draft, run, monkeypatch
):
    monkeypatch.setattr("consensus.services.versioning.MOST_BEGUN_AT_ONCE", 0)
    publish_form(by=cast.lead, review=review, data=as_data(form))
    third = publish_form(by=cast.lead, review=review, data=as_data(form))
    earlier, later = run.order_by("id")
    carry_over(later.pk)
    carry_over(earlier.pk)
    item.refresh_from_db()
    assert item.version == third.version
    assert Judgement.objects.filter(item=item).count() == 2


def test_records_to_screen_move_in_parts(cast, review, items, run, monkeypatch):
    monkeypatch.setattr("consensus.services.versioning.MOST_AT_ONCE", 3)
    monkeypatch.setattr("consensus.services.versioning.CHUNK", 2)
    before = WorkItem.objects.filter(review=review).values_list("version", flat=True).distinct()
    old = before.get()
    publish_protocol(by=cast.lead, review=review, texts={}, include=["Adults"], exclude=[])
    assert before.get() == old
    for job in run:
        carry_over(job.pk)
    assert before.get() != old
