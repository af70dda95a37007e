"""The tour: only for who has both demo reviews, only with stops that they may open, and over when they say so."""

import pytest
from django.urls import reverse

from consensus.services import start_review
from reporting import demo, demo_underway
from reporting.tour import stops_of
from reviews.models import Review
from reviews.services import add_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def demos(review, items, cast):
    """Two reviews that are called as the demo's: Ana and the observer are in both, Ben in one."""
    Review.objects.filter(id=review.pk).update(title=demo_underway.TITLE)
    finished = start_review(by=cast.owner, title=demo.DEMO_TITLE, question="", reasons=[])
    for user, role in {cast.lead: "lead", cast.ana: "reviewer", cast.observer: "observer"}.items():
        add_member(by=cast.owner, review=finished, email=user.email, role=role)
    return review, finished


def go(client, to):
    return client.post(reverse("reporting:tour"), {"to": str(to)})


def test_each_role_has_its_own_stops_and_may_open_every_one(demos, cast, client_of):
    titles = {}
    for name in ("lead", "ana", "observer"):
        user = getattr(cast, name)
        stops = stops_of(user)
        titles[name] = [str(stop.title) for stop in stops]
        assert all(client_of(user).get(stop.url).status_code == 200 for stop in stops)
    assert "Settle conflicts together" in titles["lead"]
    assert "Judge a record" in titles["ana"]
    assert "Settle conflicts together" not in titles["ana"]
    assert "Judge a record" not in titles["observer"]
    assert titles["observer"][-1] == "Every box opens its list"


def test_it_is_offered_to_nobody_else(demos, cast, client_of):
    assert "Take the tour" in client_of(cast.ana).get("/").content.decode()
    for user in (cast.ben, cast.stranger):
        assert "Take the tour" not in client_of(user).get("/").content.decode()
        assert go(client_of(user), 1).url == "/"


def test_one_goes_on_and_back_and_out(demos, cast, client_of):
    ana, stops = client_of(cast.ana), stops_of(cast.ana)
    assert go(ana, 2).url == stops[1].url
    page = ana.get(stops[1].url).content.decode()
    assert f"stop 2 of {len(stops)}" in page
    assert "Go there" not in page
    assert "Go there" in ana.get("/").content.decode()
    assert go(ana, len(stops)).url == stops[-1].url
    assert "Done" in ana.get(stops[-1].url).content.decode()
    assert go(ana, 0).url == "/"
    assert "stop " not in ana.get(stops[0].url).content.decode().split("<main")[0]


@pytest.mark.parametrize("to", ["", "x", "²", "-1", "999", "99999999999"])
def test_a_number_that_is_no_stop_ends_it(to, demos, cast, client_of):
    ana = client_of(cast.ana)
    go(ana, 1)
    assert go(ana, to).url == "/"
    assert 'class="tour"' not in ana.get("/").content.decode()


def test_an_administrator_is_shown_what_they_administer(demos, cast, client_of):
    staff = client_of(cast.staff)
    assert [stop.url for stop in stops_of(cast.staff)] == [reverse("reviews:all"), reverse("admin:index")]
    assert "Take the tour" in staff.get("/").content.decode()


def test_pages_outside_a_tour_cost_nothing_for_it(review, cast, client_of, django_assert_num_queries):
    ana = client_of(cast.ana)
    with django_assert_num_queries(3):
        ana.get(reverse("reviews:bell"))
