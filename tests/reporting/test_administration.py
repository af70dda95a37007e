"""The administrator's pages: counts and queues of all reviews, people, failed runs; no verdict anywhere."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from fontTools.ttLib import TTFont

from accounts.models import User
from benchmarks.admin_icons import FILE, THEIRS, icons
from consensus import services as consensus
from consensus.models import Judgement
from extraction.models import Value
from reviews.models import BreakGlass, ExclusionReason, Invitation, Job, Notification, Review
from reviews.services import break_glass, invite
from screening import services as screening
from screening.models import Verdict
from studies.models import FullText

pytestmark = pytest.mark.django_db
LEFT_OUT = (
    "unfold/js/chart/chart.js",
    "unfold/js/alpine/alpine.sort.js",
    "admin/js/vendor/xregexp/xregexp.min.js",
)
SAID = ("ANA SAYS", "BEN SAYS", "CONSENSUS SAYS", "Wrong design", "ANA SHARES")


@pytest.fixture
def said(items, cast, review):
    """A conflict, a resolved item with comments, and one that a single judge has begun."""
    reason = ExclusionReason.objects.filter(review=review).order_by("rank")[0]
    for item in items[:2]:
        screening.judge(by=cast.ana, item_id=item.pk, verdict="include", comment="ANA SAYS")
        screening.judge(
            by=cast.ben, item_id=item.pk, verdict="exclude", reason_id=reason.pk, comment="BEN SAYS"
        )
    screening.add_note(by=cast.ana, item_id=items[0].pk, text="ANA SHARES", audience="shared")
    consensus.resolve(
        by=cast.lead, item_id=items[1].pk, answer={"verdict": "include"}, comment="CONSENSUS SAYS"
    )
    screening.judge(by=cast.ana, item_id=items[2].pk, verdict="include")
    return items


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.org", "correct horse battery")


def start(client):
    return client.get(reverse("admin:index"))


def admin_pages():
    """The list of every model that the administrator's pages know."""
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


def test_no_answer_of_any_judge_has_a_page_here():
    assert not {Judgement, Verdict, Value} & set(admin.site._registry)


def test_nothing_here_needs_what_is_left_out_of_its_pages(client_of, superuser):
    """A chart, rows that are dragged into order, or a field that is filled in from another one would need the library that
    a note stands in for."""
    for path in LEFT_OUT:
        assert (settings.BASE_DIR / "static" / path).stat().st_size < 300
    models = admin.site._registry.values()
    everything = [*models, *(inline for one in models for inline in one.inlines)]
    assert not [one for one in everything if one.prepopulated_fields or getattr(one, "ordering_field", None)]
    assert "<canvas" not in client_of(superuser).get("/admin/").content.decode()


def test_staff_see_counts_of_every_review_and_no_verdict_on_any_page(
    client_of, cast, superuser, said, review
):
    for user in (cast.staff, superuser):
        client = client_of(user)
        html = start(client).content.decode()
        assert "Sleep and memory" in html
        for address in (reverse("admin:index"), *admin_pages()):
            answer = client.get(address)
            text = answer.content.decode()
            assert answer.status_code == 200, address
            assert not [word for word in SAID if word in text], address


def test_the_rows_that_an_administrator_opens_hold_no_verdict_either(client_of, superuser, said):
    client = client_of(superuser)
    for model in admin.site._registry:
        for row in model._default_manager.all()[:2]:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            answer = client.get(reverse(name, args=[row.pk]))
            assert answer.status_code == 200, name
            text = answer.content.decode()
            assert not [word for word in SAID if word in text], name


def pages_of(review, item):
    kind = item.stage.kind
    return [
        reverse("consensus:conflicts", args=[review.pk]),
        reverse("consensus:item", args=[review.pk, item.pk]),
        reverse("consensus:thread", args=[review.pk, item.pk]),
        reverse("consensus:agreement", args=[review.pk, kind]),
        reverse("consensus:together", args=[review.pk, kind]),
        reverse("screening:compare", args=[review.pk, item.pk]),
    ]


def test_a_review_shows_staff_nothing_without_a_look_that_has_a_reason_and_an_end(
    client_of, cast, superuser, said, review
):
    item = said[1]
    for user in (cast.staff, superuser):
        assert [client_of(user).get(page).status_code for page in pages_of(review, item)] == [404] * 6
        assert not Judgement.objects.visible_to(user).exists()
    staff = client_of(cast.staff)
    look = reverse("reviews:break_glass", args=[review.pk])
    assert staff.post(look, {"reason": ""}).status_code == 422
    assert staff.get(pages_of(review, item)[1]).status_code == 404
    staff.post(look, {"reason": "The lead cannot be reached and a table is due"})
    assert "BEN SAYS" in staff.get(pages_of(review, item)[1]).content.decode()
    assert "The lead cannot be reached" in start(staff).content.decode()
    end = BreakGlass.objects.get().expires_at
    with time_machine.travel(end + timedelta(seconds=1)):
        assert staff.get(pages_of(review, item)[1]).status_code == 404


