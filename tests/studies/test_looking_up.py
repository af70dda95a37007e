"""Pasted DOIs and PubMed numbers, looked up at a service on this machine that answers as Crossref and PubMed do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.urls import reverse

from studies.formats import Entry, ParsedRecord, Refusal
from studies.looking_up import LookUp
from studies.models import ImportBatch, Record

WORKS = {
    "10.1000/lu.1": {
        "DOI": "10.1000/LU.1", "title": ["Naps before <i>examinations</i>"], "container-title": ["Sleep Letters"],
        "author": [{"given": "Ada", "family": "Okoye"}], "issued": {"date-parts": [[2019, 4]]}, "volume": "12",
        "page": "221-8", "abstract": "<jats:p>Words.</jats:p>", "type": "journal-article",
    },
    "10.1000/a,b": {"DOI": "10.1000/a,b", "title": ["With a comma"]},
}  # fmt: skip
MEDLINE = "PMID- 31234567\nTI  - Night shifts.\nFAU - Brandt, Jo\nAU  - Brandt J\nDP  - 2020\nJT  - Nursing letters\n\n"


class Service(BaseHTTPRequestHandler):
    asked: list[str] = []
    status = 200

    def do_GET(self) -> None:
        self.asked.append(self.path)
        parts = urlsplit(self.path)
        wanted = parse_qs(parts.query)
        if self.status != 200:
            self.answer(self.status, "busy")
        elif parts.path == "/efetch":
            self.answer(200, MEDLINE if "31234567" in wanted["id"][0].split(",") else "\n")
        elif parts.path == "/works":
            dois = [one.removeprefix("doi:") for one in wanted["filter"][0].split(",")]
            self.answer(200, json.dumps({"message": {"items": [WORKS[doi] for doi in dois if doi in WORKS]}}))
        else:
            doi = unquote(parts.path.removeprefix("/works/"))
            self.answer(200 if doi in WORKS else 404, json.dumps({"message": WORKS.get(doi, {})}))

    def answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    Service.asked, Service.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def entry(position: int, **fields: Any) -> Entry:
    return Entry(position, 0, "as pasted", ParsedRecord(**fields))


def look_up(address: str) -> LookUp:
    return LookUp(f"{address}/works", f"{address}/efetch")


def fields_of(items: list[Entry | Refusal]) -> list[ParsedRecord]:
    return [item.fields for item in items if isinstance(item, Entry)]


def test_entries_of_numbers_alone_are_completed_and_others_left_as_they_are(service: str) -> None:
    asked = look_up(service)
    items = [
        entry(1, doi="10.1000/lu.1"),
        entry(2, pmid="31234567", identifiers={"nct": "NCT01234567"}),
        entry(3, doi="10.1000/unknown"),
        entry(4, doi="10.1000/lu.1", title="Its own title"),
        Refusal(5, 0, "text", "reason"),
        entry(6, doi="10.1000/a,b"),
    ]
    found = asked.complete(items)
    assert [item.position for item in found] == [1, 2, 3, 4, 5, 6]
    first, second, third, fourth, sixth = fields_of(found)
    assert (first.title, first.authors, first.year, first.journal) == (
        "Naps before examinations",
        ("Okoye, Ada",),
        2019,
        "Sleep Letters",
    )
    assert (first.abstract, first.pages, first.doi) == ("Words.", "221-8", "10.1000/lu.1")
    assert json.loads(first.extra["answered by Crossref"][0])["volume"] == "12"
    assert (second.title, second.authors, second.identifiers) == (
        "Night shifts.",
        ("Brandt, Jo",),
        {"nct": "NCT01234567"},
    )
    assert second.extra["answered by PubMed"][0].startswith("PMID- 31234567")
    assert (third.title, fourth.title, sixth.title) == ("", "Its own title", "With a comma")
    assert {item.raw for item in found if isinstance(item, Entry)} == {"as pasted"}
    assert (asked.asked, asked.completed, asked.silent) == (4, 3, set())
    assert len(Service.asked) == 3


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "file:///etc"])
def test_where_nobody_answers_every_number_stays(address: str) -> None:
    asked = look_up(address)
    found = asked.complete([entry(1, doi="10.1000/lu.1"), entry(2, pmid="31234567")])
    assert fields_of(found) == [ParsedRecord(doi="10.1000/lu.1"), ParsedRecord(pmid="31234567")]
    assert asked.silent == {"Crossref", "PubMed"}


def test_a_service_that_is_busy_is_asked_once(service: str) -> None:
    Service.status = 503
    asked = look_up(service)
    for _ in range(3):
        asked.complete([entry(1, doi="10.1000/lu.1")])
    assert len(Service.asked) == 1
    assert asked.completed == 0


@pytest.mark.django_db
def test_a_pasted_list_is_looked_up_only_if_the_administrator_allows_it(
    service: str, settings: Any, client_of: Any, cast: Any, review: Any, work: Any
) -> None:
    settings.LOOK_UP_WORKS, settings.LOOK_UP_PUBMED = f"{service}/works", f"{service}/efetch"
    ana = client_of(cast.ana)
    url = reverse("studies:paste", args=[review.pk])
    described = {"new-source": "Citations", "new-kind": "citation"}
    assert "Nothing is looked up elsewhere" in ana.get(url).content.decode()
    ana.post(url, described | {"text": "10.1000/lu.1"})
    work(review)
    assert Record.objects.get(review=review).title == ""
    assert Service.asked == []

    settings.LOOK_UP = True
    assert "looked up at PubMed and Crossref" in ana.get(url).content.decode()
    ana.post(url, described | {"text": "10.1000/lu.1\n31234567\n10.1000/unknown"})
    work(review)
    batch = ImportBatch.objects.filter(review=review).latest("id")
    assert (batch.found, batch.made) == (3, 3)
    assert batch.message == "2 of 3 entries that gave only a number were looked up."
    said = Record.objects.filter(batch=batch).order_by("position").values_list("title", "raw")
    assert list(said) == [
        ("Naps before examinations", "10.1000/lu.1"),
        ("Night shifts.", "31234567"),
        ("", "10.1000/unknown"),
    ]
    record = Record.objects.get(batch=batch, position=1)
    html = ana.get(reverse("studies:record", args=[review.pk, record.pk])).content.decode()
    assert "answered by Crossref" in html
    assert 'href="https://doi.org/10.1000/lu.1"' in html
