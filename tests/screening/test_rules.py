"""Each rule of the tables, tried from SQL, past all Python."""

import pytest
from django.db import IntegrityError, connection, transaction

from consensus.models import Judgement
from reviews.models import Event, ExclusionReason
from reviews.services import create_review, set_reasons
from screening import services
from screening.models import Verdict

pytestmark = pytest.mark.django_db


def refused(sql, *values):
    with pytest.raises(IntegrityError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(told.value)


def draft(item, user):
    return Judgement.objects.create(
        review_id=item.review_id, item=item, reviewer=user, version=item.version, round=item.round
    )


INSERT = "INSERT INTO screening_verdict (review_id, judgement_id, verdict, reason_id) VALUES (%s, %s, %s, %s)"


def test_a_verdict_never_changes_once_its_judgement_is_submitted(items, cast):
    made = services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    for sql in (
        "UPDATE screening_verdict SET verdict = 'exclude' WHERE judgement_id = %s",
        "DELETE FROM screening_verdict WHERE judgement_id = %s",
    ):
        assert "never change" in refused(sql, made.pk)


def test_no_verdict_is_added_to_a_submitted_judgement(items, cast):
    made = services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    assert "never change" in refused(INSERT, made.review_id, made.pk, "include", None)


def test_a_reason_goes_with_exclude_only(items, cast, review):
    made = draft(items[0], cast.ana)
    reason = ExclusionReason.objects.filter(review=review)[0]
    assert "reason_only_with_exclude" in refused(INSERT, review.pk, made.pk, "include", reason.pk)


def test_an_unknown_verdict_and_one_of_the_full_text_are_refused(items, cast, review):
    made = draft(items[0], cast.ana)
    assert "verdict_known" in refused(INSERT, review.pk, made.pk, "maybe", None)
    assert "only from the full text" in refused(INSERT, review.pk, made.pk, "ongoing", None)


def test_an_exclusion_at_full_text_needs_a_reason(items, cast, review):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    made = draft(items[0].report.items.get(stage__kind="full_text"), cast.ana)
    assert "needs a reason" in refused(INSERT, review.pk, made.pk, "exclude", None)


def test_a_verdict_belongs_to_the_review_of_its_judgement_and_of_its_reason(items, cast, review):
    other = create_review(by=cast.stranger, title="Other")
    foreign = set_reasons(by=cast.stranger, review=other, labels=["Foreign"])[0]
    made = draft(items[0], cast.ana)
    assert "same_review" in refused(INSERT, other.pk, made.pk, "include", None)
    assert "same_review" in refused(INSERT, review.pk, made.pk, "exclude", foreign.pk)


def test_what_a_published_version_asks_never_changes(review):
    assert "never changes" in refused(
        "UPDATE screening_criteria SET protocol_id = protocol_id WHERE review_id = %s", review.pk
    )


def test_every_verdict_is_in_the_audit_trail_with_its_actor(items, cast):
    made = services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    event = Event.objects.get(place="screening_verdict", row=Verdict.objects.get(judgement=made).pk)
    assert (event.actor_id, event.action, event.data["verdict"]) == (cast.ana.pk, "insert", "include")
