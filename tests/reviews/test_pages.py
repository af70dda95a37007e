"""Settings, members, history, background runs, and the administrator's look: who may, and what must not show."""

import re

import pytest
from django.urls import reverse

from consensus import services as consensus
from consensus.services import start_review
from reviews.models import Job, Membership, Review

pytestmark = pytest.mark.django_db
PAGES = ["settings", "members", "history", "jobs"]


def url(name, *args):
    return reverse(f"reviews:{name}", args=args)


@pytest.mark.parametrize("name", PAGES)
def test_strangers_and_administrators_get_what_a_wrong_number_gets(name, client_of, cast, review):
    for user in (cast.stranger, cast.staff):
        client = client_of(user)
        hidden, missing = client.get(url(name, review.pk)), client.get(url(name, 10**12))
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert review.title not in hidden.content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("settings", 403), ("history", 403), ("members", 200), ("jobs", 200)]
)
def test_reviewers_and_observers_see_the_team_but_manage_nothing(name, status, client_of, cast, review):
    for user in (cast.ana, cast.observer):
        assert client_of(user).get(url(name, review.pk)).status_code == status


def test_e_mail_addresses_are_for_those_who_manage(client_of, cast, review):
    assert cast.ben.email not in client_of(cast.ana).get(url("members", review.pk)).content.decode()
    assert cast.ben.email in client_of(cast.lead).get(url("members", review.pk)).content.decode()


def test_writes_of_observers_reviewers_and_strangers_are_refused(client_of, cast, review, membership):
    ben = membership(cast.ben)
    writes = [
        (url("settings", review.pk), {"title": "Taken over"}),
        (url("members", review.pk), {"email": "x@example.org", "role": "owner"}),
        (url("change_member", review.pk, ben.pk), {"role": "owner"}),
        (url("remove_member", review.pk, ben.pk), {}),
        (url("change_status", review.pk), {"status": "archived"}),
        (url("amend", review.pk), {"population": "x"}),
        (url("reasons", review.pk), {"reasons": "x"}),
    ]
    for user, status in ((cast.observer, 403), (cast.ana, 403), (cast.stranger, 404), (cast.staff, 404)):
        client = client_of(user)
        assert [client.post(where, data).status_code for where, data in writes] == [status] * len(writes)
    review.refresh_from_db()
    ben.refresh_from_db()
    assert (review.title, review.status, ben.role, ben.status) == (
        "Sleep and memory",
        "active",
        "reviewer",
        "active",
    )


def test_only_owners_make_owners_and_touch_owners(client_of, cast, review, membership):
    client = client_of(cast.lead)
    owner, ana = membership(cast.owner), membership(cast.ana)
    assert client.post(url("change_member", review.pk, ana.pk), {"role": "owner"}).status_code == 400
    assert client.post(url("change_member", review.pk, owner.pk), {"role": "observer"}).status_code == 403
    assert client.post(url("remove_member", review.pk, owner.pk)).status_code == 403
    add = {"email": cast.owner.email, "role": "reviewer"}
    assert client.post(url("members", review.pk), add).status_code == 403
    assert client.post(url("change_status", review.pk), {"status": "locked"}).status_code == 403
    assert membership(cast.owner).role == "owner"


def test_the_last_owner_stays(client_of, cast, review, membership):
    client = client_of(cast.owner)
    owner = membership(cast.owner)
    answer = client.post(url("remove_member", review.pk, owner.pk))
    assert answer.status_code == 409
    assert "somebody else owner" in answer.content.decode()


def test_a_member_of_another_review_cannot_be_reached_through_this_one(client_of, cast, review):
    other = start_review(by=cast.stranger, title="Elsewhere")
    theirs = Membership.objects.get(review=other, user=cast.stranger)
    client = client_of(cast.owner)
    assert client.post(url("change_member", review.pk, theirs.pk), {"role": "observer"}).status_code == 404
    assert client.post(url("remove_member", review.pk, theirs.pk)).status_code == 404


def test_a_removed_member_no_longer_sees_the_review(client_of, cast, review, membership):
    client = client_of(cast.ben)
    assert client.get(url("detail", review.pk)).status_code == 200
    client_of(cast.lead).post(url("remove_member", review.pk, membership(cast.ben).pk))
    assert client.get(url("detail", review.pk)).status_code == 404
    assert review.title not in client.get(reverse("home")).content.decode()


def test_a_wrong_title_is_refused_and_the_page_keeps_the_old_name(client_of, cast, review):
    answer = client_of(cast.lead).post(url("settings", review.pk), {"title": " ", "question": "q"})
    assert answer.status_code == 422
    review.refresh_from_db()
    assert review.title == "Sleep and memory"


def test_a_locked_review_is_read_and_not_changed_until_its_owner_opens_it(client_of, cast, review):
    client = client_of(cast.owner)
    client.post(url("change_status", review.pk), {"status": "locked"})
    assert client.get(url("detail", review.pk)).status_code == 200
    answer = client.post(url("members", review.pk), {"email": "x@example.org", "role": "observer"})
    assert answer.status_code == 409
    assert "owner can open it again" in answer.content.decode()
    assert client.post(url("change_status", review.pk), {"status": "nonsense"}).status_code == 400
    client.post(url("change_status", review.pk), {"status": "active"})
    review.refresh_from_db()
    assert review.status == "active"


