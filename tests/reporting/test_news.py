"""The start page and the review's page: what is new, where one left off, how fast it goes; nothing of what others said."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import visit
from consensus.services import submit
from reporting.news import left_off, news_of, pace
from reviews.notifying import notify

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(items, cast):
    """Ana has judged three items, Ben one of them."""
    for item in items[:3]:
        submit(by=cast.ana, item_id=item.pk, answer={"verdict": "include"})
    submit(by=cast.ben, item_id=items[0].pk, answer={"verdict": "include"})
    return items


def page(client, name="home", *arguments):
    return client.get(reverse(name, args=arguments)).content.decode()


def test_the_start_page_leads_back_to_where_one_left_off(judged, client_of, cast):
    shown = page(client_of(cast.ana))
    assert "Where you left off" in shown
    assert judged[2].report.title in shown
    assert judged[1].report.title not in shown


def test_what_somebody_else_did_last_is_not_shown(judged, client_of, cast, review):
    assert "Where you left off" not in page(client_of(cast.cleo))
    assert [one.item for one in left_off(cast.ben, [review])] == [judged[0]]


def test_news_begin_after_the_last_visit_and_name_no_judgement(judged, client_of, cast, review):
    ana = client_of(cast.ana)
    assert "Since your last visit" not in page(ana)
    User.objects.filter(id=cast.ana.pk).update(visiting_at=timezone.now() - timedelta(hours=5))
    shown = page(ana)
    assert "Since your last visit" in shown
    assert "6 records imported from export.ris" in shown
    assert "include" not in shown.split("Since your last visit")[1].lower()
    assert news_of([review], since=timezone.now()) == []


def test_half_an_hour_away_ends_a_visit(cast):
    assert visit(user=cast.ana) is None
    first = cast.ana.visiting_at
    assert visit(user=cast.ana) is None
    cast.ana.visiting_at = first - timedelta(minutes=31)
    assert visit(user=cast.ana) == first - timedelta(minutes=31)


def test_unread_notifications_stand_on_the_start_page(review, client_of, cast):
    notify(review=review, to=[cast.ana], kind="mention", text="Lead mentions you", link="/")
    assert "Lead mentions you" in page(client_of(cast.ana))
    assert "Lead mentions you" not in page(client_of(cast.ben))


def test_a_newcomer_is_told_how_to_begin(client_of, cast):
    assert "No reviews yet" in page(client_of(cast.stranger))


def test_a_judge_sees_their_own_pace_only_and_a_lead_the_teams(judged, client_of, cast, review):
    assert "3 judgements in the last seven days" in page(client_of(cast.ana), "reviews:beside", review.pk)
    assert "1 judgement in" in page(client_of(cast.ben), "reviews:beside", review.pk)
    assert "4 judgements" in page(client_of(cast.lead), "reviews:beside", review.pk)
    assert "judgements" not in page(client_of(cast.observer), "reviews:beside", review.pk)
    assert client_of(cast.stranger).get(reverse("reviews:beside", args=[review.pk])).status_code == 404


def test_the_pace_has_a_bar_for_each_of_fourteen_days(judged, cast, review):
    days = pace(review, cast.ana)
    assert len(days) == 14
    assert days[-1].n == 3
    assert days[-1].height == 60


def test_the_review_page_shows_the_latest_and_the_team(judged, client_of, cast, review):
    shown = page(client_of(cast.ana), "reviews:detail", review.pk)
    assert "6 records imported" in shown
    assert "Continue: Title and abstract" in shown
    assert "Judged last" not in shown


def test_both_pages_ask_the_database_a_bounded_number_of_times(
    judged, client_of, cast, review, django_assert_max_num_queries
):
    ana = client_of(cast.ana)
    with django_assert_max_num_queries(16):
        ana.get(reverse("home"))
    with django_assert_max_num_queries(26):
        ana.get(reverse("reviews:detail", args=[review.pk]))
