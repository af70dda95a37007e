"""The log of searches: versions, overlap, records by hand and from pasted lists, corrections with their originals."""

import pytest
from django.urls import reverse

from consensus.services import start_review
from consensus.services import undo_import as undo
from studies.models import Correction, ImportBatch, Record, Report, Search
from studies.overlap import drawing_of, overlap_of
from studies.services import add_search
from tests.conftest import TITLES, ris

pytestmark = pytest.mark.django_db


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


@pytest.fixture
def ana(client_of, cast):
    return client_of(cast.ana)


def test_a_search_is_corrected_and_run_again_as_its_next_version(ana, cast, review):
    first = add_search(
        by=cast.ana, review=review, source="PubMed", query="sleep AND recall", hits_reported=12
    )
    ana.post(
        url("search", review, first.pk),
        {
            "source": "PubMed",
            "kind": "database",
            "platform": "NLM",
            "searched_by": "A librarian",
            "query": "sleep",
        },
    )
    first.refresh_from_db()
    assert (first.platform, first.searched_by, first.query) == ("NLM", "A librarian", "sleep")
    ana.post(url("run_again", review, first.pk))
    second = Search.objects.get(rerun_of=first)
    assert (second.version, second.platform, second.query, second.hits_reported, second.run_on) == (
        2,
        "NLM",
        "sleep",
        None,
        None,
    )
    answer = ana.post(url("run_again", review, first.pk))
    assert answer.status_code == 409
    assert "Version 2" in answer.content.decode()
    html = ana.get(url("searches", review)).content.decode()
    assert "PubMed, version 2" in html
    assert url("run_again", review, second.pk) in html
    assert url("run_again", review, first.pk) not in html


@pytest.fixture
def three(bring):
    """Four titles in PubMed, three of them in Embase as well, one of these in CINAHL, which has another of its own."""
    bring(ris(*TITLES[:4]), source="PubMed")
    bring(ris(*TITLES[:3]) + b"\n", name="b.ris", source="Embase")
    entries = ris(*TITLES).decode().split("\n\n")
    bring("\n\n".join([entries[0], entries[5], ""]).encode(), name="c.ris", source="CINAHL")


def test_the_overlap_adds_up(review, three):
    found = overlap_of(review)
    said = {one.name: (one.before, one.after, one.delivered, one.only) for one in found.sources}
    assert said == {"PubMed": (4, 4, 4, 1), "Embase": (3, 0, 3, 0), "CINAHL": (2, 1, 2, 1)}
    assert (found.records, found.reports) == (9, Report.objects.current().filter(review=review).count())
    assert sum(number for _names, number in found.sets) == 5
    assert found.shared("PubMed", "Embase") == 3
    assert found.shared("CINAHL", "Embase") == found.shared("CINAHL", "PubMed") == 1


def test_the_plot_draws_every_combination_and_stays_within_its_frame(review, three):
    drawing = drawing_of(overlap_of(review))
    assert sorted(column.number for column in drawing.columns) == [1, 1, 1, 2]
    assert drawing.left_out == 0
    for column in drawing.columns:
        assert 0 <= column.left <= column.left + 18 <= drawing.width
        assert 0 < column.above < column.y
        assert len(column.dots) == 3
        assert max(y for y, _filled in column.dots) < drawing.height
    assert {band.start + band.width for band in drawing.bands} == {90.0}


def test_the_page_of_the_overlap_shows_both_and_is_for_members(client_of, cast, review, three):
    html = client_of(cast.observer).get(url("overlap", review)).content.decode()
    assert "9 records are 5 reports" in html
    assert "<svg" in html
    assert client_of(cast.stranger).get(url("overlap", review)).status_code == 404


def test_undone_imports_count_in_no_overlap(cast, review, three):
    undo(by=cast.owner, batch=ImportBatch.objects.get(search__source="CINAHL"))
    assert {one.name: one.after for one in overlap_of(review).sources} == {"PubMed": 4, "Embase": 0}


def test_an_empty_review_has_nothing_to_compare(ana, review):
    assert "Nothing to compare" in ana.get(url("overlap", review)).content.decode()


LIST = "10.1000/first.one\r\n31421429\r\nOkoye A, Brandt J. Naps and recall in adults. Sleep Lett. 2019;3(1):1-9.\r\n"