def test_history_names_who_did_what_and_hides_what_was_judged(client_of, cast, review, items):
    reason = review.reasons.get(label="Wrong topic")
    answer = {"verdict": "exclude", "reason_id": reason.pk}
    consensus.submit(by=cast.ben, item_id=items[0].pk, answer=answer, comment="canary-comment")
    html = client_of(cast.lead).get(url("history", review.pk)).content.decode()
    assert "<b>Ben</b> judged" in html
    assert "<b>Owner</b> added a search" in html
    assert "canary-comment" not in html
    assert "verdict" not in html
    # What was judged is not said: neither the item nor its title.
    assert items[0].report.title not in html
    assert 'exclude"' not in html


def test_history_says_states_in_the_words_of_the_pages(client_of, cast, review):
    client = client_of(cast.owner)
    client.post(url("change_status", review.pk), {"status": "locked"})
    html = client.get(url("history", review.pk)).content.decode()
    assert "status: Active → Locked" in html
    assert "active → locked" not in html


def test_history_pages_back_to_the_beginning(client_of, cast, review):
    client = client_of(cast.lead)
    for number in range(60):
        client.post(url("settings", review.pk), {"title": f"Title {number}", "type": "scoping"})
    first = client.get(url("history", review.pk))
    assert "Title 58 → Title 59" in first.content.decode()
    older = first.context["older"]
    second = client.get(url("history", review.pk), {"before": older}).content.decode()
    assert "Title 58 → Title 59" not in second
    assert "Title 0 → Title 1" in second or "Title 1 → Title 2" in second


def test_a_failed_run_is_tried_again_by_those_who_bring_imports(client_of, cast, review):
    job = Job.objects.create(review=review, task="x", status="failed", attempts=3, message="broke")
    assert "broke" in client_of(cast.observer).get(url("jobs", review.pk)).content.decode()
    assert client_of(cast.observer).post(url("retry_job", review.pk, job.pk)).status_code == 403
    assert client_of(cast.ana).post(url("retry_job", review.pk, job.pk)).status_code == 302
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("queued", 0)
    row = client_of(cast.ana).get(url("job", review.pk, job.pk)).content.decode()
    assert 'hx-trigger="every 2s"' in row


def test_a_run_of_another_review_is_not_there(client_of, cast, review):
    other = start_review(by=cast.stranger, title="Elsewhere")
    job = Job.objects.create(review=other, task="x", status="failed")
    client = client_of(cast.owner)
    assert client.get(url("job", review.pk, job.pk)).status_code == 404
    assert client.post(url("retry_job", review.pk, job.pk)).status_code == 404


def test_breaking_the_glass_needs_staff_and_a_reason_and_shows_in_the_history(client_of, cast, review, items):
    look = url("break_glass", review.pk)
    assert client_of(cast.stranger).get(look).status_code == 404
    assert client_of(cast.owner).get(url("all")).status_code == 404
    staff = client_of(cast.staff)
    assert staff.post(look, {"reason": "short"}).status_code == 422
    assert staff.get(url("detail", review.pk)).status_code == 404
    staff.post(look, {"reason": "The owner asked us to find a lost import."})
    assert staff.get(url("detail", review.pk)).status_code == 200
    assert staff.post(url("settings", review.pk), {"title": "x"}).status_code == 403
    history = client_of(cast.owner).get(url("history", review.pk)).content.decode()
    assert "lost import" in history


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("", ""),
        ("conflicts/", "conflicts/"),
        ("imports/new/", "searches/"),
        ("records/", "searches/"),
        ("stages/title_abstract/", "settings/"),
        ("protocol/reasons/", "protocol/"),
    ],
)
def test_the_rail_marks_the_place_that_a_page_belongs_to_and_no_other(client_of, cast, review, page, place):
    root = reverse("reviews:detail", args=[review.pk])
    html = client_of(cast.lead).get(root + page).content.decode()
    rail = html[html.index("<nav") : html.index("<main")]
    assert re.findall(r'<a href="([^"]*)" aria-current="page"', rail) == [root + place]


def test_the_rail_never_names_a_review_to_a_stranger(client_of, cast, review):
    answer = client_of(cast.stranger).get(url("jobs", review.pk))
    assert answer.status_code == 404
    assert review.title not in answer.content.decode()
    assert f"/reviews/{review.pk}/settings/" not in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_members_or_runs(
    client_of, cast, review, django_assert_max_num_queries
):
    Job.objects.bulk_create(
        Job(review=review, task="x", status="done", created_by=cast.ana) for _ in range(60)
    )
    client = client_of(cast.lead)
    for name in ("members", "jobs", "history"):
        with django_assert_max_num_queries(12):
            assert client.get(url(name, review.pk)).status_code == 200


def test_administrators_find_reviews_runs_and_people_but_no_judgements(client_of, cast, review):
    cast.staff.is_superuser = True
    cast.staff.save()
    client = client_of(cast.staff)
    for name in (
        "reviews_review",
        "reviews_job",
        "reviews_breakglass",
        "accounts_user",
        "studies_importbatch",
    ):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    from django.contrib import admin

    names = {model._meta.label for model in admin.site._registry}
    assert not {one for one in names if "Judgement" in one or "Verdict" in one or "Value" in one}
    assert client.post(reverse("admin:reviews_review_delete", args=[review.pk])).status_code == 403
    assert Review.objects.filter(id=review.pk).exists()
