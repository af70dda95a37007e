"""A review that only extracts: studies, two extractors who agree, and a table by indication."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from consensus.models import WorkItem
from consensus.services import open_items, resolve, stage_of, start_review, submit
from extraction.services.forms import publish_form
from reviews.models import Review
from reviews.services import add_member
from studies.models import Report, Study, StudyLink
from synthesis.models import SummaryTable
from synthesis.services import create_table

FORM: dict[str, Any] = {
    "sections": [
        {
            "title": "Study",
            "fields": [
                {"key": "indication", "label": "Indication"},
                {"key": "patients", "label": "Patients", "type": "integer"},
                {"key": "funding", "label": "Funding"},
            ],
        },
        {"title": "Arms", "fields": [{"key": "n", "label": "Analysed", "type": "integer", "entity": "arm"}]},
    ]
}
BY_INDICATION: dict[str, Any] = {
    "rows": {"group_by": "indication", "order": ["Stroke", "Skin"]},
    "columns": [
        {"key": "indication", "label": "Indication", "show": "group"},
        {"key": "studies", "label": "Studies", "show": "studies"},
        {"key": "patients", "label": "Patients", "show": "sum", "field": "patients"},
        {
            "key": "treated",
            "label": "Treated",
            "show": "sum_reported",
            "field": "n",
            "where": {"arm_role": "experimental"},
        },
    ],
    "totals": True,
}


def answer(indication: str, patients: int, treated: int | None = None, **values: Any) -> dict[str, Any]:
    arms = (
        [{"name": "Cells", "role": "experimental", "values": {"n": treated}}] if treated is not None else []
    )
    return {"values": {"indication": indication, "patients": patients, **values}, "arms": arms}


@pytest.fixture
def review(cast: Any) -> Review:
    review = start_review(by=cast.owner, title="Cells in the clinic", kinds=("extraction",))
    roles = {cast.lead: "lead", cast.ana: "reviewer", cast.ben: "reviewer", cast.observer: "observer"}
    for user, role in roles.items():
        add_member(by=cast.owner, review=review, email=user.email, role=role)
    publish_form(by=cast.lead, review=review, data=FORM)
    return review


@pytest.fixture
def study(review: Review) -> Callable[[str], WorkItem]:
    """A study waiting to be extracted."""

    def study(label: str) -> WorkItem:
        report = Report.objects.create(
            review=review, title=f"{label}: a trial", authors=[f"{label}, A."], year=2020
        )
        made = Study.objects.create(review=review, label=label, design="randomized")
        StudyLink.objects.create(review=review, report=report, study=made)
        stage = stage_of(review, "extraction")
        with transaction.atomic():
            open_items(stage=stage, target_ids=[made.pk])
        return WorkItem.objects.get(stage=stage, study=made)

    return study


@pytest.fixture
def agree(cast: Any, study: Callable[[str], WorkItem]) -> Callable[..., WorkItem]:
    """A study on which two extractors said the same."""

    def agree(label: str, *args: Any, **values: Any) -> WorkItem:
        item = study(label)
        for judge in (cast.ana, cast.ben):
            submit(by=judge, item_id=item.pk, answer=answer(*args, **values))
        item.refresh_from_db()
        assert item.decided
        return item

    return agree


@pytest.fixture
def amend(cast: Any) -> Callable[..., None]:
    def amend(item: WorkItem, *args: Any, **values: Any) -> None:
        resolve(by=cast.lead, item_id=item.pk, answer=answer(*args, **values), comment="Read again.")

    return amend


@pytest.fixture
def table(review: Review, cast: Any) -> SummaryTable:
    return create_table(by=cast.lead, review=review, name="By indication", definition=BY_INDICATION)
