"""Reasons in another order: which judgement is final follows, in the background where many do."""

import pytest

from consensus import services as consensus
from consensus.checks import drift
from consensus.models import WorkItem
from reporting.previews import preview_reasons
from reviews.models import ExclusionReason, Job
from screening import services
from screening.services import several_reasons
from screening.tasks import reorder

pytestmark = pytest.mark.django_db


@pytest.fixture
def reasons(review):
    return list(ExclusionReason.objects.filter(review=review).order_by("rank"))


@pytest.fixture
def agreed(cast, stage, items, reasons):
    """Two items agreed on the higher of two reasons, one on a single reason, one on inclusion."""
    consensus.change_stage(by=cast.lead, stage=stage, reasons="first")
    for item, said in zip(items, [(1, 0), (1, 0), (1, 1), (None, None)], strict=False):
        for person, reason in zip((cast.ana, cast.ben), said, strict=True):
            verdict = "include" if reason is None else "exclude"
            chosen = None if reason is None else reasons[reason].pk
            services.judge(by=person, item_id=item.pk, verdict=verdict, reason_id=chosen)
    return items


def turned(reasons):
    return [one.label for one in reversed(reasons)]


def finals(items):
    rows = WorkItem.objects.filter(id__in=[item.pk for item in items]).order_by("id")
    return list(rows.values_list("final__verdict__reason__label", flat=True))


def test_only_what_was_agreed_on_one_of_several_reasons_is_looked_at(review, agreed):
    assert list(several_reasons(review.pk)) == [agreed[0].pk, agreed[1].pk]


def test_what_was_said_of_a_merged_item_is_a_reason_as_well(cast, review, agreed, reasons):
    for person in (cast.ana, cast.ben):
        services.judge(by=person, item_id=agreed[4].pk, verdict="exclude", reason_id=reasons[0].pk)
    consensus.merge_reports(by=cast.lead, left=agreed[2].report, right=agreed[4].report)
    kept = WorkItem.objects.exclude(status="closed").get(id__in=[agreed[2].pk, agreed[4].pk])
    assert kept.status == "agreed"
    assert kept.pk in several_reasons(review.pk)
    services.set_reasons(by=cast.lead, review=review, labels=turned(reasons))
    assert not list(drift())


def test_few_answers_follow_at_once(cast, review, agreed, reasons):
    services.set_reasons(by=cast.lead, review=review, labels=turned(reasons))
    assert finals(agreed[:3]) == ["Wrong topic"] * 3
    assert not Job.objects.filter(task__contains="reasons").exists()


def test_many_follow_in_a_run_and_the_preview_looks_at_the_first(cast, review, agreed, reasons, monkeypatch):
    monkeypatch.setattr("screening.services.reasons.MOST_AT_ONCE", 1)
    monkeypatch.setattr("reporting.previews.MOST_TRIED", 1)
    effect = preview_reasons(by=cast.lead, review=review, labels=turned(reasons))
    assert (effect.others, effect.of_first) == (1, 1)
    assert finals(agreed[:2]) == ["Wrong design"] * 2
    services.set_reasons(by=cast.lead, review=review, labels=turned(reasons))
    job = Job.objects.get(task__contains="reasons")
    assert finals(agreed[:2]) == ["Wrong design"] * 2
    reorder(job.pk)
    assert finals(agreed[:3]) == ["Wrong topic"] * 3
    job.refresh_from_db()
    assert (job.status, job.done, job.total) == ("done", 2, 2)
    assert not list(drift())


def test_a_reason_that_is_added_at_the_end_settles_nothing(
    cast, review, agreed, reasons, django_assert_max_num_queries
):
    labels = [*(one.label for one in reasons), "Wrong population"]
    with django_assert_max_num_queries(12):
        services.set_reasons(by=cast.lead, review=review, labels=labels)
    assert finals(agreed[:2]) == ["Wrong design"] * 2
