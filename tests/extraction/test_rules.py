"""What the database itself refuses, tried by raw SQL."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from consensus.models import Judgement
from consensus.services import open_draft, start_review
from extraction.models import Arm, FormField, Value
from extraction.services import Entry, add_arm, as_data, publish_form, save_value
from reviews.models import Event


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, list(values))


def refused(message: str, sql: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match=message):
        run(sql, *values)


INSERT = (
    "INSERT INTO extraction_value (review_id, judgement_id, field_id, arm_id, result_id, missing, number, text, unit,"
    " as_reported, revision) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '', 1)"
)


@pytest.fixture
def draft(cast, item):
    return open_draft(by=cast.ana, item_id=item.pk)


@pytest.fixture
def fields(form):
    return {field.key: field for field in form.fields.all()}


def insert(draft, field, *, arm=None, result=None, missing="reported", number=None, text=None):
    return (INSERT, draft.review_id, draft.pk, field.pk, arm, result, missing, number, text)


def test_a_value_fits_its_field_and_is_there_once(draft, fields):
    run(*insert(draft, fields["patients"], number=39))
    refused("value_once", *insert(draft, fields["patients"], number=40))
    refused("another type", *insert(draft, fields["indication"], number=1))
    refused("another type", *insert(draft, fields["mean_age"], text="old"))
    refused("another type", *insert(draft, fields["began"], text="2019"))
    refused("value_or_why_not", *insert(draft, fields["indication"], missing="not_reported", text="x"))
    refused("value_or_why_not|another type", *insert(draft, fields["indication"]))


def test_whole_numbers_are_whole(draft, fields):
    refused("another type", *insert(draft, fields["patients"], number="39.5"))


def test_a_value_hangs_where_its_field_says_and_in_its_own_extraction(cast, draft, fields, extract):
    other = extract(cast.ben)
    theirs = other.arms.all()[0]
    mine = add_arm(by=cast.ana, judgement_id=draft.pk, name="Gel")
    refused("another entity", *insert(draft, fields["n"], number=1))
    refused("another entity", *insert(draft, fields["patients"], arm=mine.pk, number=1))
    refused("value_arm_is_own", *insert(draft, fields["n"], arm=theirs.pk, number=1))
    run(*insert(draft, fields["n"], arm=mine.pk, number=1))


def test_a_judgement_is_answered_on_the_form_that_it_pinned(cast, review, draft, form, fields):
    publish_form(by=cast.lead, review=review, data=as_data(form))
    draft = Judgement.objects.drafts().get(item=draft.item)
    refused("not of the form", *insert(draft, fields["patients"], number=39))


def test_what_was_submitted_never_changes(cast, extract, fields):
    said = extract(cast.ana)
    value, arm = Value.objects.filter(judgement=said)[0], said.arms.all()[0]
    result = said.reported_results.get()
    refused("never change", "UPDATE extraction_value SET as_reported = 'x' WHERE id = %s", value.pk)
    refused("never change", "DELETE FROM extraction_value WHERE id = %s", value.pk)
    refused("never change", "UPDATE extraction_arm SET name = 'x' WHERE id = %s", arm.pk)
    refused("never change", "DELETE FROM extraction_reportedresult WHERE id = %s", result.pk)
    refused("never change", *insert(said, fields["mean_age"], number=3))


def test_a_published_form_never_changes(form, fields):
    refused("never change", "UPDATE extraction_formfield SET label = 'x' WHERE id = %s", fields["n"].pk)
    refused("never change", "DELETE FROM extraction_formfield WHERE id = %s", fields["n"].pk)
    refused("never changes", "UPDATE extraction_formversion SET layout = '{}' WHERE id = %s", form.pk)


def test_rows_of_two_reviews_cannot_be_tied(cast, review, draft, fields):
    other = start_review(by=cast.owner, title="Another review")
    arm = add_arm(by=cast.ana, judgement_id=draft.pk, name="Gel")
    moved = "same_review"
    refused(moved, "UPDATE extraction_arm SET review_id = %s WHERE id = %s", other.pk, arm.pk)
    values = insert(draft, fields["patients"], number=39)
    refused(moved, values[0], other.pk, *values[2:])
    refused(
        moved,
        "INSERT INTO extraction_reportedresult (review_id, judgement_id, uid, proposed_name, analysis, position)"
        " VALUES (%s, %s, gen_random_uuid(), 'x', '', 0)",
        other.pk,
        draft.pk,
    )
    refused(
        moved,
        'INSERT INTO extraction_entitymatch (review_id, item_id, uid, "group", created_by_id, created_at)'
        " VALUES (%s, %s, gen_random_uuid(), gen_random_uuid(), %s, now())",
        other.pk,
        draft.item_id,
        cast.ana.pk,
    )


def test_a_result_is_of_the_catalogue_or_proposed_and_there_once(draft):
    sql = (
        "INSERT INTO extraction_reportedresult (review_id, judgement_id, uid, proposed_name, analysis, position)"
        " VALUES (%s, %s, gen_random_uuid(), %s, '', 0)"
    )
    refused("reported_outcome_or_name", sql, draft.review_id, draft.pk, "")
    run(sql, draft.review_id, draft.pk, "Recurrence")
    refused("reported_once", sql, draft.review_id, draft.pk, "Recurrence")


def test_every_entry_leaves_its_trail(cast, draft, fields):
    save_value(by=cast.ana, judgement_id=draft.pk, field_id=fields["patients"].pk, entry=Entry(39))
    save_value(by=cast.ana, judgement_id=draft.pk, field_id=fields["patients"].pk, entry=Entry(40))
    save_value(by=cast.ana, judgement_id=draft.pk, field_id=fields["patients"].pk, entry=Entry(""))
    trail = Event.objects.filter(place="extraction_value").order_by("id")
    assert [(one.action, one.actor_id) for one in trail] == [
        ("insert", cast.ana.pk),
        ("update", cast.ana.pk),
        ("delete", cast.ana.pk),
    ]
    assert not Value.objects.exists()


def test_fields_have_plain_keys_and_arms_have_names(draft, review):
    form = draft.version.form
    with pytest.raises(DatabaseError), transaction.atomic():
        FormField.objects.create(review=review, form=form, key="Not Plain", label="x")
    with pytest.raises(DatabaseError, match="arm_has_name"), transaction.atomic():
        Arm.objects.create(review=review, judgement=draft, name="")
