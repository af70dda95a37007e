"""The first start outside the demo: no default password, one link, one account."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.first import key_for_first_account
from accounts.models import User

pytestmark = pytest.mark.django_db
WHO = {"name": "Ada", "email": "ada@example.org", "password": "a long enough phrase"}


def link():
    return reverse("first_account", args=[key_for_first_account()])


def test_the_command_prints_a_link_that_makes_an_administrator_and_leads_to_the_first_review():
    out = StringIO()
    call_command("first_account", stdout=out)
    path = out.getvalue().strip().splitlines()[-1]
    visitor = Client()
    answer = visitor.post(path[path.index("/accounts/") :], WHO)
    assert answer.headers["Location"] == reverse("consensus:new_review")
    made = User.objects.get()
    assert made.is_staff
    assert made.check_password(WHO["password"])
    assert visitor.get(reverse("consensus:new_review")).status_code == 200
    assert not mail.outbox


def test_the_link_works_once_and_only_where_nobody_has_an_account():
    path = link()
    Client().post(path, WHO)
    assert Client().get(path).status_code == 404
    assert Client().post(path, WHO | {"email": "eve@example.org"}).status_code == 404
    assert User.objects.count() == 1
    with pytest.raises(CommandError, match="already"):
        call_command("first_account")
    call_command("first_account", if_none=True)


def test_a_made_up_key_is_not_found_and_makes_nothing():
    path = reverse("first_account", args=["first:made-up"])
    assert Client().get(path).status_code == 404
    assert Client().post(path, WHO).status_code == 404
    assert not User.objects.exists()


def test_a_weak_password_is_refused_with_what_to_do():
    answer = Client().post(link(), WHO | {"password": "short"})
    assert answer.status_code == 422
    assert "10 characters" in answer.content.decode()
    assert not User.objects.exists()
