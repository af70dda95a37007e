"""The marks of every page: what they say to the eye, and what to a screen reader."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import Context, Template
from pytest_django.fixtures import Settings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def render(source: str, **values: object) -> str:
    return Template("{% load concord %}" + source).render(Context(values))


def test_an_icon_is_hidden_beside_its_word_and_named_when_alone():
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    alone = render('{% icon "x" "Close" %}')
    assert 'role="img" aria-label="Close"' in alone
    assert "aria-hidden" not in alone


def test_an_arrow_turns_with_the_reading_direction():
    assert 'class="icon turns"' in render('{% icon "arrow-left" %}')
    assert 'class="icon"' in render('{% icon "check" %}')


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 23, 11, 59, 40, tzinfo=UTC), "just now"),
        (datetime(2026, 11, 23, 11, 55, tzinfo=UTC), "5 min ago"),
        (datetime(2026, 11, 23, 9, 42, tzinfo=UTC), "today, 09:42"),
        (datetime(2026, 11, 22, 17, 5, tzinfo=UTC), "yesterday, 17:05"),
        (datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "1 Mar"),
        (datetime(2025, 3, 1, 8, 0, tzinfo=UTC), "1 Mar 2025"),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "24 Nov"),
    ],
)
def test_a_moment_is_said_as_a_person_would(moment: datetime, said: str):
    with time_machine.travel(NOW, tick=False):
        html = render("{% when moment %}", moment=moment)
    assert f">{said}</time>" in html
    assert f'datetime="{moment.isoformat(timespec="seconds")}"' in html


def test_a_moment_is_read_in_the_zone_of_the_reader():
    from django.utils import timezone

    with time_machine.travel(NOW, tick=False), timezone.override("Pacific/Auckland"):
        html = render("{% when moment %}", moment=datetime(2026, 11, 23, 10, 30, tzinfo=UTC))
    assert ">today, 23:30</time>" not in html
    assert ">yesterday, 23:30</time>" in html


def test_a_day_has_no_clock_and_nothing_is_said_of_no_moment():
    with time_machine.travel(NOW, tick=False):
        assert render("{% when day %}", day=date(2026, 10, 31)) == '<time datetime="2026-10-31">31 Oct</time>'
    assert render("{% when none %}", none=None) == ""


def test_numbers_are_grouped_and_a_missing_one_is_not_zero():
    assert render("{% number n %}", n=500000) == "500,000"
    assert render("{{ n|number }}", n=0) == "0"
    assert render("{% number n %}", n=None) == ""


def test_the_mark_names_its_state_unless_a_word_beside_it_does():
    assert 'data-is="conflict" role="img" aria-label="conflict"' in render('{% pair "conflict" %}')
    beside = render('{% pair "conflict" label="" %}')
    assert 'aria-hidden="true"' in beside
    assert "aria-label" not in beside


def test_the_mark_of_a_blinded_reviewer_says_nothing_of_the_other():
    own = render('{% pair "a sealed" %}')
    assert 'aria-label="judged by you"' in own
    assert "Reviewer B" not in own


def test_further_judges_stand_beside_the_mark():
    html = render('{% pair "a b" more="in open" %}')
    assert 'aria-label="1 of 2 further judged"' in html
    assert html.count("<i ") == 2


def test_what_a_name_holds_is_text_and_never_markup():
    html = render('{% pair "a" label=name %}{% who name %}{% bar 1 2 name %}', name='"><script>')
    assert "<script>" not in html


def test_a_third_judge_has_a_number_and_no_colour_of_a_or_b():
    assert render("{% who 3 %}") == '<span class="who" data-who="n">3</span>'
    assert render('{% who "c" %}') == '<span class="who" data-who="c">A=B</span>'


def test_a_bar_tells_its_figures_and_keeps_within_its_box():
    html = render('{% bar 42 70 "Your progress" %}')
    assert 'role="progressbar" aria-label="Your progress"' in html
    assert 'aria-valuemax="70" aria-valuenow="42"' in html
    assert 'width="60%"' in html
    assert 'width="100%"' in render("{% bar 9 7 %}")
    assert 'width="0%"' in render("{% bar 0 0 %}")


def test_conflicts_begin_where_the_agreed_items_end():
    html = render('{% dual 100 a=85 b=65 agreed=45 conflict=10 label="x" %}')
    assert '<rect x="45%" width="10%" height="100%" fill="url(#hatch)"/>' in html


def test_levels_of_risk_share_the_bar_and_are_named():
    html = render("{% stackbar low=1 high=3 %}")
    assert 'aria-label="low 1, high 3"' in html
    assert '<rect class="high" x="25%" width="75%"' in html
    assert "some" not in html
    assert 'aria-label="nothing judged"' in render("{% stackbar %}")


@pytest.mark.parametrize(("n", "said"), [(1, "1 record"), (48, "48 records"), (6670, "6,670 records")])
def test_a_count_within_a_sentence_has_its_thousands_apart_and_its_plural(n, said):
    source = "{% load i18n %}{% blocktranslate count n=n|grouped %}{{ n }} record{% plural %}{{ n }} records{% endblocktranslate %}"
    assert render(source, n=n) == said


def test_a_number_that_is_no_count_stays_as_it_is():
    assert render("{{ pk }}", pk=6670) == "6670"
