"""The protocol, its amendment, reasons and terms; the overview and one's own work."""

import pytest
from django.urls import reverse

from consensus import services as consensus
from consensus.models import Assignment, WorkItem
from reviews.models import ProtocolVersion, Term

pytestmark = pytest.mark.django_db


def url(name, review, *more):
    return reverse(f"reviews:{name}", args=[review.pk, *more])


def test_an_amendment_is_a_new_version_and_says_why(client_of, cast, review, look_and_apply):
    client = client_of(cast.lead)
    look_and_apply(client, url("amend", review), {"population": "Adults", "include": "Randomized\nIn humans"})
    answer = client.post(url("amend", review), {"population": "Adults and children"})
    assert answer.status_code == 422
    widened = {"population": "Children", "change_note": "The question widened."}
    look_and_apply(client, url("amend", review), widened)
    page = client_of(cast.observer).get(url("protocol", review)).content.decode()
    assert "Children" in page
    assert "The question widened." in page
    assert list(ProtocolVersion.objects.filter(review=review).values_list("number", "status")) == [
        (1, "superseded"),
        (2, "superseded"),
        (3, "published"),
    ]


def test_the_form_of_an_amendment_begins_with_what_stands(client_of, cast, review, look_and_apply):
    client = client_of(cast.lead)
    look_and_apply(client, url("amend", review), {"population": "Adults", "include": "Randomized\nIn humans"})
    html = client.get(url("amend", review)).content.decode()
    assert "Adults" in html
    assert "Randomized\nIn humans" in html


def test_an_amendment_is_first_shown_with_what_it_changes(client_of, cast, review, items, look_and_apply):
    client, address = client_of(cast.lead), url("amend", review)
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    html = client.post(address, {"population": "Adults", "include": "Randomized"}).content.decode()
    assert "<ins>Adults</ins>" in html
    assert "6 undecided reports are screened by the new version" in html
    assert "1 judgement of them keeps the version" in html
    assert ProtocolVersion.objects.filter(review=review).count() == 1
    # What is sent with the button must be what was shown.
    other = {"population": "Rats", "step": "apply", "shown": "of another text"}
    assert "<ins>Rats</ins>" in client.post(address, other).content.decode()
    assert ProtocolVersion.objects.filter(review=review).count() == 1
    look_and_apply(client, address, {"population": "Adults"})
    again = client.post(address, {"population": "Adults", "change_note": "None"}).content.decode()
    assert "Nothing is written otherwise" in again


def test_reasons_are_first_shown_with_the_judgements_and_answers_that_they_touch(
    client_of, cast, review, items, stage, look_and_apply
):
    consensus.change_stage(by=cast.lead, stage=stage, reasons="first")
    upper, lower = review.reasons.order_by("rank")
    for user, reason in ((cast.ana, upper), (cast.ben, lower)):
        answer = {"verdict": "exclude", "reason_id": reason.pk}
        consensus.submit(by=user, item_id=items[0].pk, answer=answer)
    client, before = client_of(cast.lead), WorkItem.objects.get(id=items[0].pk).final_id
    turned = {"reasons": f"{lower}\n{upper}"}
    html = client.post(url("reasons", review), turned).content.decode()
    assert "Of 1 agreed item the other judge's reason becomes the answer" in html
    assert WorkItem.objects.get(id=items[0].pk).final_id == before
    assert list(review.reasons.order_by("rank")) == [upper, lower]
    html = client.post(url("reasons", review), {"reasons": upper.label}).content.decode()
    assert f"No longer offered: {lower}" in html
    assert "1 judgement names a reason" in html
    look_and_apply(client, url("reasons", review), turned)
    assert WorkItem.objects.get(id=items[0].pk).final_id != before


def test_a_member_is_removed_after_a_look_at_what_they_leave(
    client_of, cast, review, items, stage, membership
):
    consensus.next_items(user=cast.ana, stage=stage)
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    consensus.change_stage(by=cast.lead, stage=stage, judges=[cast.ana, cast.ben])
    address = reverse("reviews:remove_member", args=[review.pk, membership(cast.ana).pk])
    html = client_of(cast.lead).get(address).content.decode()
    assert "1 item that they judged keeps what they said" in html
    assert "Too few people are left" in html
    assert membership(cast.ana).status == "active"
    client_of(cast.lead).post(address)
    assert membership(cast.ana).status == "removed"


