"""Who is told of conflicts, of what comes back, and of a stage that is done; and that nobody learns what others said."""

import pytest
from django.urls import reverse

from consensus.models import Stage
from consensus.services import change_stage, reopen, resolve, submit
from reviews.models import Notification

pytestmark = pytest.mark.django_db


def told(kind):
    return {(one.recipient.name, one.text) for one in Notification.objects.filter(kind=kind)}


@pytest.fixture
def conflict(items, cast):
    submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    assert not Notification.objects.exists()
    reason = items[0].review.reasons.first()
    submit(by=cast.ben, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    return items[0]


def test_a_conflict_is_told_to_those_who_resolve_and_to_no_judge(conflict, review):
    text = "Conflicts wait at Title and abstract"
    assert told("conflict") == {("Owner", text), ("Lead", text)}
    address = reverse("consensus:conflicts", args=[review.pk])
    assert {one.link for one in Notification.objects.all()} == {f"{address}?stage=title_abstract"}


def test_more_conflicts_are_one_line_until_it_is_read(conflict, items, cast):
    reason = conflict.review.reasons.first()
    for item in items[1:3]:
        submit(by=cast.ana, item_id=item.pk, answer={"verdict": "include"})
        submit(by=cast.ben, item_id=item.pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    assert Notification.objects.filter(kind="conflict", recipient=cast.lead).count() == 1


def test_where_the_pair_signs_its_judges_are_told_and_nobody_else(items, stage, cast):
    Stage.objects.filter(id=stage.pk).update(resolver=Stage.Resolver.PAIR)
    reason = stage.review.reasons.first()
    submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    assert not Notification.objects.exists()
    submit(by=cast.ben, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    assert {name for name, _text in told("conflict")} == {"Ana", "Ben"}


def test_agreement_tells_nobody_before_the_stage_is_done(items, cast):
    for item in items[:-1]:
        for judge in (cast.ana, cast.ben):
            submit(by=judge, item_id=item.pk, answer={"verdict": "include"})
    submit(by=cast.ana, item_id=items[-1].pk, answer={"verdict": "include"})
    assert not Notification.objects.exists()
    submit(by=cast.ben, item_id=items[-1].pk, answer={"verdict": "include"})
    text = "Everything is decided at Title and abstract"
    assert told("finished") == {("Owner", text), ("Lead", text)}


def test_what_is_sent_back_is_told_to_its_judges_and_not_to_whoever_did_it(conflict, cast):
    resolve(by=cast.lead, item_id=conflict.pk, answer={"verdict": "include"}, comment="It fits.")
    reopen(by=cast.ana, item_id=conflict.pk, reason="A letter changes this.")
    ((name, text),) = told("returned")
    assert name == "Ben"
    assert text.startswith("Ana sent back ")
    assert "include" not in text.lower()


def test_a_conflict_is_told_to_the_one_person_who_resolves(review, stage, items, cast):
    change_stage(by=cast.owner, stage=stage, resolver="name", resolved_by=cast.cleo)
    submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    submit(by=cast.ben, item_id=items[0].pk, answer={"verdict": "exclude"})
    assert [name for name, _text in told("conflict")] == ["Cleo"]