def test_a_look_is_for_reading_and_shows_no_incomplete_item(client_of, cast, said, review):
    break_glass(by=cast.staff, review=review, reason="To find out why a table is late")
    staff = client_of(cast.staff)
    assert "ANA" not in staff.get(reverse("consensus:item", args=[review.pk, said[2].pk])).content.decode()
    assert staff.get(reverse("consensus:conflicts", args=[review.pk])).status_code == 403
    address = reverse("consensus:settle", args=[review.pk, said[0].pk])
    assert staff.post(address, {"choice": "include", "comment": "Fits"}).status_code == 403


def test_the_queues_do_not_tell_that_an_item_was_begun(client_of, cast, items):
    def counts():
        return start(client_of(cast.staff)).context["lines"][0].stages[0]

    before = counts()
    assert (before.to_judge, before.conflicts, before.decided) == (6, 0, 0)
    screening.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    assert counts() == before
    screening.judge(by=cast.ben, item_id=items[0].pk, verdict="exclude")
    assert (counts().to_judge, counts().conflicts) == (5, 1)


def test_nobody_else_gets_in(client_of, cast, review):
    for user in (cast.owner, cast.ana, cast.stranger):
        assert start(client_of(user)).status_code == 302


def test_what_is_stored_is_summed_by_review(client_of, cast, review, items):
    FullText.objects.create(
        review=review,
        report=items[0].report,
        file=SimpleUploadedFile("paper.pdf", b"%PDF"),
        name="paper.pdf",
        size=3 * 1024 * 1024,
        sha256="0" * 64,
        created_by=cast.owner,
    )
    line = start(client_of(cast.staff)).context["lines"][0]
    assert line.papers == 3 * 1024 * 1024
    assert line.imports > 0


def test_a_failed_run_is_tried_again_from_the_start_page(client_of, cast, review):
    job = Job.objects.create(
        review=review, task="consensus.tasks.import_batch", target=0, status="failed", message="DISK FULL"
    )
    staff = client_of(cast.staff)
    shown = start(staff).content.decode()
    assert "DISK FULL" in shown
    assert job.task not in shown
    staff.post(reverse("admin:reviews_job_changelist"), {"action": "try_again", "_selected_action": job.pk})
    job.refresh_from_db()
    assert job.status == "queued"


def test_runs_are_named_and_found_by_what_people_call_them(client_of, cast, review):
    for task in ("consensus.tasks.import_batch", "screening.tasks.decide_bulk"):
        Job.objects.create(review=review, task=task, target=1, status="done")
    runs = reverse("admin:reviews_job_changelist")
    every = client_of(cast.staff).get(runs).content.decode()
    assert "Decisions on a filtered list" in every
    # What enqueues a run has named it: the technical name stands nowhere but in the filter's address.
    assert ">consensus.tasks.import_batch<" not in every
    found = client_of(cast.staff).get(runs, {"run": "screening.tasks.decide_bulk"}).context["cl"].queryset
    assert [one.task for one in found] == ["screening.tasks.decide_bulk"]


def test_an_administrator_invites_somebody_who_chooses_their_own_password(client_of, cast):
    staff = client_of(cast.staff)
    values = {"email": "New@example.org", "name": "New", "zone": "UTC", "is_staff": "on"}
    staff.post(reverse("admin:accounts_user_add"), values)
    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    assert not person.is_staff
    assert mail.outbox[0].to == ["new@example.org"]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_no_password_or_digest_is_shown_anywhere(client_of, cast, superuser):
    client = client_of(superuser)
    html = client.get(reverse("admin:accounts_user_change", args=[cast.ana.pk])).content.decode()
    assert cast.ana.password not in html
    assert "argon2" not in html
    assert 'name="password"' not in html


def deactivate(client, *people):
    address = reverse("admin:accounts_user_changelist")
    client.post(address, {"action": "deactivate", "_selected_action": [one.pk for one in people]})


def test_deactivating_signs_a_person_out_and_spares_administrators(client_of, cast, superuser):
    ana = client_of(cast.ana)
    assert ana.get(reverse("home")).status_code == 200
    deactivate(client_of(cast.staff), cast.ana, cast.staff, superuser)
    active = {one.pk: one.is_active for one in User.objects.all()}
    assert not active[cast.ana.pk]
    assert active[cast.staff.pk]
    assert active[superuser.pk]
    assert ana.get(reverse("home")).status_code == 302


