from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Judgement, Note, Stage, WorkItem
from reviews.models import ExclusionReason, ProtocolVersion
from reviews.services import create_review
from reviews.services import set_reasons as plain_reasons
from screening import services
from screening.models import Criteria, Verdict
from studies.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(items):
    return items[0]


@pytest.fixture
def reasons(review):
    return list(ExclusionReason.objects.filter(review=review))


@pytest.fixture
def full_text(items, cast):
    """A report that both included, waiting at full text."""
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    return WorkItem.objects.get(report=items[0].report, stage__kind="full_text")


def status(item):
    item.refresh_from_db()
    return item.status


def test_two_includes_agree_and_open_the_full_text(item, cast):
    services.judge(by=cast.ana, item_id=item.pk, verdict="include")
    assert status(item) == "partial"
    assert not WorkItem.objects.filter(stage__kind="full_text").exists()
    services.judge(by=cast.ben, item_id=item.pk, verdict="include")
    assert status(item) == "agreed"
    assert WorkItem.objects.get(stage__kind="full_text").report_id == item.report_id
    assert list(drift()) == []


def test_unsure_counts_as_include_unless_the_stage_says_otherwise(items, cast, stage):
    for item, setting, expected in ((items[0], "include", "agreed"), (items[1], "conflict", "conflict")):
        consensus.change_stage(by=cast.lead, stage=stage, unsure=setting)
        services.judge(by=cast.ana, item_id=item.pk, verdict="unsure")
        services.judge(by=cast.ben, item_id=item.pk, verdict="include")
        assert status(item) == expected


def test_differing_reasons_are_a_conflict_or_the_higher_ranked_one_stands(items, cast, stage, reasons):
    for item, setting, expected in ((items[0], "conflict", "conflict"), (items[1], "first", "agreed")):
        consensus.change_stage(by=cast.lead, stage=stage, reasons=setting)
        services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", reason_id=reasons[1].pk)
        services.judge(by=cast.ben, item_id=item.pk, verdict="exclude", reason_id=reasons[0].pk)
        assert status(item) == expected
    assert items[1].final.verdict.reason == reasons[0]
    # The first item was not decided, so it followed the second setting.
    assert consensus.progress(stage).finals == {f"exclude:{reasons[0].pk}": 2}


def test_when_reasons_are_put_into_another_order_the_one_that_now_ranks_higher_stands(
    item, cast, stage, review, reasons
):
    consensus.change_stage(by=cast.lead, stage=stage, reasons="first")
    services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", reason_id=reasons[1].pk)
    services.judge(by=cast.ben, item_id=item.pk, verdict="exclude", reason_id=reasons[0].pk)
    services.set_reasons(by=cast.lead, review=review, labels=[reasons[1].label, reasons[0].label])
    item.refresh_from_db()
    assert item.final.verdict.reason == reasons[1]
    assert list(drift()) == []


def test_a_reason_of_another_review_is_refused_and_nothing_is_written(item, cast):
    other = create_review(by=cast.stranger, title="Other")
    foreign = plain_reasons(by=cast.stranger, review=other, labels=["Foreign"])[0]
    with pytest.raises(Invalid, match="no exclusion reason of this review"):
        services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", reason_id=foreign.pk)
    assert not Judgement.objects.exists()


def test_a_retired_reason_is_refused_by_name(item, cast, review, reasons):
    plain_reasons(by=cast.owner, review=review, labels=[reasons[0].label])
    with pytest.raises(Invalid, match=r"Wrong topic.*no longer in use"):
        services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", reason_id=reasons[1].pk)


@pytest.mark.parametrize("bad", ["x", "-1", "9" * 30, "²"])
def test_a_reason_that_is_no_number_is_refused(item, cast, bad):
    with pytest.raises(Invalid):
        services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", reason_id=bad)


@pytest.mark.parametrize("verdict", ["", "maybe", "awaiting", "ongoing"])
def test_only_the_verdicts_of_the_stage_are_taken(item, cast, verdict):
    with pytest.raises(Invalid, match="Choose one of: Include, Exclude, Unsure"):
        services.judge(by=cast.ana, item_id=item.pk, verdict=verdict)


def test_a_reason_goes_with_an_exclusion_only(item, cast, reasons):
    with pytest.raises(Invalid, match="exclusion only"):
        services.judge(by=cast.ana, item_id=item.pk, verdict="include", reason_id=reasons[0].pk)


def test_a_reason_is_optional_at_title_and_abstract_and_needed_at_full_text(items, cast, full_text, reasons):
    services.judge(by=cast.ana, item_id=items[1].pk, verdict="exclude")
    with pytest.raises(Invalid, match="Choose the reason"):
        services.judge(by=cast.ana, item_id=full_text.pk, verdict="exclude")
    services.judge(by=cast.ana, item_id=full_text.pk, verdict="exclude", reason_id=reasons[0].pk)


def test_awaiting_and_ongoing_are_said_at_full_text_and_go_no_further(cast, full_text):
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=full_text.pk, verdict="ongoing")
    assert status(full_text) == "agreed"
    assert not WorkItem.objects.filter(stage__kind="extraction").exists()


def test_the_same_token_again_makes_nothing_twice(item, cast):
    token = uuid4()
    first = services.judge(by=cast.ana, item_id=item.pk, verdict="include", token=token)
    again = services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", token=token)
    assert first == again
    assert Verdict.objects.get().verdict == "include"
    assert list(drift()) == []


