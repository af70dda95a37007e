"""Where somebody is signed in, and the address that they sign in with."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.devices import device
from accounts.services import erase_person
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_in(user, agent=FIREFOX):
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def ask_for(client, address):
    """Ask for another address; the password is wanted once more before."""
    said = {"email": address, "action_add": ""}
    first = client.post(reverse("account_email"), said)
    assert first.url.startswith(reverse("account_reauthenticate"))
    client.post(first.url, {"password": PASSWORD})
    return client.post(reverse("account_email"), said)


def words(client, name):
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(
    ("agent", "name"), [(FIREFOX, "Firefox on Windows"), (IPHONE, "Safari on iPhone"), ("curl/8", "")]
)
def test_a_browser_is_named_in_plain_words(agent, name):
    assert device(agent) == name


def test_a_person_sees_where_they_are_signed_in_and_ends_the_others(cast):
    here, phone, other = sign_in(cast.ana), sign_in(cast.ana, IPHONE), sign_in(cast.ben)
    page = words(here, "usersessions_list")
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    here.post(reverse("usersessions_list"))
    assert "Safari on iPhone" not in words(here, "usersessions_list")
    assert phone.get(reverse("home")).status_code == 302
    assert other.get(reverse("home")).status_code == 200


def test_one_session_is_ended_and_nobody_elses(cast):
    here, phone, other = sign_in(cast.ana), sign_in(cast.ana, IPHONE), sign_in(cast.ben)
    mine = cast.ana.usersession_set.get(user_agent=IPHONE)
    other.post(reverse("end_session", args=[mine.pk]))
    assert phone.get(reverse("home")).status_code == 200
    assert (
        "Safari on iPhone"
        not in here.post(reverse("end_session", args=[mine.pk]), follow=True).content.decode()
    )
    assert phone.get(reverse("home")).status_code == 302
    assert here.get(reverse("home")).status_code == 200


def test_another_address_counts_once_its_link_was_opened_and_the_old_one_is_told(cast):
    client, old = sign_in(cast.ana), cast.ana.email
    assert "New address" in words(client, "account_email")
    ask_for(client, "new@example.org")
    cast.ana.refresh_from_db()
    assert cast.ana.email == old
    assert "Waiting for new@example.org" in words(client, "account_email")
    letter = next(one for one in mail.outbox if one.to == ["new@example.org"])
    link = re.search(r"https?://[^/\s]+(/\S+)", letter.body)
    client.post(link[1])
    cast.ana.refresh_from_db()
    assert cast.ana.email == "new@example.org"
    assert any(one.to == [old] for one in mail.outbox)
    assert sign_in(cast.ana).get(reverse("home")).status_code == 200


def test_an_address_of_somebody_else_is_not_told_apart_from_a_free_one(cast):
    taken = ask_for(sign_in(cast.ana), cast.ben.email)
    free = ask_for(sign_in(cast.ana), "free@example.org")
    assert (taken.status_code, taken.get("Location")) == (free.status_code, free.get("Location"))
    cast.ana.refresh_from_db()
    cast.ben.refresh_from_db()
    assert cast.ana.email != cast.ben.email


def test_who_is_erased_leaves_no_address_and_no_session(cast):
    client = sign_in(cast.ana)
    words(client, "account_email")
    erase_person(user=cast.ana)
    assert not cast.ana.emailaddress_set.exists()
    assert not cast.ana.usersession_set.exists()