def test_pasted_dois_pmids_and_references_become_records_once(ana, review, work):
    data = {"text": LIST, "new-source": "Reference lists", "new-kind": "citation"}
    assert ana.post(url("paste", review), data).status_code == 302
    work(review)
    said = Record.objects.filter(review=review).order_by("position").values_list("doi", "pmid", "title")
    assert list(said) == [
        ("10.1000/first.one", "", ""),
        ("", "31421429", ""),
        ("", "", "Naps and recall in adults"),
    ]
    search = Search.objects.get(review=review)
    assert search.kind == "citation"
    answer = ana.post(url("paste", review), {"text": LIST, "search": search.pk})
    assert answer.status_code == 422
    assert "was imported before" in answer.content.decode()


def test_pasted_blanks_are_no_reference(ana, review):
    data = {"text": " \r\n" * 50, "new-source": "Reference lists", "new-kind": "citation"}
    answer = ana.post(url("paste", review), data)
    assert answer.status_code == 422
    assert "Paste at least one reference" in answer.content.decode()
    assert not Search.objects.filter(review=review).exists()


def test_pasted_text_without_a_reference_is_refused_and_nothing_is_half_done(ana, review, work):
    assert (
        ana.post(url("paste", review), {"text": "", "new-source": "x", "new-kind": "other"}).status_code
        == 422
    )
    assert ana.post(url("paste", review), {"text": "10.1/x"}).status_code == 422
    assert not Search.objects.exists()


def test_a_record_is_added_by_hand(ana, review, work):
    data = {
        "title": "A leaflet on naps",
        "authors": "Okoye, Ada\r\nBrandt, Jo",
        "year": "2019",
        "abstract": "One.\r\nTwo.",
    }
    data |= {"new-source": "Hand search", "new-kind": "other"}
    assert ana.post(url("by_hand", review), data).status_code == 302
    work(review)
    record = Record.objects.get(review=review)
    assert (record.title, record.authors, record.year) == (
        "A leaflet on naps",
        ["Okoye, Ada", "Brandt, Jo"],
        2019,
    )
    assert record.abstract == "One.\nTwo."
    assert Report.objects.current().get(review=review).title == "A leaflet on naps"
    assert ana.post(url("by_hand", review), {"new-source": "x", "new-kind": "other"}).status_code == 422


KEPT = ("title", "journal", "volume", "issue", "pages", "doi", "pmid", "kind", "language", "abstract")


def test_a_report_is_corrected_and_the_original_is_kept(client_of, ana, cast, review, items):
    report = items[0].report
    page = url("correct", review, report.pk)
    assert ana.get(page).status_code == 200
    before = {name: getattr(report, name) or "" for name in KEPT}
    data = before | {"authors": "\n".join(report.authors), "year": "2001"}
    ana.post(page, data)
    report.refresh_from_db()
    assert report.year == 2001
    made = Correction.objects.get()
    assert (made.field, made.was, made.value, made.created_by) == ("year", 1991, 2001, cast.ana)
    assert Record.objects.get(links__report=report).year == 1991
    assert "was: 1991" in ana.get(url("report", review, report.pk)).content.decode()
    ana.post(page, data)
    assert Correction.objects.count() == 1
    assert client_of(cast.observer).post(page, data | {"year": "1800"}).status_code == 403
    assert client_of(cast.stranger).post(page, data).status_code == 404


def test_observers_write_nothing_in_the_log_and_other_reviews_are_not_reached(client_of, cast, review):
    search = add_search(by=cast.ana, review=review, source="PubMed")
    pages = [("search", [search.pk]), ("run_again", [search.pk]), ("paste", []), ("by_hand", [])]
    for user, status in ((cast.observer, 403), (cast.stranger, 404), (cast.staff, 404)):
        client = client_of(user)
        assert [client.post(url(name, review, *args)).status_code for name, args in pages] == [status] * 4
    other = start_review(by=cast.ana, title="Another of hers")
    assert client_of(cast.ana).get(url("search", other, search.pk)).status_code == 404
    data = {"text": "10.1000/x", "search": search.pk}
    assert client_of(cast.ana).post(url("paste", other), data).status_code == 422
    assert not ImportBatch.objects.exists()
