from typing import Any

import pytest
from django.http import Http404

from config.refusals import Invalid, Refused
from consensus.models import Judgement
from consensus.services import open_draft, submit_draft
from extraction.models import Value
from extraction.services import (
    Entry,
    Place,
    add_arm,
    add_result,
    begin_consensus,
    change_arm,
    change_result,
    lacking,
    publish_form,
    remove_arm,
    remove_result,
    save_value,
    set_anchor,
    take,
)
from reviews.models import Review
from studies.models import Outcome, Report


@pytest.fixture
def draft(cast, item):
    return open_draft(by=cast.ana, item_id=item.pk)


@pytest.fixture
def fields(form):
    return {field.key: field for field in form.fields.all()}


@pytest.fixture
def enter(cast, draft, fields):
    def enter(key: str, value: Any, **more: Any) -> Value | None:
        where = {name: more.pop(name) for name in ("arm_id", "result_id", "was", "by") if name in more}
        given = {"by": cast.ana, **where}
        return save_value(judgement_id=draft.pk, field_id=fields[key].pk, entry=Entry(value, **more), **given)

    return enter


def test_a_value_is_entered_changed_and_cleared(enter):
    assert enter("patients", "39").number == 39
    assert enter("patients", "40").revision == 2
    assert Value.objects.count() == 1
    assert enter("patients", " ") is None
    assert not Value.objects.exists()


def test_the_second_tab_is_refused_and_told_what_stands(enter):
    first = enter("patients", "39", was="")
    with pytest.raises(Refused, match="changed elsewhere, to “39”"):
        enter("patients", "40", was="")
    assert enter("patients", "40", was=first.mark).number == 40
    with pytest.raises(Refused, match="to “40”"):
        enter("patients", "41", was=first.mark)


def test_a_cleared_and_entered_again_value_is_not_the_old_one(enter):
    first = enter("patients", "39", was="")
    enter("patients", "", was=first.mark)
    enter("patients", "39", was="")
    with pytest.raises(Refused):
        enter("patients", "40", was=first.mark)


def test_the_source_is_kept_with_the_value_and_belongs_to_the_study(cast, review, draft, enter):
    value = enter("patients", "39", place=Place(page="840", where="Table 1", quote="39 patients"))
    assert (str(value.anchor), value.anchor.quote) == ("p. 840, Table 1", "39 patients")
    foreign = Report.objects.create(review=review, title="Another paper")
    with pytest.raises(Invalid, match="own reports"):
        set_anchor(
            by=cast.ana, judgement_id=draft.pk, value_id=value.pk, place=Place("1", report_id=foreign.pk)
        )
    assert set_anchor(by=cast.ana, judgement_id=draft.pk, value_id=value.pk, place=Place()).anchor is None


def test_a_unit_is_kept_only_where_it_is_not_the_one_asked_for(enter):
    assert enter("mean_age", "60", unit="Years").unit == ""
    value = enter("mean_age", "720", unit="months")
    assert (value.unit, value.unit_shown) == ("months", "months")


def test_nobody_else_writes_to_a_draft_and_nobody_to_what_was_submitted(cast, draft, enter):
    for other in (cast.ben, cast.lead, cast.stranger):
        with pytest.raises(Http404):
            enter("patients", "39", by=other)
    enter("patients", "39")
    enter("indication", "Skin")
    submit_draft(by=cast.ana, judgement_id=draft.pk)
    with pytest.raises(Refused, match="does not change"):
        enter("patients", "40")


def test_a_field_is_asked_of_what_the_form_says(cast, draft, enter):
    arm = add_arm(by=cast.ana, judgement_id=draft.pk, name="Gel")
    assert enter("n", "22", arm_id=arm.pk).arm == arm
    with pytest.raises(Invalid, match="asked of something else"):
        enter("n", "22")
    with pytest.raises(Http404):
        enter("n", "22", arm_id=arm.pk + 1)


def test_arms_are_renamed_and_removed_with_what_they_hold(cast, draft, enter):
    arm = add_arm(by=cast.ana, judgement_id=draft.pk, name=" AASC  gel ", role="experimental")
    enter("n", "22", arm_id=arm.pk)
    with pytest.raises(Invalid, match="this name already"):
        add_arm(by=cast.ana, judgement_id=draft.pk, name="aasc GEL")
    with pytest.raises(Invalid, match="Enter a name"):
        add_arm(by=cast.ana, judgement_id=draft.pk, name=" ")
    with pytest.raises(Invalid, match="role"):
        add_arm(by=cast.ana, judgement_id=draft.pk, name="x", role="king")
    renamed = change_arm(by=cast.ana, judgement_id=draft.pk, arm_id=arm.pk, name="Gel", role="other")
    assert (renamed.uid, renamed.name) == (arm.uid, "Gel")
    remove_arm(by=cast.ana, judgement_id=draft.pk, arm_id=arm.pk)
    assert not Value.objects.exists()


