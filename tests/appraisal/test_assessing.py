"""Assessments through the mechanism: answers, proposals, overrides, two judges, consensus, versions."""

import pytest
from django.db import IntegrityError, connection, transaction

from appraisal import services
from appraisal.models import Answer, Assessment, Level
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Change, Judgement, WorkItem
from studies.models import Study


def levels_of(judgement: Judgement) -> dict[str, str]:
    return dict(Level.objects.filter(judgement=judgement).values_list("key", "level"))


def test_answers_lead_to_a_proposed_level_for_each_domain_and_the_whole(item, cast, low):
    made = consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    assert levels_of(made) == dict.fromkeys(("D1", "D2_assignment", "D3", "D4", "D5", "overall"), "low")
    assert made.assessment.instrument.name == "rob2_parallel"


def test_an_assessment_with_a_reached_question_open_is_not_handed_in(item, cast, low):
    answer = low()
    del answer["answers"]["D4/4.3"]
    with pytest.raises(Invalid, match="Still to answer"):
        consensus.submit(by=cast.ana, item_id=item.pk, answer=answer)
    assert not Judgement.objects.filter(item=item, submitted_at__isnull=False).exists()


def test_an_answer_that_is_not_reached_is_refused(item, cast, low):
    answer = low()
    answer["answers"]["D4/4.4"] = "Y"
    with pytest.raises(Invalid, match="not reached"):
        consensus.submit(by=cast.ana, item_id=item.pk, answer=answer)


def test_an_override_needs_a_reason(item, cast, low):
    with pytest.raises(Invalid, match="Say why"):
        consensus.submit(by=cast.ana, item_id=item.pk, answer=low() | {"levels": {"D1": "high"}})
    levels = {"D1": {"level": "high", "reason": "The list was open."}}
    made = consensus.submit(by=cast.ana, item_id=item.pk, answer=low() | {"levels": levels})
    row = Level.objects.get(judgement=made, key="D1")
    assert (row.proposed, row.chosen, row.level) == ("low", "high", "high")
    assert levels_of(made)["overall"] == "high"


def test_two_judges_who_agree_on_the_levels_agree_even_if_they_answered_otherwise(item, cast, low):
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    other = low()
    other["answers"]["D1/1.1"] = "PY"
    consensus.submit(by=cast.ben, item_id=item.pk, answer=other)
    assert WorkItem.objects.get(id=item.pk).status == "agreed"
    keys = {key for change in Change.objects.filter(item=item) for key in change.keys}
    assert {"appraisal:overall", "appraisal:harmonised", "appraisal:D1"} <= keys
    assert list(drift()) == []


def test_another_level_is_a_conflict_and_is_settled_domain_by_domain(item, cast, low):
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    other = low()
    other["answers"]["D1/1.2"] = "N"
    theirs = consensus.submit(by=cast.ben, item_id=item.pk, answer=other)
    assert WorkItem.objects.get(id=item.pk).status == "conflict"
    draft = services.begin_consensus(by=cast.lead, item_id=item.pk)
    assert not Answer.objects.filter(judgement=draft, key="D1/1.2").exists()
    assert Answer.objects.filter(judgement=draft, key="D1/1.1").exists()
    services.take(by=cast.lead, judgement_id=draft.pk, source_id=theirs.pk, under="D1")
    consensus.resolve_draft(by=cast.lead, judgement_id=draft.pk, comment="The list was open.")
    assert levels_of(draft)["D1"] == "high"
    assert WorkItem.objects.get(id=item.pk).status == "resolved"
    assert list(drift()) == []


def test_a_domain_with_one_level_needs_no_second_look_though_it_was_answered_otherwise(item, cast, low):
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    other = low()
    other["answers"] |= {"D1/1.2": "N", "D4/4.1": "PN"}
    theirs = consensus.submit(by=cast.ben, item_id=item.pk, answer=other)
    draft = services.begin_consensus(by=cast.lead, item_id=item.pk)
    assert Answer.objects.get(judgement=draft, key="D4/4.1").codes == ["N"]
    services.take(by=cast.lead, judgement_id=draft.pk, source_id=theirs.pk, under="D1")
    assert services.lacking(services.state_of(draft)) == []


def test_the_other_ones_answers_are_hidden_until_both_have_judged(item, cast, low):
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    for model in (Answer, Level, Assessment):
        assert model.objects.visible_to(cast.ana).exists()
        assert not model.objects.visible_to(cast.ben).exists()
        assert not model.objects.visible_to(cast.lead).exists()
        assert not model.objects.visible_to(cast.stranger).exists()


