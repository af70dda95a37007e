"""Conflicts of all stages, one item with its history, reopening, a third judge."""

import pytest
from django.urls import reverse

from consensus import services
from consensus.models import Assignment, Judgement, Stage, WorkItem
from reviews.services import create_review

pytestmark = pytest.mark.django_db


def say(user, item, verdict, comment=""):
    return services.submit(by=user, item_id=item.pk, answer={"verdict": verdict}, comment=comment)


@pytest.fixture
def conflict(items, cast):
    say(cast.ana, items[0], "include", "ANA SAYS")
    say(cast.ben, items[0], "exclude", "BEN SAYS")
    return items[0]


@pytest.fixture
def agreed(items, cast):
    say(cast.ana, items[1], "include", "ANA AGREES")
    say(cast.ben, items[1], "include", "BEN AGREES")
    return items[1]


def conflicts(client, review, **query):
    return client.get(reverse("consensus:conflicts", args=[review.pk]), query).content.decode()


def test_a_lead_sees_every_conflict_and_a_judge_their_own(client_of, cast, review, conflict):
    title = conflict.report.title
    assert title in conflicts(client_of(cast.lead), review)
    assert title in conflicts(client_of(cast.ana), review)
    assert title not in conflicts(client_of(cast.cleo), review)


def test_conflicts_are_for_judging_members(client_of, cast, review):
    address = reverse("consensus:conflicts", args=[review.pk])
    assert client_of(cast.observer).get(address).status_code == 403
    assert client_of(cast.stranger).get(address).status_code == 404


def test_an_unknown_stage_or_page_shows_the_list_all_the_same(client_of, cast, review, conflict):
    assert conflict.report.title in conflicts(client_of(cast.lead), review, stage="nonsense", page="x")


def test_whoever_was_asked_to_judge_as_well_does_not_find_the_conflict(client_of, cast, review, conflict):
    services.add_judge(by=cast.owner, item=conflict, judge=cast.lead)
    assert conflict.report.title not in conflicts(client_of(cast.lead), review)


def item_page(review, item):
    return reverse("consensus:item", args=[review.pk, item.pk])


def test_the_history_shows_everything_once_it_is_complete_and_reveals_it(client_of, cast, review, agreed):
    html = client_of(cast.ana).get(item_page(review, agreed)).content.decode()
    assert "BEN AGREES" in html
    assert "Final" in html
    assert Judgement.objects.of(cast.ana).get(item=agreed).revealed_at


def test_before_that_it_shows_ones_own_and_no_status(client_of, cast, review, items):
    say(cast.ben, items[0], "include", "BEN SAYS")
    say(cast.ana, items[1], "include", "ANA SAYS")
    ana = client_of(cast.ana)
    first, second = (ana.get(item_page(review, item)).content.decode() for item in items[:2])
    assert "BEN SAYS" not in first
    assert "Partly judged" not in first
    assert "ANA SAYS" in second
    assert not Judgement.objects.of(cast.ana).get(item=items[1]).revealed_at


def test_an_item_under_the_address_of_another_review_is_not_there(client_of, cast, items):
    other = create_review(by=cast.ana, title="Mine")
    assert client_of(cast.ana).get(item_page(other, items[0])).status_code == 404


def test_a_judge_reopens_with_a_reason_and_others_may_not(client_of, cast, review, agreed):
    address = reverse("consensus:reopen", args=[review.pk, agreed.pk])
    assert client_of(cast.cleo).post(address, {"reason": "Hm"}).status_code == 403
    assert client_of(cast.ana).post(address, {"reason": " "}).status_code == 400
    assert client_of(cast.ana).post(address, {"reason": "Saw the trial register"}).status_code == 302
    agreed.refresh_from_db()
    assert (agreed.status, agreed.reopened_because) == ("conflict", "Saw the trial register")
    assert client_of(cast.ana).get(address).status_code == 405


def test_a_lead_asks_a_third_judge_and_only_a_member_who_judges(client_of, cast, review, conflict):
    address = reverse("consensus:add_judge", args=[review.pk, conflict.pk])
    lead = client_of(cast.lead)
    for wrong in (cast.observer.pk, cast.stranger.pk, cast.ana.pk, "x", "9" * 30, ""):
        assert lead.post(address, {"judge": wrong}).status_code == 400
    assert client_of(cast.ana).post(address, {"judge": cast.cleo.pk}).status_code == 403
    lead.post(address, {"judge": cast.cleo.pk})
    assert Assignment.objects.get(item=conflict, basis="added").reviewer == cast.cleo


def test_a_signature_under_a_draft_of_another_item_is_not_there(client_of, cast, review, items):
    Stage.objects.filter(review=review).update(resolver="pair")
    for item in items[:2]:
        say(cast.ana, item, "include")
        say(cast.ben, item, "exclude")
    draft = services.resolve(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"}, comment="Fits")
    wrong = reverse("consensus:sign", args=[review.pk, items[1].pk, draft.pk])
    assert client_of(cast.ben).post(wrong).status_code == 404
    assert WorkItem.objects.get(id=items[0].pk).status == "conflict"
