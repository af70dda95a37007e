"""Two judgements side by side, and the one answer."""

import pytest
from django.urls import reverse

from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem
from reviews.models import ExclusionReason
from screening import services
from screening.models import Masking

pytestmark = pytest.mark.django_db


@pytest.fixture
def reason(review):
    return ExclusionReason.objects.filter(review=review)[0]


@pytest.fixture
def conflict(items, cast, reason):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include", comment="ANA SAYS")
    services.add_note(by=cast.ana, item_id=items[0].pk, text="ANA SHARES", audience="shared")
    services.add_note(by=cast.ana, item_id=items[0].pk, text="ANA KEEPS", audience="private")
    services.judge(
        by=cast.ben, item_id=items[0].pk, verdict="exclude", reason_id=reason.pk, comment="BEN SAYS"
    )
    items[0].refresh_from_db()
    assert items[0].status == "conflict"
    return items[0]


def compare(review, item):
    return reverse("screening:compare", args=[review.pk, item.pk])


def verdict(client, review, item, choice, comment="Settled"):
    address = reverse("screening:resolve", args=[review.pk, item.pk])
    return client.post(address, {"choice": choice, "comment": comment})


def test_both_verdicts_reasons_comments_and_shared_notes_stand_side_by_side(
    client_of, cast, review, conflict
):
    html = client_of(cast.lead).get(compare(review, conflict)).content.decode()
    for said in ("ANA SAYS", "BEN SAYS", "Wrong design", "ANA SHARES", "Resolve"):
        assert said in html
    assert "ANA KEEPS" not in html


def test_a_judge_sees_the_comparison_but_a_form_only_when_they_may_resolve(client_of, cast, review, conflict):
    html = client_of(cast.ana).get(compare(review, conflict)).content.decode()
    assert "BEN SAYS" in html
    assert "ANA KEEPS" in html
    assert "data-resolve" not in html
    assert verdict(client_of(cast.ana), review, conflict, "include").status_code == 403


def test_opening_the_comparison_ends_revising(client_of, cast, review, conflict):
    client_of(cast.ana).get(compare(review, conflict))
    assert Judgement.objects.current().of(cast.ana).get(item=conflict).revealed_at
    answer = client_of(cast.ana).post(
        reverse("screening:decide", args=[review.pk, "title_abstract"]),
        {"item": conflict.pk, "choice": "exclude"},
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 409
    assert not Judgement.objects.current().of(cast.ben).get(item=conflict).revealed_at


def test_before_everybody_has_judged_nobody_is_shown_the_other_one(client_of, cast, review, items):
    services.judge(by=cast.ben, item_id=items[0].pk, verdict="include", comment="BEN SAYS")
    for user in (cast.ana, cast.lead, cast.owner, cast.observer):
        answer = client_of(user).get(compare(review, items[0]), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("consensus:item", args=[review.pk, items[0].pk])
        assert "BEN SAYS" not in answer.content.decode()
    assert client_of(cast.stranger).get(compare(review, items[0])).status_code == 404


def test_a_lead_resolves_with_a_reason_and_goes_on_to_the_next(
    client_of, cast, review, conflict, items, reason
):
    services.judge(by=cast.ana, item_id=items[2].pk, verdict="include")
    services.judge(by=cast.ben, item_id=items[2].pk, verdict="exclude", reason_id=reason.pk)
    lead = client_of(cast.lead)
    assert verdict(lead, review, conflict, "include", comment="  ").status_code == 400
    assert verdict(lead, review, conflict, "include", comment="a\x00b").status_code == 400
    answer = verdict(lead, review, conflict, f"exclude:{reason.pk}")
    assert answer.headers["Location"] == compare(review, items[2])
    conflict.refresh_from_db()
    assert (conflict.status, conflict.final.verdict.reason) == ("resolved", reason)


def test_a_pair_proposes_and_signs_and_the_lead_does_not(client_of, cast, review, conflict):
    Stage.objects.filter(id=conflict.stage_id).update(resolver="pair")
    assert verdict(client_of(cast.lead), review, conflict, "include").status_code == 403
    verdict(client_of(cast.ana), review, conflict, "include", comment="We agree")
    conflict.refresh_from_db()
    assert conflict.status == "conflict"
    draft = Judgement.objects.drafts().consensus().get(item=conflict)
    sign = reverse("consensus:sign", args=[review.pk, conflict.pk, draft.pk])
    assert sign not in client_of(cast.ana).get(compare(review, conflict)).content.decode()
    assert sign in client_of(cast.ben).get(compare(review, conflict)).content.decode()
    assert client_of(cast.cleo).post(sign).status_code == 403
    client_of(cast.ben).post(sign)
    conflict.refresh_from_db()
    assert conflict.status == "resolved"


def test_a_third_judge_sees_the_others_only_after_their_own(client_of, cast, review, conflict):
    consensus.add_judge(by=cast.lead, item=conflict, judge=cast.cleo)
    cleo = client_of(cast.cleo)
    before = cleo.get(compare(review, conflict), follow=True).content.decode()
    assert "ANA SAYS" not in before
    assert "ANA SHARES" not in before
    assert (
        conflict.report.title
        in cleo.get(reverse("screening:screen", args=[review.pk, "title_abstract"])).content.decode()
    )
    services.judge(by=cast.cleo, item_id=conflict.pk, verdict="unsure")
    html = cleo.get(compare(review, conflict)).content.decode()
    assert "ANA SAYS" in html
    assert 'data-who="n">3<' in html


def test_a_decided_item_is_amended_and_what_was_open_below_closes(client_of, cast, review, items):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    below = WorkItem.objects.get(stage__kind="full_text")
    verdict(client_of(cast.lead), review, items[0], "exclude")
    below.refresh_from_db()
    assert below.closed_as == "upstream"


def test_the_conflicts_beside_are_masked_as_their_own_pages_are(client_of, cast, review, conflict, items):
    other = items[1]
    services.judge(by=cast.ana, item_id=other.pk, verdict="include")
    services.judge(by=cast.ben, item_id=other.pk, verdict="exclude")
    author = other.report.short_name()
    assert author in client_of(cast.lead).get(compare(review, conflict)).content.decode()
    Masking.objects.create(review=review, authors=True, year=True)
    for user in (cast.lead, cast.ana):
        html = client_of(user).get(compare(review, conflict)).content.decode()
        assert author.split()[0] not in html
    assert other.report.title in html


def test_the_conflicts_round_this_one_are_listed_and_all_are_counted(
    client_of, cast, review, items, monkeypatch
):
    monkeypatch.setattr("screening.views.BESIDE", 3)
    for item in items:
        services.judge(by=cast.ana, item_id=item.pk, verdict="include")
        services.judge(by=cast.ben, item_id=item.pk, verdict="exclude")
    lead = client_of(cast.lead)
    context = lead.get(compare(review, items[3])).context
    assert [one.pk for one in context["queue"]] == [one.pk for one in items[2:5]]
    assert (context["open_conflicts"], context["more_conflicts"]) == (6, False)
    assert (context["previous_item"], context["next_item"]) == (items[2].pk, items[4].pk)
    first, last = (lead.get(compare(review, one)).context for one in (items[0], items[5]))
    assert (first["previous_item"], first["next_item"]) == (None, items[1].pk)
    assert (last["previous_item"], last["next_item"]) == (items[4].pk, None)
