"""What needs a person stands on the review's page for who can do something about it, and leads there."""

import pytest
from django.urls import reverse

from consensus.models import Stage
from consensus.services import submit
from reviews.models import ExclusionReason, Job, Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def differing(items, cast, review):
    """Ana and Ben differ on three records; nobody else judged."""
    reason = ExclusionReason.objects.filter(review=review).first()
    for item in items[:3]:
        submit(by=cast.ana, item_id=item.pk, answer={"verdict": "include"})
        submit(by=cast.ben, item_id=item.pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    return items[:3]


def page(client, review):
    return client.get(reverse("reviews:detail", args=[review.pk])).content.decode()


def test_conflicts_are_counted_for_who_settles_them_and_for_nobody_else(differing, review, cast, client_of):
    shown = page(client_of(cast.lead), review)
    assert "3 conflicts" in shown.split("Needs a person")[1]
    assert reverse("consensus:conflicts", args=[review.pk]) + "?stage=title_abstract" in shown
    for user in (cast.ana, cast.observer):
        assert "Needs a person" not in page(client_of(user), review)
        assert "conflict" not in page(client_of(user), review).split('id="path"')[1].split("</ol>")[0]


def test_one_or_two_are_named(differing, review, cast, client_of):
    submit(by=cast.ben, item_id=differing[0].pk, answer={"verdict": "include"})
    shown = page(client_of(cast.lead), review).split("Needs a person")[1].split("</section>")[0]
    assert differing[1].report.title in shown
    assert differing[2].report.title in shown
    assert differing[0].report.title not in shown


def test_where_the_pair_settles_each_judge_is_called_on_their_start_page(differing, review, cast, client_of):
    Stage.objects.filter(review=review).update(resolver="pair")
    assert "3 at Title and abstract" in client_of(cast.ana).get("/").content.decode()
    assert "3 at Title and abstract" not in client_of(cast.cleo).get("/").content.decode()


def test_a_run_that_failed_is_said_to_who_manages(review, cast, client_of):
    Job.objects.create(review=review, task="studies.import", status=Job.Status.FAILED)
    assert "1 background run" in page(client_of(cast.lead), review)
    assert "1 background run" not in page(client_of(cast.ana), review)


def test_a_locked_review_needs_nobody(differing, review, cast, client_of):
    Review.objects.filter(id=review.pk).update(status=Review.Status.LOCKED)
    assert "Needs a person" not in page(client_of(cast.lead), review)
    assert "3 at Title and abstract" not in client_of(cast.lead).get("/").content.decode()


def test_only_who_manages_sees_who_is_where(differing, review, cast, client_of):
    lead, ana = page(client_of(cast.lead), review), page(client_of(cast.ana), review)
    assert "Judged last" in lead
    assert "not yet" in lead
    assert "Judged last" not in ana
    assert "Ben" in ana.split(">Team<")[1]