def test_two_tabs_the_later_decision_revises_the_earlier_and_both_are_kept(item, cast):
    services.judge(by=cast.ana, item_id=item.pk, verdict="include", token=uuid4())
    services.judge(by=cast.ana, item_id=item.pk, verdict="exclude", token=uuid4())
    assert [v.verdict for v in Verdict.objects.order_by("id")] == ["include", "exclude"]
    current = Judgement.objects.current().get(item=item)
    assert current.verdict.verdict == "exclude"
    assert status(item) == "partial"


def test_a_merged_item_says_to_judge_the_other_one(items, cast):
    consensus.merge_reports(by=cast.lead, left=items[0].report, right=items[1].report)
    closed = next(one for one in items[:2] if status(one) == "closed")
    with pytest.raises(Refused, match="merged with another"):
        services.judge(by=cast.ana, item_id=closed.pk, verdict="include")


def test_a_removed_member_and_a_stranger_cannot_tell_the_item_from_a_wrong_number(item, cast, membership):
    consensus.remove_member(by=cast.owner, membership=membership(cast.ana))
    for user in (cast.ana, cast.stranger):
        with pytest.raises(Http404):
            services.judge(by=user, item_id=item.pk, verdict="include")


def test_an_observer_does_not_judge(item, cast):
    with pytest.raises(PermissionDenied):
        services.judge(by=cast.observer, item_id=item.pk, verdict="include")


def test_a_conflict_is_resolved_with_a_reason_and_both_originals_stay(item, cast, reasons):
    services.judge(by=cast.ana, item_id=item.pk, verdict="include")
    services.judge(by=cast.ben, item_id=item.pk, verdict="exclude", reason_id=reasons[0].pk)
    assert status(item) == "conflict"
    with pytest.raises(Invalid, match="Say why"):
        services.resolve_conflict(by=cast.lead, item_id=item.pk, verdict="include", comment=" ")
    services.resolve_conflict(by=cast.lead, item_id=item.pk, verdict="include", comment="It fits")
    assert status(item) == "resolved"
    assert Judgement.objects.current().independent().filter(item=item).count() == 2
    assert WorkItem.objects.filter(report=item.report, stage__kind="full_text").exists()


def test_a_pair_resolves_when_both_have_signed(item, cast, stage, reasons):
    Stage.objects.filter(id=stage.pk).update(resolver="pair")
    services.judge(by=cast.ana, item_id=item.pk, verdict="include")
    services.judge(by=cast.ben, item_id=item.pk, verdict="exclude", reason_id=reasons[0].pk)
    with pytest.raises(PermissionDenied):
        services.resolve_conflict(by=cast.lead, item_id=item.pk, verdict="include", comment="Mine")
    draft = services.resolve_conflict(by=cast.ana, item_id=item.pk, verdict="include", comment="Fits")
    assert status(item) == "conflict"
    consensus.sign(by=cast.ben, judgement_id=draft.pk)
    assert status(item) == "resolved"


def test_what_is_reversed_at_title_and_abstract_closes_the_full_text(items, cast, full_text):
    services.resolve_conflict(by=cast.lead, item_id=items[0].pk, verdict="exclude", comment="Seen again")
    assert (status(full_text), full_text.closed_as) == ("closed", "upstream")
    assert list(drift()) == []


def test_a_full_text_that_cannot_be_had_closes_its_item_until_it_is_found(cast, full_text):
    report = full_text.report
    services.set_retrieval(by=cast.ben, report=report, retrieval="not_retrieved", note="Library has none")
    assert (status(full_text), full_text.closed_as) == ("closed", "not_retrieved")
    with pytest.raises(Refused, match="not retrieved"):
        services.judge(by=cast.ana, item_id=full_text.pk, verdict="include")
    services.set_retrieval(by=cast.ben, report=report, retrieval="retrieved")
    assert status(full_text) == "open"
    assert list(drift()) == []


def test_retrieval_is_for_members_who_bring_and_takes_known_words_only(cast, full_text):
    with pytest.raises(Http404):
        services.set_retrieval(by=cast.stranger, report=full_text.report, retrieval="retrieved")
    with pytest.raises(PermissionDenied):
        services.set_retrieval(by=cast.observer, report=full_text.report, retrieval="retrieved")
    with pytest.raises(Invalid):
        services.set_retrieval(by=cast.ana, report=full_text.report, retrieval="lost")
    assert Report.objects.get(id=full_text.report_id).retrieval == "not_sought"


def test_a_new_protocol_is_the_next_version_of_both_screening_stages(review, cast, items):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    protocol = services.publish_protocol(
        by=cast.lead, review=review, texts={"population": "Adults"}, include=["Asleep"], exclude=["Awake"]
    )
    kinds = Criteria.objects.filter(protocol=protocol).values_list("version__stage__kind", flat=True)
    assert sorted(kinds) == ["full_text", "title_abstract"]
    assert {item.version.number for item in WorkItem.objects.filter(stage__kind="title_abstract")} == {2}
    assert Judgement.objects.get().version.number == 1
    assert ProtocolVersion.objects.published().get(review=review) == protocol


def test_a_note_belongs_to_its_author_and_needs_words(item, cast):
    with pytest.raises(Invalid):
        services.add_note(by=cast.ana, item_id=item.pk, text="  ")
    with pytest.raises(Http404):
        services.add_note(by=cast.stranger, item_id=item.pk, text="Hello")
    note = services.add_note(by=cast.ana, item_id=item.pk, text="Look again")
    services.remove_note(by=cast.ben, note_id=note.pk)
    assert Note.objects.get() == note
    services.remove_note(by=cast.ana, note_id=note.pk)
    assert not Note.objects.exists()
