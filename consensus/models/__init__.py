from consensus.models.items import TARGETS, Assignment, Judgement, Note, Signature, WorkItem
from consensus.models.rankings import Ranking, Score, Stop
from consensus.models.stages import Change, Stage, StageDelta, StageJudge, StageVersion

__all__ = [
    "TARGETS",
    "Assignment",
    "Change",
    "Judgement",
    "Note",
    "Ranking",
    "Score",
    "Signature",
    "Stage",
    "StageDelta",
    "StageJudge",
    "StageVersion",
    "Stop",
    "WorkItem",
]
