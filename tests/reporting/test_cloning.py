"""A set-up used again: all that was decided before the work, nothing of the work."""

import pytest
from django.urls import reverse

from appraisal.models import Use
from appraisal.services import add_appraisal
from consensus.models import Judgement, Stage, WorkItem
from consensus.services import change_stage, submit
from extraction.models import FormField
from extraction.services.forms import publish_form
from reviews.models import ExclusionReason, ProtocolVersion, Review, Term
from reviews.services import set_terms
from screening.models import Label, Masking, Mode
from screening.services import add_label, set_masking, set_mode
from synthesis.models import SummaryTable
from synthesis.services import create_table

FORM = {"sections": [{"title": "Study", "fields": [{"key": "indication", "label": "Indication"}]}]}
TABLE = {"rows": "study", "columns": [{"key": "indication", "show": "value", "field": "indication"}]}


@pytest.fixture
def set_up(review, cast, items):
    lead = cast.lead
    set_terms(by=lead, review=review, include=["nap"], exclude=["mouse"])
    add_label(by=lead, review=review, name="Cited often")
    set_masking(by=lead, review=review, hidden={"authors"})
    first = Stage.objects.get(review=review, kind="title_abstract")
    change_stage(by=lead, stage=first, rule="majority", resolver="pair")
    set_mode(by=lead, stage=first, way="sample", percent=30, judges_needed=2)
    publish_form(by=lead, review=review, data=FORM)
    create_table(by=lead, review=review, name="By study", definition=TABLE)
    add_appraisal(by=lead, review=review, kind="appraisal")
    submit(by=cast.ana, item_id=items[0].pk, answer={"verdict": "include"})
    return review


def clone(client, review, **said):
    return client.post(reverse("reviews:clone", args=[review.pk]), {"title": "Sleep again", **said})


def test_everything_that_was_set_up_comes_along_and_nothing_of_the_work(set_up, cast, client_of):
    assert clone(client_of(cast.lead), set_up).status_code == 302
    made = Review.objects.get(title="Sleep again")
    assert made.created_by == cast.lead
    assert list(made.memberships.values_list("user", "role")) == [(cast.lead.pk, "owner")]
    reasons = ExclusionReason.objects.in_use().filter(review=made).values_list("label", flat=True)
    assert list(reasons) == ["Wrong design", "Wrong topic"]
    assert set(Term.objects.filter(review=made).values_list("text", "sense")) == {
        ("nap", "include"),
        ("mouse", "exclude"),
    }
    assert Label.objects.filter(review=made, name="Cited often").exists()
    assert Masking.objects.get(review=made).authors
    first = Stage.objects.get(review=made, kind="title_abstract")
    assert (first.rule, first.resolver) == ("majority", "pair")
    assert (Mode.objects.get(stage=first).way, Mode.objects.get(stage=first).percent) == ("sample", 30)
    assert FormField.objects.filter(review=made, key="indication").exists()
    assert SummaryTable.objects.get(review=made).definition == TABLE
    used = Use.objects.filter(plan__version__stage__review=made).values_list("instrument__name", flat=True)
    assert "rob2_parallel" in used
    assert ProtocolVersion.objects.published().filter(review=made).count() == 1
    assert not WorkItem.objects.filter(review=made).exists()
    assert not Judgement.objects.filter(review=made).exists()


def test_the_team_comes_along_if_it_is_wanted(set_up, cast, client_of):
    clone(client_of(cast.lead), set_up, members="1")
    made = Review.objects.get(title="Sleep again")
    roles = dict(made.memberships.values_list("user", "role"))
    assert roles[cast.ana.pk] == "reviewer"
    assert roles[cast.lead.pk] == "owner"
    assert cast.stranger.pk not in roles


def test_a_title_is_needed_and_only_who_manages_may(set_up, cast, client_of):
    assert clone(client_of(cast.lead), set_up, title=" ").status_code == 400
    assert clone(client_of(cast.ana), set_up).status_code == 403
    assert clone(client_of(cast.stranger), set_up).status_code == 404
    assert not Review.objects.filter(title="Sleep again").exists()


@pytest.mark.parametrize(
    ("kind", "stages", "word"),
    [
        ("scoping", ["title_abstract", "full_text", "extraction"], "Concept"),
        ("diagnostic", ["title_abstract", "full_text", "extraction", "appraisal"], "Reference standard"),
        ("rapid", ["title_abstract", "full_text", "extraction", "appraisal"], "Comparator"),
    ],
)
def test_a_type_of_review_brings_its_stages_and_its_words(cast, client_of, kind, stages, word):
    client, new = client_of(cast.lead), reverse("consensus:new_review")
    assert word in client.get(new, {"type": kind}).content.decode()
    said = {"title": "By type", "review_type": kind, "population": "Adults"}
    client.post(new, said)
    made = Review.objects.get(title="By type")
    assert list(made.stages.order_by("position").values_list("kind", flat=True)) == stages
    judges = dict(made.stages.values_list("kind", "judges_needed"))
    assert judges["extraction"] == (1 if kind == "rapid" else 2)
    if kind == "diagnostic":
        assert Use.objects.get(plan__review=made).instrument.name == "quadas2"
    assert "Adults" in client.get(reverse("reviews:protocol", args=[made.pk])).content.decode()
