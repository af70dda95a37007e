"""The screening page, its next records, decisions, notes, retrieval, and the reviewer's own list."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consensus import services as consensus
from consensus.models import Judgement, Note, Stage, WorkItem
from reviews.models import ExclusionReason
from reviews.services import change_member, create_review, set_reasons, set_terms
from screening import services
from screening.models import Verdict
from studies.models import Report

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def ana(client_of, cast):
    return client_of(cast.ana)


def found(pattern, html):
    return re.findall(pattern, html)[0]


def page(review, kind="title_abstract"):
    return reverse("screening:screen", args=[review.pk, kind])


def decide(client, review, item, choice, kind="title_abstract", **more):
    address = reverse("screening:decide", args=[review.pk, kind])
    return client.post(address, {"item": item.pk, "choice": choice, **more}, **JSON)


def test_the_page_holds_the_next_records_and_shows_the_first(ana, review, items):
    html = ana.get(page(review)).content.decode()
    assert len(re.findall(r'<article class="record"', html)) == 6
    assert html.count(" hidden>") >= 5
    assert items[0].report.title in html
    assert "Wrong design" in html


def test_terms_are_marked_and_what_a_database_delivered_is_escaped(ana, review, items, cast):
    set_terms(by=cast.owner, review=review, include=["naps"], exclude=[])
    title = "A trial of naps <script>alert(1)</script> & more"
    Report.objects.filter(id=items[0].report_id).update(
        title=title, abstract=title, authors=[title], journal=title
    )
    html = ana.get(page(review)).content.decode()
    assert "A trial of <mark>naps</mark> &lt;script&gt;" in html
    assert html.count("&lt;script&gt;") >= 5
    assert "<script>alert" not in html


GROWING = (
    "consensus_assignment",
    "consensus_judgement",
    "consensus_workitem",
    "screening_verdict",
    "studies_report",
)


def test_a_decision_is_taken_in_the_background_and_sent_twice_made_once(ana, review, items):
    token = str(uuid4())
    for _ in range(2):
        answer = decide(ana, review, items[0], "include", token=token)
        assert (answer.status_code, answer.json()) == (200, {"item": items[0].pk, "done": 1, "live": 6})
    assert Judgement.objects.count() == 1


def test_a_decision_asks_the_database_little(review, items, cast, client_of, django_assert_num_queries):
    # Savepoints and the sign-in are among them. The second one decides the item, and looks what follows from that.
    for user, most in ((cast.ana, 16), (cast.ben, 18)):
        client = client_of(user)
        with django_assert_num_queries(most):
            assert decide(client, review, items[0], "exclude", token=str(uuid4())).status_code == 200


def test_no_decision_reads_through_what_grows_with_the_review(review, items, cast, client_of):
    read = []
    for user in (cast.ana, cast.ben):
        client = client_of(user)
        with CaptureQueriesContext(connection) as asked:
            decide(client, review, items[0], "exclude", token=str(uuid4()))
        # Several may go in one message.
        sent = [part.strip() for one in asked.captured_queries for part in one["sql"].split(";\n")]
        read += [sql for sql in sent if sql.lstrip("(").startswith(("SELECT", "UPDATE", "DELETE"))]
    assert any(sql.startswith("DELETE FROM consensus_assignment") for sql in read)
    with connection.cursor() as cursor:
        # In tables as small as these everything would be read through, were it not forbidden where there is another way.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in read:
            cursor.execute("EXPLAIN " + sql)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            for table in GROWING:
                assert f"Seq Scan on {table}" not in plan, plan


def test_a_token_that_was_used_for_another_record_is_refused(ana, review, items):
    token = str(uuid4())
    decide(ana, review, items[0], "include", token=token)
    assert decide(ana, review, items[1], "include", token=token).status_code == 409
    assert Judgement.objects.count() == 1


def test_without_a_script_the_form_leads_to_the_next_record(ana, review, items):
    address = reverse("screening:decide", args=[review.pk, "title_abstract"])
    answer = ana.post(address, {"item": items[0].pk, "choice": "unsure", "token": str(uuid4())}, follow=True)
    html = answer.content.decode()
    assert found(r'name="item" value="(\d+)"', html) == str(items[1].pk)


def test_the_next_records_come_as_json_without_those_that_are_known(ana, review, items):
    ana.get(page(review))
    address = reverse("screening:batch", args=[review.pk, "title_abstract"])
    known = ",".join(str(item.pk) for item in items[:4])
    answer = ana.get(address, {"known": known, "limit": 24}).json()
    assert [one["id"] for one in answer["items"]] == [item.pk for item in items[4:]]
    assert "article" in answer["items"][0]["html"]


def test_a_record_that_is_revised_comes_first_with_ones_own_answer(ana, review, items, cast):
    services.judge(by=cast.ana, item_id=items[3].pk, verdict="include")
    html = ana.get(page(review), {"item": items[3].pk}).content.decode()
    assert found(r'data-item="(\d+)"[^>]*data-said="include"', html) == str(items[3].pk)


@pytest.mark.parametrize("said", ["include", "exclude", "unsure"])
def test_nothing_tells_whether_the_other_one_has_judged(ana, review, items, cast, said):
    """The same page, next records, own list and answers, whatever the other reviewer has done."""

    def all_that_is_seen():
        ana_again = [
            ana.get(page(review)),
            ana.get(page(review), {"item": items[0].pk}),
            ana.get(reverse("screening:batch", args=[review.pk, "title_abstract"])),
            ana.get(reverse("screening:mine", args=[review.pk, "title_abstract"])),
            ana.get(reverse("consensus:item", args=[review.pk, items[0].pk])),
            ana.get(reverse("consensus:conflicts", args=[review.pk])),
        ]
        fresh = r'[0-9a-f]{8}-[0-9a-f-]{27}|csrf[^>]*|"X-CSRFToken[^}]*|nonce="[^"]*"|value="[A-Za-z0-9]{64}"|\\"[A-Za-z0-9]{64}\\"'
        return [re.sub(fresh, "", answer.content.decode()) for answer in ana_again]

    all_that_is_seen()
    before = all_that_is_seen()
    services.judge(by=cast.ben, item_id=items[0].pk, verdict=said, comment="CANARY")
    services.add_note(by=cast.ben, item_id=items[0].pk, text="CANARY", audience="shared")
    after = all_that_is_seen()
    assert "CANARY" not in "".join(after)
    assert after == before


def test_a_reason_of_another_review_is_refused_with_what_to_do(ana, review, items, cast):
    other = create_review(by=cast.stranger, title="Other")
    foreign = set_reasons(by=cast.stranger, review=other, labels=["Foreign"])[0]
    answer = decide(ana, review, items[0], f"exclude:{foreign.pk}")
    assert (answer.status_code, "Choose one of its list" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("data", [{}, {"item": "x"}, {"item": "1", "token": "x"}, {"item": "9" * 40}])
def test_what_cannot_be_read_is_answered_with_what_to_do(ana, review, items, data):
    answer = ana.post(reverse("screening:decide", args=[review.pk, "title_abstract"]), data, **JSON)
    assert answer.status_code in {400, 404}
    assert answer.json()["detail"]


def test_a_merged_record_is_refused_and_its_page_leads_to_the_other_one(ana, review, items, cast):
    consensus.merge_reports(by=cast.lead, left=items[0].report, right=items[1].report)
    closed = WorkItem.objects.get(closed_as="merged")
    assert decide(ana, review, closed, "include").status_code == 409
    assert f"?item={closed.survivor_id}" in ana.get(page(review), {"item": closed.pk}).content.decode()


def test_a_member_removed_in_mid_work_is_told_so_and_nothing_is_kept(ana, review, items, cast, membership):
    consensus.remove_member(by=cast.owner, membership=membership(cast.ana))
    answer = decide(ana, review, items[0], "include")
    assert (answer.status_code, Judgement.objects.count()) == (404, 0)
    assert "no longer in its review" in answer.json()["detail"]
    change_member(by=cast.owner, membership=membership(cast.ana), role="observer")
    assert decide(ana, review, items[0], "include").status_code == 403


@pytest.mark.parametrize("name", ["screen", "batch", "mine"])
def test_strangers_get_404_and_observers_403(client_of, cast, review, name):
    address = reverse(f"screening:{name}", args=[review.pk, "title_abstract"])
    assert client_of(cast.stranger).get(address).status_code == 404
    assert client_of(cast.staff).get(address).status_code == 404
    assert client_of(cast.observer).get(address).status_code == 403


def test_somebody_who_is_not_among_the_named_judges_is_refused(ana, review, stage, cast, items):
    consensus.change_stage(by=cast.lead, stage=stage, judges=[cast.ben, cast.cleo])
    assert ana.get(page(review)).status_code == 403
    assert decide(ana, review, items[0], "include").status_code == 403


def test_another_kind_of_stage_and_an_item_of_another_review_are_not_here(ana, review, items, cast):
    assert ana.get(page(review, "extraction")).status_code == 404
    other = create_review(by=cast.ana, title="Mine")
    assert ana.get(page(other)).status_code == 404
    address = reverse("screening:add_note", args=[other.pk, items[0].pk])
    assert ana.post(address, {"text": "x", "audience": "private"}).status_code == 404


def test_a_full_text_item_is_not_decided_at_title_and_abstract(ana, review, items, cast):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    item = WorkItem.objects.get(stage__kind="full_text")
    assert decide(ana, review, item, "include").status_code == 404
    assert not Verdict.objects.filter(judgement__item=item).exists()


def test_the_own_list_holds_ones_own_decisions_only(ana, review, items, cast):
    reason = ExclusionReason.objects.filter(review=review)[0]
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="exclude", reason_id=reason.pk)
    services.judge(by=cast.ben, item_id=items[1].pk, verdict="include")
    address = reverse("screening:mine", args=[review.pk, "title_abstract"])
    html = ana.get(address).content.decode()
    assert items[0].report.title in html
    assert items[1].report.title not in html
    assert items[0].report.title not in ana.get(address, {"verdict": "include"}).content.decode()


def test_full_text_offers_awaiting_and_ongoing_and_retrieval(ana, review, items, cast):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    html = ana.get(page(review, "full_text")).content.decode()
    assert 'value="awaiting"' in html
    assert 'value="exclude"' not in html
    item = WorkItem.objects.get(stage__kind="full_text")
    address = reverse("screening:retrieval", args=[review.pk, item.pk])
    ana.post(address, {"retrieval": "not_retrieved", "note": "No copy"})
    item.refresh_from_db()
    assert (item.status, item.closed_as) == ("closed", "not_retrieved")
    assert Report.objects.get(items=item).retrieval_note == "No copy"
    assert ana.post(address, {"retrieval": "lost"}).status_code == 400


def test_notes_are_added_shown_to_their_author_and_removed(ana, client_of, review, items, cast):
    address = reverse("screening:add_note", args=[review.pk, items[0].pk])
    answer = ana.post(address, {"text": "<b>Look</b>", "audience": "private"}, HTTP_HX_REQUEST="true")
    assert "&lt;b&gt;Look" in answer.content.decode()
    note = Note.objects.get()
    remove = reverse("screening:remove_note", args=[review.pk, items[0].pk, note.pk])
    client_of(cast.ben).post(remove)
    assert Note.objects.exists()
    ana.post(remove)
    assert not Note.objects.exists()
    assert ana.post(address, {"text": " ", "audience": "private"}).status_code == 400


def test_a_locked_review_takes_no_decision(ana, review, items):
    review.status = "locked"
    review.save()
    answer = decide(ana, review, items[0], "include")
    assert (answer.status_code, json.loads(answer.content)["detail"][:14]) == (409, "This review is")
    assert Stage.objects.filter(review=review).exists()
