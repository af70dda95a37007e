"""One judge and a second on some: who is asked, what is final, and that nobody is asked in vain."""

import pytest

from config.refusals import Invalid
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Assignment, Judgement, Stage, WorkItem
from screening import services
from screening.listing import Filters, to_decide
from screening.models import Mode
from screening.modes import sampled

pytestmark = pytest.mark.django_db


def said(user, item, verdict):
    return services.judge(by=user, item_id=item.pk, verdict=verdict)


@pytest.fixture
def on_excludes(stage, cast, items):
    services.set_mode(by=cast.lead, stage=stage, way="excludes", percent=20)
    for item in items:
        item.refresh_from_db()
    return items


def test_the_sample_has_its_share_and_is_the_same_every_time():
    drawn = [one for one in range(10_000) if sampled("seed", one, 20)]
    assert 1_850 < len(drawn) < 2_150
    assert drawn == [one for one in range(10_000) if sampled("seed", one, 20)]
    assert drawn != [one for one in range(10_000) if sampled("other", one, 20)]


def test_on_a_sample_only_sampled_records_need_a_second(stage, cast, items):
    services.set_mode(by=cast.lead, stage=stage, way="sample", percent=50)
    mode = Mode.objects.get(stage=stage)
    needed = dict(WorkItem.objects.filter(stage=stage).values_list("report", "judges_needed"))
    assert needed == {target: 2 if sampled(mode.seed, target, 50) else 1 for target in needed}


def test_records_that_come_later_are_sampled_too(stage, cast, review, bring, items):
    services.set_mode(by=cast.lead, stage=stage, way="sample", percent=99)
    bring(b"TY  - JOUR\nTI  - Brand new words on rest\nAU  - New, N.\nER  - \n\n")
    assert WorkItem.objects.filter(stage=stage).latest("id").judges_needed == 2


def test_an_exclusion_waits_for_a_second_and_an_inclusion_does_not(on_excludes, cast):
    said(cast.ana, on_excludes[0], "include")
    said(cast.ana, on_excludes[1], "exclude")
    statuses = [WorkItem.objects.get(id=item.pk).status for item in on_excludes[:2]]
    assert statuses == ["agreed", "partial"]
    waiting = consensus.next_items(stage=on_excludes[0].stage, user=cast.ben)
    assert on_excludes[1] in waiting
    assert on_excludes[0] not in waiting
    said(cast.ben, on_excludes[1], "exclude")
    assert WorkItem.objects.get(id=on_excludes[1].pk).status == "agreed"
    assert not list(drift())


def test_an_exclusion_that_is_revised_to_include_needs_no_second(on_excludes, cast):
    said(cast.ana, on_excludes[0], "exclude")
    said(cast.ana, on_excludes[0], "include")
    item = WorkItem.objects.get(id=on_excludes[0].pk)
    assert (item.status, item.judges_needed) == ("agreed", 1)


def test_another_setting_keeps_what_waits_for_a_second(on_excludes, stage, cast):
    said(cast.ana, on_excludes[0], "exclude")
    consensus.change_stage(by=cast.lead, stage=stage, resolver="pair", judges_needed=1)
    item = WorkItem.objects.get(id=on_excludes[0].pk)
    assert (item.status, item.judges_needed) == ("partial", 2)


def test_back_to_two_judges_asks_for_both_again(on_excludes, stage, cast):
    services.set_mode(by=cast.lead, stage=stage, way="all", percent=20, judges_needed=2)
    assert set(WorkItem.objects.filter(stage=stage).values_list("judges_needed", flat=True)) == {2}


def test_nobody_takes_more_than_their_share(stage, cast, items):
    services.set_workload(by=cast.lead, stage=stage, percents={cast.ana: 50, cast.ben: 100})
    assert len(consensus.next_items(stage=stage, user=cast.ana)) == 3
    said(cast.ana, items[0], "include")
    assert len(consensus.next_items(stage=stage, user=cast.ana)) == 2
    assert len(consensus.next_items(stage=stage, user=cast.ben)) == 6


def test_shares_that_leave_work_undone_are_refused(stage, cast, items):
    everybody = dict.fromkeys((cast.owner, cast.lead, cast.ana, cast.ben, cast.cleo), 25)
    with pytest.raises(Invalid, match="125 of 100"):
        services.set_workload(by=cast.lead, stage=stage, percents=everybody)


def test_a_record_is_handed_to_no_more_people_than_it_needs(stage, cast, items):
    for user in (cast.ana, cast.ben, cast.cleo, cast.lead):
        consensus.next_items(stage=stage, user=user)
    for item in items:
        assert Assignment.objects.filter(item=item).count() == 2


def test_whoever_comes_first_leaves_the_others_their_share(stage, cast, items, monkeypatch):
    """Twelve places and five who judge: nobody holds more than three of them."""
    monkeypatch.setattr("consensus.services.queueing.FEW", 1)
    people = (cast.ana, cast.ben, cast.cleo, cast.lead)
    held = [len(consensus.next_items(stage=stage, user=user)) for user in people]
    assert held == [3, 3, 3, 3]


def test_whoever_is_not_needed_any_more_is_not_asked_any_more(stage, cast, items):
    """Cleo judged from the list what was handed to Ana and Ben: the slower of the two keeps no place."""
    for user in (cast.ana, cast.ben):
        consensus.next_items(stage=stage, user=user)
    services.judge(by=cast.cleo, item_id=items[0].pk, verdict="include")
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="exclude")
    waiting = [item.pk for item in consensus.next_items(stage=stage, user=cast.ben)]
    assert waiting == [item.pk for item in items[1:]]
    assert list(drift()) == []


def test_a_bulk_takes_no_place_that_others_hold(stage, cast, items):
    for user in (cast.ana, cast.ben):
        consensus.next_items(stage=stage, user=user)
    assert to_decide(cast.ana, stage, Filters()).count() == len(items)
    assert not to_decide(cast.cleo, stage, Filters()).exists()
    consensus.add_judge(by=cast.lead, item=items[0], judge=cast.cleo)
    assert [one.pk for one in to_decide(cast.cleo, stage, Filters())] == [items[0].pk]


def test_the_number_of_judges_does_not_tell_who_is_in_the_sample(stage, cast, items, client_of):
    services.set_mode(by=cast.lead, stage=stage, way="sample", percent=50)
    shown = client_of(cast.ana).get("/api/v1/items/", {"stage": stage.pk}).json()["results"]
    assert {one["judges_needed"] for one in shown} == {1}


def test_a_withdrawn_judgement_is_kept_and_no_longer_counts(stage, cast, items):
    made = said(cast.ana, items[0], "include")
    consensus.withdraw(by=cast.ana, judgement=made)
    item = WorkItem.objects.get(id=items[0].pk)
    assert (item.status, item.judged, Judgement.objects.count()) == ("open", 0, 1)
    assert not list(drift())
    assert Stage.objects.filter(id=stage.pk).exists()
