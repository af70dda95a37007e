"""The conflicts page: what it lists, what it keeps sealed, settling in place and together."""

import re

import pytest
from django.urls import reverse

from consensus import services
from consensus.models import Judgement, Settlement, Stage, WorkItem
from reviews.models import ExclusionReason
from reviews.templatetags.concord import STAND_IN
from screening.models import Masking
from tests.conftest import ITEMS
from tests.foundation import Layer, kept

pytestmark = pytest.mark.django_db
HX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def reasons(review):
    return list(ExclusionReason.objects.filter(review=review).order_by("rank"))


def say(user, item, verdict, reason=None, comment=""):
    answer = {"verdict": verdict, "reason_id": reason and reason.pk}
    return services.submit(by=user, item_id=item.pk, answer=answer, comment=comment)


def differ(cast, item, one, other):
    say(cast.ana, item, *one)
    say(cast.ben, item, *other)
    item.refresh_from_db()
    assert item.status == "conflict"
    return item


def make_conflicts(cast, review, items):
    """Two turn on the same pair of reasons, one is include against exclude, one has an unsure."""
    design, topic = ExclusionReason.objects.filter(review=review).order_by("rank")
    return [
        differ(cast, items[0], ("exclude", design, "ANA SAYS"), ("exclude", topic, "BEN SAYS")),
        differ(cast, items[1], ("exclude", topic), ("exclude", design)),
        differ(cast, items[2], ("include",), ("exclude", topic)),
        differ(cast, items[3], ("unsure",), ("exclude", topic)),
    ]


conflicts = kept(Layer("conflicts", ITEMS, make_conflicts))


def page(client, review, **query):
    return client.get(reverse("consensus:conflicts", args=[review.pk]), query).content.decode()


def listed(html):
    return [int(pk) for pk in re.findall(r'id="conflict-(\d+)"', html)]


def ids(items):
    return [one.pk for one in items]


def settle(client, review, item, choice, comment="The register says so", **extra):
    address = reverse("consensus:settle", args=[review.pk, item.pk])
    return client.post(address, {"choice": choice, "comment": comment}, **extra)


def test_a_lead_sees_both_sides_and_the_kind_of_every_conflict(client_of, cast, review, conflicts):
    html = page(client_of(cast.lead), review)
    assert listed(html) == ids(conflicts)
    for said in ("ANA SAYS", "BEN SAYS", "Reason differs", "Include against exclude", "Unsure"):
        assert said in html


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"kind": "reason"}, [0, 1]),
        ({"kind": "verdict"}, [2]),
        ({"kind": "unsure"}, [3]),
        ({"kind": "nonsense"}, [0, 1, 2, 3]),
        ({"reason": "Include"}, [2]),
        ({"stage": "title_abstract", "topic": "Exclude: Wrong design | Exclude: Wrong topic"}, [0, 1]),
        ({"pair": "x-y"}, [0, 1, 2, 3]),
        ({"stage": "full_text"}, []),
        ({"page": "99"}, [0, 1, 2, 3]),
    ],
)
def test_the_list_is_filtered_by_stage_kind_reason_and_topic(
    client_of, cast, review, conflicts, query, places
):
    assert listed(page(client_of(cast.lead), review, **query)) == [conflicts[n].pk for n in places]


def test_the_list_is_filtered_by_pair(client_of, cast, review, conflicts, items):
    say(cast.ana, items[4], "include")
    say(cast.cleo, items[4], "exclude")
    lead = client_of(cast.lead)
    assert listed(page(lead, review, pair=f"{cast.ana.pk}-{cast.cleo.pk}")) == [items[4].pk]
    assert listed(page(lead, review, pair=f"{cast.ana.pk}-{cast.ben.pk}")) == ids(conflicts)


def test_an_item_that_one_has_judged_is_nowhere_on_the_page(client_of, cast, review, conflicts, items):
    before = page(client_of(cast.lead), review)
    say(cast.ana, items[4], "include", None, "ONLY ANA")
    hide = r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"'
    after = page(client_of(cast.lead), review)
    assert re.sub(hide, "", before) == re.sub(hide, "", after)


