"""Beginning a review, and changing how a stage is judged."""

import pytest
from django.urls import reverse

from config.refusals import Invalid
from consensus import services
from consensus.models import Stage, WorkItem
from reviews.models import Criterion, ExclusionReason, ProtocolVersion, Review

pytestmark = pytest.mark.django_db

SETTINGS = {
    "judges_needed": "1",
    "rule": "majority",
    "reasons": "first",
    "unsure": "conflict",
    "resolver": "pair",
}


@pytest.fixture
def address(review):
    return reverse("consensus:stage", args=[review.pk, "title_abstract"])


def test_a_review_begins_with_its_question_criteria_and_ordered_reasons(client_of, cast):
    body = {
        "title": "Naps",
        "question": "Do they help?",
        "review_type": "intervention",
        "population": "Adults",
        "include": "Adults\n\nAsleep\n",
        "exclude": "Rats",
        "reasons": " Wrong design \nWrong topic",
    }
    answer = client_of(cast.stranger).post(reverse("consensus:new_review"), body)
    review = Review.objects.get(title="Naps")
    assert answer.headers["Location"] == f"/reviews/{review.pk}/"
    assert review.memberships.get().role == "owner"
    assert [r.label for r in ExclusionReason.objects.filter(review=review)] == ["Wrong design", "Wrong topic"]
    protocol = ProtocolVersion.objects.published().get(review=review)
    assert protocol.population == "Adults"
    assert [c.text for c in Criterion.objects.filter(protocol=protocol)] == ["Adults", "Asleep", "Rats"]
    assert "title_abstract" in Stage.objects.filter(review=review).values_list("kind", flat=True)


def test_what_is_wrong_is_said_beside_the_field_and_what_was_entered_stays(client_of, cast):
    body = {"title": " ", "review_type": "intervention", "reasons": "Same\nsame", "include": "Kept text"}
    answer = client_of(cast.ana).post(reverse("consensus:new_review"), body)
    assert answer.status_code == 422
    assert "Two reasons have the same words" in answer.content.decode()
    assert "Kept text" in answer.content.decode()
    assert not Review.objects.exists()


def test_a_change_is_first_shown_with_what_it_touches(client_of, cast, stage, items, address):
    services.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    html = client_of(cast.lead).post(address, SETTINGS | {"step": "preview"}).content.decode()
    assert "6 undecided items" in html
    assert "1 lacks no judge any more" in html
    stage.refresh_from_db()
    assert stage.judges_needed == 2
    assert WorkItem.objects.get(id=items[0].pk).status == "partial"


def test_the_preview_says_what_becomes_of_conflicts_and_nothing_of_who_has_not_all_judges(
    cast, stage, items, django_capture_on_commit_callbacks
):
    for item in items[:2]:
        services.submit(by=cast.ana, item_id=item.pk, answer={"verdict": "unsure"})
        services.submit(by=cast.ben, item_id=item.pk, answer={"verdict": "include"})
    services.change_stage(by=cast.lead, stage=stage, unsure="conflict")
    services.reopen(by=cast.lead, item_id=items[1].pk, reason="To look again")
    services.submit(by=cast.ana, item_id=items[1].pk, answer={"verdict": "exclude"})
    with django_capture_on_commit_callbacks() as followed:
        effect = services.preview_stage(stage=stage, unsure="include", judges=[cast.ana, cast.ben])
    assert not followed
    assert (effect.agreed, effect.conflicts, effect.completed) == (0, 1, 0)
    assert services.preview_stage(stage=stage, judges_needed=3).reopened == 1
    for verdict in ("include", "exclude"):
        services.submit(by=cast.ana, item_id=items[2].pk, answer={"verdict": verdict})
        alone = services.preview_stage(stage=stage, judges_needed=1)
        assert (alone.completed, alone.undecided) == (1, 5)
    stage.refresh_from_db()
    assert (stage.unsure, stage.judges_needed) == ("conflict", 2)


def test_what_was_not_shown_is_not_applied(client_of, cast, stage, items, address):
    lead = client_of(cast.lead)
    shown = lead.post(address, SETTINGS).context["shown"]
    other = SETTINGS | {"judges_needed": "3", "step": "apply", "shown": shown}
    assert "not what you were shown" in lead.post(address, other).content.decode()
    stage.refresh_from_db()
    assert stage.judges_needed == 2


def test_then_it_is_made_and_undecided_items_follow(client_of, cast, stage, items, address, look_and_apply):
    services.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    judges = [cast.ana.pk, cast.ben.pk]
    look_and_apply(client_of(cast.lead), address, SETTINGS | {"judges": judges})
    stage.refresh_from_db()
    assert (stage.judges_needed, stage.rule, stage.reasons, stage.unsure, stage.resolver) == (
        1,
        "majority",
        "first",
        "conflict",
        "pair",
    )
    assert set(stage.named_judges.values_list("user_id", flat=True)) == set(judges)
    assert WorkItem.objects.get(id=items[0].pk).status == "agreed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"judges_needed": "0"},
        {"judges_needed": "9"},
        {"rule": "dice"},
        {"judges_needed": "x"},
        {"judges": ["999999"]},
    ],
)
def test_settings_that_make_no_sense_change_nothing(client_of, cast, stage, address, wrong):
    answer = client_of(cast.lead).post(address, SETTINGS | {"step": "apply"} | wrong)
    assert answer.status_code == 422
    stage.refresh_from_db()
    assert (stage.judges_needed, stage.rule) == (2, "unanimous")


