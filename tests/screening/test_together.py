"""Two reviewers in two browsers at once, offline in between; two tabs, two devices; the list; a finger."""

import pytest
from django.urls import reverse

from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Judgement, WorkItem
from screening import services
from screening.models import Reading, Verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SENT = "() => document.querySelector('[data-unsent]').hidden"
SHOWN = ".record:not([hidden])"


@pytest.fixture
def desk(chromium, live_server, client_of, review, items):
    """A browser of somebody's own."""
    opened = []

    def desk(user, name="screen", **options):
        context = chromium.new_context(**options)
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse(f"screening:{name}", args=[review.pk, "title_abstract"]))
        page.wait_for_selector(f"{SHOWN}, .screen-row")
        opened.append(context)
        return page

    yield desk
    for context in opened:
        context.close()


def said(user):
    current = Verdict.objects.filter(judgement__reviewer=user, judgement__superseded_at=None)
    return dict(current.values_list("judgement__item", "verdict"))


def shown(page):
    return int(page.locator(SHOWN).get_attribute("data-item"))


def test_two_reviewers_screen_at_once_with_the_connection_gone_in_between(desk, cast, items):
    ana, ben = desk(cast.ana), desk(cast.ben)
    ana.keyboard.press("i")
    ben.keyboard.press("e")
    ana.wait_for_function(SENT)
    ana.context.set_offline(True)
    ana.keyboard.press("e")
    ana.keyboard.press("u")
    for key in ("e", "i", "i"):
        ben.keyboard.press(key)
    ben.wait_for_function(SENT)
    assert len(said(cast.ana)) == 1
    assert len(said(cast.ben)) == 4
    ana.context.set_offline(False)
    ana.wait_for_function(SENT)
    ana.keyboard.press("i")
    ana.wait_for_function(SENT)
    order = [item.pk for item in items[:4]]
    assert said(cast.ana) == dict(zip(order, ("include", "exclude", "unsure", "include"), strict=True))
    assert said(cast.ben) == dict(zip(order, ("exclude", "exclude", "include", "include"), strict=True))
    statuses = list(WorkItem.objects.filter(id__in=order).order_by("id").values_list("status", flat=True))
    assert statuses == ["conflict", "agreed", "agreed", "agreed"]
    assert Judgement.objects.count() == 8
    assert not list(drift())


def test_neither_browser_shows_what_the_other_one_does(desk, cast, items):
    ana, ben = desk(cast.ana), desk(cast.ben)
    ana.keyboard.press("j")
    before = ana.locator("main").inner_html()
    ben.keyboard.press("i")
    ben.keyboard.press("i")
    ben.wait_for_function(SENT)
    ana.keyboard.press("k")
    ana.keyboard.press("j")
    assert ana.locator("main").inner_html() == before


def test_two_tabs_of_one_person_lose_and_double_nothing(desk, cast, items):
    first = desk(cast.ana)
    second = first.context.new_page()
    second.goto(first.url)
    second.wait_for_selector(SHOWN)
    first.keyboard.press("i")
    first.wait_for_function(SENT)
    second.keyboard.press("e")
    second.wait_for_function(SENT)
    # The same record twice is a revision: the last word stands, the first is kept.
    assert said(cast.ana) == {items[0].pk: "exclude"}
    assert Judgement.objects.count() == 2


def test_two_devices_that_were_offline_are_both_heard(desk, cast, items):
    one, other = desk(cast.ana), desk(cast.ana)
    for page in (one, other):
        page.context.set_offline(True)
    one.keyboard.press("i")
    other.keyboard.press("j")
    other.keyboard.press("e")
    for page in (one, other):
        page.context.set_offline(False)
        page.wait_for_function(SENT)
    assert said(cast.ana) == {items[0].pk: "include", items[1].pk: "exclude"}


def test_what_a_closed_tab_could_not_send_is_sent_by_the_next_page_of_any_kind(
    desk, cast, items, live_server
):
    page = desk(cast.ana)
    page.context.set_offline(True)
    page.keyboard.press("i")
    page.keyboard.press("e")
    page.close()
    assert not Judgement.objects.exists()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(live_server.url + reverse("home"))
    again.locator("#toasts").get_by_text("were sent now: 2").wait_for()
    assert said(cast.ana) == {items[0].pk: "include", items[1].pk: "exclude"}
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('unsent')).length") == 0


def test_a_browser_that_keeps_nothing_still_sends_and_says_so(desk, cast, items):
    page = desk(cast.ana)
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    page.keyboard.press("i")
    page.locator("#toasts").get_by_text("keeps nothing").wait_for()
    page.wait_for_function(SENT)
    assert said(cast.ana) == {items[0].pk: "include"}


def test_skipping_goes_round_to_the_first_that_was_skipped(desk, cast, items):
    page = desk(cast.ana)
    page.keyboard.press("i")
    for _ in range(4):
        page.keyboard.press("j")
    page.wait_for_function(SENT)
    assert shown(page) == items[5].pk
    page.keyboard.press("j")
    page.locator("#toasts").get_by_text("Back to the first").wait_for()
    assert shown(page) == items[1].pk


