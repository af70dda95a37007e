"""Authors, journal and year, masked from judges until a record is decided: on pages and over the API."""

import pytest
from django.urls import reverse

from screening import services
from screening.models import Masking

pytestmark = pytest.mark.django_db


@pytest.fixture
def masked(review, cast, items):
    services.set_masking(by=cast.lead, review=review, hidden=set(Masking.FIELDS))
    return items


def pages(review, item):
    return [
        reverse("screening:screen", args=[review.pk, "title_abstract"]),
        reverse("screening:batch", args=[review.pk, "title_abstract"]),
        reverse("screening:list", args=[review.pk, "title_abstract"]),
        f"/api/v1/reports/{item.report_id}/",
        f"/api/v1/reports/?review={review.pk}",
        f"/api/v1/records/?review={review.pk}",
    ]


def test_what_is_masked_is_on_no_page_and_in_no_answer_of_the_api(masked, review, client_of, cast):
    client = client_of(cast.ana)
    for address in pages(review, masked[0]):
        text = client.get(address).content.decode()
        assert masked[0].report.title in text
        for secret in ("Author1", "Journal 1", "1991"):
            assert secret not in text, (address, secret)


def test_without_masking_all_of_it_is_shown(items, review, client_of, cast):
    for address in pages(review, items[0]):
        text = client_of(cast.ana).get(address).content.decode()
        assert "Author1" in text
        assert "1991" in text


def test_what_is_decided_is_shown_again(masked, review, client_of, cast):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=masked[0].pk, verdict="exclude")
    found = client_of(cast.ana).get(f"/api/v1/reports/{masked[0].report_id}/").json()
    assert (found["authors"], found["year"]) == (["Author1, A."], 1991)


def test_an_observer_judges_nothing_and_sees_it(masked, client_of, cast):
    found = client_of(cast.observer).get(f"/api/v1/reports/{masked[0].report_id}/").json()
    assert found["year"] == 1991


def test_nobody_finds_a_masked_author_by_searching(masked, review, client_of, cast):
    address = reverse("screening:list", args=[review.pk, "title_abstract"])
    for typed in ("Author1", "author:Author1"):
        assert masked[0].report.title not in client_of(cast.ana).get(address, {"q": typed}).content.decode()
    years = client_of(cast.ana).get(address, {"since": "1991", "until": "1991"}).content.decode()
    assert years.count('class="screen-row"') == 6
