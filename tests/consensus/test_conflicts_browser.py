"""The conflicts page in a browser: walked, settled and undone by keyboard, each row in its place."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from consensus import services
from consensus.models import Note, WorkItem

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conflicts(items, cast):
    for item in items[:3]:
        for user, verdict in ((cast.ana, "include"), (cast.ben, "exclude")):
            services.submit(by=user, item_id=item.pk, answer={"verdict": verdict})
    return items[:3]


@pytest.fixture
def open_list(page, context, live_server, client_of, review, conflicts):
    def open_list(user, query=""):
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + reverse("consensus:conflicts", args=[review.pk]) + query)
        page.wait_for_selector(".conflict")
        return page

    return open_list


def current(page):
    return page.evaluate("document.querySelector('.conflict.is-current')?.id")


def statuses(items):
    return [WorkItem.objects.get(id=one.pk).status for one in items]


def test_a_row_is_taken_settled_and_undone_by_keyboard_and_the_next_is_at_hand(open_list, cast, conflicts):
    page = open_list(cast.lead)
    page.evaluate("window.same = true")
    page.keyboard.press("j")
    assert current(page) == f"conflict-{conflicts[1].pk}"
    page.keyboard.press("k")
    assert current(page) == f"conflict-{conflicts[0].pk}"
    page.keyboard.press("a")
    page.keyboard.type("The sample fits")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"#conflict-{conflicts[0].pk}[data-fresh]")
    page.wait_for_selector(f"#conflict-{conflicts[1].pk}.is-current")
    assert statuses(conflicts) == ["resolved", "conflict", "conflict"]
    assert WorkItem.objects.get(id=conflicts[0].pk).final.comment == "The sample fits"
    page.keyboard.press("b")
    page.keyboard.type("No data")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"#conflict-{conflicts[2].pk}.is-current")
    assert statuses(conflicts) == ["resolved", "resolved", "conflict"]
    assert WorkItem.objects.get(id=conflicts[1].pk).final.verdict.verdict == "exclude"
    page.keyboard.press("z")
    page.wait_for_selector(f"#conflict-{conflicts[1].pk} [data-settle]", state="attached")
    assert statuses(conflicts) == ["resolved", "conflict", "conflict"]
    assert page.evaluate("window.same")


def test_a_refusal_is_said_and_the_row_stays(open_list, cast, conflicts):
    page = open_list(cast.lead)
    services.add_judge(by=cast.lead, item=conflicts[0], judge=cast.cleo)
    page.keyboard.press("a")
    page.keyboard.type("Because")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#toasts [data-is=bad]")
    assert "nothing to resolve" in page.locator("#toasts [data-is=bad]").inner_text()
    assert page.locator(f"#conflict-{conflicts[0].pk} textarea").first.input_value() == "Because"


def test_the_discussion_opens_in_the_row_and_names_a_member(open_list, cast, conflicts):
    page = open_list(cast.lead)
    page.keyboard.press("n")
    say = page.locator(f"#say-{conflicts[0].pk}")
    say.wait_for()
    say.fill("Look at this,")
    page.get_by_role("button", name="@Ben").click()
    assert say.input_value() == "Look at this, @Ben "
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(f"#thread-{conflicts[0].pk} .thread")
    assert Note.objects.get().text == "Look at this, @Ben"


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_passes_axe(open_list, page, cast, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for user, query in ((cast.lead, ""), (cast.lead, "?stage=title_abstract&kind=verdict"), (cast.ana, "")):
        found = Axe().run(open_list(user, query))
        assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
