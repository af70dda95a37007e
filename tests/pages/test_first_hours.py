"""The first hour of an administrator, a lead and a reviewer, as each has it: from the link that lets them in to the work
that is done, in a browser, by what the pages show. Nothing is set up behind their backs but what other people do."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from accounts.models import ApiToken, User
from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem
from reviews.models import Event, ExclusionReason, Job, Membership, Notification, Review
from reviews.services import add_member, invite
from screening.models import Verdict
from studies.models import ImportBatch
from tests.conftest import PASSWORD, TITLES, ris

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHRASE = "a long and quiet phrase"


@dataclass
class Visitor:
    """Somebody at their own browser, who notices when a page breaks."""

    page: Any
    base: str
    broken: list[str]

    def go(self, path: str) -> None:
        self.page.goto(path if "://" in path else self.base + path)

    def press(self, name: str, role: str = "button", where: str = "main") -> None:
        self.page.locator(where).get_by_role(role, name=name, exact=True).first.click()

    def fill(self, **said: str) -> None:
        for name, text in said.items():
            self.page.locator(f"[name={name}]").fill(text)

    def reads(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


@pytest.fixture
def visitor(chromium, live_server, settings):
    """A fresh browser for each person. Their mail is kept where the test can read it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PUBLIC_URL = live_server.url
    made = []

    def visitor() -> Visitor:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin")
        context.set_default_timeout(15_000)
        page, broken = context.new_page(), []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        made.append((context, broken))
        return Visitor(page, live_server.url, broken)

    yield visitor
    for context, _broken in made:
        context.close()
    assert not [line for _context, broken in made for line in broken if "the server responded" not in line]


def link_in(letter: Any) -> str:
    return re.search(r"https?://\S+", letter.body)[0]


def test_an_administrators_first_hour(visitor, capsys):
    call_command("first_account")
    ada = visitor()
    ada.go("/")
    ada.reads("Nobody has an account here yet")
    ada.go(re.search(r"https?://\S+", capsys.readouterr().out)[0])
    ada.fill(name="Ada", email="ada@example.org", password=PHRASE)
    ada.press("Make the account")
    ada.page.wait_for_url("**/reviews/new/")
    assert User.objects.get().zone == "Europe/Berlin"
    # She runs the installation, so she invites who will lead a review.
    ada.press("Administration", role="link", where="body")
    ada.reads("No reviews yet.")
    ada.page.locator("a[href$='/accounts/user/']").first.click()
    ada.page.locator("a[href$='/user/add/']").first.click()
    ada.fill(email="lena@example.org", name="Lena")
    ada.page.locator("[name=_save]").click()
    ada.reads("A link to choose a password was sent to: lena@example.org.")
    lena = visitor()
    lena.go(link_in(mail.outbox[-1]))
    lena.fill(password1=PHRASE, password2=PHRASE)
    lena.page.locator("main form button[type=submit]").click()
    lena.page.get_by_role("link", name="Sign in").click()
    lena.fill(login="lena@example.org", password=PHRASE)
    lena.press("Sign in")
    lena.press("New review", role="link")
    lena.fill(title="Naps before examinations")
    lena.press("Create the review")
    lena.page.wait_for_url(re.compile(r"/reviews/\d+/$"))
    review = Review.objects.get()
    # Later something fails; she sees it, and tries it again.
    job = Job.objects.create(
        review=review, task="synthesis.tasks.build", target=0, status="failed", message="The disk was full"
    )
    ada.go(reverse("admin:index"))
    ada.reads("The disk was full")
    ada.page.get_by_role("button", name="Try again").click()
    ada.reads("1 run is tried again.")
    job.refresh_from_db()
    assert job.status == "queued"
    # The review is not hers: she sees that it is there, and looks into it only with a reason that its lead reads.
    ada.go(reverse("reviews:detail", args=[review.pk]))
    ada.reads("Nothing here")
    ada.go(reverse("admin:index"))
    ada.press("Look into", role="link", where="body")
    ada.fill(reason="Lena asks why an import does not begin")
    ada.page.locator("main form button").last.click()
    ada.page.wait_for_url(f"**/reviews/{review.pk}/")
    lena.go(reverse("reviews:notifications"))
    lena.reads("Ada, an administrator, looks into the review")
    lena.go(reverse("reviews:history", args=[review.pk]))
    lena.reads("Lena asks why an import does not begin")


