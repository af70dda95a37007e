"""Records, reports, duplicates, studies and papers: shown whole, changed by those who may, tied to their review."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter

from consensus.models import WorkItem
from consensus.services import start_review
from studies.models import DuplicatePair, FullText, Record, RecordLink, Report, Study, StudyLink
from tests.conftest import TITLES, ris

pytestmark = pytest.mark.django_db


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


def pdf(pages=2):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def upload(client, review, report, content, name="paper.pdf"):
    return client.post(url("add_full_text", review, report.pk), {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def ana(client_of, cast):
    return client_of(cast.ana)


@pytest.fixture
def reports(items):
    return [item.report for item in items]


@pytest.fixture
def elsewhere(cast):
    """A review that Ana is in as well, with one study and one report of its own."""
    review = start_review(by=cast.ana, title="Another of hers")
    report = Report.objects.create(review=review, title="Not from here")
    return review, report, Study.objects.create(review=review, label="Not from here 1999")


LISTS = ["records", "reports", "duplicates", "studies"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_members_only(name, client_of, cast, review, items):
    assert client_of(cast.observer).get(url(name, review)).status_code == 200
    for user in (cast.stranger, cast.staff):
        assert client_of(user).get(url(name, review)).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_a_fixed_number_of_questions(name, ana, review, items, django_assert_max_num_queries):
    Study.objects.bulk_create(Study(review=review, label=f"Study {n}") for n in range(60))
    with django_assert_max_num_queries(10):
        assert ana.get(url(name, review)).status_code == 200


def test_records_and_reports_are_found_by_their_words(ana, review, items):
    for name in ("records", "reports"):
        html = ana.get(url(name, review), {"q": "naps examinations"}).content.decode()
        assert TITLES[1] in html
        assert TITLES[0] not in html
        assert (
            ana.get(url(name, review), {"q": "x" * 5000, "page": "last-1", "batch": "9" * 40}).status_code
            == 200
        )


def test_a_record_shows_its_raw_entry_escaped(ana, review, bring):
    bring(ris("Dangerous <script>alert(1)</script> title"))
    record = Record.objects.get(review=review)
    html = ana.get(url("record", review, record.pk)).content.decode()
    assert "TI  - Dangerous &lt;script&gt;" in html
    assert "<script>alert" not in html


def test_rows_of_another_review_are_not_there(ana, review, items, elsewhere):
    other, report, study = elsewhere
    link = RecordLink.objects.filter(review=review).first()
    record = Record.objects.filter(review=review).first()
    assert ana.get(url("record", other, record.pk)).status_code == 404
    assert ana.get(url("report", review, report.pk)).status_code == 404
    assert ana.get(url("study", review, study.pk)).status_code == 404
    assert ana.post(url("keep_apart", other, link.pk)).status_code == 404
    mine = items[0].report
    answer = ana.post(url("merge_report", review, mine.pk), {"other": report.pk})
    assert answer.status_code == 400
    assert ana.post(url("assign_study", review, mine.pk), {"study": study.pk}).status_code == 400
    report.refresh_from_db()
    assert report.status == "current"


@pytest.mark.parametrize("other", ["", "abc", "-1", "9" * 30, "0"])
def test_a_number_that_is_none_is_refused_with_what_to_enter(other, ana, review, reports):
    answer = ana.post(url("merge_report", review, reports[0].pk), {"other": other})
    assert answer.status_code == 400
    assert "number of another report" in answer.content.decode()


def test_two_reports_are_made_one_and_separated_again(ana, review, reports):
    answer = ana.post(url("merge_report", review, reports[1].pk), {"other": reports[0].pk}, follow=True)
    assert "Made one report" in answer.content.decode()
    gone = Report.objects.get(review=review, status="merged")
    page = ana.get(url("report", review, gone.pk)).content.decode()
    assert f"one with report {gone.survivor_id}" in page
    assert ana.post(url("merge_report", review, reports[1].pk), {"other": reports[0].pk}).status_code == 409
    ana.post(url("unmerge_report", review, gone.pk))
    gone.refresh_from_db()
    assert gone.status == "current"
    assert ana.post(url("unmerge_report", review, gone.pk)).status_code == 409


def test_a_record_is_kept_apart_and_its_new_report_is_screened(ana, review, reports, cast):
    ana.post(url("merge_report", review, reports[1].pk), {"other": reports[0].pk})
    record = RecordLink.objects.get(report=reports[0]).record
    extra = RecordLink.objects.create(
        review=review,
        record=RecordLink.objects.get(report=reports[2]).record,
        report=reports[0],
        basis="match",
        evidence="same title",
    )
    html = ana.get(url("report", review, reports[0].pk)).content.decode()
    assert "same title" in html
    answer = ana.post(url("keep_apart", review, extra.pk))
    assert answer.status_code == 302
    apart = Report.objects.get(id=int(re.findall(r"/reports/(\d+)/", answer["Location"])[0]))
    assert WorkItem.objects.filter(report=apart, stage__kind="title_abstract").exists()
    assert RecordLink.objects.current().filter(record=record).exists()
    alone = RecordLink.objects.current().get(report=reports[3])
    refused = ana.post(url("keep_apart", review, alone.pk))
    assert refused.status_code == 409
    assert "only record" in refused.content.decode()


@pytest.fixture
def pair(review, reports):
    left, right = sorted(RecordLink.objects.get(report=one).record_id for one in reports[:2])
    return DuplicatePair.objects.create(
        review=review, left_id=left, right_id=right, evidence="title alike", score=0.9
    )


@pytest.mark.parametrize(("decision", "current"), [("same", 5), ("apart", 6)])
def test_a_pair_is_decided_once(decision, current, ana, review, pair):
    html = ana.get(url("duplicates", review)).content.decode()
    assert "Title alike." in html
    assert ana.post(url("decide_pair", review, pair.pk), {"decision": "maybe"}).status_code == 400
    ana.post(url("decide_pair", review, pair.pk), {"decision": decision})
    pair.refresh_from_db()
    assert (pair.status, pair.evidence) == (decision, "title alike")
    assert Report.objects.current().filter(review=review).count() == current
    again = ana.post(url("decide_pair", review, pair.pk), {"decision": "apart"})
    assert again.status_code == 409
    assert "No pairs to decide" in ana.get(url("duplicates", review)).content.decode()


def test_observers_change_nothing_and_strangers_find_nothing(client_of, cast, review, reports, pair):
    study = Study.objects.create(review=review, label="Okoye 2019")
    writes = [
        (url("decide_pair", review, pair.pk), {"decision": "same"}),
        (url("merge_report", review, reports[0].pk), {"other": reports[1].pk}),
        (url("unmerge_report", review, reports[0].pk), {}),
        (url("keep_apart", review, RecordLink.objects.filter(review=review).first().pk), {}),
        (url("assign_study", review, reports[0].pk), {"label": "New 2020"}),
        (url("add_full_text", review, reports[0].pk), {"file": SimpleUploadedFile("p.pdf", pdf())}),
        (url("study", review, study.pk), {"label": "Changed", "design": "other"}),
        (url("merge_study", review, study.pk), {"other": study.pk}),
        (url("unmerge_study", review, study.pk), {}),
    ]
    for user, status in ((cast.observer, 403), (cast.stranger, 404), (cast.staff, 404)):
        client = client_of(user)
        assert [client.post(*one).status_code for one in writes] == [status] * len(writes)
    study.refresh_from_db()
    pair.refresh_from_db()
    assert (study.label, pair.status) == ("Okoye 2019", "open")
    assert not FullText.objects.exists()


def test_a_report_is_linked_to_a_new_study_and_then_to_another(ana, review, reports):
    page = url("assign_study", review, reports[0].pk)
    ana.post(page, {"label": "Okoye 2019"})
    ana.post(url("assign_study", review, reports[1].pk), {"label": "Brandt 2020"})
    first, second = Study.objects.get(label="Okoye 2019"), Study.objects.get(label="Brandt 2020")
    ana.post(page, {"study": second.pk})
    assert StudyLink.objects.current().get(report=reports[0]).study == second
    assert StudyLink.objects.filter(report=reports[0], study=first, ended_at__isnull=False).exists()
    html = ana.get(url("study", review, second.pk)).content.decode()
    assert reports[0].title in html
    assert reports[1].title in html


def test_studies_are_corrected_made_one_and_separated(ana, review):
    one, two = (Study.objects.create(review=review, label=label) for label in ("Okoye 2019", "Okoye 2020"))
    ana.post(url("study", review, one.pk), {"label": "Okoye 2019a", "design": "crossover"})
    one.refresh_from_db()
    assert (one.label, one.design) == ("Okoye 2019a", "crossover")
    wrong = ana.post(url("study", review, one.pk), {"label": "x", "design": "miracle"})
    assert wrong.status_code == 422
    ana.post(url("merge_study", review, one.pk), {"other": two.pk})
    gone = Study.objects.get(review=review, status="merged")
    assert "made one with" in ana.get(url("study", review, gone.pk)).content.decode()
    ana.post(url("unmerge_study", review, gone.pk))
    gone.refresh_from_db()
    assert gone.status == "current"


def test_a_paper_is_kept_once_and_makes_its_report_retrieved(ana, review, reports):
    content = pdf(3)
    upload(ana, review, reports[0], content)
    upload(ana, review, reports[0], content, "again.pdf")
    paper = FullText.objects.get(report=reports[0])
    reports[0].refresh_from_db()
    assert (paper.pages, paper.size, reports[0].retrieval) == (3, len(content), "retrieved")


def test_a_paper_is_served_as_a_pdf_that_may_not_run_anything(ana, client_of, cast, review, reports):
    content = pdf()
    upload(ana, review, reports[0], content)
    page = url("full_text", review, FullText.objects.get().pk)
    answer = client_of(cast.observer).get(page)
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert ana.get(page, {"download": ""})["Content-Disposition"].startswith("attachment")
    assert client_of(cast.stranger).get(page).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<html>log in first</html>", "is not a PDF"),
        (pdf()[:200], "cannot be read"),
        (b"%PDF-1.4\n" + b"nothing " * 50, "cannot be read"),
    ],
)
def test_what_is_no_readable_pdf_is_refused_with_why(content, said, ana, review, reports):
    answer = upload(ana, review, reports[0], content)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not FullText.objects.exists()


def test_a_paper_that_is_too_large_is_refused(ana, review, reports, settings):
    settings.FULL_TEXT_MAX_BYTES = 100
    answer = upload(ana, review, reports[0], pdf())
    assert answer.status_code == 400
    assert "larger than" in answer.content.decode()
