import pytest
from django.db import connection

from consensus.checks import CHECKS
from synthesis import checks
from synthesis.building import refresh
from synthesis.models import Consumed

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_check_of_everything_stored_looks_at_tables_too():
    assert checks.tables in CHECKS


def test_a_fresh_and_a_stale_table_are_both_as_they_say(table, agree, amend):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    assert list(checks.tables()) == []
    amend(item, "Skin", 40, 22)
    assert list(checks.tables()) == []


def test_a_table_that_wrongly_says_fresh_is_found(table, agree, amend):
    item = agree("Moon", "Skin", 39, 22)
    refresh(table.review_id)
    amend(item, "Skin", 40, 22)
    for change in item.review.changes.all():
        Consumed.objects.get_or_create(review=item.review, table=table, change=change)
    [said] = checks.tables()
    assert "says fresh" in said
    assert "rows and totals" in said


def test_a_table_that_forgot_what_it_depends_on_is_found(table):
    refresh(table.review_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE synthesis_summarytable SET depends = '{extraction:patients}'")
    assert any("depends on" in said for said in checks.tables())