def test_a_leads_first_hour(visitor, cast, client_of, worker, wait_until):
    lead = visitor()
    lead.go("/")
    lead.fill(login=cast.lead.email, password=PASSWORD)
    lead.press("Sign in")
    # The type of review brings stages and words; what was typed stays when it changes.
    lead.press("New review", role="link")
    lead.fill(title="Sleep and recall", population="Adults")
    lead.page.get_by_text("Diagnostic test accuracy review").click()
    lead.page.get_by_label("Reference standard").wait_for()
    assert lead.page.locator("[name=population]").input_value() == "Adults"
    lead.page.get_by_text("Rapid review").click()
    lead.page.get_by_label("Comparator").wait_for()
    lead.fill(include="Trials", reasons="Wrong design\nWrong topic")
    lead.press("Create the review")
    lead.page.wait_for_url(re.compile(r"/reviews/\d+/$"))
    review = Review.objects.get()
    assert (review.type, review.title) == ("rapid", "Sleep and recall")
    assert dict(review.stages.values_list("kind", "judges_needed"))["extraction"] == 1
    # Two colleagues: one has an account, one is invited.
    for email in (cast.ana.email, "nora@example.org"):
        lead.press("Members", role="link", where="#rail")
        lead.fill(email=email)
        lead.press("Add")
    lead.reads("nora@example.org is invited")
    assert "/accounts/invitation/" in lead.page.locator("#link").inner_text()
    add_member(by=cast.lead, review=review, email=cast.ben.email, role="reviewer")
    # What the search found, read by the worker while she looks on.
    lead.go(reverse("reviews:detail", args=[review.pk]))
    lead.press("Import", role="link")
    upload = {"name": "pubmed.ris", "mimeType": "text/plain", "buffer": ris(*TITLES)}
    lead.page.set_input_files("input[type=file]", upload)
    lead.page.get_by_label("Source").fill("PubMed")
    lead.press("Import")
    wait_until(lambda: ImportBatch.objects.get().status == "done", what="the worker reads the file")
    first = Stage.objects.get(review=review, kind="title_abstract")
    items = list(WorkItem.objects.filter(stage=first).order_by("id"))
    assert len(items) == len(TITLES)
    # Her team judges; two records are in conflict for the same reason, one because of an unsure.
    design = ExclusionReason.objects.get(review=review, label="Wrong design")
    for item in items[:2]:
        consensus.submit(by=cast.ana, item_id=item.pk, answer={"verdict": "include"})
        consensus.submit(by=cast.ben, item_id=item.pk, answer={"verdict": "exclude", "reason_id": design.pk})
    consensus.submit(by=cast.ana, item_id=items[2].pk, answer={"verdict": "unsure"})
    consensus.submit(by=cast.ben, item_id=items[2].pk, answer={"verdict": "exclude"})
    consensus.submit(by=cast.ana, item_id=items[3].pk, answer={"verdict": "include"})
    # A stage's settings say what they change before they do.
    lead.press("Settings", role="link", where="#rail")
    lead.press("How each stage is judged", role="link")
    lead.page.get_by_role("link", name="Settings Title and abstract").click()
    lead.page.get_by_label("Unsure").select_option("conflict")
    lead.press("See what changes")
    lead.reads("6 undecided items follow the change.")
    lead.reads("3 conflicts stay conflicts.")
    first.refresh_from_db()
    assert first.unsure == "include"
    lead.press("Change it")
    lead.reads("Changed. What is decided stays as it is.")
    # Two conflicts turn on the same, and get one answer; the third is settled by keyboard.
    lead.press("Conflicts", role="link", where="#rail")
    lead.press("Settle together", role="link")
    lead.page.get_by_role("radio", name="Include").check()
    lead.fill(comment="Crossover trials count")
    lead.page.locator("main form button.primary").click()
    lead.page.locator("main form button[value=apply]").click()
    lead.reads("2 conflicts settled.")
    assert [WorkItem.objects.get(id=one.pk).status for one in items[:3]] == [
        "resolved",
        "resolved",
        "conflict",
    ]
    lead.page.keyboard.press("b")
    lead.page.keyboard.type("Not about sleep")
    lead.page.keyboard.press("Control+Enter")
    lead.page.wait_for_selector(".conflict[data-fresh]")
    assert WorkItem.objects.get(id=items[2].pk).status == "resolved"
    # The flow counts it, and each of its boxes opens a list.
    lead.press("Flow", role="link", where="#rail")
    flow = lead.page.url
    lead.page.locator("main svg a").first.click()
    lead.page.wait_for_url(lambda url: url != flow)
    lead.reads(TITLES[0])


