"""Entries that could not be read: mended in the page and made records, or set aside; none is lost, none doubled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consensus.models import WorkItem
from consensus.services import link_mended, start_review
from reviews.models import Job
from studies.models import ImportBatch, ImportRefusal, Record, Report
from tests.conftest import ris

pytestmark = pytest.mark.django_db
BROKEN = ris("One readable record") + b"TY  - JOUR\nER  - \n\n" + ris("Another one", "A third of them")
MENDED = "TY  - JOUR\nTI  - Mended by hand\nAU  - Okoye, A.\nPY  - 2020\nER  - \n"


@pytest.fixture
def batch(bring):
    found = bring(BROKEN)
    assert (found.found, found.made, found.refused) == (4, 3, 1)
    return found


@pytest.fixture
def refusal(batch):
    return ImportRefusal.objects.get(batch=batch)


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


def run_jobs(review):
    for job in Job.objects.filter(review=review, task="consensus.tasks.link_mended"):
        link_mended(batch_id=job.target)


def test_an_entry_is_mended_linked_and_screened(client_of, cast, review, batch, refusal):
    client = client_of(cast.ana)
    html = client.get(url("batch", review, batch.pk)).content.decode()
    assert "4 = 3 records + 1 refused" in html
    page = client.get(url("refusal", review, refusal.pk)).content.decode()
    assert refusal.reason in page
    answer = client.post(url("refusal", review, refusal.pk), {"text": MENDED})
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert (batch.found, batch.made, batch.refused) == (4, 4, 0)
    record = Record.objects.get(batch=batch, title="Mended by hand")
    assert (record.position, record.raw.strip()) == (refusal.position, MENDED.strip())
    run_jobs(review)
    report = Report.objects.get(review=review, title="Mended by hand")
    assert WorkItem.objects.filter(report=report, stage__kind="title_abstract").count() == 1
    run_jobs(review)
    assert Report.objects.filter(review=review).count() == 4


def test_mending_twice_makes_one_record(client_of, cast, review, batch, refusal):
    client = client_of(cast.ana)
    for _ in range(2):
        client.post(url("refusal", review, refusal.pk), {"text": MENDED})
    batch.refresh_from_db()
    assert (batch.found, batch.made, batch.refused) == (4, 4, 0)
    assert Record.objects.filter(batch=batch, title="Mended by hand").count() == 1


@pytest.mark.parametrize("text", ["", "   \n", "TY  - JOUR\nER  - \n", "nothing of a reference", "\x00\x01"])
def test_what_still_cannot_be_read_says_why_and_changes_nothing(
    text, client_of, cast, review, batch, refusal
):
    answer = client_of(cast.ana).post(url("refusal", review, refusal.pk), {"text": text})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    batch.refresh_from_db()
    refusal.refresh_from_db()
    assert (batch.found, batch.made, batch.refused, refusal.status) == (4, 3, 1, "open")


def test_two_entries_glued_together_become_two_records(client_of, cast, review, batch, refusal):
    both = MENDED + MENDED.replace("Mended by hand", "Glued behind it")
    client_of(cast.ana).post(url("refusal", review, refusal.pk), {"text": both})
    batch.refresh_from_db()
    assert (batch.found, batch.made, batch.refused) == (5, 5, 0)
    assert sorted(Record.objects.filter(batch=batch).values_list("position", flat=True)) == [1, 2, 3, 4, 5]


def test_an_entry_is_set_aside_with_a_reason_and_taken_up_again(client_of, cast, review, batch, refusal):
    client = client_of(cast.ana)
    assert client.post(url("set_aside", review, refusal.pk), {"note": " "}).status_code == 400
    client.post(url("set_aside", review, refusal.pk), {"note": "A blank page of the export"})
    refusal.refresh_from_db()
    batch.refresh_from_db()
    assert (refusal.status, refusal.settled_by, batch.refused) == ("set_aside", cast.ana, 1)
    assert "A blank page" in client.get(url("batch", review, batch.pk)).content.decode()
    client.post(url("take_up", review, refusal.pk))
    refusal.refresh_from_db()
    assert (refusal.status, refusal.note, refusal.settled_by) == ("open", "", None)


def test_a_row_of_a_table_is_mended_below_its_headings(client_of, cast, review, bring):
    table = b'Title,Authors,Year\nGood one,"Okoye, A",2020\n,,\nBad "one,"Brandt, J,2021\nLast,"Li, C",2019\n'
    batch = bring(table, "table.csv")
    refusal = ImportRefusal.objects.get(batch=batch)
    client_of(cast.ana).post(url("refusal", review, refusal.pk), {"text": 'Bad one,"Brandt, J",2021'})
    record = Record.objects.get(batch=batch, position=refusal.position)
    assert (record.title, record.year, record.authors) == ("Bad one", 2021, ["Brandt, J"])


def test_observers_mend_nothing_and_strangers_find_nothing(client_of, cast, review, refusal):
    gets = [url("refusal", review, refusal.pk)]
    posts = [*gets, url("set_aside", review, refusal.pk), url("take_up", review, refusal.pk)]
    for user, get, post in ((cast.observer, 200, 403), (cast.stranger, 404, 404), (cast.staff, 404, 404)):
        client = client_of(user)
        assert [client.get(one).status_code for one in gets] == [get]
        assert [client.post(one, {"text": MENDED, "note": "x"}).status_code for one in posts] == [post] * 3
    other = start_review(by=cast.ana, title="Another of hers")
    assert client_of(cast.ana).get(url("refusal", other, refusal.pk)).status_code == 404
    assert Record.objects.count() == 3


def test_an_undone_import_has_nothing_to_mend(client_of, cast, review, batch, refusal):
    ImportBatch.objects.filter(id=batch.pk).update(status="undone")
    answer = client_of(cast.ana).post(url("refusal", review, refusal.pk), {"text": MENDED})
    assert answer.status_code == 409


def upload(client, review, content, name="table.csv", source="Library"):
    data = {"file": [SimpleUploadedFile(name, content)], "new-source": source, "new-kind": "database"}
    return client.post(url("import", review), data)


ODD = (
    b"Headline;Wer;When;Remarks of the library\nNaps and exams;Okoye, A;2020;shelf 4\n"
    b"Dreams of twins;Brandt, J;2021;\n"
)


def test_a_table_that_nobody_can_guess_waits_for_its_columns(client_of, cast, review, work):
    client = client_of(cast.ana)
    upload(client, review, ODD)
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert batch.status == "columns"
    assert not Record.objects.exists()
    page = client.get(url("columns", review, batch.pk)).content.decode()
    assert "Naps and exams" in page
    assert "Remarks of the library" in page
    for field in ("title", "authors", "year"):
        assert f'<option value="{field}" selected>' in page
    answer = client.post(url("columns", review, batch.pk), {"column-2": "year"})
    assert answer.status_code == 422
    assert "title" in answer.content.decode()
    chosen = {"column-0": "title", "column-1": "authors", "column-2": "year", "column-3": "nonsense"}
    client.post(url("columns", review, batch.pk), chosen)
    work(review)
    batch.refresh_from_db()
    assert (batch.status, batch.found, batch.made) == ("done", 2, 2)
    first = Record.objects.filter(batch=batch).earliest("position")
    assert (first.title, first.authors, first.year) == ("Naps and exams", ["Okoye, A"], 2020)
    assert first.extra == {"Remarks of the library": ["shelf 4"]}


def test_the_same_columns_are_not_asked_for_again_in_this_review_only(client_of, cast, review, work):
    client = client_of(cast.ana)
    upload(client, review, ODD)
    work(review)
    chosen = {"column-0": "title", "column-1": "authors", "column-2": "year"}
    client.post(url("columns", review, ImportBatch.objects.get().pk), chosen)
    upload(client, review, ODD.replace(b"Naps", b"More naps"), "second.csv")
    work(review)
    assert ImportBatch.objects.get(review=review, filename="second.csv").status == "done"
    other = start_review(by=cast.ana, title="Another of hers")
    upload(client, other, ODD)
    work(other)
    assert ImportBatch.objects.get(review=other).status == "columns"


def test_only_members_who_bring_match_columns(client_of, cast, review, work):
    upload(client_of(cast.ana), review, ODD)
    work(review)
    page = url("columns", review, ImportBatch.objects.get().pk)
    for user, status in ((cast.observer, 403), (cast.stranger, 404)):
        assert client_of(user).get(page).status_code == status
        assert client_of(user).post(page, {"column-0": "title"}).status_code == status
