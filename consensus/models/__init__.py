from consensus.models.items import TARGETS, Assignment, Judgement, Signature, WorkItem
from consensus.models.notes import Mention, Note
from consensus.models.rankings import Ranking, Score, Stop
from consensus.models.settlements import Settled, Settlement
from consensus.models.stages import Change, Stage, StageDelta, StageJudge, StageVersion

__all__ = [
    "TARGETS",
    "Assignment",
    "Change",
    "Judgement",
    "Mention",
    "Note",
    "Ranking",
    "Score",
    "Settled",
    "Settlement",
    "Signature",
    "Stage",
    "StageDelta",
    "StageJudge",
    "StageVersion",
    "Stop",
    "WorkItem",
]
