"""From an e-mail address to a member: invited, signed up, joined; and every way in which it must not work."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from reviews.models import Invitation, Membership, Review
from reviews.services import invite

pytestmark = pytest.mark.django_db
EMAIL = "nora@example.org"


@pytest.fixture
def key(cast, review):
    return invite(by=cast.lead, review=review, email=EMAIL, role="reviewer")


def link(key):
    return reverse("reviews:invitation", args=[key])


def sign_up(client, email=EMAIL, follow=True):
    data = {"email": email, "password1": "a long and quiet phrase", "name": "Nora"}
    return client.post(f"{reverse('account_signup')}?next=", data, follow=follow)


def test_an_address_without_an_account_is_invited_by_mail_and_by_a_link_shown_once(
    client_of, cast, review, django_capture_on_commit_callbacks
):
    client = client_of(cast.lead)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("reviews:members", args=[review.pk]), {"email": EMAIL, "role": "reviewer"}
        )
    key = re.findall(r"/accounts/invitation/([\w-]+)/", answer.content.decode())[0]
    assert mail.outbox[0].to == [EMAIL]
    assert key in mail.outbox[0].body
    listed = client.get(reverse("reviews:members", args=[review.pk])).content.decode()
    assert EMAIL in listed
    assert key not in listed


def test_somebody_new_signs_up_from_the_link_and_joins_in_the_role(key, review):
    client = Client()
    answer = client.get(link(key))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_signup"))
    data = {"email": EMAIL, "password1": "a long and quiet phrase", "name": "Nora", "next": link(key)}
    answer = client.post(reverse("account_signup"), data)
    assert answer["Location"] == link(key)
    page = client.get(link(key)).content.decode()
    assert review.title in page
    answer = client.post(link(key))
    assert answer["Location"] == reverse("reviews:detail", args=[review.pk])
    member = Membership.objects.get(review=review, user__email=EMAIL)
    assert (member.role, member.user.name) == ("reviewer", "Nora")
    assert client.get(reverse("reviews:detail", args=[review.pk])).status_code == 200


def test_nobody_signs_up_without_an_invitation(db):
    sign_up(Client())
    assert not User.objects.filter(email=EMAIL).exists()


def test_an_invitation_opens_signing_up_for_its_own_address_only(key):
    client = Client()
    client.get(link(key))
    answer = sign_up(client, email="somebody.else@example.org")
    assert "Enter that address" in answer.content.decode()
    assert not User.objects.filter(email="somebody.else@example.org").exists()


def test_somebody_signed_in_with_another_address_is_told_and_does_not_join(key, cast, review, client_of):
    client = client_of(cast.stranger)
    page = client.get(link(key)).content.decode()
    assert "another address" in page
    assert review.title not in page
    assert client.post(link(key)).status_code == 409
    assert not Membership.objects.filter(review=review, user=cast.stranger).exists()


@pytest.mark.parametrize("over", ["used", "revoked", "expired", "unknown"])
def test_an_invitation_that_is_over_opens_nothing(over, key, review):
    found = Invitation.objects.filter(review=review)
    changes = {
        "used": {"status": "accepted"},
        "revoked": {"status": "revoked"},
        "expired": {"expires_at": timezone.now() - timedelta(seconds=1)},
    }
    if over == "unknown":
        key = "no-such-key"
    else:
        found.update(**changes[over])
    client = Client()
    answer = client.get(link(key))
    assert answer.status_code == 404
    assert review.title not in answer.content.decode()
    sign_up(client)
    assert not User.objects.filter(email=EMAIL).exists()


def test_revoking_is_for_those_who_manage_the_review(key, cast, review, client_of):
    found = Invitation.objects.get(review=review)
    url = reverse("reviews:revoke_invitation", args=[review.pk, found.pk])
    assert client_of(cast.stranger).post(url).status_code == 404
    assert client_of(cast.ana).post(url).status_code == 403
    assert Client().get(link(key)).status_code == 302
    client_of(cast.lead).post(url)
    assert Client().get(link(key)).status_code == 404


def test_nobody_joins_a_review_that_is_closed(key, review, client_of):
    nora = User.objects.create_user(EMAIL, "a long and quiet phrase", name="Nora")
    Review.objects.filter(id=review.pk).update(status="archived")
    answer = client_of(nora).post(link(key))
    assert answer.status_code == 409
    assert not Membership.objects.filter(review=review, user=nora).exists()
    # Once it is open again, the same link works.
    Review.objects.filter(id=review.pk).update(status="active")
    assert client_of(nora).post(link(key)).status_code == 302


def test_the_address_of_the_invitation_is_in_the_form_already(key):
    client = Client()
    html = client.get(link(key), follow=True).content.decode()
    assert f'value="{EMAIL}"' in html


def test_an_invitation_that_has_run_out_is_said_so(key, cast, review, client_of):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    html = client_of(cast.lead).get(reverse("reviews:members", args=[review.pk])).content.decode()
    assert "Expired" in html
    assert "Revoke" not in html


def test_another_link_for_an_invitation_ends_the_one_before(key, cast, review, client_of, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    address = reverse("reviews:members", args=[review.pk])
    lead = client_of(cast.lead)
    assert "New link" in lead.get(address).content.decode()
    html = lead.post(address, {"email": EMAIL, "role": "reviewer"}).content.decode()
    assert "sends no mail" in html
    fresh = re.findall(r"/accounts/invitation/([\w-]+)/", html)[0]
    assert Client().get(link(key)).status_code == 404
    assert Client().get(link(fresh)).status_code == 302
