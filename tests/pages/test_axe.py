"""Every page that links lead to passes axe, at two widths in both themes, and never scrolls sideways."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.models import User
from benchmarks.crawl import pages_for
from extraction.models import FormVersion
from extraction.services import as_data, save_draft_form
from reporting import demo
from reviews.models import Review
from synthesis.building import refresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = {"wide": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}
# What repeats is looked at a few times: reading the contrast of every row of a long list takes most of the time.
FEWER = """
for (const body of document.querySelectorAll("tbody, ul.list"))
  for (const row of [...body.children].slice(6)) row.remove();
"""
# Nothing here plays by itself, and the sheets are the same for every page: neither is fetched again to be looked at.
RUN = "() => axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations)"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


@pytest.fixture
def places(live_server):
    """Person, route and path of one example of every page."""
    demo.build(lambda text: None)
    for review in Review.objects.all():
        refresh(review.pk)
    seen: set[str] = set()
    found = []
    for name in ("lead", "ana", "admin"):
        user = User.objects.get(email=f"{name}@demo.example")
        for route, path in pages_for(user).items():
            if route not in seen:
                seen.add(route)
                found.append((user, route, path))
    return found + behind_forms(User.objects.get(email="lead@demo.example"))


def behind_forms(lead):
    """Pages to which no link leads: they answer a choice that was made in a form."""
    review = Review.objects.latest("id")
    member = review.memberships.get(user__email="ana@demo.example")
    save_draft_form(by=lead, review=review, data=as_data(FormVersion.objects.newest(review)))
    role = reverse("reviews:change_member", args=[review.pk, member.pk]) + "?role=observer"
    publish = reverse("extraction:publish_form", args=[review.pk])
    return [(lead, "reviews:change_member", role), (lead, "extraction:publish_form", publish)]


def show(page, width, theme):
    page.set_viewport_size(WIDTHS[width])
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    # Whatever follows the width of the window has done so after the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize(
    "themes",
    [
        {"wide": "light", "phone": "dark"},
        # The other half costs as long again, and both share their markup and their tokens with the first.
        pytest.param({"wide": "dark", "phone": "light"}, marks=pytest.mark.slow),
    ],
    ids=["either theme once", "the other way round"],
)
def test_every_page_passes_axe_and_fits_its_window(themes, places, context, live_server, client_of):
    script, complaints = Axe().axe_script, []
    page = context.new_page()
    signed_in = None
    for user, route, path in places:
        if user != signed_in:
            cookie = client_of(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
            signed_in = user
        page.goto(live_server.url + path)
        for width in WIDTHS:
            show(page, width, themes[width])
            if page.evaluate(WIDER):
                complaints.append(f"{route} {width}: scrolls sideways")
        if route != "styles":
            page.evaluate(FEWER)
        page.evaluate(script)
        for width in reversed(WIDTHS):
            # It is a phone's window still, and the next page comes in a wide one.
            if page.viewport_size != WIDTHS[width]:
                show(page, width, themes[width])
            for broken in page.evaluate(RUN):
                nodes = "; ".join(str(node["target"]) for node in broken["nodes"][:2])
                complaints.append(f"{route} {width} {themes[width]}: {broken['id']}: {nodes}")
    assert not complaints, "\n".join(complaints)
