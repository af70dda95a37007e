"""A change of a stage whose undecided items are many: they follow in the background."""

import pytest
from django.urls import reverse

from consensus import services
from consensus.checks import drift
from consensus.models import Stage, WorkItem
from consensus.services.changing import follow_change as follow_items
from consensus.tasks import follow_change
from reviews.models import Event, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def disputed(cast, items):
    """Three conflicts between include and unsure, were unsure no include; one item with one judgement."""
    Stage.objects.filter(kind="title_abstract").update(unsure="conflict")
    WorkItem.objects.update(unsure="conflict")
    for item in items[:3]:
        services.submit(by=cast.ana, item_id=item.pk, answer={"verdict": "include"})
        services.submit(by=cast.ben, item_id=item.pk, answer={"verdict": "unsure"})
    services.submit(by=cast.ana, item_id=items[3].pk, answer={"verdict": "exclude"})
    return items


@pytest.fixture(params=["MOST_AT_ONCE", "MOST_BEGUN_AT_ONCE"])
def many(request, monkeypatch):
    monkeypatch.setattr(f"consensus.services.changing.{request.param}", 3)


def statuses():
    return list(
        WorkItem.objects.filter(stage__kind="title_abstract").order_by("id").values_list("status", flat=True)
    )


BEFORE = ["conflict"] * 3 + ["partial", "open", "open"]


def test_few_items_follow_at_once(cast, stage, disputed):
    assert services.change_stage(by=cast.lead, stage=stage, unsure="include") is None
    assert statuses() == ["agreed"] * 3 + ["partial", "open", "open"]
    assert not Job.objects.filter(task__contains="follow").exists()


def test_many_follow_in_a_run_that_is_shown_and_nothing_is_untrue_in_between(cast, stage, disputed, many):
    job = services.change_stage(by=cast.lead, stage=stage, unsure="include", judges_needed=1)
    assert statuses() == BEFORE
    assert not list(drift())
    stage.refresh_from_db()
    assert (stage.unsure, stage.judges_needed) == ("include", 1)
    follow_change(job.pk)
    assert statuses() == ["agreed"] * 4 + ["open", "open"]
    assert set(WorkItem.objects.filter(stage=stage).values_list("judges_needed", flat=True)) == {1}
    assert not list(drift())
    job.refresh_from_db()
    assert (job.status, job.done, job.total) == ("done", 6, 6)


def test_a_run_that_was_stopped_in_the_middle_is_made_good_by_the_next(
    cast, stage, disputed, many, monkeypatch
):
    monkeypatch.setattr("consensus.services.changing.CHUNK", 2)
    services.change_stage(by=cast.lead, stage=stage, unsure="include")

    def stop(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow_items(by=cast.lead, stage_id=stage.pk, progress=stop)
    assert statuses()[:3] == ["agreed", "agreed", "conflict"]
    assert not list(drift())
    follow_items(by=cast.lead, stage_id=stage.pk, progress=lambda done, total: None)
    assert statuses()[:3] == ["agreed"] * 3


def test_what_is_judged_while_it_runs_settles_as_it_was_opened_and_stays(cast, stage, disputed, many):
    job = services.change_stage(by=cast.lead, stage=stage, judges_needed=3)
    services.submit(by=cast.ben, item_id=disputed[3].pk, answer={"verdict": "exclude"})
    follow_change(job.pk)
    assert statuses() == ["partial"] * 3 + ["agreed", "open", "open"]
    assert not list(drift())


def test_of_two_changes_the_last_one_holds_whichever_run_comes_last(cast, stage, disputed, many):
    first = services.change_stage(by=cast.lead, stage=stage, judges_needed=3)
    second = services.change_stage(by=cast.lead, stage=stage, judges_needed=2, unsure="include")
    follow_change(second.pk)
    follow_change(first.pk)
    assert statuses() == ["agreed"] * 3 + ["partial", "open", "open"]


def test_the_page_says_that_they_follow_and_where_that_is_seen(
    client_of, cast, review, disputed, many, look_and_apply
):
    lead = client_of(cast.lead)
    address = reverse("consensus:stage", args=[review.pk, "title_abstract"])
    settings = {
        "judges_needed": "2",
        "rule": "majority",
        "reasons": "first",
        "unsure": "include",
        "resolver": "pair",
    }
    look_and_apply(lead, address, settings)
    assert "see Background runs" in lead.get(address).content.decode()
    assert (
        "Undecided items follow changed settings"
        in lead.get(reverse("reviews:jobs", args=[review.pk])).content.decode()
    )


def test_the_audit_names_whoever_changed_the_stage(cast, stage, disputed, many):
    job = services.change_stage(by=cast.lead, stage=stage, unsure="include")
    last = Event.objects.latest("id").pk
    follow_change(job.pk)
    made = Event.objects.filter(id__gt=last, review_id=stage.review_id)
    assert set(made.values_list("actor_id", flat=True)) == {cast.lead.pk}
