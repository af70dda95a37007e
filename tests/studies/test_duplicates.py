"""Likely duplicates: shown field by field, decided one by one or many at once, taken back, never overruled."""

import pytest
from django.urls import reverse

from config.refusals import Refused
from consensus import services
from consensus.checks import drift
from consensus.models import Judgement, WorkItem
from consensus.services import start_review
from studies.models import DuplicatePair, PairDecision, Record, RecordLink, Report
from studies.services import correct_report

pytestmark = pytest.mark.django_db

# The same paper in two databases, whose volumes and pages are at odds: likely, and never certain.
ENTRY = (
    "TY  - JOUR\nTI  - {title}\nAU  - Okoye, A.\nAU  - Brandt, J.\nPY  - 2019\nJO  - Sleep Letters\n"
    "VL  - {volume}\nSP  - {page}\nER  - \n\n"
)
TITLES = (
    "Naps before examinations improve the recall of word lists in students",
    "Night shifts impair the attention of nurses in intensive care wards",
    "Dreams of identical twins resemble one another in mood and length",
)


def export(volume, *titles, first=10):
    entries = (
        ENTRY.format(title=title, volume=volume + n, page=first + 40 * n) for n, title in enumerate(titles)
    )
    return "".join(entries).encode()


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


@pytest.fixture
def ana(client_of, cast):
    return client_of(cast.ana)


@pytest.fixture
def pairs(review, bring):
    """Three pairs with the same evidence but for its numbers."""
    bring(export(3, *TITLES))
    bring(export(13, *TITLES, first=310), source="Embase")
    found = list(DuplicatePair.objects.filter(review=review, status="open").order_by("-score", "id"))
    assert len(found) == 3
    return found


def current(review):
    return Report.objects.current().filter(review=review).count()


def test_a_pair_is_shown_with_its_differences_marked_and_its_evidence_in_words(ana, review, pairs):
    html = ana.get(url("duplicates", review)).content.decode()
    assert "3 pairs to decide" in html
    assert "The titles are the same." in html
    assert "The volumes differ: " in html
    assert "<mark>3</mark>" in html
    assert "<mark>13</mark>" in html
    assert f"<mark>{TITLES[0]}" not in html


