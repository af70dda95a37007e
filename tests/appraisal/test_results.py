"""Assessing the results of a study: copied from one to the others, filtered by outcome, weighed by a number."""

import pytest
from django.http import Http404
from django.urls import reverse

from appraisal import services
from appraisal.models import Answer, Level
from appraisal.weighing import WEIGHERS, Weigher
from consensus.models import Judgement, Stage, WorkItem
from consensus.services import submit
from studies.models import Outcome

REASON = {"levels": {"D1": {"level": "high", "reason": "Open list."}}}


@pytest.fixture
def results(study, cast) -> list[WorkItem]:
    """Two results of the study, each of an outcome, waiting for their judges."""
    services.add_appraisal(by=cast.lead, review=study.review, kind="appraisal_result")
    for name in ("Pain", "Sleep"):
        outcome = Outcome.objects.create(review=study.review, name=name)
        services.add_result(by=cast.lead, study=study, outcome=outcome)
    return list(WorkItem.objects.filter(stage__kind="appraisal_result").order_by("id"))


def plot(client, review_id: int, which: str, form: str, **query: object):
    stage = Stage.objects.get(review=review_id, kind="appraisal_result")
    instrument = services.newest_plan(stage).uses.get(instrument__name="rob2_parallel").instrument_id
    place = reverse("appraisal:picture", args=[review_id, instrument, which, form])
    return client.get(place, {"kind": "appraisal_result"} | query)


def test_one_assessment_begins_the_others_of_its_study(results, cast, client_of, low):
    first, second = results
    made = submit(by=cast.ana, item_id=first.pk, answer=low() | REASON)
    ana = client_of(cast.ana)
    page = ana.get(reverse("appraisal:assess", args=[first.review_id, first.pk])).content.decode()
    assert "1 other result of this study is not begun" in page
    ana.post(reverse("appraisal:copy_on", args=[first.review_id, made.pk]))
    draft = Judgement.objects.drafts().get(item=second, reviewer=cast.ana)
    assert Answer.objects.filter(judgement=draft).count() == len(low()["answers"])
    assert Level.objects.get(judgement=draft, key="D1").reason == "Open list."
    assert services.copy_on(by=cast.ana, judgement_id=made.pk) == 0
    with pytest.raises(Http404):
        services.copy_on(by=cast.ben, judgement_id=made.pk)


def test_a_draft_begins_anew_with_ones_own_assessment_of_another_result(results, cast, client_of, low):
    first, second = results
    made = submit(by=cast.ana, item_id=first.pk, answer=low())
    draft = services.begin(by=cast.ana, item_id=second.pk)
    services.save_answer(by=cast.ana, judgement_id=draft.pk, key="D1/1.1", codes=["N"])
    place = reverse("appraisal:copy", args=[first.review_id, draft.pk])
    client_of(cast.ana).post(place, {"source": made.pk})
    assert Answer.objects.get(judgement=draft, key="D1/1.1").codes == ["Y"]
    theirs = submit(by=cast.ben, item_id=first.pk, answer=low())
    assert client_of(cast.ana).post(place, {"source": theirs.pk}).status_code == 404


def test_plots_and_the_table_for_robvis_follow_the_outcome_and_the_weight(
    results, cast, client_of, low, monkeypatch
):
    first, second = results
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=first.pk, answer=low())
        submit(by=user, item_id=second.pk, answer=low() | REASON)
    ana, review = client_of(cast.ana), first.review_id
    study = first.result.study_id
    monkeypatch.setattr(
        "appraisal.weighing.WEIGHERS",
        [*WEIGHERS, Weigher(lambda review: [("n", "Patients")], lambda review, key: {study: 39.0})],
    )
    everything = plot(ana, review, "robvis", "csv", weight="n").content.decode().splitlines()
    assert len(everything) == 3
    assert all(line.endswith(",39") for line in everything[1:])
    pain = plot(ana, review, "robvis", "csv", outcome=first.result.outcome_id).content.decode().splitlines()
    assert len(pain) == 2
    assert "Pain" in pain[1]
    assert "Weighted by Patients." in plot(ana, review, "bars", "svg", weight="n").content.decode()
    shown = ana.get(
        reverse("appraisal:summary", args=[review]),
        {"kind": "appraisal_result", "outcome": first.result.outcome_id},
    ).content.decode()
    assert f"?kind=appraisal_result&amp;outcome={first.result.outcome_id}" in shown