def test_a_judge_finds_their_conflicts_sealed_until_they_open_them(client_of, cast, review, conflicts):
    ana, first = client_of(cast.ana), conflicts[0]
    html = page(ana, review)
    assert listed(html) == ids(conflicts)
    assert "ANA SAYS" in html
    for hidden in ("BEN SAYS", "Reason differs", "Include against exclude"):
        assert hidden not in html
    assert not Judgement.objects.filter(revealed_at__isnull=False).exists()
    opened = ana.post(reverse("consensus:open_conflict", args=[review.pk, first.pk]), **HX).content.decode()
    assert "BEN SAYS" in opened
    assert [one.item_id for one in Judgement.objects.filter(revealed_at__isnull=False)] == [first.pk]


def test_no_filter_tells_a_judge_what_a_sealed_conflict_is_about(client_of, cast, review, conflicts):
    ana = client_of(cast.ana)
    for query in ({"kind": "verdict"}, {"reason": "Include"}, {"pair": f"{cast.ana.pk}-{cast.ben.pk}"}):
        assert listed(page(ana, review, **query)) == []


def test_a_conflict_between_others_is_not_listed(client_of, cast, review, conflicts):
    assert listed(page(client_of(cast.cleo), review)) == []


def test_conflicts_that_turn_on_the_same_pair_say_so(client_of, cast, review, conflicts):
    html = page(client_of(cast.lead), review)
    assert html.count("1 other turns on the same:") == 2
    assert "Settle together" in html
    assert "Settle together" not in page(client_of(cast.ana), review)


def test_a_row_is_settled_in_its_place_and_taken_back(client_of, cast, review, conflicts):
    lead, item = client_of(cast.lead), conflicts[2]
    html = settle(lead, review, item, "include", **HX).content.decode()
    assert listed(html) == [item.pk]
    assert "<html" not in html
    assert "The register says so" in html
    item.refresh_from_db()
    assert item.status == "resolved"
    undo = reverse("consensus:reopen", args=[review.pk, item.pk])
    assert undo in html
    back = lead.post(undo, {"reason": "Taken back at once"}, **HX).content.decode()
    item.refresh_from_db()
    assert item.status == "conflict"
    assert "data-settle" in back


def test_settling_needs_an_answer_of_the_list_and_a_reason(client_of, cast, review, conflicts):
    lead = client_of(cast.lead)
    for choice, why in (
        ("include", " "),
        ("", "Because"),
        ("maybe", "Because"),
        ("exclude:99999", "Because"),
    ):
        assert settle(lead, review, conflicts[0], choice, why, **HX).status_code == 400
    assert settle(client_of(cast.cleo), review, conflicts[0], "include", **HX).status_code == 403
    assert settle(client_of(cast.observer), review, conflicts[0], "include", **HX).status_code == 403
    assert settle(client_of(cast.stranger), review, conflicts[0], "include", **HX).status_code == 404


def test_without_script_settling_leads_back_to_the_list(client_of, cast, review, conflicts):
    answer = settle(client_of(cast.lead), review, conflicts[0], "include")
    assert answer.headers["Location"].endswith("conflicts/?stage=title_abstract")


def test_a_pair_proposes_in_the_row_and_the_other_signs(client_of, cast, review, conflicts):
    Stage.objects.filter(review=review).update(resolver="pair")
    item = conflicts[2]
    for user in (cast.ana, cast.ben):
        services.reveal(by=user, item_ids=[item.pk])
    html = settle(client_of(cast.ana), review, item, "include", **HX).content.decode()
    assert "Sign it as well" not in html
    assert "Proposed" in html
    seen = page(client_of(cast.ben), review)
    assert "Sign it as well" in seen
    draft = Judgement.objects.drafts().consensus().get(item=item)
    signed = client_of(cast.ben).post(reverse("consensus:sign", args=[review.pk, item.pk, draft.pk]), **HX)
    assert "Resolved" in signed.content.decode()


def test_a_third_judge_is_asked_from_the_row_which_then_says_nothing(client_of, cast, review, conflicts):
    item = conflicts[0]
    address = reverse("consensus:add_judge", args=[review.pk, item.pk])
    html = client_of(cast.lead).post(address, {"judge": cast.cleo.pk}, **HX).content.decode()
    assert "It is back with its judges" in html
    assert "ANA SAYS" not in html
    assert item.pk not in listed(page(client_of(cast.lead), review))


