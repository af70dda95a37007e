"""What people upload by mistake or in malice, through the page: said clearly, nothing half-imported, the worker alive."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consensus.checks import drift
from studies.models import ImportBatch, ImportRefusal, Record, Report, Search
from tests.conftest import ris

pytestmark = pytest.mark.django_db


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>&c;</PMID>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""
XLSX_BOMB = zipped(xl__workbook_dot_xml=b"<x/>", xl__worksheets__sheet1_dot_xml=b" " * 60_000_000)
NO_EXPORT = {
    "nothing but binary.ris": (bytes(range(256)) * 400, "binary, not text"),
    "zeros.nbib": (b"\x00" * 50_000, "binary, not text"),
    "a paper.ris": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(2000), "This is a PDF"),
    "bomb.xml": (BOMB, "declares XML entities"),
    "bomb.xlsx": (XLSX_BOMB, "unpacks to more than the server takes"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old Office file"),
    "cut.zip": (b"PK\x03\x04" + bytes(300), "damaged"),
    "page.ris": (b"<!DOCTYPE html><html><body>Session expired</body></html>", "web page"),
    "prose.txt": (b"Dear colleague, here are some thoughts.\n" * 40, "No known format"),
}


@pytest.fixture
def upload(client_of, cast, review):
    client = client_of(cast.ana)

    def upload(content, name):
        data = {"file": [SimpleUploadedFile(name, content)], "new-source": "A source", "new-kind": "database"}
        return client.post(url("import", review), data)

    return upload


@pytest.fixture
def alive(upload, review, work):
    """The next good file is read as ever."""

    def alive():
        before = Record.objects.counted().filter(review=review).count()
        assert upload(ris("A file that comes afterwards") + b"\n" * before, "good.ris").status_code == 302
        work(review)
        assert Record.objects.counted().filter(review=review).count() == before + 1
        assert list(drift()) == []

    return alive


@pytest.mark.parametrize("name", NO_EXPORT)
def test_a_file_that_is_no_export_says_so_and_brings_nothing(
    name, upload, review, work, alive, client_of, cast
):
    content, said = NO_EXPORT[name]
    upload(content, name)
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert (batch.status, batch.found, batch.made) == ("failed", 0, 0)
    assert said in batch.message
    html = client_of(cast.ana).get(url("batch", review, batch.pk)).content.decode()
    assert said in html
    assert not Record.objects.exists()
    assert not Report.objects.exists()
    alive()


def test_a_file_over_the_limit_is_refused_before_it_is_kept(upload, review, settings, alive):
    settings.IMPORT_MAX_BYTES = 100_000
    answer = upload(ris("x") * 4000, "huge.ris")
    assert answer.status_code == 422
    assert "Export it in parts" in answer.content.decode()
    assert not Search.objects.exists()
    alive()


def entry(title="A title", more=""):
    return f"TY  - JOUR\nTI  - {title}\nAU  - Okoye, A.\n{more}ER  - \n\n".encode()


def test_nul_bytes_among_the_text_are_shown_and_lose_no_entry(upload, review, work, alive, client_of, cast):
    upload(entry("Before\x00 and behind") + entry("The next one"), "nul.ris")
    work(review)
    assert ImportBatch.objects.get(review=review).made == 2
    record = Record.objects.earliest("position")
    assert record.title == "Before and behind"
    assert "\u2400" in client_of(cast.ana).get(url("record", review, record.pk)).content.decode()
    alive()


def test_overrides_of_the_direction_of_text_do_not_reach_titles(upload, review, work, alive):
    upload(entry("Harmless \u202egpj.exe\u202c title \u2066hidden\u2069"), "bidi.ris")
    work(review)
    report = Report.objects.get(review=review)
    assert report.title == "Harmless gpj.exe title hidden"
    assert "\u202e" in Record.objects.get().raw
    alive()


def test_a_title_of_a_megabyte_and_fifty_thousand_authors_are_kept_whole(
    upload, review, work, alive, client_of, cast
):
    title = "word " * 200_000
    authors = "".join(f"AU  - Family{n}, A.\n" for n in range(50_000))
    upload(entry(title) + entry("Many hands", authors), "large.ris")
    work(review)
    long, many = Record.objects.order_by("position")
    assert len(long.title) == len(title) - 1
    assert len(many.authors) == 50_001
    client = client_of(cast.ana)
    pages = [url("record", review, long.pk), url("record", review, many.pk), url("records", review)]
    assert [client.get(page).status_code for page in pages] == [200] * 3
    assert len(client.get(pages[1]).content) < 1_200_000
    alive()


def test_what_breaks_off_or_is_glued_together_is_accounted_for(upload, review, work, alive):
    glued = b"TY  - JOUR\nTI  - First\nTY  - JOUR\nTI  - Second\nER  - TY  - JOUR\nTI  - Third\nER  - \nTY  - JOUR\nTI"
    upload(glued, "glued.ris")
    work(review)
    batch = ImportBatch.objects.get(review=review)
    assert batch.found == batch.made + batch.refused
    assert batch.made == 3
    assert ImportRefusal.objects.filter(batch=batch).count() == batch.refused
    alive()


def test_the_same_file_twice_is_noticed_under_any_name_until_it_is_undone(
    upload, review, work, client_of, cast
):
    content = ris("Only once")
    upload(content, "first.ris")
    work(review)
    answer = upload(content, "second.ris")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "was imported before" in html
    assert ">first.ris</a>" in html
    lead = client_of(cast.lead)
    lead.post(url("undo_import", review, ImportBatch.objects.get().pk))
    assert upload(content, "third.ris").status_code == 302
    work(review)
    assert Record.objects.counted().filter(review=review).count() == 1
    assert Report.objects.current().filter(review=review).count() == 1
