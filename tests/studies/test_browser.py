"""Importing in a browser: nine files of nine dialects at once, and the likely duplicates among them by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from consensus.checks import drift
from studies.models import DuplicatePair, ImportBatch, Record, Report
from tests.studies.formats.samples import SAMPLES
from tests.studies.test_duplicates import TITLES, export

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NINE = (
    *("pubmed.nbib", "savedrecs.ciw", "export.enw", "export.bib", "pubmed.xml"),
    *("endnote.xml", "scopus.csv", "ctg-studies.json", "table.xlsx"),
)


@pytest.fixture
def open_page(review, client_of, live_server, page, context):
    def open_page(user, name, *arguments):
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + reverse(f"studies:{name}", args=[review.pk, *arguments]))
        page.wait_for_selector("h1")
        return page

    return open_page


def accessible(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_nine_files_of_nine_dialects_come_at_once_and_every_entry_is_accounted_for(
    open_page, cast, review, work
):
    page = open_page(cast.ana, "import")
    files = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": SAMPLES[name][0]} for name in NINE
    ]
    page.set_input_files("input[type=file]", files)
    assert page.locator("[data-chosen]").inner_text().count(",") == 8
    page.get_by_label("Source").fill("Nine databases")
    page.get_by_label("Hits reported").fill(str(sum(SAMPLES[name][2] for name in NINE)))
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile("/searches/"))
    assert page.locator("[id^=batch-]").count() == 9
    work(review)
    page.wait_for_function("() => !document.querySelector('[id^=batch-][hx-get]')")
    # The workbook has columns that nobody knows: what is guessed is looked at, and right.
    page.get_by_role("link", name="Match the columns").click()
    page.get_by_role("heading", name="Match the columns").wait_for()
    accessible(page)
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    work(review)
    page.goto(page.url.split("/imports/")[0] + "/searches/")
    batches = {batch.filename: batch for batch in ImportBatch.objects.filter(review=review)}
    for name in NINE:
        _content, _format, found, refused = SAMPLES[name]
        batch = batches[name]
        assert (batch.status, batch.found, batch.refused) == ("done", found, refused), name
    assert len({(batch.format, batch.dialect) for batch in batches.values()}) == 9
    made = Record.objects.filter(review=review).count()
    assert made == sum(SAMPLES[name][2] - SAMPLES[name][3] for name in NINE)
    assert "23 reported, 23 in the files" in page.locator("main").inner_text()
    accessible(page)
    page.get_by_role("link", name="pubmed.xml").click()
    page.wait_for_selector("#refused")
    accessible(page)


def test_likely_duplicates_are_resolved_by_keyboard_alone(open_page, cast, review, bring):
    bring(export(3, *TITLES))
    bring(export(13, *TITLES, first=310), source="Embase")
    page = open_page(cast.ana, "duplicates")
    accessible(page)
    assert page.get_by_text("3 pairs to decide").is_visible()
    page.keyboard.press("s")
    page.get_by_text("2 pairs to decide").wait_for()
    assert page.evaluate("document.activeElement.id") == "pair-head"
    page.keyboard.press("z")
    page.get_by_text("3 pairs to decide").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("s")
    page.get_by_text("2 pairs to decide").wait_for()
    page.keyboard.press("n")
    page.wait_for_url(re.compile("after="))
    page.keyboard.press("d")
    page.get_by_text("1 pair to decide").wait_for()
    page.keyboard.press("s")
    page.get_by_text("No pairs to decide").wait_for()
    assert sorted(DuplicatePair.objects.values_list("status", flat=True)) == ["apart", "same", "same"]
    assert Report.objects.current().filter(review=review).count() == 4
    assert list(drift()) == []


def test_pairs_that_are_alike_are_decided_together_by_keyboard(open_page, cast, review, bring):
    bring(export(3, *TITLES))
    bring(export(13, *TITLES, first=310), source="Embase")
    page = open_page(cast.ana, "duplicates")
    page.keyboard.press("l")
    page.get_by_role("heading", name="3 pairs with the same evidence").wait_for()
    accessible(page)
    page.get_by_role("button", name="Keep apart, for all 3").press("Enter")
    page.get_by_text("No pairs to decide").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("z")
    page.get_by_text("3 pairs to decide").wait_for()
    assert set(DuplicatePair.objects.values_list("status", flat=True)) == {"open"}


def test_a_refused_entry_is_mended_in_place(open_page, cast, review, bring):
    batch = bring(SAMPLES["pubmed.xml"][0], "pubmed.xml")
    page = open_page(cast.ana, "refusal", batch.refusals.first().pk)
    accessible(page)
    entry = "<PubmedArticle><MedlineCitation><PMID>123</PMID><Article><ArticleTitle>Mended</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    page.get_by_label("Mend the text").fill(entry)
    page.keyboard.press("Control+Enter")
    page.get_by_text("The entry is a record now.").wait_for()
    assert Record.objects.filter(batch=batch, title="Mended", pmid="123").count() == 1