def test_settled_ones_are_listed_and_sent_back_by_their_judges_and_the_lead(
    client_of, cast, review, conflicts
):
    item = conflicts[0]
    settle(client_of(cast.lead), review, item, "include")
    for user, seen in ((cast.lead, [item.pk]), (cast.ana, [item.pk]), (cast.cleo, [])):
        assert listed(page(client_of(user), review, show="settled")) == seen
    back = reverse("consensus:reopen", args=[review.pk, item.pk])
    assert client_of(cast.cleo).post(back, {"reason": "Hm"}, **HX).status_code == 403
    html = client_of(cast.ben).post(back, {"reason": "A correction was published"}, **HX).content.decode()
    assert "A correction was published" in html


def together(review, **query):
    address = reverse("consensus:together", args=[review.pk, "title_abstract"])
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}"


def test_alike_conflicts_are_shown_then_confirmed_then_settled_then_reopened(
    client_of, cast, review, conflicts, reasons
):
    lead, address = client_of(cast.lead), together(review, kind="reason")
    assert "Wrong design" in lead.get(address).content.decode()
    values = {"items": ids(conflicts[:2]), "choice": f"exclude:{reasons[0].pk}", "comment": "Design first"}
    seen = lead.post(address, values | {"step": "preview"}).content.decode()
    assert "2 conflicts become: Wrong design" in seen
    assert not WorkItem.objects.filter(status="resolved").exists()
    lead.post(address, values | {"step": "apply"})
    done = WorkItem.objects.filter(status="resolved").order_by("id")
    assert ids(done) == ids(conflicts[:2])
    assert {one.final.verdict.reason for one in done} == {reasons[0]}
    made = Settlement.objects.get()
    undo = reverse("consensus:undo_together", args=[review.pk, made.pk])
    assert client_of(cast.ana).post(undo).status_code == 403
    lead.post(undo)
    assert not WorkItem.objects.filter(status="resolved").exists()
    assert lead.post(undo).status_code == 409


def test_what_was_settled_meanwhile_stops_the_whole_lot(client_of, cast, review, conflicts):
    lead = client_of(cast.lead)
    services.settle_one(
        by=cast.owner, item_id=conflicts[0].pk, stage=conflicts[0].stage, choice="include", comment="Fits"
    )
    values = {"items": ids(conflicts[:2]), "choice": "include", "comment": "Both", "step": "apply"}
    answer = lead.post(together(review), values)
    assert answer.status_code == 422
    assert "settled meanwhile" in answer.content.decode()
    conflicts[1].refresh_from_db()
    assert conflicts[1].status == "conflict"


def test_undoing_leaves_what_was_amended_since(client_of, cast, review, conflicts):
    made = services.settle_together(
        by=cast.lead,
        stage=conflicts[0].stage,
        item_ids=ids(conflicts[:2]),
        choice="include",
        comment="Both fit",
    )
    services.settle_one(
        by=cast.owner, item_id=conflicts[0].pk, stage=conflicts[0].stage, choice="exclude", comment="No"
    )
    assert services.undo_settlement(by=cast.lead, settlement=made) == 1
    statuses = [WorkItem.objects.get(id=one.pk).status for one in conflicts[:2]]
    assert statuses == ["resolved", "conflict"]


def test_only_a_resolver_settles_together_and_only_where_one_resolves(client_of, cast, review, conflicts):
    assert client_of(cast.ana).get(together(review)).status_code == 403
    assert client_of(cast.stranger).get(together(review)).status_code == 404
    Stage.objects.filter(review=review).update(resolver="pair")
    assert client_of(cast.lead).get(together(review)).status_code == 403