@pytest.mark.parametrize(("decision", "reports"), [("same", 5), ("apart", 6)])
def test_the_next_pair_follows_at_once_and_a_decision_is_taken_back(decision, reports, ana, review, pairs):
    answer = ana.post(
        url("decide_pair", review, pairs[0].pk), {"decision": decision}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert "2 pairs to decide" in html
    assert url("decide_pair", review, pairs[1].pk) in html
    assert current(review) == reports
    made = PairDecision.objects.get()
    undo = url("undo_decision", review, made.pk)
    assert undo in answer["HX-Trigger"]
    assert (
        "kept apart" in ana.get(url("duplicates", review) + "?decided").content.decode() or decision == "same"
    )
    answer = ana.post(undo)
    assert answer["Location"].endswith(f"?pair={pairs[0].pk}")
    pairs[0].refresh_from_db()
    assert (pairs[0].status, pairs[0].decided_by, pairs[0].decision) == ("open", None, None)
    assert current(review) == 6
    ana.post(undo)
    assert current(review) == 6
    assert list(drift()) == []


def test_a_pair_is_passed_over_and_comes_again(ana, review, pairs):
    html = ana.get(url("duplicates", review), {"after": pairs[0].pk}).content.decode()
    assert url("decide_pair", review, pairs[1].pk) in html
    html = ana.get(url("duplicates", review), {"after": pairs[2].pk}).content.decode()
    assert url("decide_pair", review, pairs[0].pk) in html
    for odd in ("x", "-1", "9" * 40):
        assert ana.get(url("duplicates", review), {"after": odd, "pair": odd}).status_code == 200


@pytest.mark.parametrize(("decision", "reports"), [("same", 3), ("apart", 6)])
def test_all_that_are_alike_are_decided_together_and_taken_back_together(
    decision, reports, ana, review, pairs
):
    page = url("alike", review, pairs[0].pk)
    html = ana.get(page).content.decode()
    assert "3 pairs with the same evidence" in html
    assert "for all 3" in html
    assert all(title in html for title in TITLES)
    assert ana.post(page, {"decision": decision, "seen": "2"}).status_code == 409
    assert current(review) == 6
    ana.post(page, {"decision": decision, "seen": "3"})
    assert current(review) == reports
    assert not DuplicatePair.objects.filter(status="open").exists()
    assert list(drift()) == []
    made = PairDecision.objects.get()
    assert made.asked == 3
    ana.post(url("undo_decision", review, made.pk))
    assert DuplicatePair.objects.filter(status="open").count() == 3
    assert current(review) == 6
    assert list(drift()) == []


def test_pairs_with_other_evidence_are_not_decided_with_them(ana, review, pairs, bring):
    bring(
        export(13, TITLES[0].replace("of word lists", "of word-lists and faces"), first=310), source="Scopus"
    )
    other = DuplicatePair.objects.filter(status="open").exclude(pattern=pairs[0].pattern)
    assert other.exists()
    before = other.count()
    ana.post(url("alike", review, pairs[0].pk), {"decision": "apart", "seen": "3"})
    assert other.count() == before


@pytest.mark.parametrize("same", [True, False])
def test_what_a_person_decided_is_not_overturned_by_later_imports(same, review, bring, cast, pairs):
    for pair in pairs:
        services.decide_pair(by=cast.ana, pair=pair, same=same)
    reports = current(review)
    # The machine would keep apart what was made one, and asks about what was kept apart: it does neither again.
    bring(export(3, *TITLES) + b"\n", source="CINAHL")
    bring(export(13, *TITLES, first=310) + b"\n\n", source="Scopus")
    assert current(review) == reports
    assert list(drift()) == []
    decided = {(pair.left_id, pair.right_id) for pair in pairs}
    asked = DuplicatePair.objects.filter(status="open").values_list("left_id", "right_id")
    assert decided.isdisjoint(asked)


def test_the_check_sees_a_decision_that_was_overturned(review, cast, pairs):
    services.decide_pair(by=cast.ana, pair=pairs[0], same=False)
    assert list(drift()) == []
    DuplicatePair.objects.filter(id=pairs[0].pk).update(status="same")
    assert [line for line in drift() if f"pair {pairs[0].pk}" in line]


def test_one_member_of_a_merged_report_is_let_go_and_does_not_come_back(review, bring, cast, pairs):
    services.decide_pair(by=cast.ana, pair=pairs[0], same=True)
    link = RecordLink.objects.current().get(record=pairs[0].right)
    survivor = Report.objects.get(id=link.report_id)
    services.unmerge_report(
        by=cast.ana, report=survivor if survivor.status == "merged" else survivor.family.get()
    )
    bring(export(3, *TITLES) + b"\n", source="CINAHL")
    roots = {
        one.report.root_id
        for one in RecordLink.objects.current().filter(record__in=[pairs[0].left_id, pairs[0].right_id])
    }
    assert len(roots) == 2
    assert list(drift()) == []


def test_a_merged_report_has_the_best_of_each_field_and_corrections_hold(review, bring, cast):
    poor = (
        b"TY  - JOUR\nTI  - NAPS BEFORE EXAMINATIONS IMPROVE THE RECALL OF WORD LISTS IN STUDENTS\nAU  - Okoye, A.\n"
        b"PY  - 2018\nDO  - 10.1000/naps\nER  - \n\n"
    )
    rich = export(3, TITLES[0]).replace(b"ER  - ", b"AB  - An abstract that only one database gives.\nER  - ")
    bring(poor)
    report = Report.objects.get(review=review)
    correct_report(by=cast.ana, report=report, fields={"language": "English"})
    bring(rich, source="Embase")
    if current(review) == 2:
        services.merge_reports(by=cast.ana, left=report, right=Report.objects.exclude(id=report.pk).get())
    kept = Report.objects.current().get(review=review)
    said = (kept.title, kept.doi, kept.year, kept.volume, kept.authors, kept.language)
    assert said == (TITLES[0], "10.1000/naps", 2019, "3", ["Okoye, A.", "Brandt, J."], "English")
    assert kept.abstract == "An abstract that only one database gives."
    assert Record.objects.earliest("id").title.isupper()


def test_duplicates_found_after_screening_began_follow_the_rule_for_merging(review, bring, cast, pairs):
    """Both were judged: the judgements stay with their items, and a person who said both makes a conflict."""
    stage = "title_abstract"
    left = WorkItem.objects.get(report__links__record=pairs[0].left, stage__kind=stage)
    right = WorkItem.objects.get(report__links__record=pairs[0].right, stage__kind=stage)
    for user in (cast.ana, cast.ben):
        services.submit(by=user, item_id=left.pk, answer={"verdict": "include"})
        services.submit(by=user, item_id=right.pk, answer={"verdict": "exclude"})
    made = services.decide_pair(by=cast.lead, pair=pairs[0], same=True)
    statuses = sorted(WorkItem.objects.filter(id__in=[left.pk, right.pk]).values_list("status", flat=True))
    assert statuses == ["closed", "conflict"]
    services.undo_decision(by=cast.lead, decision=made)
    # What stood is not silently put back: a merge that contradicted itself leaves the survivor to be settled.
    statuses = sorted(WorkItem.objects.filter(id__in=[left.pk, right.pk]).values_list("status", flat=True))
    assert statuses == ["agreed", "conflict"]
    assert Judgement.objects.current().independent().count() == 4
    assert list(drift()) == []


def test_a_decision_on_which_another_was_built_stays(review, bring, cast, pairs):
    made = services.decide_pair(by=cast.ana, pair=pairs[0], same=True)
    one, other = (RecordLink.objects.current().get(record=p.left).report for p in pairs[:2])
    services.merge_reports(by=cast.ana, left=one, right=other)
    with pytest.raises(Refused, match="decided again"):
        services.undo_decision(by=cast.ana, decision=made)
    assert list(drift()) == []


def test_observers_decide_nothing_and_strangers_find_nothing(client_of, cast, review, pairs):
    made = services.decide_pair(by=cast.ana, pair=pairs[2], same=False)
    posts = [
        url("decide_pair", review, pairs[0].pk),
        url("alike", review, pairs[0].pk),
        url("undo_decision", review, made.pk),
    ]
    for user, status in ((cast.observer, 403), (cast.stranger, 404), (cast.staff, 404)):
        client = client_of(user)
        assert [client.post(one, {"decision": "same", "seen": "2"}).status_code for one in posts] == [
            status
        ] * 3
        assert client.get(url("alike", review, pairs[0].pk)).status_code == status
    other = start_review(by=cast.ana, title="Another of hers")
    for name, pk in (("decide_pair", pairs[0].pk), ("alike", pairs[0].pk), ("undo_decision", made.pk)):
        assert client_of(cast.ana).post(url(name, other, pk), {"decision": "same"}).status_code == 404
    assert current(review) == 6


def test_the_page_asks_a_fixed_number_of_questions(ana, review, pairs, django_assert_max_num_queries):
    for name in ("duplicates", "alike"):
        with django_assert_max_num_queries(14):
            ana.get(url(name, review, *([pairs[0].pk] if name == "alike" else [])))
