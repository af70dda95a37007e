"""A person's own pages: name and zone, and the keys to the API, each shown once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from accounts.services import create_token

pytestmark = pytest.mark.django_db


def bearer(key):
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def new_key(client, **data):
    html = client.post(reverse("tokens"), {"name": "script", **data}).content.decode()
    return re.findall(r"concord_[\w-]+", html)[0]


def test_name_and_zone_are_saved_and_times_follow_the_zone(client_of, cast):
    client = client_of(cast.ana)
    answer = client.post(reverse("profile"), {"name": "Ana M.", "zone": "Europe/Berlin"}, follow=True)
    assert answer.status_code == 200
    assert 'data-zone="Europe/Berlin"' in answer.content.decode()
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.zone) == ("Ana M.", "Europe/Berlin")


def test_a_zone_that_does_not_exist_is_refused_with_what_to_enter(client_of, cast):
    answer = client_of(cast.ana).post(reverse("profile"), {"name": "Ana", "zone": "Middle/Earth"})
    assert answer.status_code == 422
    assert "Europe/Berlin or UTC" in answer.content.decode()
    cast.ana.refresh_from_db()
    assert cast.ana.zone == "UTC"


def test_a_new_key_is_shown_once_and_only_its_digest_is_kept(client_of, cast):
    client = client_of(cast.ana)
    key = new_key(client)
    token = ApiToken.objects.get(user=cast.ana)
    assert token.digest == ApiToken.digest_of(key) != key
    again = client.get(reverse("tokens"))
    assert key not in again.content.decode()
    assert "no-store" in again["Cache-Control"]


def test_a_key_opens_the_api_as_its_owner_until_it_is_revoked(client_of, cast, review):
    client = client_of(cast.ana)
    key = new_key(client)
    api = Client()
    assert api.get("/api/v1/me/", **bearer(key)).json()["email"] == cast.ana.email
    assert [one["id"] for one in api.get("/api/v1/reviews/", **bearer(key)).json()["results"]] == [review.pk]
    token = ApiToken.objects.get(user=cast.ana)
    client.post(reverse("revoke_token", args=[token.pk]))
    assert api.get("/api/v1/me/", **bearer(key)).status_code == 401


def test_nobody_revokes_the_token_of_somebody_else(client_of, cast):
    token, _key = create_token(user=cast.ana, name="hers")
    client_of(cast.ben).post(reverse("revoke_token", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is None


def test_an_expired_key_is_refused_and_an_expiry_in_the_past_cannot_be_entered(client_of, cast):
    token, key = create_token(user=cast.ana, name="old", expires_at=timezone.now() + timedelta(hours=1))
    ApiToken.objects.filter(id=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get("/api/v1/me/", **bearer(key)).status_code == 401
    answer = client_of(cast.ana).post(reverse("tokens"), {"name": "x", "expires_at": "2001-01-01T00:00"})
    assert answer.status_code == 422
    assert "lies in the past" in answer.content.decode()


@pytest.mark.parametrize("name", ["profile", "tokens"])
def test_who_is_not_signed_in_is_sent_to_sign_in(name, db):
    answer = Client().get(reverse(name))
    # allauth's own prefix is open to everybody, so these pages say no by themselves.
    assert answer.status_code in {302, 403}
    assert b"concord_" not in answer.content
