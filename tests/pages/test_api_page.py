"""The page of the API, and the description that it is made from."""

from contextlib import redirect_stderr
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from config.describing import described

pytestmark = pytest.mark.django_db

NAMES = {
    "Row": {
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "title": {"type": "string"},
            "at": {"type": "string", "format": "date-time", "nullable": True},
            "state": {"oneOf": [{"$ref": "#/components/schemas/State"}, {"enum": [""]}]},
            "of": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
        },
        "required": ["id", "title"],
    },
    "Inner": {"properties": {"x": {"type": "number"}}},
    "State": {"enum": ["open", "closed"], "type": "string"},
    "PageOfRow": {
        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}
    },
}


def told(name):
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


@pytest.fixture
def rows():
    """The group of a description with one route."""
    listing = {
        "tags": ["rows"],
        "description": "Some rows.",
        "parameters": [
            {"in": "query", "name": "state", "schema": {"$ref": "#/components/schemas/State"}},
            {"in": "query", "name": "format", "schema": {"type": "string"}},
            {"in": "path", "name": "id", "schema": {"type": "integer"}},
        ],
        "responses": {"200": told("PageOfRow")},
    }
    making = {"tags": ["rows"], "requestBody": told("Row"), "responses": {"201": told("Row")}}
    paths = {"/rows/": {"get": listing, "post": making}}
    (group,) = described({"paths": paths, "components": {"schemas": NAMES}})
    return group


def test_a_route_says_what_may_be_asked_and_what_comes_back(rows):
    listing, making = rows.operations
    assert (listing.method, listing.path, listing.words) == ("GET", "/rows/", "Some rows.")
    assert [(one.name, one.kind) for one in listing.asked] == [("state", "open | closed")]
    assert (listing.returns, listing.many, listing.sends) == ("Row", True, "")
    assert (making.returns, making.many, making.sends) == ("Row", False, "Row")


def test_the_fields_of_what_is_sent_are_told_in_words_with_what_is_inside(rows):
    assert list(rows.parts) == ["Row", "Inner"]
    fields = {one.name: (one.kind, one.required) for one in rows.parts["Row"].fields}
    assert fields == {
        "id": ("whole number", False),
        "title": ("text", True),
        "at": ("date and time or null", False),
        "state": ("open | closed or nothing", False),
        "of": ("list of Inner", False),
    }


def test_the_description_is_made_without_a_complaint():
    GENERATOR_STATS.reset()
    said = StringIO()
    with redirect_stderr(said), GENERATOR_STATS.silence():
        SchemaGenerator().get_schema(request=None, public=True)
    assert GENERATOR_STATS._warn_cache == {}
    assert GENERATOR_STATS._error_cache == {}


def test_anybody_may_read_what_the_api_offers_and_it_tells_nothing_of_any_review(review, client_of, cast):
    for client in (Client(), client_of(cast.lead)):
        answer = client.get(reverse("api_docs"))
        assert answer.status_code == 200
        page = answer.content.decode()
        for route in ("/api/v1/records/", "/api/v1/judgements/", "/api/v1/tables/{id}/"):
            assert f"<code>{route}</code>" in page
        assert f'href="{reverse("api_schema")}"' in page
        assert review.title not in page
    assert f'href="{reverse("tokens")}"' in page


def test_pages_are_sent_compressed_and_papers_as_they_are(client_of, cast, review):
    asked = {"HTTP_ACCEPT_ENCODING": "gzip"}
    page = client_of(cast.lead).get(reverse("api_docs"), **asked)
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 40_000
    plain = client_of(cast.lead).get(reverse("api_docs"))
    assert "Content-Encoding" not in plain
