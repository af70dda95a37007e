"""The screening page in a browser: keys, lost connections, decisions made once."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from consensus import services as consensus
from consensus.models import Judgement, WorkItem
from screening import services
from screening.models import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The time from the key to the next record, measured in the page itself.
MEASURE = """
() => {
  const shown = () => document.querySelector('.record:not([hidden])')?.dataset.item;
  const before = shown();
  const began = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'i', bubbles: true}));
  return {moved: shown() !== before, took: performance.now() - began};
}
"""


@pytest.fixture
def open_page(page, context, live_server, client_of, review, items):
    """Open an address as somebody who is signed in."""

    def open_page(user, name="screening:screen", *arguments):
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + reverse(name, args=[review.pk, *(arguments or ("title_abstract",))]))
        page.wait_for_selector(".record:not([hidden]), .list-row, [data-conflict]")
        return page

    return open_page


def verdicts(user):
    current = Verdict.objects.filter(judgement__reviewer=user, judgement__superseded_at=None)
    return list(current.order_by("judgement__item_id").values_list("verdict", flat=True))


def sent(page):
    page.wait_for_function("() => document.querySelector('[data-unsent]').hidden")


def test_every_decision_has_a_key_and_the_next_record_is_there_at_once(open_page, cast, items):
    page = open_page(cast.ana)
    for key in ("i", "u", "1", "e"):
        page.keyboard.press(key)
    sent(page)
    assert verdicts(cast.ana) == ["include", "unsure", "exclude", "exclude"]
    shown = page.locator(".record:not([hidden])")
    assert shown.get_attribute("data-item") == str(items[4].pk)
    assert page.locator("[data-progress]").inner_text() == "4 of 6"
    measured = page.evaluate(MEASURE)
    assert measured["moved"]
    assert measured["took"] < 50


def test_keys_pressed_while_the_page_still_loads_are_kept(open_page, page, cast, items):
    held: list[Any] = []
    released: list[bool] = []
    page.route("**/js/screening*.js", lambda route: route.continue_() if released else held.append(route))
    opened = page.goto

    def impatient(address):
        opened(address, wait_until="commit")
        page.wait_for_selector(".record:not([hidden])")
        for key in ("i", "u"):
            page.keyboard.press(key)
        released.append(True)
        for route in held:
            route.continue_()

    page.goto = impatient
    open_page(cast.ana)
    page.wait_for_function("() => document.querySelector('[data-progress]').innerText.startsWith('2')")
    sent(page)
    assert verdicts(cast.ana) == ["include", "unsure"]


def test_the_last_decision_is_revised_and_both_are_kept(open_page, cast, items):
    page = open_page(cast.ana)
    page.keyboard.press("i")
    page.keyboard.press("z")
    pressed = page.locator(".decide [aria-pressed=true]")
    assert pressed.get_attribute("value") == "include"
    page.keyboard.press("u")
    sent(page)
    assert verdicts(cast.ana) == ["unsure"]
    assert Judgement.objects.filter(item=items[0]).count() == 2


def test_what_is_decided_without_a_network_is_kept_and_sent_once(open_page, context, cast, items):
    page = open_page(cast.ana)
    context.set_offline(True)
    for key in ("i", "u", "e"):
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelector('[data-unsent]').textContent.startsWith('3')")
    assert not Judgement.objects.exists()
    context.set_offline(False)
    sent(page)
    assert verdicts(cast.ana) == ["include", "unsure", "exclude"]
    assert Judgement.objects.count() == 3


def test_an_answer_that_is_lost_on_the_way_doubles_nothing(open_page, cast, items):
    page = open_page(cast.ana)
    lost: list[Any] = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/decide/", lose)
    page.keyboard.press("i")
    sent(page)
    assert lost[0].status == 200
    assert Judgement.objects.count() == 1


def test_unsent_decisions_outlive_the_page_and_are_not_offered_again(open_page, context, cast, items):
    page = open_page(cast.ana)
    page.route("**/decide/", lambda route: route.abort())
    page.keyboard.press("i")
    page.wait_for_function("() => !document.querySelector('[data-unsent]').hidden")
    asked: list[str] = []

    def leave(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    assert asked == ["beforeunload"]
    assert page.locator(".record:not([hidden])").get_attribute("data-item") == str(items[1].pk)
    page.unroute("**/decide/")
    sent(page)
    assert verdicts(cast.ana) == ["include"]


def test_a_record_that_was_merged_away_meanwhile_is_said_by_its_title(open_page, cast, items):
    page = open_page(cast.ana)
    consensus.merge_reports(by=cast.lead, left=items[0].report, right=items[1].report)
    closed = WorkItem.objects.select_related("report").get(closed_as="merged")
    while page.locator(".record:not([hidden])").get_attribute("data-item") != str(closed.pk):
        page.keyboard.press("j")
    page.keyboard.press("i")
    toast = page.locator("#toasts").get_by_text("merged with another")
    toast.wait_for()
    assert str(closed.report) in toast.inner_text()
    assert not Judgement.objects.exists()


def test_without_a_script_the_page_is_a_plain_form(chromium, live_server, client_of, review, cast, items):
    context = chromium.new_context(java_script_enabled=False)
    cookie = client_of(cast.ana).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("screening:screen", args=[review.pk, "title_abstract"]))
    page.locator("[name=choice][value=include]").click()
    page.wait_for_load_state()
    assert page.locator("input[name=item]").input_value() == str(items[1].pk)
    assert verdicts(cast.ana) == ["include"]
    context.close()


def test_a_conflict_is_resolved_by_keyboard(open_page, cast, items):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    services.judge(by=cast.ben, item_id=items[0].pk, verdict="exclude")
    page = open_page(cast.lead, "screening:compare", items[0].pk)
    page.keyboard.press("i")
    page.keyboard.type("It fits")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/conflicts/**")
    items[0].refresh_from_db()
    assert (items[0].status, items[0].final.comment) == ("resolved", "It fits")


def test_the_pages_of_judging_are_sound_for_assistive_technology(open_page, live_server, cast, review, items):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    services.judge(by=cast.ben, item_id=items[0].pk, verdict="exclude")
    page = open_page(cast.lead)
    addresses = [
        reverse("screening:screen", args=[review.pk, "title_abstract"]),
        reverse("screening:screen", args=[review.pk, "full_text"]),
        reverse("screening:mine", args=[review.pk, "title_abstract"]),
        reverse("screening:compare", args=[review.pk, items[0].pk]),
        reverse("consensus:conflicts", args=[review.pk]),
        reverse("consensus:item", args=[review.pk, items[0].pk]),
        reverse("consensus:stage", args=[review.pk, "title_abstract"]),
        reverse("consensus:new_review"),
    ]
    for address in addresses:
        page.goto(live_server.url + address)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address
