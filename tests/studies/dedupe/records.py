"""Synthetic records in the shapes that databases deliver."""

from itertools import count
from typing import Any

from studies.dedupe import Candidate

_KEYS = count(1)

ARTICLE: dict[str, Any] = {
    "title": "Walking aids and falls among residents of mountain villages: a cohort study",
    "authors": ("Arbogast, Ida", "Brunner, Max", "Caduff, Lena"),
    "year": 2016,
    "journal": "Journal of Imaginary Rehabilitation",
    "volume": "31",
    "issue": "4",
    "pages": "221-228",
    "doi": "",
    "pmid": "",
}


ABSTRACT = (
    "Falls are frequent where paths are steep. We followed 412 residents of 14 villages for 3 years and noted which "
    "walking aids they used, when they fell, and on which ground. Residents who used two sticks fell 1.8 times a year, "
    "those who used none 2.9 times. Nobody who used a frame left the house between December and March."
)


def record(**fields: Any) -> Candidate:
    """The article above, changed where the test says so; keys count up unless given."""
    return Candidate(**{"key": next(_KEYS), **ARTICLE, **fields})
