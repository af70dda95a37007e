"""What people are told, in the page and once a day by e-mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.refusals import Refused
from reviews import tasks
from reviews.jobs import run, sweep
from reviews.models import Job, Membership, Notification
from reviews.notifying import mark_read, notify, send_digests
from reviews.services import accept_invitation, invite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def told(review, cast):
    def told(to=cast.ana, text="Ben mentions you", link=None, by=None):
        notify(
            review=review, to=[to], kind="mention", text=text, link=link or f"/reviews/{review.pk}/", by=by
        )

    return told


def test_a_person_reads_their_own_and_nobody_elses(told, client_of, cast):
    told()
    assert "Ben mentions you" in client_of(cast.ana).get(reverse("reviews:notifications")).content.decode()
    for other in (cast.ben, cast.lead, cast.stranger, cast.staff):
        assert (
            "Ben mentions you" not in client_of(other).get(reverse("reviews:notifications")).content.decode()
        )
    one = Notification.objects.get()
    assert client_of(cast.ben).get(reverse("reviews:open_notification", args=[one.pk])).status_code == 404


def test_the_bell_counts_what_is_unread_and_opening_reads_it(told, client_of, cast, review):
    told()
    ana = client_of(cast.ana)
    assert ">1<" in ana.get(reverse("reviews:bell")).content.decode()
    answer = ana.get(reverse("reviews:open_notification", args=[Notification.objects.get().pk]))
    assert answer.headers["Location"] == f"/reviews/{review.pk}/"
    assert ana.get(reverse("reviews:bell")).content.decode().strip() == ""


def test_all_are_marked_as_read_at_once_and_only_ones_own(told, client_of, cast):
    told()
    told(text="Something else")
    told(to=cast.ben)
    client_of(cast.ana).post(reverse("reviews:read_notifications"))
    assert Notification.objects.unread().get().recipient == cast.ben


def test_nobody_is_told_of_their_own_doing_nor_twice_of_the_same(told, cast):
    told(by=cast.ana)
    assert not Notification.objects.exists()
    told()
    told()
    assert Notification.objects.count() == 1
    mark_read(user=cast.ana)
    told()
    assert Notification.objects.count() == 2


def test_a_member_who_left_is_no_longer_told_of_the_review(told, cast, review):
    told()
    Membership.objects.filter(review=review, user=cast.ana).update(status="removed")
    assert not Notification.objects.of(cast.ana).exists()


def test_a_link_to_another_site_is_never_followed(told, client_of, cast):
    told(link="https://elsewhere.example/")
    one = Notification.objects.get()
    assert client_of(cast.ana).get(reverse("reviews:open_notification", args=[one.pk])).status_code == 404


SEVEN_IN_BERLIN = datetime(2026, 7, 6, 5, 0, tzinfo=UTC)


@pytest.fixture
def ana_wants_it(cast):
    cast.ana.digest, cast.ana.zone = True, "Europe/Berlin"
    cast.ana.digest_sent_at = SEVEN_IN_BERLIN - timedelta(days=1)
    cast.ana.save()


def test_the_digest_goes_out_once_at_seven_of_the_readers_own_day(told, ana_wants_it, cast):
    told()
    told(to=cast.ben)
    assert send_digests(SEVEN_IN_BERLIN - timedelta(minutes=1)) == 0
    assert send_digests(SEVEN_IN_BERLIN) == 1
    assert send_digests(SEVEN_IN_BERLIN + timedelta(minutes=10)) == 0
    (sent,) = mail.outbox
    assert sent.to == [cast.ana.email]
    assert "Sleep and memory" in sent.body
    assert "Ben mentions you" in sent.body


def test_what_was_read_or_sent_is_not_sent_again(told, ana_wants_it, cast):
    told()
    mark_read(user=cast.ana)
    assert send_digests(SEVEN_IN_BERLIN) == 0
    told(text="Another")
    assert send_digests(SEVEN_IN_BERLIN) == 1
    assert send_digests(SEVEN_IN_BERLIN + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


def test_an_e_mail_that_fails_leaves_everything_unsent(told, ana_wants_it, settings):
    told()
    settings.EMAIL_BACKEND = "no.such.Backend"
    with pytest.raises(ImportError):
        send_digests(SEVEN_IN_BERLIN)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_digests(SEVEN_IN_BERLIN) == 1


def test_the_profile_turns_it_on_and_off(client_of, cast):
    ana = client_of(cast.ana)
    ana.post(reverse("profile"), {"name": "Ana", "zone": "UTC", "digest": "on"})
    cast.ana.refresh_from_db()
    assert cast.ana.digest
    ana.post(reverse("profile"), {"name": "Ana", "zone": "UTC"})
    cast.ana.refresh_from_db()
    assert not cast.ana.digest


def test_an_accepted_invitation_is_told_to_those_who_manage(review, cast):
    key = invite(by=cast.lead, review=review, email=cast.stranger.email, role="reviewer")
    accept_invitation(by=cast.stranger, key=key)
    found = Notification.objects.filter(kind="joined", text="Stranger accepted the invitation")
    assert {one.recipient for one in found} == {cast.owner, cast.lead}


def failed(review, by):
    job = Job.objects.create(review=review, task="consensus.tasks.import_batch", target=1, created_by=by)
    with run(job.pk) as taken:
        assert taken
        raise Refused("The file is empty.")


def test_a_failed_run_is_told_to_who_asked_for_it(review, cast):
    failed(review, cast.ana)
    one = Notification.objects.get(kind="job")
    assert (one.recipient, one.text) == (cast.ana, "An import failed")
    assert one.link == reverse("reviews:jobs", args=[review.pk])


def test_a_failed_run_that_nobody_asked_for_is_told_to_those_who_manage(review, cast):
    failed(review, None)
    assert {one.recipient for one in Notification.objects.all()} == {cast.owner, cast.lead}


def test_a_run_that_stopped_three_times_is_told_once(review, cast):
    old = timezone.now() - timedelta(hours=1)
    Job.objects.create(
        review=review,
        task="x",
        target=1,
        created_by=cast.ana,
        status="running",
        attempts=3,
        heard_at=old,
        sent_at=old,
    )
    sweep()
    sweep()
    assert Notification.objects.get(kind="job").text == "A background run failed"


def test_the_worker_sends_the_digest_and_a_second_run_sends_nothing(told, ana_wants_it, cast):
    User.objects.filter(id=cast.ana.pk).update(digest_sent_at=None)
    told()
    assert tasks.send_digests() == 1
    assert tasks.send_digests() == 0
    assert len(mail.outbox) == 1
