"""What was handed in, delivered or published never changes, whoever asks the database."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from appraisal.models import Answer, Assessment, Instrument, Level, Plan, Use
from consensus.models import Judgement, StageVersion
from extraction.models import Arm, FormField, FormVersion, ReportedResult, Value
from reviews.models import BreakGlass, Event, ProtocolVersion
from screening.models import Criteria, Verdict
from studies.models import Record, SourceAnchor
from synthesis.models import TableBuild
from tests.database.bare import rows
from tests.walks.world import SETTLED, UNTOUCHED, World

pytestmark = pytest.mark.django_db


def refuses(query: str, *arguments: Any, saying: str) -> None:
    with pytest.raises(IntegrityError, match=saying), transaction.atomic():
        rows(query, *arguments)


def frozen_rows(world: World) -> dict[str, int]:
    """Of each table a row that nobody may change any more."""
    review = world.review
    BreakGlass.objects.create(
        review=review, user=world.cast.staff, reason="Asked to", expires_at=timezone.now()
    )
    SourceAnchor.objects.create(
        review=review, report=world.item("title_abstract", SETTLED).report, page="7", quote="39 adults"
    )
    said = Judgement.objects.current().filter(review=review)
    extracted = said.get(item=world.item("extraction", SETTLED), reviewer=world.cast.ana)
    assessed = said.get(item=world.item("appraisal", SETTLED), reviewer=world.cast.ana)
    found = {
        "consensus_judgement": Judgement.objects.filter(id=extracted.pk),
        "extraction_value": Value.objects.filter(judgement=extracted),
        "extraction_arm": Arm.objects.filter(judgement=extracted),
        "extraction_reportedresult": ReportedResult.objects.filter(judgement=extracted),
        "screening_verdict": Verdict.objects.filter(judgement__in=said),
        "screening_criteria": Criteria.objects.filter(review=review),
        "studies_record": Record.objects.filter(review=review),
        "studies_sourceanchor": SourceAnchor.objects.filter(review=review),
        "reviews_protocolversion": ProtocolVersion.objects.filter(review=review),
        "reviews_breakglass": BreakGlass.objects.filter(review=review),
        "reviews_event": Event.objects.filter(review_id=review.pk),
        "consensus_stageversion": StageVersion.objects.filter(review=review),
        "extraction_formversion": FormVersion.objects.filter(review=review, status="published"),
        "extraction_formfield": FormField.objects.filter(review=review, form__status="published"),
        "appraisal_assessment": Assessment.objects.filter(judgement=assessed),
        "appraisal_answer": Answer.objects.filter(judgement=assessed),
        "appraisal_level": Level.objects.filter(judgement=assessed),
        "appraisal_instrument": Instrument.objects.filter(review=review),
        "appraisal_plan": Plan.objects.filter(review=review),
        "appraisal_use": Use.objects.filter(review=review),
        "synthesis_tablebuild": TableBuild.objects.filter(review=review),
    }
    return {table: ones.earliest("id").pk for table, ones in found.items()}  # type: ignore[attr-defined]


def test_no_row_that_is_frozen_can_be_changed_or_removed(world: World) -> None:
    for table, number in frozen_rows(world).items():
        refuses(f"UPDATE {table} SET id = id + 1000000 WHERE id = %s", number, saying=f"{table}: ")
        refuses(f"DELETE FROM {table} WHERE id = %s", number, saying=f"{table}: ")


def test_the_tables_tried_are_those_that_have_such_a_rule(world: World) -> None:
    have = rows(
        """SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%%frozen%%'"""
    )
    # What earlier reviews decided is tried with its import.
    assert {table for (table,) in have} - set(frozen_rows(world)) <= {"studies_priordecision"}


def test_a_submitted_judgement_takes_each_stamp_once_and_nothing_else(world: World) -> None:
    said = Judgement.objects.current().get(
        item=world.item("title_abstract", SETTLED), reviewer=world.cast.ana
    )
    for stamp in ("revealed_at", "superseded_at"):
        rows(f"UPDATE consensus_judgement SET {stamp} = now() WHERE id = %s", said.pk)
        for later in ("now() + interval '1 day'", "NULL"):
            refuses(
                f"UPDATE consensus_judgement SET {stamp} = {later} WHERE id = %s",
                said.pk,
                saying="what was submitted never changes",
            )
    for change in ("comment = 'x'", "reviewer_id = reviewer_id + 1", "submitted_at = NULL", "round = 2"):
        refuses(
            f"UPDATE consensus_judgement SET {change} WHERE id = %s",
            said.pk,
            saying="what was submitted never changes",
        )


def test_no_answer_can_be_added_to_a_submitted_judgement(world: World) -> None:
    said = Judgement.objects.current().get(item=world.item("extraction", SETTLED), reviewer=world.cast.ana)
    value = Value.objects.filter(judgement=said).earliest("id")
    refuses(
        "INSERT INTO extraction_value (review_id, judgement_id, field_id) VALUES (%s, %s, %s)",
        world.review.pk,
        said.pk,
        value.field_id,
        saying="answers of a submitted judgement never change",
    )
    screened = Verdict.objects.filter(review=world.review).earliest("id")
    refuses(
        "INSERT INTO screening_verdict (review_id, judgement_id, verdict) VALUES (%s, %s, 'include')",
        world.review.pk,
        screened.judgement_id,
        saying="answers of a submitted judgement never change",
    )


def test_no_field_can_be_added_to_a_published_form(world: World) -> None:
    field = FormField.objects.filter(review=world.review, form__status="published").earliest("id")
    refuses(
        "INSERT INTO extraction_formfield (review_id, form_id) VALUES (%s, %s)",
        world.review.pk,
        field.form_id,
        saying="fields of a published form never change",
    )


def test_a_published_protocol_is_superseded_and_never_a_draft_again(world: World) -> None:
    protocol = ProtocolVersion.objects.get(review=world.review)
    change = "UPDATE reviews_protocolversion SET status = %s WHERE id = %s"
    refuses(change, "draft", protocol.pk, saying="a published protocol never changes")
    rows(change, "superseded", protocol.pk)
    refuses(change, "published", protocol.pk, saying="a published protocol never changes")


def test_a_draft_may_still_change(world: World) -> None:
    """The rules above do not simply refuse everything."""
    report = world.item("title_abstract", UNTOUCHED)
    rows(
        """INSERT INTO consensus_judgement (review_id, item_id, reviewer_id, role, round, version_id, comment,
           created_at) VALUES (%s, %s, %s, 'independent', 1, %s, '', now())""",
        world.review.pk,
        report.pk,
        world.cast.cleo.pk,
        report.version_id,
    )
    draft = Judgement.objects.drafts().get(reviewer=world.cast.cleo)
    rows("UPDATE consensus_judgement SET comment = 'x' WHERE id = %s", draft.pk)
    rows("DELETE FROM consensus_judgement WHERE id = %s", draft.pk)
    assert not Judgement.objects.filter(id=draft.pk).exists()
