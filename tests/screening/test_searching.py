"""What is typed into the search box, as PostgreSQL is asked it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.searching import read


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("sleep", "'sleep'"),
        ("sleep*", "'sleep':*"),
        ('"deep sleep"', "('deep' <-> 'sleep')"),
        ('"deep slee*', "('deep' <-> 'slee':*)"),
        ("sleep memory", "'sleep' & 'memory'"),
        ("nap or doze memory", "('nap' | 'doze') & 'memory'"),
        ("-rat sleep", "!'rat' & 'sleep'"),
        ("title:naps", "'naps':A"),
        ("author:smi*", "'smi':*C"),
        ("non-small", "('non' <-> 'small')"),
        ("or", "'or'"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_what_is_typed_becomes_a_question(typed, asked):
    assert read(typed).tsquery == asked


def test_nothing_is_looked_for_in_a_masked_field():
    assert read("smith", without=frozenset("C")).tsquery == "'smith':ABD"
    assert read("author:smith sleep", without=frozenset("C")).tsquery == "'sleep':ABD"


def test_signs_without_a_word_are_said_to_be_ignored():
    assert read("sleep & !!").ignored == ("&", "!!")


@pytest.mark.django_db
@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_question_that_postgresql_can_read(typed):
    from django.db import connection

    asked = read(typed.replace("\x00", "")).tsquery
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsquery('simple', %s)", [asked])
