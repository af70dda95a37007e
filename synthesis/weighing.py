"""What the bars of risk of bias can be weighed by: the agreed numbers of each study, arms added up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from appraisal.weighing import Weigher
from consensus.models import WorkItem
from extraction.entering import Entity, Type
from extraction.models import Value
from reviews.models import Review
from synthesis.reading import known_fields

NUMBERS = (Type.INTEGER, Type.DECIMAL)
OF_STUDY = (Entity.STUDY, Entity.ARM)


def numbers_of(review: Review) -> Sequence[tuple[str, str]]:
    """The numbers that the review's forms ask of a study or of its arms."""
    return [
        (key, one.label)
        for key, one in known_fields(review).items()
        if one.type in NUMBERS and one.entity in OF_STUDY
    ]


def weights_of(review: Review, key: str) -> Mapping[int, float]:
    items = WorkItem.objects.standing().filter(review=review, stage__kind="extraction", study__isnull=False)
    studies = {one.answer_id: one.study_id for one in items if one.study_id}  # type: ignore[attr-defined]
    found: dict[int, float] = defaultdict(float)
    values = Value.objects.filter(judgement__in=studies, field__key=key, number__gt=0)
    for judgement, number in values.values_list("judgement", "number"):
        found[studies[judgement]] += float(number or 0)
    return found


NUMBERS_OF_STUDIES = Weigher(numbers_of, weights_of)
