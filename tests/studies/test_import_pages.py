"""Bringing files in: several at once, each tied to its search; what is wrong is said, and nothing is half done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consensus.services import start_review
from studies.models import ImportBatch, ImportRefusal, Record, Report, Search
from studies.services import add_search
from tests.conftest import ris
from tests.studies.formats.samples import SAMPLES, zipped

pytestmark = pytest.mark.django_db
NBIB = (
    b"PMID- 11111111\nTI  - Sleep spindles and vocabulary\nFAU - Okoye, Ada\nDP  - 2019\nTA  - Sleep Lett\n\n"
    b"PMID- 22222222\nTI  - A nap a day in nurses\nFAU - Brandt, Jo\nDP  - 2020\nTA  - Nurs Notes\n"
)
BROKEN = ris("One readable record") + b"TY  - JOUR\nAU  - Last, L.\nTI  - Cut off wi\n\nTY  - JOUR\nER"


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


def file(content, name="export.ris"):
    return SimpleUploadedFile(name, content)


def described(**more):
    new = {"source": "PubMed", "kind": "database", "run_on": "2024-03-01", "hits_reported": "2"} | more
    return {f"new-{name}": value for name, value in new.items()}


def test_several_files_come_with_a_search_described_beside_them(client_of, cast, review, work):
    files = [file(NBIB, "pubmed.nbib"), file(ris("Dozing and recall", "Dreams of twins"))]
    answer = client_of(cast.ana).post(url("import", review), {"file": files, **described(hits_reported="5")})
    assert answer.status_code == 302
    search = Search.objects.get(review=review)
    assert (search.source, search.hits_reported, search.batches.count()) == ("PubMed", 5, 2)
    work(review)
    html = client_of(cast.observer).get(url("searches", review)).content.decode()
    assert "5 reported, 4 in the files" in html
    assert "Differs" in html
    assert Record.objects.filter(review=review).count() == 4


def test_files_go_to_a_search_that_is_described_already(client_of, cast, review, work):
    search = add_search(by=cast.ana, review=review, source="Embase", hits_reported=2)
    client_of(cast.ana).post(url("import", review), {"file": [file(NBIB, "x.nbib")], "search": search.pk})
    work(review)
    assert Search.objects.filter(review=review).count() == 1
    html = client_of(cast.ana).get(url("searches", review)).content.decode()
    assert "2 reported, 2 in the files" in html
    assert "Differs" not in html


def test_a_search_of_another_review_is_not_offered_and_not_taken(client_of, cast, review):
    other = start_review(by=cast.stranger, title="Elsewhere")
    theirs = add_search(by=cast.stranger, review=other, source="Their source")
    client = client_of(cast.ana)
    assert "Their source" not in client.get(url("import", review)).content.decode()
    answer = client.post(url("import", review), {"file": [file(NBIB)], "search": theirs.pk})
    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "required"),
        ([b""], "is empty. Export it again"),
        ([NBIB, b""], "is empty. Export it again"),
        ([b"x" * 2000], "larger than"),
    ],
)
def test_files_that_cannot_be_taken_are_refused_together_and_nothing_is_kept(
    files, said, client_of, cast, review, settings
):
    settings.IMPORT_MAX_BYTES = 1500
    data = {"file": [file(one, f"{n}.nbib") for n, one in enumerate(files)], **described()}
    answer = client_of(cast.ana).post(url("import", review), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportBatch.objects.filter(review=review).exists()
    assert not Search.objects.filter(review=review).exists()


def test_a_file_that_was_imported_before_is_named_and_keeps_no_other_back(client_of, cast, review, work):
    client = client_of(cast.ana)
    client.post(url("import", review), {"file": [file(NBIB, "first.nbib")], **described()})
    first = ImportBatch.objects.get(review=review)
    files = [file(NBIB, "<b>copy.nbib"), file(ris("Dreams of twins"), "new.ris")]
    answer = client.post(url("import", review), {"file": files, **described(source="Embase")}, follow=True)
    html = answer.content.decode()
    assert (
        f'&lt;b&gt;copy.nbib, as <a href="{url("batch", review, first.pk)}">first.nbib</a> of PubMed' in html
    )
    assert "Import all the same" in html
    assert [batch.filename for batch in ImportBatch.objects.filter(review=review)] == [
        "first.nbib",
        "new.ris",
    ]
    assert list(Search.objects.filter(review=review).values_list("source", flat=True)) == ["PubMed", "Embase"]
    assert "Import files again" in client.get(f"{url('import', review)}?again=on").content.decode()


def test_a_known_file_alone_leaves_nothing_behind_until_one_says_that_it_is_meant(
    client_of, cast, review, work
):
    client = client_of(cast.ana)
    client.post(url("import", review), {"file": [file(NBIB, "first.nbib")], **described()})
    assert "Import files again" not in client.get(url("import", review)).content.decode()
    for apart in ({}, {"apart": "on"}):
        answer = client.post(
            url("import", review), {"file": [file(NBIB)], **described(source="Rerun"), **apart}
        )
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "first.nbib</a> of PubMed" in html
        assert "Import files again" in html
        assert (ImportBatch.objects.count(), Search.objects.count()) == (1, 1)
    meant = {"file": [file(NBIB)], **described(source="Rerun"), "again": "on"}
    assert client.post(url("import", review), meant).status_code == 302
    work(review)
    assert Record.objects.filter(review=review).count() == 4
    assert Report.objects.current().filter(review=review).count() == 2


def test_the_same_file_twice_at_once_is_read_once(client_of, cast, review, work):
    files = [file(NBIB, "a.nbib"), file(NBIB, "b.nbib")]
    for apart in ({}, {"apart": "on"}):
        ImportBatch.objects.all().delete()
        Search.objects.all().delete()
        client_of(cast.ana).post(url("import", review), {"file": files, **described(), **apart})
        assert [batch.filename for batch in ImportBatch.objects.all()] == ["a.nbib"]
        assert Search.objects.count() == 1
        [one.seek(0) for one in files]


def test_each_export_in_an_archive_becomes_an_import_of_its_own(client_of, cast, review, work):
    inside = {
        "a/pubmed.nbib": NBIB,
        "../b\u202esir.ris": ris("Dreams of twins"),
        "README.txt": b"x",
        "paper.pdf": b"%PDF",
    }
    data = {"file": [file(zipped(inside), "all.zip")], "apart": "on", **described()}
    assert client_of(cast.ana).post(url("import", review), data).status_code == 302
    work(review)
    found = ImportBatch.objects.filter(review=review).order_by("id")
    assert [(one.filename, one.format, one.made, one.refused) for one in found] == [
        ("pubmed.nbib", "medline", 2, 0),
        ("bsir.ris", "ris", 1, 0),
    ]
    assert found[0].file.read() == NBIB
    assert list(Search.objects.filter(review=review).values_list("source", flat=True)) == ["PubMed", "bsir"]


def test_an_archive_with_one_export_is_kept_as_it_is(client_of, cast, review, work):
    content = zipped({"pubmed.nbib": NBIB})
    client_of(cast.ana).post(url("import", review), {"file": [file(content, "one.zip")], **described()})
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert (batch.filename, batch.made, batch.file.read()) == ("one.zip", 2, content)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ({"a.ris": b"x" * 900_000, "b.ris": b"x" * 900_000}, "unpack to more than the server takes"),
        ({f"{n}.ris": b"x" for n in range(101)}, "holds 101 files"),
        ({"a.ris": NBIB, "b.ris": b""}, "is empty. Export it again"),
    ],
)
def test_an_archive_that_cannot_be_taken_apart_is_refused_whole(
    inside, said, client_of, cast, review, settings
):
    settings.IMPORT_MAX_BYTES = 1_000_000
    files = [file(ris("Naps"), "good.ris"), file(zipped(inside), "all.zip")]
    answer = client_of(cast.ana).post(url("import", review), {"file": files, **described()})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportBatch.objects.filter(review=review).exists()


def test_an_archive_that_says_it_is_smaller_than_it_is_unpacks_no_further(client_of, cast, review, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    bomb = zipped({"a.ris": b"x" * 900_000, "b.ris": b"y" * 900_000})
    size = (900_000).to_bytes(4, "little")
    answer = client_of(cast.ana).post(
        url("import", review),
        {"file": [file(bomb.replace(size, (10).to_bytes(4, "little")), "all.zip")], **described()},
    )
    assert answer.status_code == 422
    assert not ImportBatch.objects.filter(review=review).exists()


def test_what_an_address_says_of_known_files_shows_those_of_the_review_only(client_of, cast, review):
    client_of(cast.ana).post(url("import", review), {"file": [file(NBIB, "hers.nbib")], **described()})
    pk = ImportBatch.objects.get().pk
    other = start_review(by=cast.stranger, title="Elsewhere")
    told = f"?known={pk}:x%E2%80%AE&known=no&known=:&known={'9' * 30}:y&known=0:z"
    answer = client_of(cast.stranger).get(f"{url('searches', other)}{told}")
    assert answer.status_code == 200
    assert "hers.nbib" not in answer.content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"PK\x03\x04broken archive",
        b"<html><body>Your session has expired</body></html>",
    ],
)
def test_a_file_that_is_no_export_fails_with_a_reason_and_brings_no_record(
    content, client_of, cast, review, work
):
    client_of(cast.ana).post(url("import", review), {"file": [file(content, "export.ris")], **described()})
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert batch.status == "failed"
    assert len(batch.message) > 20
    html = client_of(cast.ana).get(url("batch", review, batch.pk)).content.decode()
    assert "Failed" in html
    assert not Report.objects.filter(review=review).exists()


def test_a_truncated_export_keeps_what_can_be_read_and_lists_the_rest(client_of, cast, review, work):
    client = client_of(cast.ana)
    client.post(url("import", review), {"file": [file(BROKEN)], **described()})
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert batch.status == "done"
    assert batch.found == batch.made + batch.refused
    html = client.get(url("batch", review, batch.pk)).content.decode()
    for refusal in ImportRefusal.objects.filter(batch=batch):
        assert refusal.reason in html.replace("&#x27;", "'").replace("&quot;", '"')
        assert refusal.text.strip()[:20] in html
    assert (batch.made, batch.refused) == (2, 1)


def test_the_original_comes_back_byte_for_byte_and_only_as_a_download(client_of, cast, review, work):
    client_of(cast.ana).post(url("import", review), {"file": [file(NBIB, "pub med.nbib")], **described()})
    batch = ImportBatch.objects.get(review=review)
    answer = client_of(cast.observer).get(url("original", review, batch.pk))
    assert b"".join(answer.streaming_content) == NBIB
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_of(cast.stranger).get(url("original", review, batch.pk)).status_code == 404


def test_a_waiting_file_asks_again_and_a_finished_one_does_not(client_of, cast, review, work):
    client = client_of(cast.ana)
    client.post(url("import", review), {"file": [file(NBIB, "x.nbib")], **described()})
    batch = ImportBatch.objects.get(review=review)
    assert "hx-get" in client.get(url("progress", review, batch.pk)).content.decode()
    work(review)
    assert "hx-get" not in client.get(url("progress", review, batch.pk)).content.decode()


def test_an_import_is_undone_until_somebody_has_judged(client_of, cast, review, work):
    from consensus.models import WorkItem
    from consensus.services import submit

    client = client_of(cast.ana)
    client.post(url("import", review), {"file": [file(NBIB, "x.nbib")], **described()})
    work(review)
    batch = ImportBatch.objects.get(review=review)
    # Whether screening has begun is a count across people: a reviewer must not learn it from a refusal.
    assert client.post(url("undo_import", review, batch.pk)).status_code == 403
    assert "Undo import" not in client.get(url("batch", review, batch.pk)).content.decode()
    lead = client_of(cast.lead)
    lead.post(url("undo_import", review, batch.pk))
    assert Report.objects.current().filter(review=review).count() == 0
    client.post(url("import", review), {"file": [file(NBIB, "y.nbib")], **described()})
    work(review)
    again = ImportBatch.objects.get(review=review, filename="y.nbib")
    item = WorkItem.objects.live().filter(review=review).first()
    submit(by=cast.ben, item_id=item.pk, answer={"verdict": "include"})
    answer = lead.post(url("undo_import", review, again.pk))
    assert answer.status_code == 409
    assert "Screening of these records has begun" in answer.content.decode()
    again.refresh_from_db()
    assert again.status == "done"


def test_observers_bring_nothing_and_strangers_find_nothing(client_of, cast, review, work):
    client_of(cast.ana).post(url("import", review), {"file": [file(NBIB, "x.nbib")], **described()})
    work(review)
    batch = ImportBatch.objects.get(review=review)
    posts = [
        (url("import", review), {}),
        (url("searches", review), {}),
        (url("undo_import", review, batch.pk), {}),
    ]
    gets = [url("searches", review), url("batch", review, batch.pk), url("progress", review, batch.pk)]
    for user, post, get in ((cast.observer, 403, 200), (cast.stranger, 404, 404), (cast.staff, 404, 404)):
        client = client_of(user)
        assert [client.post(*one).status_code for one in posts] == [post] * 3
        assert [client.get(one).status_code for one in gets] == [get] * 3
    assert client_of(cast.observer).get(url("import", review)).status_code == 403


def test_a_batch_is_found_below_its_own_review_only(client_of, cast, review, work):
    client_of(cast.ana).post(url("import", review), {"file": [file(NBIB, "x.nbib")], **described()})
    batch = ImportBatch.objects.get(review=review)
    other = start_review(by=cast.ana, title="Another of hers")
    client = client_of(cast.ana)
    for name in ("batch", "progress", "original"):
        assert client.get(url(name, other, batch.pk)).status_code == 404
    assert client.post(url("undo_import", other, batch.pk)).status_code == 404


def test_a_date_in_the_future_and_an_unknown_kind_are_refused(client_of, cast, review):
    client = client_of(cast.ana)
    answer = client.post(
        url("searches", review), {"source": "PubMed", "kind": "rumour", "run_on": "2999-01-01"}
    )
    assert answer.status_code == 422
    assert "lies in the future" in answer.content.decode()
    assert not Search.objects.exists()


def test_the_page_of_searches_asks_a_fixed_number_of_questions(
    client_of, cast, review, work, django_assert_max_num_queries
):
    client = client_of(cast.ana)
    for number in range(4):
        files = [file(ris(f"Title {number} of many {n}"), f"{number}-{n}.ris") for n in range(3)]
        client.post(url("import", review), {"file": files, **described()})
    with django_assert_max_num_queries(12):
        client.get(url("searches", review))


def test_each_file_is_a_search_of_its_own_named_after_what_wrote_it(client_of, cast, review, work):
    files = [
        file(SAMPLES["embase.ris"][0], "a.ris"),
        file(SAMPLES["scopus.csv"][0], "b.csv"),
        file(SAMPLES["export.bib"][0], "Our own list.bib"),
    ]
    data = {
        "file": files,
        "apart": "on",
        "new-kind": "database",
        "new-platform": "",
        "new-searched_by": "Ana",
    }
    client = client_of(cast.ana)
    assert client.post(url("import", review), data).status_code == 302
    work(review)
    found = Search.objects.filter(review=review).values_list("source", "searched_by", "batches__made")
    assert sorted(found) == [("Embase", "Ana", 2), ("Our own list", "Ana", 4), ("Scopus", "Ana", 2)]
    # Chosen from the log, a search takes them all.
    chosen = {"file": [file(NBIB, "c.nbib")], "apart": "on", "search": Search.objects.first().pk}
    assert client.post(url("import", review), chosen).status_code == 302
    assert Search.objects.filter(review=review).count() == 3


def test_what_was_reported_is_compared_once_all_files_are_read(client_of, cast, review, work):
    client = client_of(cast.ana)
    reported = {**described(), "new-hits_reported": "2"}
    client.post(url("import", review), {"file": [file(SAMPLES["embase.ris"][0], "a.ris")], **reported})
    page = client.get(url("searches", review)).content.decode()
    assert "2 reported, 0 in the files" in page
    assert "Not all is read" in page
    assert "Differs" not in page
    work(review)
    batch = ImportBatch.objects.get(review=review)
    line = client.get(url("progress", review, batch.pk)).content.decode()
    assert f'id="hits-{batch.search_id}" hx-swap-oob="true"' in line
    assert "2 reported, 2 in the files" in line
    assert "Same" in line
