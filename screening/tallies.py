"""The counts behind the progress page: pairs of judgements and judgements a day, live while a stage is small, else
counted in the background and kept for a while."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from consensus.models import Judgement, Stage
from consensus.services.counts import progress
from reviews.jobs import send
from screening.agreeing import RECENT, Pair
from screening.modes import unblinded

# With more judgements than this, counting takes longer than a page may.
LIVE = 20_000
DAYS = 14
KEPT = 24 * 3600
FRESH = 120
TASK = "screening.tasks.tally"

# Each judge's last first-round judgement of an item that was made before anything of it was revealed to them; items
# that everybody has judged, without those of calibration rounds. The latest records of a pair are told from the others.
PAIRS = """
    WITH said AS (
        SELECT DISTINCT ON (j.item_id, j.reviewer_id) j.item_id, j.reviewer_id, j.submitted_at,
               v.verdict <> 'exclude' AS passes
        FROM consensus_workitem i JOIN consensus_judgement j ON j.item_id = i.id
             JOIN screening_verdict v ON v.judgement_id = j.id
        WHERE i.stage_id = %(stage)s AND i.status <> 'closed' AND i.judged >= i.judges_needed
          AND i.judges_needed > 1 AND j.role = 'independent' AND j.round = 1 AND j.submitted_at IS NOT NULL
          AND EXISTS (SELECT 1 FROM screening_calibrated c JOIN screening_calibration r ON r.id = c.calibration_id
                      WHERE c.item_id = i.id AND (r.id = %(calibration)s OR %(calibration)s IS NULL))
              = (%(calibration)s IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM consensus_judgement r WHERE r.item_id = j.item_id
                          AND r.reviewer_id = j.reviewer_id AND r.revealed_at < j.submitted_at)
        ORDER BY j.item_id, j.reviewer_id, j.submitted_at DESC, j.id DESC),
    pairs AS (
        SELECT a.reviewer_id AS one, b.reviewer_id AS other, a.passes AS first, b.passes AS second,
               row_number() OVER (PARTITION BY a.reviewer_id, b.reviewer_id
                                  ORDER BY greatest(a.submitted_at, b.submitted_at) DESC) <= %(recent)s AS lately
        FROM said a JOIN said b ON b.item_id = a.item_id AND b.reviewer_id > a.reviewer_id)
    SELECT one, other, lately, first, second, count(*) FROM pairs GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(slots=True)
class Halves:
    """The table of a pair: what came before its latest records, and these."""

    before: list[list[int]] = field(default_factory=lambda: [[0, 0], [0, 0]])
    lately: list[list[int]] = field(default_factory=lambda: [[0, 0], [0, 0]])

    @property
    def table(self) -> list[list[int]]:
        return [[self.before[i][j] + self.lately[i][j] for j in range(2)] for i in range(2)]


@dataclass(slots=True)
class Tally:
    """pairs: by the two reviewers. days: judgements by reviewer and day. at: when it was counted."""

    at: datetime
    pairs: dict[Pair, Halves] = field(default_factory=dict)
    days: dict[int, dict[date, int]] = field(default_factory=dict)


def pairs_of(stage: Stage, calibration: int | None = None) -> dict[Pair, Halves]:
    """Agreement between independent judges. Of a stage whose second judge knows the first's answer there is none."""
    if unblinded(stage) and calibration is None:
        return {}
    found: dict[Pair, Halves] = defaultdict(Halves)
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"stage": stage.pk, "recent": RECENT, "calibration": calibration})
        for one, other, lately, first, second, count in cursor.fetchall():
            half = found[one, other].lately if lately else found[one, other].before
            half[not first][not second] += count
    return dict(found)


def days_of(stage: Stage, since: date) -> dict[int, dict[date, int]]:
    """How many each person judged on each day. A revision counts as the judgement that it replaced."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(since, datetime.min.time(), tzinfo=zone)
    # By version, which each judgement carries: without a look at its item.
    made = Judgement.objects.current().exclude(role=Judgement.Role.CONSENSUS)
    made = made.filter(review=stage.review_id, version__in=stage.versions.all(), submitted_at__gte=begin)
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    members = stage.review.memberships.values_list("user_id", flat=True)
    for reviewer, moment in made.filter(reviewer__in=list(members)).values_list(
        "reviewer_id", "submitted_at"
    ):
        found[reviewer][timezone.localdate(moment)] += 1
    return {reviewer: dict(days) for reviewer, days in found.items()}


def counted(stage: Stage) -> Tally:
    since = timezone.localdate() - timedelta(days=DAYS - 1)
    return Tally(at=timezone.now(), pairs=pairs_of(stage), days=days_of(stage, since))


def key(stage: Stage) -> str:
    return f"screening:tally:{stage.pk}"


def tally(stage: Stage) -> Tally | None:
    """The counts, or nothing while a large stage is being counted for the first time."""
    if sum(progress(stage).judged.values()) <= LIVE:
        return counted(stage)
    known: Tally | None = cache.get(key(stage))
    old = known is None or timezone.now() - known.at > timedelta(seconds=FRESH)
    # One request asks, the others read what is there.
    if old and cache.add(f"{key(stage)}:asked", 1, FRESH):
        send(TASK, stage.pk)
    return known


def refresh(stage_id: int) -> None:
    stage = Stage.objects.filter(id=stage_id).select_related("review").first()
    if stage:
        cache.set(key(stage), counted(stage), KEPT)