def test_fewer_named_judges_than_an_item_needs_is_refused(client_of, cast, address):
    body = SETTINGS | {"judges_needed": "2", "judges": [cast.ana.pk], "step": "apply"}
    answer = client_of(cast.lead).post(address, body)
    assert "at least as many people" in answer.content.decode()


def test_an_observer_or_stranger_is_no_judge(client_of, cast, stage, address):
    body = SETTINGS | {"judges": [cast.observer.pk], "step": "apply"}
    assert client_of(cast.lead).post(address, body).status_code == 422
    assert not stage.named_judges.exists()


def test_only_those_who_manage_change_a_stage(client_of, cast, stage, address):
    for user, status in ((cast.ana, 403), (cast.observer, 403), (cast.stranger, 404)):
        assert client_of(user).get(address).status_code == status
        assert client_of(user).post(address, SETTINGS | {"step": "apply"}).status_code == status
    stage.refresh_from_db()
    assert stage.judges_needed == 2


def test_a_stage_that_a_review_has_not_is_not_there(client_of, cast, review):
    assert (
        client_of(cast.lead).get(reverse("consensus:stage", args=[review.pk, "dancing"])).status_code == 404
    )


def test_all_stages_stand_beside_each_other_and_only_who_manages_changes_them(client_of, cast, review, stage):
    services.change_stage(by=cast.lead, stage=stage, resolver="pair", judges=[cast.ana, cast.ben])
    address = reverse("consensus:stages", args=[review.pk])
    html = client_of(cast.lead).get(address).content.decode()
    assert "Ana, Ben" in html
    assert "The judges discuss, and all of them sign" in html
    assert reverse("consensus:stage", args=[review.pk, "full_text"]) in html
    seen = client_of(cast.observer).get(address).content.decode()
    assert "Ana, Ben" in seen
    assert reverse("consensus:stage", args=[review.pk, "full_text"]) not in seen
    assert client_of(cast.stranger).get(address).status_code == 404


def test_one_person_is_named_who_judges_in_the_review(client_of, cast, review, stage, look_and_apply):
    lead = client_of(cast.lead)
    address = reverse("consensus:stage", args=[review.pk, stage.kind])
    html = lead.post(address, SETTINGS | {"resolver": "name"}).content.decode()
    assert "Choose who resolves the conflicts of this stage" in html
    assert (
        lead.post(address, SETTINGS | {"resolver": "name", "resolved_by": cast.observer.pk}).status_code
        == 422
    )
    looked = lead.post(address, SETTINGS | {"resolver": "name", "resolved_by": cast.cleo.pk})
    assert "Cleo settles the conflicts of this stage, in place of the leads." in looked.content.decode()
    look_and_apply(lead, address, SETTINGS | {"resolver": "name", "resolved_by": cast.cleo.pk})
    stage.refresh_from_db()
    assert stage.resolved_by == cast.cleo
    every = client_of(cast.observer).get(reverse("consensus:stages", args=[review.pk])).content.decode()
    assert "<td>Cleo</td>" in every
    look_and_apply(lead, address, SETTINGS | {"resolver": "pair", "resolved_by": cast.cleo.pk})
    stage.refresh_from_db()
    assert (stage.resolver, stage.resolved_by) == ("pair", None)


def test_nobody_from_outside_is_named(cast, stage):
    with pytest.raises(Invalid, match="somebody who judges"):
        services.change_stage(by=cast.lead, stage=stage, resolver="name", resolved_by=cast.stranger)


def test_of_very_many_conflicts_the_first_are_tried_and_that_is_said(
    client_of, cast, review, stage, items, monkeypatch
):
    monkeypatch.setattr("consensus.services.previewing.MOST_TRIED", 2)
    for item in items[:3]:
        for user, verdict in ((cast.ana, "include"), (cast.ben, "unsure")):
            services.submit(by=user, item_id=item.pk, answer={"verdict": verdict})
        WorkItem.objects.filter(id=item.pk).update(status="conflict", final=None, decided_at=None)
    effect = services.preview_stage(stage=stage)
    assert (effect.of_first, effect.agreed, effect.conflicts) == (2, 2, 0)
    address = reverse("consensus:stage", args=[review.pk, stage.kind])
    html = client_of(cast.lead).post(address, SETTINGS | {"judges_needed": "2"}).content.decode()
    assert "There are more than 2 conflicts. The first 2 of them were tried:" in html