def test_an_administrator_gives_themselves_no_more_powers(client_of, cast, superuser):
    staff = client_of(cast.staff)
    values = {"email": cast.ana.email, "name": "Ana", "zone": "UTC", "is_active": "on", "is_superuser": "on"}
    staff.post(reverse("admin:accounts_user_change", args=[cast.ana.pk]), values | {"is_staff": "on"})
    cast.ana.refresh_from_db()
    assert not cast.ana.is_superuser
    assert not cast.ana.is_staff
    for other in (superuser, cast.staff):
        address = reverse("admin:accounts_user_change", args=[other.pk])
        assert staff.post(address, values | {"email": "taken@example.org"}).status_code == 403


def test_the_start_page_costs_the_same_however_many_reviews(
    client_of, cast, review, django_assert_max_num_queries
):
    staff = client_of(cast.staff)
    with django_assert_max_num_queries(20) as few:
        start(staff)
    for n in range(3):
        consensus.start_review(by=cast.owner, title=f"Another {n}", question="", reasons=[])
    with django_assert_max_num_queries(len(few)):
        start(staff)


def act(client, model, action, row):
    address = reverse(f"admin:{model}_changelist")
    return client.post(address, {"action": action, "_selected_action": row.pk}, follow=True).content.decode()


def test_a_run_that_goes_on_or_whose_review_is_closed_is_not_started_again(
    client_of, cast, review, django_capture_on_commit_callbacks
):
    job = Job.objects.create(review=review, task="consensus.tasks.import_batch", target=0, status="running")
    staff, owner = client_of(cast.staff), client_of(cast.owner)
    retry = reverse("reviews:retry_job", args=[review.pk, job.pk])
    with django_capture_on_commit_callbacks() as sent:
        assert "0 runs are tried again" in act(staff, "reviews_job", "try_again", job)
        assert "It has not failed" in owner.post(retry, follow=True).content.decode()
        Job.objects.filter(id=job.pk).update(status="failed")
        Review.objects.filter(id=review.pk).update(status="archived")
        assert "review is locked or archived" in act(staff, "reviews_job", "try_again", job)
        assert owner.post(retry).status_code == 409
    assert not sent
    job.refresh_from_db()
    assert job.status == "failed"


def test_a_review_whose_owner_has_left_is_handed_to_its_first_lead(client_of, cast, review, membership):
    staff = client_of(cast.staff)
    assert "has an owner" in act(staff, "reviews_review", "hand_over", review)
    deactivate(staff, cast.owner)
    assert "Lead owns" in act(staff, "reviews_review", "hand_over", review)
    assert membership(cast.lead).role == "owner"
    assert Notification.objects.filter(recipient=cast.lead, kind="owner").exists()
    # Whoever is left as the only one who can sign in keeps it.
    refused = client_of(cast.lead).post(
        reverse("reviews:remove_member", args=[review.pk, membership(cast.lead).pk])
    )
    assert refused.status_code == 409
    assert membership(cast.lead).status == "active"


def test_who_is_erased_leaves_a_number(cast, review, membership):
    invite(by=cast.lead, review=review, email=cast.ana.email, role="reviewer")
    call_command("erase_person", cast.ana.email, yes=True)
    cast.ana.refresh_from_db()
    assert not cast.ana.is_active
    assert "ana" not in f"{cast.ana.email}{cast.ana.name}".lower()
    assert not Invitation.objects.filter(email__icontains="ana").exists()
    assert membership(cast.ana).role == "reviewer"
    with pytest.raises(CommandError, match="Nobody"):
        call_command("erase_person", "ana@example.org", yes=True)


def test_a_look_is_told_to_owners_and_leads_and_ends_with_the_administrators_powers(client_of, cast, review):
    break_glass(by=cast.staff, review=review, reason="To find out why a table is late")
    told = Notification.objects.filter(kind="glass").values_list("recipient__name", flat=True)
    assert sorted(told) == ["Lead", "Owner"]
    api = client_of(cast.staff)
    assert [one["id"] for one in api.get("/api/v1/reviews/").json()["results"]] == [review.pk]
    User.objects.filter(id=cast.staff.pk).update(is_staff=False)
    assert api.get("/api/v1/reviews/").json()["results"] == []
    assert api.get(reverse("reviews:detail", args=[review.pk])).status_code == 404


def test_a_mail_server_that_is_away_is_said_and_the_person_is_there(client_of, cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    values = {"email": "new@example.org", "name": "New", "zone": "UTC"}
    answer = client_of(cast.staff).post(reverse("admin:accounts_user_add"), values, follow=True)
    assert "Send the link again" in answer.content.decode()
    assert User.objects.filter(email="new@example.org").exists()


def test_the_font_of_icons_holds_every_icon_that_a_page_names():
    font = TTFont(Path(settings.BASE_DIR) / FILE)
    held = icons(font)
    named = {entry["icon"] for group in settings.UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]}
    for template in (THEIRS / "templates").rglob("*.html"):
        shown = re.findall(r"material-symbols-outlined[^>]*>\s*([a-z_]+)\s*<", template.read_text())
        named |= set(shown)
    assert len(named) > 30
    assert named <= set(held)
