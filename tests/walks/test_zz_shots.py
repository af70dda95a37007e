"""Temporary."""
import os
import pytest
from django.urls import reverse
from django.utils import timezone
from reporting import demo
from consensus.models import WorkItem, Stage
from consensus import services as consensus
from accounts.models import User
from synthesis.models import SummaryTable
from synthesis.building import refresh
from studies.models import *
from screening.services import judge

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUT = "/tmp/shots"

def test_shots(chromium, live_server, client_of):
    os.makedirs(OUT, exist_ok=True)
    review = demo.build(print)
    refresh(review.pk)
    lead = User.objects.get(email="lead@demo.example"); ana = User.objects.get(email="ana@demo.example"); ben = User.objects.get(email="ben@demo.example")
    # something open again
    done = list(WorkItem.objects.filter(stage__kind="title_abstract").order_by("id"))
    for it in done[20:34]:
        if it.status in ("agreed","resolved") :
            consensus.reopen(by=lead, item_id=it.pk, reason="New information")
    ext = list(WorkItem.objects.filter(stage__kind="extraction", status="resolved").order_by("id"))
    consensus.reopen(by=lead, item_id=ext[0].pk, reason="Counted again")
    from consensus.services import bring_in
    from studies.services import add_search, start_import
    from django.core.files.uploadedfile import SimpleUploadedFile
    from tests.conftest import ris, TITLES
    s = add_search(by=lead, review=review, source="Scopus", hits_reported=9)
    b, j = start_import(by=lead, search=s, upload=SimpleUploadedFile("scopus.ris", ris(*TITLES) + b"TY  - JOUR\nAU  - X\nER  - \n"))
    bring_in(batch_id=b.pk, progress=lambda a, c: None)
    j.status = "done"; j.save()
    fresh = list(WorkItem.objects.filter(stage__kind="title_abstract", status="open").order_by("id"))[:6]
    judge(by=ana, item_id=fresh[0].pk, verdict="include"); judge(by=ben, item_id=fresh[0].pk, verdict="exclude", comment="Not a trial of adipose cells")
    for it in fresh[1:2]:
        judge(by=ana, item_id=it.pk, verdict="include"); judge(by=ben, item_id=it.pk, verdict="include")
    refresh(review.pk)
    r = review.pk
    conflict = WorkItem.objects.filter(stage__kind="title_abstract", status="conflict").order_by("-id")[0]
    stdy = WorkItem.objects.filter(stage__kind="extraction").order_by("id")
    tables = list(SummaryTable.objects.order_by("number"))
    bb = ImportBatch.objects.filter(review=review).order_by("-id")[0]
    rp = Report.objects.filter(review=review, study_links__isnull=False)[0]
    U = lambda n, *a: reverse(n, args=[r, *a])
    pages = {
        lead: {
            "home": reverse("home"), "new": reverse("consensus:new_review"), "overview": U("reviews:detail"), "protocol": U("reviews:protocol"), "amend": U("reviews:amend"), "members": U("reviews:members"),
            "searches": U("studies:searches"), "import": U("studies:import"), "batch": U("studies:batch", bb.pk), "records": U("studies:records"), "reports": U("studies:reports"), "report": U("studies:report", rp.pk),
            "conflicts": U("consensus:conflicts"), "compare": U("screening:compare", conflict.pk), "item": U("consensus:item", conflict.pk),
            "form": U("extraction:build"), "xcompare": U("extraction:compare", ext[0].pk), "agreed": U("extraction:agreed", ext[1].pk),
            "tables": U("synthesis:tables"), "table1": U("synthesis:table", tables[0].pk), "table2": U("synthesis:table", tables[1].pk), "tnew": U("synthesis:new"),
            "prisma": U("reporting:prisma"), "box": U("reporting:box", "records_excluded"), "stage": U("consensus:stage", "title_abstract"), "studies": U("studies:studies"),
        },
        ana: {"home_ana": reverse("home"), "screen": U("screening:screen", "title_abstract"), "fulltext": U("screening:screen", "full_text"), "mine": U("screening:mine", "title_abstract"), "queue": U("extraction:queue"), "extract": U("extraction:extract", stdy[2].pk), "extract_draft": U("extraction:extract", ext[0].pk)},
    }
    consensus.open_draft(by=ana, item_id=ext[0].pk)
    only = set(os.environ.get("ONLY", "").split()) 
    for width, scheme in ((1440, "light"), (390, "light"), (1440, "dark"), (390, "dark")):
        for user, ps in {**pages, None: {"login": reverse("account_login")}}.items():
            ctx = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB")
            if user: ctx.add_cookies([{"name": "sessionid", "value": client_of(user).cookies["sessionid"].value, "url": live_server.url}])
            pg = ctx.new_page()
            for name, url in ps.items():
                if only and name not in only: continue
                a = pg.goto(live_server.url + url)
                pg.wait_for_timeout(120)
                wide = pg.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if a.status != 200 or wide > 0: print("!!", name, width, scheme, a.status, "overflow", wide)
                pg.screenshot(path=f"{OUT}/{name}-{width}-{scheme}.png", full_page=True)
            ctx.close()
