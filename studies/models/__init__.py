from studies.models.investigations import Outcome, Result, Study, StudyLink, TimePoint
from studies.models.moving import PriorDecision, PriorReviewer
from studies.models.reports import (
    Correction,
    DuplicatePair,
    FullText,
    PairDecision,
    RecordLink,
    Report,
    SourceAnchor,
)
from studies.models.searches import ImportBatch, ImportRefusal, Record, Search

__all__ = [
    "Correction",
    "DuplicatePair",
    "FullText",
    "ImportBatch",
    "ImportRefusal",
    "Outcome",
    "PairDecision",
    "PriorDecision",
    "PriorReviewer",
    "Record",
    "RecordLink",
    "Report",
    "Result",
    "Search",
    "SourceAnchor",
    "Study",
    "StudyLink",
    "TimePoint",
]
