"""The flow in a few boxes, for the review's page: what stays in a column, what leaves beside it. Each leads to its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.prisma import Counts, boxes
from reviews.models import Review

# A box is 34 high and the next one begins 57 below; what leaves stands between the two.
STEP, BOX = 57, 34


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    n: int
    url: str
    y: int


@dataclass(frozen=True, slots=True)
class SmallFlow:
    stays: list[Box]
    leaves: list[Box]
    height: int
    words: str


# What each line counts: the boxes of the whole flow.
IDENTIFIED = (
    "database_results",
    "register_results",
    "website_results",
    "organisation_results",
    "citations_results",
    "other_results",
)
REMOVED = ("duplicates", "excluded_automatic", "excluded_other")
ASSESSED = ("dbr_assessed", "other_assessed")
LEFT = ("dbr_notretrieved_reports", "other_notretrieved_reports", "dbr_excluded", "other_excluded")


def small_flow(review: Review, counts: Counts) -> SmallFlow:
    n = boxes(counts)
    stays = [
        (_("Identified"), IDENTIFIED),
        (_("Screened"), ("records_screened",)),
        (_("Assessed"), ASSESSED),
        (_("Included"), ("new_studies",)),
    ]
    leaves = [(_("Removed"), REMOVED), (_("Excluded"), ("records_excluded",)), (_("Excluded"), LEFT)]
    kept = [line(review, n, label, names, STEP * at) for at, (label, names) in enumerate(stays)]
    left = [line(review, n, label, names, STEP * at + 46) for at, (label, names) in enumerate(leaves)]
    words = ", ".join(f"{one.label} {one.n}" for one in (*kept, *left))
    return SmallFlow(kept, left, STEP * (len(stays) - 1) + BOX + 1, words)


def line(review: Review, n: Mapping[str, int], label: str, names: Sequence[str], y: int) -> Box:
    """The sum of some boxes. It leads to the one list that it is, or where it is several, to the whole flow."""
    filled = [name for name in names if n.get(name)] or list(names[:1])
    one = reverse("reporting:box", args=[review.pk, filled[0]])
    url = one if len(filled) == 1 else reverse("reporting:prisma", args=[review.pk])
    return Box(label, sum(n.get(name, 0) for name in names), url, y)