def test_submitted_answers_never_change(item, cast, low):
    made = consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    for table in ("answer", "level", "assessment"):
        with (
            pytest.raises(IntegrityError, match="never change"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM appraisal_{table} WHERE judgement_id = %s", [made.pk])


def test_an_earlier_answer_parks_a_later_one_and_brings_it_back(item, cast):
    draft = services.begin(by=cast.ana, item_id=item.pk)

    def say(key: str, code: str) -> services.State:
        return services.save_answer(by=cast.ana, judgement_id=draft.pk, key=key, codes=[code])

    for key, code in {"D4/4.1": "N", "D4/4.2": "N", "D4/4.3": "Y"}.items():
        say(key, code)
    say("D4/4.4", "N")
    assert say("D4/4.3", "N").parked == {"D4/4.4"}
    assert not say("D4/4.3", "Y").parked


def test_a_study_whose_design_is_not_stated_is_not_begun(item, cast, study):
    Study.objects.filter(id=study.pk).update(design="unclear")
    with pytest.raises(Refused, match="State the design"):
        services.begin(by=cast.ana, item_id=item.pk)


def test_a_changed_design_asks_to_carry_the_draft_over(item, cast, study):
    draft = services.begin(by=cast.ana, item_id=item.pk)
    services.save_answer(by=cast.ana, judgement_id=draft.pk, key="D1/1.1", codes=["Y"])
    Study.objects.filter(id=study.pk).update(design="cohort")
    with pytest.raises(Invalid, match="another instrument"):
        consensus.submit_draft(by=cast.ana, judgement_id=draft.pk)
    services.switch(by=cast.ana, judgement_id=draft.pk)
    assert Assessment.objects.get(judgement=draft).instrument.name == "robins_i_2016"


def test_a_new_plan_carries_what_was_begun(item, cast, low, appraisal):
    first = consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    rob2 = services.use_shipped(by=cast.lead, review=item.review, name="rob2_parallel")
    chosen = [services.Choice(rob2, [], {"effect": "adhering"})]
    services.publish_plan(by=cast.lead, stage=appraisal, chosen=chosen)
    draft = Judgement.objects.drafts().get(item=item, reviewer=cast.ana)
    assert draft.version_id != first.version_id
    assert Answer.objects.filter(judgement=draft, key="D1/1.1", codes=["Y"]).exists()


def test_a_plan_that_names_a_design_twice_is_refused(appraisal, cast):
    rob2 = services.use_shipped(by=cast.lead, review=appraisal.review, name="rob2_parallel")
    robins = services.use_shipped(by=cast.lead, review=appraisal.review, name="robins_i_2016")
    both = [services.Choice(rob2, ["cohort"]), services.Choice(robins, ["cohort"])]
    with pytest.raises(Invalid, match="Two instruments"):
        services.publish_plan(by=cast.lead, stage=appraisal, chosen=both)


def test_a_broken_instrument_is_refused_with_the_place(review, cast):
    with pytest.raises(Invalid, match="line"):
        services.add_own(by=cast.lead, review=review, source=b"id: x\ntitle: 3\n")


def test_an_instrument_never_changes(appraisal):
    with pytest.raises(IntegrityError, match="never changes"), connection.cursor() as cursor:
        cursor.execute("UPDATE appraisal_instrument SET short_title = 'x'")


def test_the_reviews_scale_is_edited_and_never_turned_round(appraisal, cast):
    rob2 = services.use_shipped(by=cast.lead, review=appraisal.review, name="rob2_parallel")
    levels = dict(rob2.mappings.values_list("level", "stands_for"))
    assert levels["low"] == "low"
    worst, best = list(rob2.definition.scales[rob2.definition.overall.scale].codes)[-1], "low"
    with pytest.raises(Invalid, match="better"):
        services.map_levels(by=cast.lead, instrument=rob2, levels=levels | {worst: "low", best: "high"})


def test_several_concerns_are_said_to_add_up_only_with_a_reason(item, cast, low):
    answer = low()
    answer["answers"] |= {"D1/1.3": "Y", "D5/5.3": "NI"}
    name = "substantially_lowers_confidence"
    with pytest.raises(Invalid, match="Still to answer"):
        consensus.submit(by=cast.ana, item_id=item.pk, answer=answer | {"inputs": {name: True}})
    reasoned = answer | {"inputs": {name: {"reason": "Both point the same way."}}}
    made = consensus.submit(by=cast.ana, item_id=item.pk, answer=reasoned)
    assert levels_of(made)["D1"] == levels_of(made)["D5"] == "some_concerns"
    assert levels_of(made)["overall"] == "high"
    assert Answer.objects.get(judgement=made, part="input").support == "Both point the same way."