def test_results_are_of_the_catalogue_of_this_review_or_proposed(cast, review, draft):
    outcome = Outcome.objects.get(review=review)
    made = add_result(by=cast.ana, judgement_id=draft.pk, outcome=outcome)
    with pytest.raises(Invalid, match="there already"):
        add_result(by=cast.ana, judgement_id=draft.pk, outcome=outcome)
    with pytest.raises(Invalid, match="Choose an outcome"):
        add_result(by=cast.ana, judgement_id=draft.pk)
    elsewhere = Outcome.objects.create(
        review=Review.objects.create(title="Other", created_by=cast.ben), name="x"
    )
    with pytest.raises(Http404):
        add_result(by=cast.ana, judgement_id=draft.pk, outcome=elsewhere)
    changed = change_result(by=cast.ana, judgement_id=draft.pk, result_id=made.pk, proposed_name="Recurrence")
    assert (changed.outcome, changed.outcome_name, changed.uid) == (None, "Recurrence", made.uid)
    remove_result(by=cast.ana, judgement_id=draft.pk, result_id=made.pk)
    assert not draft.reported_results.exists()


def test_what_is_required_is_asked_of_every_arm(cast, review, item, draft, enter):
    data = {
        "sections": [
            {"title": "", "fields": [{"label": "N", "type": "integer", "entity": "arm", "required": True}]}
        ]
    }
    publish_form(by=cast.lead, review=review, data=data)
    fresh = Judgement.objects.drafts().get(item=item)
    assert [str(one) for one in lacking(fresh)] == ["the arms: at least one"]
    for name in ("Gel", "Placebo"):
        add_arm(by=cast.ana, judgement_id=fresh.pk, name=name)
    assert [str(one) for one in lacking(fresh)] == ["N (Gel)", "N (Placebo)"]
    with pytest.raises(Invalid, match=r"Still to answer: N \(Gel\)"):
        submit_draft(by=cast.ana, judgement_id=fresh.pk)
    field = fresh.version.form.fields.get()
    for arm in fresh.arms.all():
        save_value(
            by=cast.ana,
            judgement_id=fresh.pk,
            field_id=field.pk,
            arm_id=arm.pk,
            entry=Entry(why="not_reported"),
        )
    assert lacking(fresh) == []


def test_a_revision_begins_with_what_was_said_under_the_same_ids(cast, extract, item):
    said = extract(cast.ana, mean_age="60.40")
    draft = open_draft(by=cast.ana, item_id=item.pk)
    assert {arm.uid for arm in draft.arms.all()} == {arm.uid for arm in said.arms.all()}
    assert draft.values.count() == said.values.count()
    again = draft.values.get(field__key="mean_age")
    assert (again.as_reported, again.taken_from) == ("60.40", None)


def test_a_value_is_taken_into_a_consensus_only_and_only_from_its_extractors(cast, extract, item):
    ana, ben = extract(cast.ana), extract(cast.ben, patients=40)
    consensus = begin_consensus(by=cast.lead, item_id=item.pk)
    value = ben.values.get(field__key="patients")
    with pytest.raises(Refused):
        take(by=cast.ana, judgement_id=ana.pk, value_id=value.pk)
    own = consensus.values.earliest("id")
    with pytest.raises(Http404):
        take(by=cast.lead, judgement_id=consensus.pk, value_id=own.pk)
    with pytest.raises(Http404):
        take(by=cast.lead, judgement_id=consensus.pk, value_id=value.pk + 10_000)


def test_values_are_visible_to_their_author_until_all_have_judged(cast, extract):
    ana = extract(cast.ana)
    seen = Value.objects.filter(judgement=ana)
    assert seen.visible_to(cast.ana).exists()
    for other in (cast.ben, cast.lead, cast.observer, cast.stranger, cast.staff):
        assert not seen.visible_to(other).exists()
    extract(cast.ben)
    assert seen.visible_to(cast.ben).exists()
    assert seen.visible_to(cast.observer).exists()
    assert not seen.visible_to(cast.stranger).exists()
    assert not seen.visible_to(cast.staff).exists()
