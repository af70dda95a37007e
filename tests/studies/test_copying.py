"""What goes into the database by COPY comes out as it went in, whatever it holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.models import Record
from studies.services.copying import copy_records

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
NASTY = [
    "\\N",
    "\\.",
    "\\",
    "a\tb",
    "a\nb\r\nc",
    '"',
    "{}",
    '{"a",NULL}',
    "NULL",
    "",
    "\\\\n",
    "\u2028é漢😀",
    "a'b",
]


@pytest.fixture
def batch(bring):
    return bring(b"TY  - JOUR\nTI  - One to tie them to\nER  - \n")


def stored(batch, text, texts):
    record = Record(
        review_id=batch.review_id,
        batch=batch,
        position=7,
        raw=text,
        title=text,
        abstract=text,
        authors=texts,
        keywords=texts,
        identifiers={"nct": text},
        extra={text or "none": texts},
    )
    copy_records([record])
    return Record.objects.get(batch=batch, position=7)


@pytest.mark.parametrize("text", NASTY)
def test_every_odd_text_comes_back(text, batch):
    found = stored(batch, text, [text, "x", text])
    assert (found.raw, found.title, found.authors) == (text, text, [text, "x", text])
    assert (found.identifiers, found.extra) == ({"nct": text}, {text or "none": [text, "x", text]})
    assert (found.year, found.doi) == (None, "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=5))
def test_any_list_of_texts_comes_back(texts, batch):
    position = Record.objects.filter(batch=batch).count() + 1
    copy_records(
        [Record(review_id=batch.review_id, batch=batch, position=position, authors=texts, raw="".join(texts))]
    )
    found = Record.objects.get(batch=batch, position=position)
    assert (found.authors, found.raw) == (texts, "".join(texts))
