"""How a stage is set up, calibration rounds, labels, reading, and the progress page."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.checks import drift
from consensus.models import Judgement, WorkItem
from screening import services
from screening.models import Calibration, Label, Labelled, Masking, Mode, OwnTerm, Reading, Workload
from screening.services.calibrating import running
from screening.tallies import Halves, pairs_of, refresh

pytestmark = pytest.mark.django_db


def at(review, name, *more):
    return reverse(f"screening:{name}", args=[review.pk, "title_abstract", *more])


def said(user, item, verdict):
    return services.judge(by=user, item_id=item.pk, verdict=verdict)


@pytest.fixture
def three(cast):
    return [cast.ana, cast.ben, cast.cleo]


@pytest.fixture
def lead(client_of, cast):
    return client_of(cast.lead)


def test_who_judges_what_is_first_shown_with_what_it_changes(lead, review, stage, cast, items):
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    page, one = at(review, "setup"), {"part": "mode", "way": "all", "judges_needed": "1"}
    html = lead.post(page, one).content.decode()
    assert "1 lacks no judge any more" in html
    assert not Mode.objects.filter(stage=stage).exists()
    stage.refresh_from_db()
    assert stage.judges_needed == 2


def test_no_preview_tells_what_the_first_judge_said(stage, cast, items):
    def previews():
        return [
            services.preview_mode(stage=stage, way=way, percent=99, judges_needed=needed)
            for way in Mode.Way.values
            for needed in (1, 2, 3)
        ]

    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    included = previews()
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "exclude"})
    assert previews() == included
    assert not Mode.objects.filter(stage=stage).exists()


def test_the_setup_page_keeps_each_of_its_parts(lead, review, stage, cast, items, look_and_apply):
    page = at(review, "setup")
    assert lead.get(page).status_code == 200
    consensus.submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    asked = {"part": "masking", "hidden": ["authors", "year"]}
    looked = lead.post(page, asked).content.decode()
    assert "Judges no longer see: authors, year." in looked
    assert "6 undecided items" in looked
    assert "1 of them was judged by somebody who saw this" in looked
    assert not Masking.objects.filter(review=review).exists()
    look_and_apply(lead, page, asked)
    look_and_apply(lead, page, {"part": "mode", "way": "sample", "percent": "30"})
    shares = {f"share-{cast.ana.pk}": "50", f"share-{cast.ben.pk}": "50"}
    consensus.next_items(user=cast.ana, stage=stage)
    looked = lead.post(page, {"part": "workload", **shares}).content.decode()
    assert "50 of 100; 2 more records are theirs to judge." in looked
    assert "records in their queue are given out anew" in looked
    assert not Workload.objects.filter(stage=stage).exists()
    look_and_apply(lead, page, {"part": "workload", **shares})
    assert Mode.objects.get(stage=stage).percent == 30
    assert Masking.objects.get(review=review).hidden == {"authors", "year"}
    assert Workload.objects.filter(stage=stage).count() == 2
    assert lead.post(page, {"part": "x"}).status_code == 400
    assert lead.post(page, {"part": "workload", f"share-{cast.ana.pk}": "abc"}).status_code == 400


@pytest.mark.parametrize(
    ("who", "setup", "calibration", "progress"),
    [
        ("ana", 403, 200, 200),
        ("observer", 403, 403, 200),
        ("stranger", 404, 404, 404),
        ("lead", 200, 200, 200),
    ],
)
def test_who_sees_which_page(client_of, cast, review, items, who, setup, calibration, progress):
    client = client_of(getattr(cast, who))
    found = [client.get(at(review, name)).status_code for name in ("setup", "calibration", "progress")]
    assert found == [setup, calibration, progress]


def test_a_round_comes_first_for_everybody_and_counts_once(stage, cast, items, three):
    made = services.start_calibration(by=cast.lead, stage=stage, size=2, judges=three)
    chosen = set(made.calibrated.values_list("item", flat=True))
    for user in three:
        first = consensus.next_items(stage=stage, user=user)[:2]
        assert {item.pk for item in first} == chosen
        for item in first:
            said(user, item, "include" if user != cast.cleo else "exclude")
    assert running(stage) is None
    assert WorkItem.objects.filter(id__in=chosen, status="conflict").count() == 2
    assert Judgement.objects.count() == 6
    assert not list(drift())


def test_agreement_of_a_round_is_hidden_until_everybody_is_through(lead, review, stage, cast, items, three):
    services.start_calibration(by=cast.lead, stage=stage, size=2, judges=three)
    chosen = [one.item for one in Calibration.objects.get().calibrated.select_related("item")]
    for user in (cast.ana, cast.ben):
        for item in chosen:
            said(user, item, "include")
    html = lead.get(at(review, "calibration")).content.decode()
    assert "Running" in html
    assert "PABAK" not in html
    for item in chosen:
        said(cast.cleo, item, "exclude")
    html = lead.get(at(review, "calibration")).content.decode()
    assert "PABAK" in html
    assert "Discuss 2 differences" in html
    # What was calibrated is told apart from the agreement of the stage.
    assert pairs_of(stage) == {}


def test_a_round_is_repeatable_with_other_records_and_one_runs_at_a_time(stage, cast, items, three):
    first = services.start_calibration(by=cast.lead, stage=stage, size=2, judges=three)
    with pytest.raises(Refused, match="running"):
        services.start_calibration(by=cast.lead, stage=stage, size=2, judges=three)
    services.end_calibration(by=cast.lead, calibration=first)
    second = services.start_calibration(by=cast.lead, stage=stage, size=2, judges=three)
    one, other = (set(c.calibrated.values_list("item", flat=True)) for c in (first, second))
    assert (second.number, one & other) == (2, set())


def test_a_round_that_is_ended_early_waits_for_nobody(stage, cast, items, three):
    made = services.start_calibration(by=cast.lead, stage=stage, size=1, judges=three)
    item = made.calibrated.get().item
    said(cast.ana, item, "include")
    said(cast.ben, item, "include")
    services.end_calibration(by=cast.lead, calibration=made)
    assert WorkItem.objects.get(id=item.pk).status == "agreed"
    assert not list(drift())


def test_a_setting_that_is_changed_in_a_round_leaves_the_round_alone(stage, cast, items, three):
    made = services.start_calibration(by=cast.lead, stage=stage, size=1, judges=three)
    consensus.change_stage(by=cast.lead, stage=stage, resolver="pair")
    assert WorkItem.objects.get(calibrated__calibration=made).judges_needed == 3


def test_a_round_needs_two_who_judge(stage, cast, items):
    with pytest.raises(Invalid, match="two to twenty"):
        services.start_calibration(by=cast.lead, stage=stage, size=2, judges=[cast.ana])
    with pytest.raises(Invalid, match="two to twenty"):
        services.start_calibration(by=cast.lead, stage=stage, size=2, judges=[cast.ana, cast.observer])


def test_labels_are_put_on_and_off_and_need_no_script(client_of, cast, review, items):
    ana = client_of(cast.ana)
    address = reverse("screening:labels", args=[review.pk, items[0].pk])
    assert "Animals" in ana.post(address, {"name": "Animals"}, HTTP_HX_REQUEST="true").content.decode()
    label = Label.objects.get()
    ana.post(address, {"label": label.pk})
    assert not Labelled.objects.exists()
    assert ana.post(address, {"discuss": "1"}).status_code == 302
    assert Labelled.objects.get().label.use == "discuss"
    assert ana.post(address, {"label": "999999"}).status_code == 404
    assert client_of(cast.observer).post(address, {"discuss": "1"}).status_code == 403


def test_what_one_person_labels_no_other_sees_before_both_have_judged(client_of, cast, review, items):
    services.toggle_discuss(by=cast.ben, item_id=items[0].pk)
    assert not Labelled.objects.visible_to(cast.ana).exists()
    for user in (cast.ana, cast.ben):
        said(user, items[0], "include")
    assert Labelled.objects.visible_to(cast.ana).exists()


def test_own_terms_are_marked_for_their_owner_only(client_of, cast, review, items):
    ana = client_of(cast.ana)
    ana.post(at(review, "own_terms"), {"for": "recall", "against": "adults"})
    html = ana.get(at(review, "screen")).content.decode()
    assert "<mark>recall</mark> in <mark data-against>adults</mark>" in html
    assert "<mark>recall" not in client_of(cast.ben).get(at(review, "screen")).content.decode()
    assert OwnTerm.objects.count() == 2


def test_how_one_reads_is_kept_with_the_person(client_of, cast, review, items):
    ana = client_of(cast.ana)
    data = {"font": "sans", "size": "large", "width": "narrow"}
    assert ana.post(reverse("screening:reading"), data).status_code == 204
    assert 'data-font="sans" data-size="large"' in ana.get(at(review, "screen")).content.decode()
    assert ana.post(reverse("screening:reading"), data | {"size": "x"}).status_code == 400
    assert Reading.objects.count() == 1


def test_progress_shows_people_to_managers_and_a_reviewer_only_themselves(client_of, cast, review, items):
    said(cast.ben, items[0], "include")
    lead = client_of(cast.lead).get(at(review, "progress")).content.decode()
    ana = client_of(cast.ana).get(at(review, "progress")).content.decode()
    assert "Ben" in lead
    assert "Ben" not in ana
    assert "Ana" in ana


def test_a_reviewers_progress_does_not_tell_that_the_other_has_begun(client_of, cast, review, items):
    client = client_of(cast.ana)

    def figures():
        html = client.get(at(review, "progress")).content.decode()
        return (
            html[html.index('<dl class="stats">') : html.index("counted</")]
            if "counted</" in html
            else [line for line in html.splitlines() if "<dd>" in line or "<td" in line]
        )

    before = figures()
    said(cast.ben, items[0], "include")
    assert figures() == before


def test_agreement_is_of_independent_first_judgements_before_anything_was_revealed(stage, cast, items):
    pairs = [("include", "include"), ("exclude", "exclude"), ("include", "exclude"), ("unsure", "include")]
    for item, (one, other) in zip(items, pairs, strict=False):
        said(cast.ana, item, one)
        said(cast.ben, item, other)
    pair = (cast.ana.pk, cast.ben.pk)
    assert pairs_of(stage)[pair].table == [[2, 1], [0, 1]]
    # Revised before anything was seen: the last word counts. Third judges make pairs of their own.
    said(cast.ben, items[2], "include")
    assert pairs_of(stage)[pair].table == [[3, 0], [0, 1]]
    said(cast.ana, items[4], "include")
    assert sum(map(sum, pairs_of(stage)[pair].table)) == 4
    said(cast.cleo, items[4], "exclude")
    assert pairs_of(stage)[cast.ana.pk, cast.cleo.pk].table == [[0, 1], [0, 0]]


def test_a_stage_that_checks_excludes_is_called_unblinded_and_has_no_kappa(
    client_of, cast, review, stage, items
):
    services.set_mode(by=cast.lead, stage=stage, way="excludes")
    for user in (cast.ana, cast.ben):
        said(user, items[0], "exclude")
    html = client_of(cast.lead).get(at(review, "progress")).content.decode()
    assert "Unblinded" in html
    assert "PABAK" not in html
    assert pairs_of(stage) == {}
    assert "Unblinded" in client_of(cast.ana).get(at(review, "screen")).content.decode()


def test_a_large_stage_is_counted_in_the_background_and_never_by_a_page(
    client_of, cast, review, stage, items, monkeypatch
):
    asked = []
    cache.clear()
    monkeypatch.setattr("screening.tallies.LIVE", 0)
    monkeypatch.setattr("screening.tallies.send", lambda *message: asked.append(message))
    for user in (cast.ana, cast.ben):
        said(user, items[0], "include")
        said(user, items[1], "exclude")
    lead = client_of(cast.lead)
    for _ in range(2):
        html = lead.get(at(review, "progress")).content.decode()
        assert "being counted" in html
        assert "PABAK" not in html
    assert asked == [("screening.tasks.tally", stage.pk)]
    refresh(stage.pk)
    assert "PABAK" in lead.get(at(review, "progress")).content.decode()


def test_a_pair_that_drifts_is_named_to_those_who_manage(client_of, cast, review, stage, items, monkeypatch):
    halves = Halves(before=[[50, 5], [5, 140]], lately=[[20, 15], [15, 50]])
    monkeypatch.setattr("screening.tallies.pairs_of", lambda stage: {(cast.ana.pk, cast.ben.pk): halves})
    assert "Talk about the criteria" in client_of(cast.lead).get(at(review, "progress")).content.decode()
    assert "Talk about the criteria" not in client_of(cast.ana).get(at(review, "progress")).content.decode()
