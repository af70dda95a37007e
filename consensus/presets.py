"""What a type of review brings along: its stages, how many judge, and its words for the parts of the question. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from reviews.models import Review

SCREENING = ("title_abstract", "full_text")


@dataclass(frozen=True, slots=True)
class Preset:
    """kinds: the stages, in order. judges: where it is not two. words: of the question, by the protocol's field."""

    kinds: tuple[str, ...]
    words: Mapping[str, Any]
    says: Any
    judges: Mapping[str, int] = field(default_factory=dict)


PICOS: Mapping[str, Any] = {
    "population": _("Population"),
    "intervention": _("Intervention"),
    "comparator": _("Comparator"),
    "outcomes": _("Outcomes"),
    "study_design": _("Study design"),
}
PRESETS: Mapping[str, Preset] = {
    Review.Type.INTERVENTION: Preset(
        (*SCREENING, "extraction", "appraisal"),
        PICOS,
        _("Two people at every stage; risk of bias with RoB 2 for trials and ROBINS-I for other designs."),
    ),
    Review.Type.SCOPING: Preset(
        (*SCREENING, "extraction"),
        {
            "population": _("Population"),
            "intervention": _("Concept"),
            "outcomes": _("Context"),
            "study_design": _("Types of sources"),
        },
        _("Two people at every stage; the evidence is mapped, and risk of bias is not assessed."),
    ),
    Review.Type.RAPID: Preset(
        (*SCREENING, "extraction", "appraisal"),
        PICOS,
        _("Two people screen titles, abstracts and full texts; one extracts and one assesses risk of bias."),
        {"extraction": 1, "appraisal": 1},
    ),
    Review.Type.DIAGNOSTIC: Preset(
        (*SCREENING, "extraction", "appraisal"),
        {
            "population": _("Population"),
            "intervention": _("Index test"),
            "comparator": _("Reference standard"),
            "outcomes": _("Target condition"),
            "study_design": _("Study design"),
        },
        _("Two people at every stage; risk of bias and applicability with QUADAS-2."),
    ),
}


def preset_of(review_type: str) -> Preset:
    return PRESETS.get(review_type, PRESETS[Review.Type.INTERVENTION])