def test_a_reviewers_first_hour(visitor, cast, bring, review):
    bring(ris(*TITLES))
    items = list(WorkItem.objects.filter(stage__review=review, stage__kind="title_abstract").order_by("id"))
    for item in items:
        consensus.submit(by=cast.ana, item_id=item.pk, answer={"verdict": "exclude"}, comment="SECRET")
    invite(by=cast.lead, review=review, email="nora@example.org", role="reviewer")
    nora = visitor()
    nora.go(link_in(mail.outbox[-1]))
    assert nora.page.get_by_label("E-mail").input_value() == "nora@example.org"
    nora.fill(name="Nora", password1=PHRASE)
    nora.press("Create account")
    nora.reads("invites you to “Sleep and memory” as Reviewer")
    nora.press("Join")
    nora.page.wait_for_url(f"**/reviews/{review.pk}/")
    # What waits for her leads to the first record; nothing tells what Ana said.
    nora.go("/")
    nora.page.get_by_role("link", name=re.compile("^Continue")).first.click()
    nora.page.wait_for_selector(".record:not([hidden])")
    assert "SECRET" not in nora.page.content()
    for key in ("i", "1", "u", "e", "e", "e"):
        nora.page.keyboard.press(key)
    nora.page.wait_for_function("() => document.querySelector('[data-unsent]').hidden")
    nora.reads("Nothing waits for you here")
    said = Verdict.objects.filter(judgement__reviewer__email="nora@example.org").order_by(
        "judgement__item_id"
    )
    assert [one.verdict for one in said] == ["include", "exclude", "unsure", "exclude", "exclude", "exclude"]
    # Where they differ she opens the comparison, and says to Ana why.
    nora.press("Conflicts", role="link", where="#rail")
    nora.page.wait_for_selector(".conflict")
    assert "SECRET" not in nora.page.content()
    nora.page.keyboard.press("o")
    nora.page.wait_for_selector(".conflict[data-fresh]")
    assert "SECRET" in nora.page.content()
    nora.page.keyboard.press("n")
    nora.page.locator("textarea[id^=say-]").first.fill("Adults only, look again @Ana")
    nora.press("Send")
    nora.page.wait_for_selector(".thread")
    assert Notification.objects.filter(recipient=cast.ana, kind="mention").count() == 1
    # Her own pages.
    nora.press("Nora", role="link", where="#rail")
    assert nora.page.locator("[name=zone]").input_value() == "Europe/Berlin"
    nora.press("API tokens", role="link")
    nora.fill(name="spreadsheet")
    nora.press("Make a token")
    key = nora.page.locator("#key").inner_text()
    token = ApiToken.objects.get(user__name="Nora")
    assert token.digest == ApiToken.digest_of(key)
    me = nora.page.request.get(nora.base + "/api/v1/me/", headers={"Authorization": f"Bearer {key}"})
    assert me.json()["email"] == "nora@example.org"
    assert Membership.objects.get(review=review, user__name="Nora").role == "reviewer"
    assert Judgement.objects.filter(reviewer__name="Nora", revealed_at__isnull=False).exists()
    assert Event.objects.filter(review_id=review.pk, actor_id=token.user_id).exists()
