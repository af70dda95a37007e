import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from consensus.services import open_consensus, resolve_draft
from extraction.models import Value
from extraction.services.entries import Entry, save_value
from reporting import demo
from reviews.models import Review

pytestmark = pytest.mark.django_db


def verify() -> str:
    out = StringIO()
    call_command("verify_demo", stdout=out)
    return out.getvalue()


def test_without_the_demo_the_command_says_how_to_load_it():
    with pytest.raises(CommandError, match="load_demo"):
        verify()


def test_the_demo_has_the_published_numbers_and_one_changed_value_is_noticed():
    demo.build(lambda text: None)
    found = json.loads(verify())
    assert found["prisma_boxes"]["records_screened"] == 70
    assert found["recomputed_totals"] == {"studies": 22, "patients": 953, "patients_aasc": 528}
    assert found["table2"]["Stroke"] == {"studies": 1, "patients": 13, "patients_aasc": 4}
    assert found["differences"] == []
    change_one_value()
    with pytest.raises(CommandError) as caught:
        verify()
    said = str(caught.value)
    assert "recomputed_totals, patients: 954 in the database, 953 expected" in said
    assert "table2, Stroke, patients: 14 in the database, 13 expected" in said
    assert "patients_aasc" not in said


def change_one_value() -> None:
    """The lead amends the number of patients of the one stroke study."""
    review = Review.objects.get(title=demo.DEMO_TITLE)
    lead = review.created_by
    stroke = Value.objects.standing().get(review=review, field__key="indication", text="Stroke")
    item = stroke.judgement.item
    draft = open_consensus(by=lead, item_id=item.pk)
    patients = draft.values.get(field__key="patients")
    save_value(by=lead, judgement_id=draft.pk, field_id=patients.field_id, entry=Entry(value=14))
    resolve_draft(by=lead, judgement_id=draft.pk, comment="Read again.")
