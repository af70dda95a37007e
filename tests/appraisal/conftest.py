"""A review with one study included and open at risk of bias, and answers that lead RoB 2 to low throughout."""

from collections.abc import Callable
from typing import Any

import pytest

from appraisal.services import Choice, add_appraisal, publish_plan, use_shipped
from consensus.models import Stage, WorkItem
from consensus.services import submit
from screening.services import set_retrieval
from studies.models import Report, Study

LOW: dict[str, Any] = {
    "D1/1.1": "Y", "D1/1.2": "Y", "D1/1.3": "N",
    "D2_assignment/2.1": "N", "D2_assignment/2.2": "N", "D2_assignment/2.6": "Y",
    "D3/3.1": "Y",
    "D4/4.1": "N", "D4/4.2": "N", "D4/4.3": "N",
    "D5/5.1": "Y", "D5/5.2": "N", "D5/5.3": "N",
}  # fmt: skip


@pytest.fixture
def appraisal(review, cast) -> Stage:
    """The stage by study, with RoB 2 for the effect of assignment."""
    return add_appraisal(by=cast.lead, review=review, kind="appraisal")


@pytest.fixture
def effect_set(appraisal, cast) -> None:
    """The review's own parameters, as a lead publishes them."""
    rob2 = use_shipped(by=cast.lead, review=appraisal.review, name="rob2_parallel")
    robins = use_shipped(by=cast.lead, review=appraisal.review, name="robins_i_2016")
    publish_plan(
        by=cast.lead,
        stage=appraisal,
        chosen=[Choice(rob2, ["randomized"], {"effect": "assignment"}), Choice(robins)],
    )


@pytest.fixture
def study(items, cast, effect_set) -> Study:
    """Included at both screening stages by two, so that its assessment is open."""
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=items[0].pk, answer={"verdict": "include"})
    set_retrieval(by=cast.lead, report=items[0].report, retrieval=Report.Retrieval.RETRIEVED)
    full = WorkItem.objects.get(stage__kind="full_text", report=items[0].report)
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=full.pk, answer={"verdict": "include"})
    found = Study.objects.get(review=full.review)
    Study.objects.filter(id=found.pk).update(design="randomized")
    found.refresh_from_db()
    return found


@pytest.fixture
def item(study) -> WorkItem:
    return WorkItem.objects.get(stage__kind="appraisal", study=study)


@pytest.fixture
def low() -> Callable[..., dict[str, Any]]:
    return lambda **other: {
        "answers": LOW | {key.replace("__", "/").replace("_", "."): value for key, value in other.items()}
    }
