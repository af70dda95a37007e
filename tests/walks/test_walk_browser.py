"""The whole way in a browser: from three database exports to the table and the flow diagram, by four people.

Real servers throughout: PostgreSQL, Redis and a Celery worker of its own on the test's database. Each person has a
browser context and signs in. The first few records of each stage are judged by key; the others are posted to the
address that the page's script posts to, and the other studies are handed in to the service, so that it ends in time.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import WorkItem
from reporting import demo
from reviews.models import Review
from studies.models import DuplicatePair, Record, RecordLink, Report
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROTOCOL = demo.data("protocol")
PUBLISHED = demo.data("expected")
BY_KEY = 4
FORM = {
    "sections": [
        {
            "title": "Participants",
            "fields": [
                {"key": "indication", "label": "Indication", "required": True},
                {"key": "patients", "label": "Patients analysed", "type": "integer", "required": True},
                {"key": "patients_aasc", "label": "Received AASCs", "type": "integer", "required": True},
            ],
        }
    ]
}
TABLE = {
    "rows": {"group_by": "indication"},
    "totals": True,
    "columns": [
        {"key": "indication", "label": "Indication", "show": "group"},
        {"key": "studies", "label": "Studies", "show": "studies"},
        {"key": "patients", "label": "Patients", "show": "sum", "field": "patients"},
        {"key": "patients_aasc", "label": "Received AASCs", "show": "sum", "field": "patients_aasc"},
    ],
}


@dataclass
class Walk:
    """Who walks: one page for each person, and the way to any address of the review."""

    url: str
    cast: Any
    new_page: Callable[[], Any]
    client_of: Callable[[User], Any]
    pages: dict[User, Any] = field(default_factory=dict)
    review: Any = None

    def sign_in(self, user: User) -> Any:
        page = self.pages[user] = self.new_page()
        page.goto(self.url + "/")
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1).wait_for()
        assert page.url == self.url + "/"
        return page

    def open(self, user: User, name: str, *arguments: Any, query: str = "") -> Any:
        page = self.pages.get(user) or self.sign_in(user)
        answer = page.goto(self.url + reverse(name, args=[self.review.pk, *arguments]) + query)
        assert answer.status == 200, answer.url
        return page


@pytest.fixture
def walk(chromium: Any, live_server: Any, worker: Any, cast: Any, client_of: Any) -> Iterator[Walk]:
    contexts: list[Any] = []
    broken: list[str] = []

    def new_page() -> Any:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        return page

    yield Walk(url=live_server.url, cast=cast, new_page=new_page, client_of=client_of)
    for context in contexts:
        context.close()
    assert broken == []


def test_three_exports_become_the_published_counts_and_the_table(walk: Walk) -> None:
    begin_review(walk)
    add_members(walk)
    publish_form(walk)
    import_the_searches(walk)
    see_what_was_found(walk)
    disputed = screen(walk, "title_abstract", slips=1)
    resolve_conflict(walk, disputed)
    screen(walk, "full_text", slips=0)
    define_table(walk)
    item = extract_in_the_browser(walk)
    settle_the_value_that_differs(walk, item)
    watch_the_table_fill_by_itself(walk)
    follow_the_flow(walk)
    assert list(drift()) == []


def begin_review(walk: Walk) -> None:
    page = walk.sign_in(walk.cast.owner)
    page.get_by_role("link", name="New review").first.click()
    page.get_by_label("Title").fill("Adipose stem cells")
    page.get_by_label("Question").fill(PROTOCOL["question"])
    for label, name in (("Include when", "include"), ("Exclude when", "exclude")):
        page.get_by_label(label).fill("\n".join(PROTOCOL[name]))
    page.get_by_label("Reasons to exclude").fill("\n".join(PROTOCOL["reasons"]))
    page.get_by_role("button", name="Create the review").click()
    page.get_by_role("heading", name="Adipose stem cells", level=1).wait_for()
    walk.review = Review.objects.get()
    assert [one.label for one in walk.review.reasons.order_by("rank")] == PROTOCOL["reasons"]


def add_members(walk: Walk) -> None:
    cast = walk.cast
    roles = {cast.lead.email: "lead", cast.ana.email: "reviewer", cast.ben.email: "reviewer"}
    page = walk.open(cast.owner, "reviews:members")
    for email, role in roles.items():
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Role", exact=True).select_option(role)
        page.get_by_role("button", name="Add", exact=True).click()
        page.locator(".list-row", has_text=email).first.wait_for()
    page.get_by_label("E-mail address").fill("new@example.org")
    page.get_by_label("Role", exact=True).select_option("observer")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("/accounts/invitation/").wait_for()
    joined = walk.review.memberships.active().exclude(user=cast.owner)
    assert {one.user.email: one.role for one in joined} == roles
    assert walk.review.invitations.get().email == "new@example.org"


def publish_form(walk: Walk) -> None:
    page = walk.open(walk.cast.owner, "extraction:build")
    layout = {"name": "form.json", "mimeType": "application/json", "buffer": json.dumps(FORM).encode()}
    page.locator("input[type=file]").set_input_files(layout)
    page.get_by_role("button", name="Read it as the draft").click()
    page.get_by_text("A draft that nobody is asked yet.").wait_for()
    page.get_by_role("button", name="See what changes, and publish").click()
    page.get_by_role("heading", name="Publish this form?").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("What is asked now.", exact=False).wait_for()


def import_the_searches(walk: Walk) -> None:
    """All three are sent before the worker is asked how far it is; each with its own search."""
    for one in PROTOCOL["searches"]:
        page = walk.open(walk.cast.owner, "studies:import")
        page.locator("input[type=file]").set_input_files(demo.DATA / one["file"])
        page.get_by_text(one["file"]).first.wait_for()
        page.get_by_label("Source", exact=False).first.fill(one["source"])
        page.get_by_label("Query").fill(PROTOCOL["texts"]["query"])
        page.get_by_label("Hits reported").fill(str(one["hits_reported"]))
        page.locator("form[data-import]").get_by_role("button", name="Import").click()
        page.wait_for_url("**/searches/")
    for one in PROTOCOL["searches"]:
        # The line asks for itself until the worker is done; the page is not loaded again.
        said = f"{one['hits_reported']} entries, {one['hits_reported']} records"
        page.locator(".list-row", has_text=one["file"]).get_by_text(said).wait_for()


def see_what_was_found(walk: Walk) -> None:
    page = walk.open(walk.cast.owner, "studies:searches")
    assert page.get_by_text("Same", exact=True).count() == len(PROTOCOL["searches"])
    assert (Record.objects.count(), Report.objects.current().count()) == (74, 70)
    assert not DuplicatePair.objects.filter(status="open").exists()
    for name, number in (("records", 74), ("reports", 70)):
        page = walk.open(walk.cast.owner, f"studies:{name}")
        page.get_by_text(f" of {number}").first.wait_for()
    linked = RecordLink.objects.current().filter(report__title__istartswith="stand-in")
    assert linked.values("report").distinct().count() == linked.count() == 48


def right_of(title: str) -> str:
    """What the publication says of a report, as the value of its button."""
    found = demo.published().get(demo.plain(title))
    named = re.search(r"\((.+?)\)", title)
    assert found or named, title
    return "include" if found else f"exclude:{named and demo.plain(named[1])}"


def screen(walk: Walk, kind: str, *, slips: int) -> WorkItem | None:
    """Both judge everything, the first few by key. Ben judges the first `slips` otherwise; the last of them is returned."""
    reasons = {demo.plain(one.label): one for one in walk.review.reasons.all()}
    keys = {f"exclude:{name}": str(one.rank) for name, one in reasons.items()} | {"include": "i"}
    values = {f"exclude:{name}": f"exclude:{one.pk}" for name, one in reasons.items()}
    disputed = None
    for user in (walk.cast.ana, walk.cast.ben):
        page = walk.open(user, "screening:screen", kind)
        for number in range(BY_KEY):
            shown = page.locator(".record:not([hidden])")
            item, right = shown.get_attribute("data-item"), right_of(shown.locator("h1").inner_text())
            if user == walk.cast.ben and number < slips:
                disputed, right = item, "include" if right != "include" else "exclude:wrongstudydesign"
            page.keyboard.press(keys[right])
            page.wait_for_function(
                "id => document.querySelector('.record:not([hidden])')?.dataset.item !== id", arg=item
            )
        page.wait_for_function("() => document.querySelector('[data-unsent]').hidden")
        assert page.locator("[data-progress]").inner_text().startswith(f"{BY_KEY} of ")
        client, address = walk.client_of(user), reverse("screening:decide", args=[walk.review.pk, kind])
        rest = WorkItem.objects.live().filter(review=walk.review, stage__kind=kind)
        for one in rest.exclude(judgements__reviewer=user).select_related("report"):
            assert one.report
            right = right_of(one.report.title)
            sent = {"item": one.pk, "choice": values.get(right, right)}
            answer = client.post(address, sent, headers={"accept": "application/json"})
            assert answer.status_code == 200, answer.content
    return WorkItem.objects.filter(id=disputed).first() if disputed else None


def resolve_conflict(walk: Walk, item: WorkItem | None) -> None:
    assert item
    item.refresh_from_db()
    assert item.status == "conflict"
    report = Report.objects.get(items=item)
    page = walk.sign_in(walk.cast.lead)
    page.get_by_role("link", name="Resolve conflicts in").first.click()
    row = page.locator(".conflict", has_text=report.title)
    row.get_by_role("link", name="Compare in full").click()
    for side in ("Ana", "Ben"):
        page.get_by_role("region", name=side).wait_for()
    right = right_of(report.title)
    if right == "include":
        page.keyboard.press("i")
    else:
        page.keyboard.press(
            str(next(n for n, one in enumerate(PROTOCOL["reasons"], 1) if demo.plain(one) in right))
        )
    # The choice leads to the reason.
    page.keyboard.type("Read again together")
    page.keyboard.press("Control+Enter")
    page.get_by_text("No conflict is open here").wait_for()
    item.refresh_from_db()
    assert (item.status, item.final and item.final.comment) == ("resolved", "Read again together")
    assert item.judgements.independent().current().count() == 2


def define_table(walk: Walk) -> None:
    page = walk.open(walk.cast.owner, "synthesis:new")
    page.get_by_label("Name").fill("Clinical response by indication")
    page.get_by_label("Definition").fill(json.dumps(TABLE))
    page.get_by_role("button", name="Make the table").click()
    page.wait_for_url(re.compile(r"/tables/\d+/$"))
    page.get_by_text("Fresh").wait_for()
    page.get_by_text("Nothing is agreed yet").wait_for()


def extract_in_the_browser(walk: Walk) -> WorkItem:
    """Two people fill the form for one study; they differ in one number."""
    item = WorkItem.objects.live().filter(review=walk.review, stage__kind="extraction").order_by("id")[0]
    assert item.study
    source = demo.source_of(item.study)
    given = {"Indication": source["indication"], "Patients analysed": source["patients"]}
    for user, treated in ((walk.cast.ana, source["patients_aasc"]), (walk.cast.ben, "999")):
        page = walk.open(user, "extraction:queue")
        page.locator(f"a[href='{reverse('extraction:extract', args=[walk.review.pk, item.pk])}']").click()
        page.get_by_role("button", name="Extract").click()
        for label, text in (given | {"Received AASCs": treated}).items():
            entry = page.locator("form.entry", has=page.get_by_label(label))
            entry.get_by_label(label).first.fill(text)
            page.keyboard.press("Tab")
            entry.get_by_text("Saved").wait_for()
        page.get_by_text("Everything that is required is answered").wait_for()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/extraction/")
    item.refresh_from_db()
    assert item.status == "conflict"
    return item


def settle_the_value_that_differs(walk: Walk, item: WorkItem) -> None:
    page = walk.open(walk.cast.lead, "extraction:compare", item.pk)
    page.keyboard.press("e")
    page.locator(".diff").wait_for()
    page.get_by_text("1 of 3, 0 settled").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_text("1 of 3, 1 settled").wait_for()
    page.get_by_label("Reason, kept with the decision").fill("As Table 1 has it")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/agreed/")
    item.refresh_from_db()
    assert item.status == "resolved"


def watch_the_table_fill_by_itself(walk: Walk) -> None:
    """The owner has had the table's page open all the time, and never loads it again."""
    page = walk.pages[walk.cast.owner]
    page.locator("tbody tr").first.wait_for()
    rest = WorkItem.objects.live().filter(review=walk.review, stage__kind="extraction", status="open")
    for item in rest.select_related("study"):
        assert item.study
        source = demo.source_of(item.study)
        said = {
            "values": {
                one["key"]: demo.answer_of(source)["values"][one["key"]]
                for one in FORM["sections"][0]["fields"]
            }
        }
        for user in (walk.cast.ana, walk.cast.ben):
            consensus.submit(by=user, item_id=item.pk, answer=said)
    totals = PUBLISHED["recomputed_totals"]
    foot = page.locator("tfoot td")
    for place, name in enumerate(("studies", "patients", "patients_aasc")):
        foot.nth(place).get_by_text(str(totals[name]), exact=True).wait_for(timeout=30_000)
    page.locator("#freshness").get_by_text("Fresh").wait_for()
    rows = {
        row[0]: row[1:] for row in (one.inner_text().split("\t") for one in page.locator("tbody tr").all())
    }
    for indication, wanted in PUBLISHED["table2_recomputed_from_study_sizes"].items():
        assert rows[indication] == [str(n) for n in wanted.values()], indication


def follow_the_flow(walk: Walk) -> None:
    page = walk.open(walk.cast.ana, "reporting:prisma")
    assert page.get_by_text("Final: nothing is undecided.").count() == 1
    shown = {
        row.locator("a").get_attribute("href"): int(row.locator("td.num").inner_text())
        for row in page.locator("table.paper tbody tr").all()
    }
    boxes = {address.rstrip("/").rpartition("/")[2]: number for address, number in shown.items()}
    assert {name: boxes.get(name, 0) for name in PUBLISHED["prisma_boxes"]} == PUBLISHED["prisma_boxes"]
    for link in {one.get_attribute("href") for one in page.locator(".flow-stack a.box").all()}:
        assert link.partition("?")[0] in shown
    for address, number in shown.items():
        assert page.goto(walk.url + address).status == 200
        assert page.locator("section .count").first.inner_text() == str(number), address