def test_revising_keeps_the_comment_and_what_is_being_written_survives_a_look_back(desk, cast, items):
    page = desk(cast.ana)
    page.keyboard.press("c")
    page.keyboard.type("Perhaps")
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("#comment").input_value() == "Perhaps"
    page.keyboard.press("i")
    page.wait_for_function(SENT)
    page.reload()
    page.wait_for_selector(SHOWN)
    page.keyboard.press("z")
    page.wait_for_function("() => document.querySelector('#comment').value === 'Perhaps'")
    page.keyboard.press("e")
    page.wait_for_function(SENT)
    current = Judgement.objects.get(superseded_at=None)
    assert (current.comment, said(cast.ana)) == ("Perhaps", {items[0].pk: "exclude"})


def test_the_back_button_shows_what_was_decided(desk, cast, items, live_server, review):
    page = desk(cast.ana)
    page.keyboard.press("i")
    page.wait_for_function(SENT)
    page.goto(live_server.url + reverse("screening:mine", args=[review.pk, "title_abstract"]))
    page.go_back()
    page.wait_for_selector(SHOWN)
    assert shown(page) == items[1].pk
    assert said(cast.ana) == {items[0].pk: "include"}


def test_one_goes_back_through_the_whole_session_even_after_a_reload(desk, cast, items):
    page = desk(cast.ana)
    for _ in range(3):
        page.keyboard.press("i")
    page.wait_for_function(SENT)
    page.reload()
    page.wait_for_selector(SHOWN)
    for item in reversed(items[:3]):
        page.keyboard.press("z")
        page.wait_for_function(
            "(item) => document.querySelector('.record:not([hidden])').dataset.item === item",
            arg=str(item.pk),
        )
    page.keyboard.press("e")
    page.wait_for_function(SENT)
    assert said(cast.ana)[items[0].pk] == "exclude"
    assert Judgement.objects.count() == 4


def test_a_record_of_a_reopened_stage_is_judged_again(desk, cast, items):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="exclude")
    consensus.reopen(by=cast.lead, item_id=items[0].pk, reason="New evidence")
    page = desk(cast.ana)
    page.goto(f"{page.url}?item={items[0].pk}")
    page.wait_for_selector(SHOWN)
    page.keyboard.press("i")
    page.wait_for_function(SENT)
    assert said(cast.ana)[items[0].pk] == "include"


def test_whoever_was_removed_is_told_and_the_decision_is_not_kept(desk, cast, items, membership):
    page = desk(cast.ana)
    consensus.remove_member(by=cast.owner, membership=membership(cast.ana))
    page.keyboard.press("i")
    page.locator("#toasts").get_by_text("no longer in its review").wait_for()
    page.wait_for_function(SENT)
    assert not Judgement.objects.exists()


def test_the_list_decides_by_key_and_outlives_a_lost_connection(desk, cast, items):
    page = desk(cast.ana, "list")
    page.keyboard.press("j")
    page.context.set_offline(True)
    page.keyboard.press("i")
    page.keyboard.press("e")
    page.wait_for_function("() => document.querySelector('[data-unsent]').textContent.startsWith('2')")
    page.context.set_offline(False)
    page.wait_for_function(SENT)
    assert said(cast.ana) == {items[0].pk: "include", items[1].pk: "exclude"}


def test_size_font_and_lines_are_kept(desk, cast, items):
    page = desk(cast.ana)
    page.keyboard.press("t")
    with page.expect_response("**/reading/"):
        page.get_by_label("Large", exact=True).check(force=True)
    assert page.locator("[data-screen]").get_attribute("data-size") == "large"
    assert Reading.objects.get(user=cast.ana).size == "large"


def test_marks_are_hidden_and_the_record_is_labelled_by_key(desk, cast, items):
    page = desk(cast.ana)
    page.keyboard.press("m")
    assert page.locator("[data-screen]").get_attribute("data-marks") == "off"
    with page.expect_response("**/labels/"):
        page.keyboard.press("d")
    page.locator(f"{SHOWN} [aria-pressed=true]").get_by_text("To discuss").wait_for()


def test_on_a_phone_a_swipe_decides_and_can_be_revised(desk, cast, items):
    page = desk(cast.ana, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    swipe = """(by) => {
      const place = document.querySelector('[data-records] .record:not([hidden]) h1');
      const at = (x) => new Touch({identifier: 1, target: place, clientX: x, clientY: 300});
      place.dispatchEvent(new TouchEvent('touchstart', {touches: [at(200)], bubbles: true}));
      place.dispatchEvent(new TouchEvent('touchend', {changedTouches: [at(200 + by)], bubbles: true}));
    }"""
    page.evaluate(swipe, 40)
    assert shown(page) == items[0].pk
    page.evaluate(swipe, 150)
    page.evaluate(swipe, -150)
    page.wait_for_function(SENT)
    assert said(cast.ana) == {items[0].pk: "include", items[1].pk: "exclude"}
    page.get_by_role("button", name="Revise last").click()
    assert shown(page) == items[1].pk
