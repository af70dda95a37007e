"""Extraction in a browser: answers save themselves, two tabs do not overwrite each other, differences go by key."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from consensus.models import Judgement, WorkItem
from consensus.services import open_draft
from extraction.models import Value

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(review: Any, item: WorkItem, client_of: Any, live_server: Any, page: Any, context: Any) -> Any:
    """Open a page of the study as somebody who is signed in."""

    def open_page(user: Any, name: str) -> Any:
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + reverse(f"extraction:{name}", args=[review.pk, item.pk]))
        page.wait_for_selector("h1")
        return page

    return open_page


def accessible(page: Any) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_an_answer_saves_itself_with_its_source_and_the_form_is_handed_in(open_page, cast, item):
    open_draft(by=cast.ana, item_id=item.pk)
    page = open_page(cast.ana, "extract")
    page.get_by_label("Indication", exact=False).first.fill("Skin lesions")
    page.keyboard.press("Tab")
    page.get_by_text("Saved").wait_for()
    patients = page.locator("form.entry", has=page.get_by_label("Patients"))
    patients.get_by_label("Patients").first.fill("thirty")
    page.keyboard.press("Tab")
    patients.get_by_text("is not a number").wait_for()
    patients.get_by_label("Patients").first.fill("39")
    page.keyboard.press("Tab")
    patients.get_by_text("Saved").wait_for()
    patients.locator("summary").click()
    page.get_by_text("Everything that is required is answered").wait_for()
    with page.expect_response("**/values/"):
        patients.get_by_label("Page").fill("840")
        page.keyboard.press("Tab")
    value = Value.objects.get(field__key="patients")
    assert value.anchor
    assert (value.shown, value.anchor.page) == ("39", "840")
    accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/extraction/")
    assert Judgement.objects.current().get(item=item).reviewer == cast.ana
    accessible(page)


def test_saying_why_there_is_no_value_empties_the_field(open_page, cast, item):
    open_draft(by=cast.ana, item_id=item.pk)
    page = open_page(cast.ana, "extract")
    entry = page.locator("form.entry", has=page.get_by_label("Mean age"))
    entry.get_by_label("Mean age").first.fill("60.40")
    page.keyboard.press("Tab")
    entry.get_by_text("Saved").wait_for()
    entry.get_by_label("Or why there is none").select_option("not_reported")
    page.wait_for_function(
        "() => ![...document.querySelectorAll('input')].some(one => one.value === '60.40')"
    )
    assert Value.objects.get().shown == "not reported"


def test_a_second_tab_does_not_overwrite_the_first(open_page, context, cast, item):
    open_draft(by=cast.ana, item_id=item.pk)
    page = open_page(cast.ana, "extract")
    other = context.new_page()
    other.goto(page.url)
    for tab, text in ((page, "39"), (other, "40")):
        tab.get_by_label("Patients").first.fill(text)
        tab.get_by_label("Patients").first.press("Tab")
        tab.get_by_text("Saved" if tab is page else "changed elsewhere").first.wait_for()
    assert Value.objects.get().shown == "39"


def test_differences_are_settled_by_key_and_the_answer_stands(open_page, cast, item, extract):
    extract(cast.ana, mean_age=60)
    extract(cast.ben, patients=40, mean_age=70)
    page = open_page(cast.lead, "compare")
    page.keyboard.press("e")
    page.get_by_text("Conclude").wait_for()
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("b")
    page.get_by_text("2 of", exact=False).filter(has_text="1 settled").wait_for()
    # The next difference that is open is the current one.
    page.keyboard.press("a")
    page.get_by_text("2 settled", exact=False).wait_for()
    page.get_by_label("Reason, kept with the decision").fill("As Table 1 has it")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/agreed/")
    accessible(page)
    told = Value.objects.standing().filter(field__key__in=["patients", "mean_age"])
    taken = {one.field.key: (one.shown, one.taken_from.judgement.reviewer) for one in told if one.taken_from}
    assert taken == {"patients": ("40", cast.ben), "mean_age": ("60", cast.ana)}
