import pytest

from config.refusals import Invalid, Refused
from consensus.disputes import disputes_of, readable
from consensus.models import Change, Judgement, WorkItem
from consensus.services import resolve_draft
from extraction.entering import shown
from extraction.models import EntityMatch, Value
from extraction.services.agreeing import begin_consensus, match_entities, take, take_arm, take_result
from extraction.services.entries import Entry, save_value
from reviews.permissions import can
from tests.extraction.conftest import whole


@pytest.fixture
def refreshed(item):
    def refreshed() -> WorkItem:
        return WorkItem.objects.get(id=item.pk)

    return refreshed


def values_of(judgement: Judgement) -> dict[str, str]:
    rows = Value.objects.filter(judgement=judgement).together()
    return {
        ".".join(str(part) for part in (row.result, row.arm, row.field.key) if part): row.shown
        for row in rows
    }


def test_two_extractions_that_say_the_same_agree(cast, extract, refreshed):
    extract(cast.ana)
    assert refreshed().status == "partial"
    extract(cast.ben, indication="skin  LESIONS")
    assert refreshed().status == "agreed"


def test_numbers_within_the_tolerance_of_their_field_agree_and_whole_numbers_do_not(cast, extract, refreshed):
    extract(cast.ana, mean_age="60.4")
    extract(cast.ben, mean_age="60.5")
    assert refreshed().status == "agreed"
    extract(cast.ben, mean_age="60.5", patients=40)
    assert refreshed().status == "conflict"


def test_a_blank_is_not_the_same_as_not_reported(cast, extract, refreshed):
    extract(cast.ana)
    extract(cast.ben, mean_age={"missing": "not_reported"})
    assert refreshed().status == "conflict"


def test_an_arm_that_only_one_has_is_a_conflict_of_its_own(cast, extract, refreshed):
    extract(cast.ana)
    answer = whole()
    answer["arms"].append({"name": "Sham", "role": "comparator"})
    extract(cast.ben, answer)
    assert refreshed().status == "conflict"


def test_a_consensus_begins_with_what_agrees_and_remembers_whose_value_it_is(cast, extract, item):
    ana = extract(cast.ana, randomized=True)
    extract(cast.ben, randomized=False)
    draft = begin_consensus(by=cast.lead, item_id=item.pk)
    told = values_of(draft)
    assert "randomized" not in told
    assert told == {key: said for key, said in values_of(ana).items() if key != "randomized"}
    sources = set(Value.objects.filter(judgement=draft).values_list("taken_from__judgement", flat=True))
    assert sources == {ana.pk}


def test_values_are_taken_from_either_and_the_consensus_stands(cast, extract, item, refreshed):
    extract(cast.ana, randomized=True, mean_age=60)
    ben = extract(cast.ben, randomized=False, mean_age=70)
    draft = begin_consensus(by=cast.lead, item_id=item.pk)
    theirs = Value.objects.get(judgement=ben, field__key="randomized")
    taken = take(by=cast.lead, judgement_id=draft.pk, value_id=theirs.pk)
    assert (taken.yes, taken.taken_from) == (False, theirs)
    field = Value.objects.get(judgement=ben, field__key="mean_age").field
    save_value(by=cast.lead, judgement_id=draft.pk, field_id=field.pk, entry=Entry("65.5"))
    resolve_draft(by=cast.lead, judgement_id=draft.pk, comment="Table 1 gives the age of all patients")
    assert refreshed().status == "resolved"
    assert refreshed().final_id == draft.pk
    assert Value.objects.standing().filter(field__key="mean_age").get().number == 65.5
    assert Value.objects.get(judgement=draft, field__key="mean_age").taken_from is None


def test_matching_by_hand_makes_two_names_one_arm_and_leaves_the_name_to_decide(
    cast, extract, item, refreshed
):
    ana = extract(cast.ana)
    answer = whole()
    answer["arms"][0]["name"] = "Cx601"
    answer["results"][0]["arms"]["Cx601"] = answer["results"][0]["arms"].pop("AASC")
    ben = extract(cast.ben, answer)
    draft = begin_consensus(by=cast.lead, item_id=item.pk)
    assert [arm.name for arm in draft.arms.all()] == ["Control"]
    pair = [one.arms.get(position=0) for one in (ana, ben)]
    match_entities(by=cast.lead, item_id=item.pk, uids=[one.uid for one in pair])
    # What both say of the arm is filled in as soon as its place is known.
    assert refreshed().status == "conflict"
    take_arm(by=cast.lead, judgement_id=draft.pk, arm_id=pair[1].pk)
    assert {arm.name for arm in draft.arms.all()} == {"Cx601", "Control"}
    told = values_of(draft)
    assert told["Cx601.n"] == "22"
    assert told["Complete wound closure, week 12.Cx601.events"] == "18"