def test_one_named_person_resolves_in_place_of_the_leads(client_of, cast, review, conflicts):
    stage = conflicts[0].stage
    services.change_stage(by=cast.owner, stage=stage, resolver="name", resolved_by=cast.cleo)
    cleo, lead = client_of(cast.cleo), client_of(cast.lead)
    assert len(listed(page(cleo, review))) == len(listed(page(lead, review)))
    assert "data-settle" in page(cleo, review)
    assert "data-settle" not in page(lead, review)
    of_stage = lead.get(reverse("consensus:conflicts", args=[review.pk]), {"stage": stage.kind})
    assert "Cleo resolves the conflicts of this stage." in of_stage.content.decode()
    refused = settle(lead, review, conflicts[0], "include", **HX)
    assert (refused.status_code, "Cleo resolves the conflicts of this stage" in refused.content.decode()) == (
        403,
        True,
    )
    assert "Resolved" in settle(cleo, review, conflicts[0], "include", **HX).content.decode()
    assert cleo.get(together(review)).status_code == 200
    assert lead.get(together(review)).status_code == 403
    assert client_of(cast.ana).get(together(review)).status_code == 403
    sent = cleo.post(
        reverse("consensus:reopen", args=[review.pk, conflicts[0].pk]), {"reason": "A letter."}, **HX
    )
    assert sent.status_code == 200


def test_without_the_named_person_the_leads_resolve_again(client_of, cast, review, conflicts, membership):
    services.change_stage(by=cast.owner, stage=conflicts[0].stage, resolver="name", resolved_by=cast.cleo)
    services.change_member(by=cast.owner, membership=membership(cast.cleo), role="observer")
    assert settle(client_of(cast.cleo), review, conflicts[0], "include", **HX).status_code == 403
    assert "Resolved" in settle(client_of(cast.lead), review, conflicts[0], "include", **HX).content.decode()


def test_the_list_costs_the_same_however_many_conflicts_it_shows(
    client_of, cast, review, conflicts, items, django_assert_max_num_queries
):
    lead = client_of(cast.lead)
    page(lead, review)
    with django_assert_max_num_queries(40) as few:
        page(lead, review)
    differ(cast, items[4], ("include",), ("exclude",))
    differ(cast, items[5], ("include",), ("exclude",))
    with django_assert_max_num_queries(len(few)):
        assert len(listed(page(lead, review))) == 6


def test_rows_share_what_is_drawn_alike_and_keep_their_own_numbers(client_of, cast, review, conflicts):
    """One drawing of a form serves all rows of a stage: each has to post to its own item, and be labelled by its own."""
    html = page(client_of(cast.lead), review)
    assert str(STAND_IN) not in html
    rows = dict(zip(listed(html), html.split('<li class="conflict')[1:], strict=True))
    for item in conflicts:
        for name in ("settle", "add_judge", "thread"):
            assert reverse(f"consensus:{name}", args=[review.pk, item.pk]) in rows[item.pk]
        assert f'for="why-{item.pk}"' in rows[item.pk]
        assert not [other for other in conflicts if other != item and f"/{other.pk}/settle/" in rows[item.pk]]


def test_agreement_counts_first_judgements_before_any_reveal(client_of, cast, review, items):
    stage = items[0].stage
    for item in items[:3]:
        say(cast.ana, item, "include")
        say(cast.ben, item, "include")
    say(cast.ana, items[3], "exclude")
    say(cast.ben, items[3], "exclude")
    say(cast.ana, items[4], "include")
    say(cast.ana, items[5], "exclude")
    address = reverse("consensus:agreement", args=[review.pk, stage.kind])
    html = client_of(cast.lead).get(address).content.decode()
    assert "Ana and Ben said the same of 4 of 4 items" in html
    assert "1.00" in html
    assert client_of(cast.ana).get(address).status_code == 403
    services.reopen(by=cast.lead, item_id=items[3].pk, reason="Look again")
    services.reveal(by=cast.ana, item_ids=[items[3].pk])
    say(cast.ben, items[3], "include")
    again = client_of(cast.lead).get(address, **HX).content.decode()
    assert "same of 4 of 4 items" in again
    assert "<html" not in again


def test_what_is_masked_from_judges_is_masked_in_the_list_too(client_of, cast, review, conflicts):
    report = conflicts[0].report
    assert report.short_name() in page(client_of(cast.lead), review)
    Masking.objects.create(review=review, authors=True, year=True)
    address = reverse("consensus:item", args=[review.pk, conflicts[0].pk])
    for html in (
        page(client_of(cast.lead), review),
        client_of(cast.lead).get(together(review)).content.decode(),
        client_of(cast.lead).get(address).content.decode(),
    ):
        assert report.title in html
        assert "Author1" not in html
    settle(client_of(cast.lead), review, conflicts[0], "exclude")
    assert "Author1" in page(client_of(cast.lead), review, show="settled")
