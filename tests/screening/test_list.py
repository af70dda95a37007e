"""The list of a stage: searched, narrowed down, decided all at once and taken back."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Judgement, WorkItem
from reviews.models import ExclusionReason, Job
from screening import listing, services
from screening.listing import Filters, count, listed, to_decide
from screening.models import Bulk, Label
from screening.services.bulk import carry_out
from screening.tasks import undo_bulk as take_back_bulk
from studies.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client_of, cast):
    return client_of(cast.ana)


def address(review, name="list", *more):
    return reverse(f"screening:{name}", args=[review.pk, "title_abstract", *more])


def titles(user, stage, **by):
    return [item.report.title for item in listed(user, stage, Filters(**by)).select_related("report")]


def quiet(done, total):
    pass


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("naps", ["A trial of naps before examinations"]),
        ("nap", []),
        ("nap*", ["A trial of naps before examinations"]),
        ('"slow waves"', ["Slow waves after learning words"]),
        ('"waves slow"', []),
        ("dozing or dreams", ["Dozing and recall in adults", "Dreams reported by twins"]),
        ("in -adults", ["Caffeine withdrawal in students"]),
        ("author:author3", ["Night shifts, attention and error"]),
        ("title:author3", []),
        ("&&", []),
    ],
)
def test_words_phrases_and_beginnings_are_found(stage, cast, items, q, found):
    assert titles(cast.ana, stage, q=q) == found


def test_what_one_has_not_judged_is_found_in_one_walk_page_after_page(
    stage, cast, items, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(listing, "MOST", 3)
    for item in items[:2]:
        services.judge(by=cast.ana, item_id=item.pk, verdict="exclude")
    for by in (Filters(mine="none"), Filters(mine="none", state="undecided")):
        found = listed(cast.ana, stage, by)
        with django_assert_num_queries(1):
            counted, ids = listing.known(found, by)
        assert (counted.more, ids) == (True, [item.pk for item in items[2:5]])


def test_the_list_is_narrowed_down_by_what_is_known(stage, cast, items, review):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    services.judge(by=cast.ana, item_id=items[1].pk, verdict="exclude")
    services.judge(by=cast.ben, item_id=items[1].pk, verdict="exclude")
    label = services.add_label(by=cast.ana, review=review, name="Animals")
    services.toggle_label(by=cast.ana, item_id=items[4].pk, label=label)
    by = {
        "mine any": ({"mine": "any"}, 2),
        "mine include": ({"mine": "include"}, 1),
        "mine none": ({"mine": "none"}, 4),
        "undecided": ({"state": "undecided"}, 5),
        "decided": ({"state": "decided"}, 1),
        "excluded": ({"state": "exclude"}, 1),
        "included": ({"state": "include"}, 0),
        "source": ({"source": "PubMed"}, 6),
        "other source": ({"source": "Embase"}, 0),
        "years": ({"since": "1992", "until": "1993"}, 2),
        "label": ({"label": str(label.pk)}, 1),
        "nonsense": ({"since": "x", "label": "x"}, 6),
    }
    for name, (filters, number) in by.items():
        assert len(titles(cast.ana, stage, **filters)) == number, name


def test_a_label_of_another_is_found_only_once_everybody_has_judged(stage, cast, items, review):
    label = services.add_label(by=cast.ben, review=review, name="Animals")
    services.toggle_label(by=cast.ben, item_id=items[0].pk, label=label)
    services.toggle_discuss(by=cast.ben, item_id=items[0].pk)
    assert titles(cast.ana, stage, label=str(label.pk)) == []
    discuss = Label.objects.get(use="discuss")
    assert titles(cast.ana, stage, label=str(discuss.pk)) == []
    for user in (cast.ana, cast.ben):
        services.judge(by=user, item_id=items[0].pk, verdict="include")
    assert len(titles(cast.ana, stage, label=str(label.pk))) == 1


def test_nothing_in_the_list_tells_whether_the_other_has_judged(ana, review, cast, items):
    def seen():
        pages = [ana.get(address(review)), ana.get(address(review), {"state": "undecided"})]
        pages.append(ana.get(address(review, "bulk")))
        fresh = r'[0-9a-f]{8}-[0-9a-f-]{27}|value="[A-Za-z0-9]{64}"|csrf[^>]*|nonce="[^"]*"'
        return [re.sub(fresh, "", one.content.decode()) for one in pages]

    before = seen()
    services.judge(by=cast.ben, item_id=items[0].pk, verdict="include")
    services.toggle_discuss(by=cast.ben, item_id=items[0].pk)
    after = seen()
    assert [one.replace("Discuss", "") for one in after[2:]] == before[2:]
    assert all('class="screen-row"' in one for one in after[:2])
    rows = r'<li class="screen-row".*?</li>'
    assert [re.findall(rows, one, re.DOTALL) for one in after] == [
        re.findall(rows, one, re.DOTALL) for one in before
    ]


def test_counts_are_capped(stage, cast, items, monkeypatch):
    monkeypatch.setattr("screening.listing.MOST", 4)
    counted = count(listed(cast.ana, stage, Filters()))
    assert (counted.number, counted.shown, counted.more) == (5, 4, True)


def test_the_pages_say_that_there_are_more_than_they_count(ana, review, items, monkeypatch):
    monkeypatch.setattr("screening.listing.MOST", 4)
    monkeypatch.setattr("screening.views_list.ON_PAGE", 2)
    html = ana.get(address(review)).content.decode()
    assert "1 to 2 of 4+" in html
    assert "4+</span>" in html


def test_the_list_costs_the_same_queries_whatever_its_length(
    ana, review, items, django_assert_max_num_queries, bring
):
    ana.get(address(review))
    with django_assert_max_num_queries(40):
        assert ana.get(address(review), {"q": "a*"}).status_code == 200


@pytest.mark.parametrize("name", ["list", "bulk"])
def test_strangers_get_404_and_observers_403(client_of, cast, review, name):
    assert client_of(cast.stranger).get(address(review, name)).status_code == 404
    assert client_of(cast.observer).get(address(review, name)).status_code == 403


def bulk(user, stage, verdict="exclude", **by):
    ids = list(to_decide(user, stage, Filters(**by)).values_list("id", flat=True))
    made = services.bulk_decide(by=user, stage=stage, item_ids=ids, verdict=verdict)
    carry_out(bulk_id=made.pk, progress=quiet)
    made.refresh_from_db()
    return made


def test_a_bulk_is_confirmed_with_its_number_made_and_taken_back(ana, review, stage, cast, items):
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    html = ana.get(address(review, "bulk"), {"mine": "none"}).content.decode()
    assert "One decision for 5 records" in html
    reason = ExclusionReason.objects.filter(review=review)[0]
    data = {"choice": f"exclude:{reason.pk}", "counted": 5}
    answer = ana.post(f"{address(review, 'bulk_decide')}?mine=none", data)
    assert answer.status_code == 302
    made = Bulk.objects.get()
    carry_out(bulk_id=made.pk, progress=quiet)
    mine = Judgement.objects.current().of(cast.ana)
    assert mine.filter(verdict__verdict="exclude", verdict__reason=reason).count() == 5
    ana.post(address(review, "undo_bulk", made.pk))
    assert [one.verdict.verdict for one in Judgement.objects.current().of(cast.ana)] == ["include"]
    assert not list(drift())


def test_a_list_that_has_changed_since_is_not_decided(ana, review, items):
    answer = ana.post(address(review, "bulk_decide"), {"choice": "exclude", "counted": 5})
    assert answer.status_code == 409
    assert "6 records wait" in answer.content.decode()
    assert not Bulk.objects.exists()


def test_a_bulk_that_is_carried_out_twice_is_made_once(stage, cast, items):
    made = bulk(cast.ana, stage)
    carry_out(bulk_id=made.pk, progress=quiet)
    made.refresh_from_db()
    assert (made.made, Judgement.objects.count()) == (6, 6)


def test_a_bulk_never_replaces_what_was_judged_meanwhile(stage, cast, items):
    ids = [item.pk for item in items]
    made = services.bulk_decide(by=cast.ana, stage=stage, item_ids=ids, verdict="exclude")
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    carry_out(bulk_id=made.pk, progress=quiet)
    said = dict(Judgement.objects.current().of(cast.ana).values_list("item", "verdict__verdict"))
    assert said[items[0].pk] == "include"
    assert len(said) == 6


def test_what_was_merged_resolved_or_revised_since_stands(stage, cast, items):
    made = bulk(cast.ana, stage)
    services.judge(by=cast.ana, item_id=items[0].pk, verdict="include")
    services.judge(by=cast.ben, item_id=items[1].pk, verdict="include")
    services.resolve_conflict(by=cast.lead, item_id=items[1].pk, verdict="include", comment="It fits")
    answer = services.undo_bulk(by=cast.ana, bulk=made)
    assert answer == "4 decisions were taken back. 1 stand: they were compared or resolved since."
    assert WorkItem.objects.get(id=items[1].pk).status == "resolved"
    said = dict(Judgement.objects.current().of(cast.ana).values_list("item", "verdict__verdict"))
    assert said == {items[0].pk: "include", items[1].pk: "exclude"}
    assert not list(drift())


def test_a_large_bulk_is_taken_back_in_a_run_that_says_what_it_did(stage, cast, items, monkeypatch):
    monkeypatch.setattr("screening.services.bulk.MOST_UNDONE_AT_ONCE", 2)
    made = bulk(cast.ana, stage)
    assert "Background runs" in services.undo_bulk(by=cast.ana, bulk=made)
    assert Judgement.objects.current().of(cast.ana).count() == 6
    job = Job.objects.get(task="screening.tasks.undo_bulk")
    take_back_bulk(job.pk)
    job.refresh_from_db()
    assert (job.status, job.message) == ("done", "6 decisions were taken back.")
    assert not Judgement.objects.current().of(cast.ana).exists()
    assert not list(drift())


def test_a_bulk_that_was_taken_back_while_it_was_made_makes_no_more(stage, cast, items):
    ids = [item.pk for item in items]
    made = services.bulk_decide(by=cast.ana, stage=stage, item_ids=ids, verdict="exclude")

    def undo_meanwhile(done, _total):
        # Between the look at whether it still holds and the first decision.
        services.undo_bulk(by=cast.ana, bulk=made)

    carry_out(bulk_id=made.pk, progress=undo_meanwhile)
    assert not Judgement.objects.current().exists()


def test_a_bulk_passes_over_what_was_merged_away(stage, cast, items):
    made = services.bulk_decide(
        by=cast.ana, stage=stage, item_ids=[item.pk for item in items], verdict="exclude"
    )
    consensus.merge_reports(by=cast.lead, left=items[0].report, right=items[1].report)
    carry_out(bulk_id=made.pk, progress=quiet)
    made.refresh_from_db()
    assert made.made == 5


def test_only_ones_own_bulk_is_taken_back(ana, client_of, review, stage, cast, items):
    made = bulk(cast.ana, stage)
    assert client_of(cast.ben).post(address(review, "undo_bulk", made.pk)).status_code == 404
    assert Judgement.objects.current().count() == 6


def test_a_very_long_abstract_neither_fails_nor_hides(stage, cast, items):
    long = " ".join(f"word{n}" for n in range(200_000))
    Report.objects.filter(id=items[0].report_id).update(abstract=long)
    assert len(titles(cast.ana, stage, q="word77")) == 1
    assert User.objects.exists()
