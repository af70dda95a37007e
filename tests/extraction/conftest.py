"""A study that two extractors read: a form with every entity, an item, and what they both say of it."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from consensus.models import Judgement, WorkItem
from consensus.services import open_items, stage_of, submit
from extraction.services.forms import publish_form
from reviews.models import Review
from studies.models import Outcome, Report, Study, StudyLink

FORM: dict[str, Any] = {
    "sections": [
        {
            "title": "Study",
            "fields": [
                {"key": "indication", "label": "Indication", "required": True},
                {"key": "patients", "label": "Patients", "type": "integer", "required": True},
                {"key": "mean_age", "label": "Mean age", "type": "decimal", "unit": "years"},
                {"key": "randomized", "label": "Randomized", "type": "yes_no"},
                {
                    "key": "blinding",
                    "label": "Blinding",
                    "type": "choice",
                    "options": ["none", "single", "double"],
                },
                {
                    "key": "sites",
                    "label": "Sites",
                    "type": "multi_choice",
                    "options": ["Spain", "Korea", "Poland"],
                },
                {"key": "began", "label": "First patient", "type": "date"},
            ],
        },
        {"title": "Arms", "fields": [{"key": "n", "label": "Analysed", "type": "integer", "entity": "arm"}]},
        {
            "title": "Results",
            "fields": [
                {"key": "definition", "label": "Definition", "entity": "result", "type": "long_text"},
                {"key": "events", "label": "Events", "entity": "result_arm", "type": "integer"},
                {"key": "mean", "label": "Mean", "entity": "result_arm", "type": "decimal"},
            ],
        },
    ]
}


def whole(**values: Any) -> dict[str, Any]:
    """An extraction as the API gives it, with the study's values changed by `values`."""
    return {
        "values": {"indication": "Skin lesions", "patients": 39, **values},
        "arms": [
            {"name": "AASC", "role": "experimental", "values": {"n": 22}},
            {"name": "Control", "role": "comparator", "values": {"n": 17}},
        ],
        "results": [
            {
                "outcome": "Complete wound closure",
                "time_point": {"value": 12, "unit": "week"},
                "arms": {"AASC": {"events": 18}, "Control": {"events": 9}},
            }
        ],
    }


@pytest.fixture
def study(review: Review) -> Study:
    Outcome.objects.create(review=review, name="Complete wound closure", domain="efficacy")
    study = Study.objects.create(review=review, label="Moon 2019", design="randomized")
    report = Report.objects.create(review=review, title="AASC hydrogel for foot ulcers", year=2019)
    StudyLink.objects.create(review=review, report=report, study=study)
    return study


@pytest.fixture
def form(review: Review, cast: Any) -> Any:
    return publish_form(by=cast.lead, review=review, data=FORM)


@pytest.fixture
def item(review: Review, form: Any, study: Study, monkeypatch: pytest.MonkeyPatch) -> WorkItem:
    """The study waiting for extraction, as if its report had passed the full text."""
    from extraction.kind import ExtractionKind

    monkeypatch.setattr(ExtractionKind, "after", ())
    open_items(stage=stage_of(review, "extraction"), target_ids=[study.pk])
    return WorkItem.objects.get(review=review, study=study)


@pytest.fixture
def extract(item: WorkItem) -> Callable[..., Judgement]:
    def extract(by: User, answer: dict[str, Any] | None = None, **values: Any) -> Judgement:
        return submit(by=by, item_id=item.pk, answer=answer or whole(**values))

    return extract