def test_a_role_is_changed_after_a_look_at_what_it_allows_and_leaves(
    client_of, cast, review, items, stage, membership
):
    consensus.next_items(user=cast.ana, stage=stage)
    consensus.change_stage(by=cast.lead, stage=stage, resolver="name", resolved_by=cast.ana)
    lead, address = client_of(cast.lead), url("change_member", review, membership(cast.ana).pk)
    html = lead.get(address, {"role": "observer"}).content.decode()
    assert "They can no longer judge at its stages; bring in records and full texts." in html
    assert "items in their queue are given to others" in html
    assert "from then on the leads do: Title and abstract." in html
    assert "manage protocol" in lead.get(address, {"role": "lead"}).content.decode()
    assert lead.get(address, {"role": "owner"}).status_code == 400
    assert client_of(cast.ana).get(address, {"role": "lead"}).status_code == 403
    assert membership(cast.ana).role == "reviewer"
    lead.post(address, {"role": "observer"})
    assert membership(cast.ana).role == "observer"
    assert not Assignment.objects.filter(reviewer=cast.ana).exists()


def test_closing_says_what_stops_and_its_owner_opens_it_again(client_of, cast, review, items):
    address, owner = url("change_status", review), client_of(cast.owner)
    html = owner.get(address, {"status": "archived"}).content.decode()
    assert "5 people can no longer judge" in html
    assert "6 items that wait for a judge and 0 conflicts stay" in html
    assert owner.get(address, {"status": "gone"}).status_code == 400
    assert client_of(cast.lead).get(address, {"status": "locked"}).status_code == 403
    owner.post(address, {"status": "archived"})
    review.refresh_from_db()
    assert review.status == "archived"
    owner.post(address, {"status": "active"})
    review.refresh_from_db()
    assert review.status == "active"


def test_reasons_are_ordered_retired_and_never_doubled(client_of, cast, review, look_and_apply):
    client = client_of(cast.lead)
    asked = {"reasons": "Wrong topic\nNo data", "include": "sleep", "exclude": "mice"}
    look_and_apply(client, url("reasons", review), asked)
    assert list(review.reasons.in_use().values_list("rank", "label")) == [(1, "Wrong topic"), (2, "No data")]
    assert review.reasons.get(label="Wrong design").status == "retired"
    assert dict(Term.objects.filter(review=review).values_list("text", "sense")) == {
        "sleep": "include",
        "mice": "exclude",
    }
    answer = client.post(url("reasons", review), {"reasons": "Same\nsame"})
    assert answer.status_code == 422
    assert "Same\nsame" in answer.content.decode()
    assert review.reasons.in_use().count() == 2


def test_the_overview_shows_a_reviewer_their_own_progress_and_no_one_elses(client_of, cast, review, items):
    for item in items[:3]:
        consensus.submit(by=cast.ben, item_id=item.pk, answer={"verdict": "include"})
    before = client_of(cast.cleo).get(url("detail", review)).content.decode()
    consensus.submit(by=cast.ana, item_id=items[5].pk, answer={"verdict": "include"})
    after = client_of(cast.cleo).get(url("detail", review)).content.decode()
    # Another one's judgement leaves no trace for a third judge: the page is the same to the byte.
    strip = [one.replace(csrf(one), "") for one in (before, after)]
    assert strip[0] == strip[1]
    assert "6 left for you" in before
    assert "Judged last" not in before
    lead = client_of(cast.lead).get(url("detail", review)).content.decode()
    assert "Judged last" in lead


def csrf(html):
    return html.split('name="csrf-token" content="')[1].split('"')[0]


def test_home_counts_what_waits_and_names_conflicts_to_resolvers_only(client_of, cast, review, items):
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    reason = review.reasons.get(label="Wrong topic")
    consensus.submit(by=cast.ben, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    ana, lead = (client_of(user).get(reverse("home")).content.decode() for user in (cast.ana, cast.lead))
    assert "1 of 6 judged by you" in ana
    assert "Resolve conflicts in" not in ana
    assert "Resolve conflicts in" in lead
    assert review.title not in client_of(cast.stranger).get(reverse("home")).content.decode()
    assert "Nothing waits" in client_of(cast.observer).get(reverse("home")).content.decode()


def test_home_asks_the_same_number_of_questions_for_many_reviews(
    client_of, cast, review, items, django_assert_max_num_queries
):
    for number in range(5):
        consensus.start_review(by=cast.owner, title=f"Review {number}")
    client = client_of(cast.owner)
    with django_assert_max_num_queries(11):
        client.get(reverse("home"))


def test_the_installation_says_whether_it_is_well_without_signing_in(client, db):
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "redis": True}


def test_what_is_not_there_is_said_in_the_readers_own_way(client_of, cast):
    client = client_of(cast.ana)
    assert "Nothing here" in client.get("/no/such/page/").content.decode()
    assert client.get("/no/such/page/", HTTP_ACCEPT="application/json").json()["detail"]
    line = client.get("/no/such/page/", HTTP_HX_REQUEST="true")
    assert line["Content-Type"].startswith("text/plain")
    assert client.get("/api/v1/nothing/").status_code == 404
    assert client.get("/api/v1/nothing/")["Content-Type"] == "application/json"
