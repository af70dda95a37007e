"""What a draft still has to answer before it can be submitted."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from consensus.models import Judgement
from extraction.models import Arm, FormField, ReportedResult, Value


@dataclass(frozen=True, slots=True)
class Lack:
    """A required answer that is not there."""

    field: FormField | None
    arm: Arm | None = None
    result: ReportedResult | None = None

    def __str__(self) -> str:
        if self.field is None:
            return _("the arms: at least one")
        of = " · ".join(str(one) for one in (self.result, self.arm) if one)
        return f"{self.field.label} ({of})" if of else self.field.label


def lacking(judgement: Judgement) -> list[Lack]:
    """The required answers that a draft still lacks, in the order of the form."""
    required = FormField.objects.filter(form__version=judgement.version_id, required=True)
    answered = set(Value.objects.filter(judgement=judgement).values_list("field_id", "arm_id", "result_id"))
    arms, results = list(judgement.arms.all()), list(judgement.reported_results.all())
    places: Mapping[str, list[tuple[Arm | None, ReportedResult | None]]] = {
        "study": [(None, None)],
        "arm": [(arm, None) for arm in arms],
        "result": [(None, result) for result in results],
        "result_arm": [(arm, result) for result in results for arm in arms],
    }
    found = [
        Lack(field, arm, result)
        for field in required
        for arm, result in places[field.entity]
        if (field.pk, arm.pk if arm else None, result.pk if result else None) not in answered
    ]
    needs_arms = any(field.entity == "arm" for field in required) and not arms
    return [Lack(None), *found] if needs_arms else found
