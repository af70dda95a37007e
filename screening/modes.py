"""Which records need a second judge, and how many records one person takes."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import ceil

from accounts.models import User
from consensus.models import Assignment, Judgement, Stage, WorkItem
from consensus.services.counts import progress
from screening.models import Calibrated, Mode, Verdict, Workload

SECOND = 2
EXCLUDE = Verdict.Choice.EXCLUDE


def sampled(seed: str, target: int, percent: int) -> bool:
    """Whether a report belongs to the random sample. The same answer at any time, on any machine."""
    drawn = int.from_bytes(sha256(f"{seed}:{target}".encode()).digest()[:4], "big")
    return drawn * 100 < percent * 2**32


def way_of(stage: Stage) -> Mode | None:
    """The stage's mode, where it is not that every record needs the same."""
    return Mode.objects.filter(stage=stage).exclude(way=Mode.Way.ALL).first()


def unblinded(stage: Stage) -> bool:
    """Whether the second judge knows what the first one said: they get nothing but exclusions."""
    return Mode.objects.filter(stage=stage, way=Mode.Way.EXCLUDES).exists()


def places(stage: Stage, targets: Sequence[int]) -> Mapping[int, int]:
    """How many judges the items of these reports need, where it is another number than the stage's."""
    found: dict[int, int] = {}
    mode = way_of(stage)
    if mode and mode.way == Mode.Way.SAMPLE:
        found = {one: SECOND for one in targets if sampled(mode.seed, one, mode.percent)}
    elif mode:
        excluded = Judgement.objects.current().independent()
        asked = {"item__stage": stage, "item__report__in": targets}
        excluded = excluded.filter(**asked, item__status__in=WorkItem.UNDECIDED)
        told = excluded.filter(verdict__verdict=EXCLUDE).values_list("item__report", flat=True)
        found = dict.fromkeys(told, SECOND)
    rounds = Calibrated.objects.filter(
        calibration__stage=stage, calibration__ended_at=None, item__report__in=targets
    )
    found |= dict(rounds.values_list("item__report", "calibration__judges"))
    return found


def needs(item: WorkItem, judgement: Judgement) -> int:
    """On excludes only: what the first one excludes needs a second, what they let pass does not."""
    # In any mode it is two then. Every decision asks, and most stages are so.
    if item.judges_needed == item.stage.judges_needed == SECOND:
        return SECOND
    mode = way_of(item.stage)
    if mode is None or mode.way != Mode.Way.EXCLUDES or Calibrated.objects.filter(item=item).exists():
        return item.judges_needed
    others = Judgement.objects.current().independent().filter(item=item)
    if others.exclude(reviewer=judgement.reviewer_id).exists():
        return item.judges_needed
    excludes = Verdict.objects.filter(judgement=judgement, verdict=EXCLUDE).exists()
    return SECOND if excludes else item.stage.judges_needed


def room(stage: Stage, user: User) -> int | None:
    """How many more records this person takes, if the work is split."""
    share = Workload.objects.filter(stage=stage, user=user).first()
    if share is None:
        return None
    counts = progress(stage)
    wanted = ceil(counts.live * share.percent / 100)
    held = Assignment.objects.of(user, stage).count()
    return max(0, wanted - counts.judged.get(user.pk, 0) - held)
