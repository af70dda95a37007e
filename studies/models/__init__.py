from studies.models.investigations import Outcome, Result, Study, StudyLink, TimePoint
from studies.models.reports import DuplicatePair, FullText, RecordLink, Report, SourceAnchor
from studies.models.searches import ImportBatch, ImportRefusal, Record, Search

__all__ = [
    "DuplicatePair",
    "FullText",
    "ImportBatch",
    "ImportRefusal",
    "Outcome",
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