def test_a_match_is_undone_by_saying_that_they_are_different(cast, extract, item, refreshed):
    ana, ben = extract(cast.ana), extract(cast.ben)
    assert refreshed().status == "agreed"
    uids = [one.arms.get(name="AASC").uid for one in (ana, ben)]
    match_entities(by=cast.lead, item_id=item.pk, uids=uids, same=False)
    assert refreshed().status == "conflict"
    match_entities(by=cast.lead, item_id=item.pk, uids=uids)
    assert refreshed().status == "agreed"
    assert EntityMatch.objects.count() == 2


def test_only_one_entry_of_each_extraction_can_be_matched(cast, extract, item):
    ana, ben = extract(cast.ana), extract(cast.ben, patients=40)
    both = [arm.uid for arm in ana.arms.all()]
    with pytest.raises(Invalid, match="one extraction"):
        match_entities(by=cast.lead, item_id=item.pk, uids=both)
    with pytest.raises(Invalid, match="with a result"):
        match_entities(by=cast.lead, item_id=item.pk, uids=[both[0], ben.reported_results.get().uid])
    with pytest.raises(Invalid, match="of each extraction"):
        match_entities(by=cast.lead, item_id=item.pk, uids=both[:1])


def test_a_result_that_only_one_has_is_taken_with_all_it_holds(cast, extract, item):
    extract(cast.ana)
    answer = whole()
    answer["results"].append(
        {"outcome": "Recurrence", "arms": {"AASC": {"events": 2}, "Control": {"events": 3}}}
    )
    ben = extract(cast.ben, answer)
    proposed = ben.reported_results.get(position=1)
    assert (proposed.outcome, proposed.proposed_name) == (None, "Recurrence")
    draft = begin_consensus(by=cast.lead, item_id=item.pk)
    take_result(by=cast.lead, judgement_id=draft.pk, result_id=proposed.pk)
    assert values_of(draft)["Recurrence.Control.events"] == "3"


def test_only_the_fields_whose_agreed_value_changed_are_touched(cast, extract, item, refreshed):
    extract(cast.ana, mean_age="60.40")
    extract(cast.ben, mean_age="60.41")
    assert refreshed().status == "agreed"
    first = Change.objects.get(item=item)
    assert {"extraction:indication", "extraction:arms", "extraction:events"} <= set(first.keys)
    draft = begin_consensus(by=cast.lead, item_id=item.pk)
    field = Value.objects.get(judgement=draft, field__key="mean_age").field
    # Within the tolerance of two readers, but tables print every digit of what was agreed.
    save_value(by=cast.lead, judgement_id=draft.pk, field_id=field.pk, entry=Entry("60.42"))
    resolve_draft(by=cast.lead, judgement_id=draft.pk, comment="Rounded wrongly")
    assert Change.objects.filter(item=item).latest("id").keys == ["extraction:mean_age"]


def test_a_changed_value_takes_back_the_signatures(cast, extract, item):
    item.stage.resolver = "pair"
    item.stage.save()
    extract(cast.ana, mean_age=60)
    extract(cast.ben, mean_age=70)
    draft = begin_consensus(by=cast.ana, item_id=item.pk)
    resolve_draft(by=cast.ana, judgement_id=draft.pk, comment="Sixty, by Table 1")
    assert draft.signatures.count() == 1
    field = draft.version.form.fields.get(key="mean_age")
    save_value(by=cast.ben, judgement_id=draft.pk, field_id=field.pk, entry=Entry(61))
    assert draft.signatures.count() == 0


def test_nobody_takes_values_before_there_is_something_to_resolve(cast, extract, item):
    extract(cast.ana)
    with pytest.raises(Refused, match="nothing to resolve"):
        begin_consensus(by=cast.lead, item_id=item.pk)


def test_numbers_print_without_the_zeros_of_their_column(cast, extract):
    said = extract(cast.ana, mean_age="60.40")
    value = Value.objects.get(judgement=said, field__key="mean_age")
    assert (value.shown, value.as_reported, shown(value.raw)) == ("60.4", "60.40", "60.4")


def test_a_conflict_is_listed_by_the_labels_of_its_fields_and_not_by_their_keys(cast, extract, item):
    one, other = whole(), whole()
    one["arms"][0]["values"]["n"], other["arms"][0]["values"]["n"] = 22, 26
    one["values"]["began"], other["values"]["began"] = "2019-01-01", "2019-02-01"
    extract(cast.ana, one)
    extract(cast.ben, other)
    found = disputes_of(cast.lead, can(cast.lead, item.review), [item.stage])
    assert set(found[0].turns_on) == {"First patient", "Analysed"}
    assert {name for name, _sides in found[0].rows} == {"First patient", "arm aasc, Analysed"}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("mean_age", "Mean_age of all"),
        ("arm[aasc].mean_age", "arm aasc, Mean_age of all"),
        ("result[closure@84 day].mean_age[aasc]", "result closure@84 day, Mean_age of all aasc"),
        ("result[closure@1.5 day].time_point", "result closure@1.5 day, time point"),
        ("arm[aasc]", "arm aasc"),
    ],
)
def test_a_key_is_said_with_the_name_that_people_know(key, words):
    assert readable(key, {"mean_age": "Mean_age of all"}) == words
