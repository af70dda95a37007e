"""How far a stage is, how fast it goes, and how far its judges agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from consensus import services as consensus
from consensus.agreement import Estimate
from consensus.kinds import kind_of
from consensus.models import Stage, WorkItem
from reviews.permissions import fetch_review
from screening import agreeing, modes
from screening.agreeing import Drift, Figures, Pair
from screening.kinds import SCREENING
from screening.tallies import DAYS, Halves, Tally, tally
from screening.views import reader

PACE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """The agreement of a pair or of all, as the table and the chart show it."""

    name: str
    figures: Figures
    drift: Drift
    chart: "Mark | None"
    people: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate with its interval on an axis from 0 to 100; below 0 is drawn at 0."""

    at: float
    low: float
    width: float


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    done: int
    left: int
    pace: float
    days: int | None

    @property
    def share(self) -> int:
        return self.done + self.left


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a stage is judged, if everybody goes on as in the last week: judgements left, a day, days."""

    left: int
    pace: float
    days: int


@require_GET
def progress(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """Everybody sees the stage and their own pace; who judged how many, and pairs, is for those who manage it."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    if kind not in SCREENING:
        raise Http404
    stage = consensus.stage_of(review, kind)
    counts = consensus.progress(stage)
    counted = tally(stage)
    found = {member.user_id: member.user for member in review.memberships.select_related("user")}
    shown = found if can.manage else {user.pk: user} if can.judge else {}
    days = counted.days if counted else {}
    rows = people(stage, counts, shown, days)
    columns = bars({person: days.get(person, {}) for person in shown})
    return render(
        request,
        "screening/progress.html",
        {
            "review": review,
            "can": can,
            "stage": stage,
            "label": kind_of(stage).label,
            "counts": counts,
            "statuses": statuses(counts),
            "finals": finals(counts),
            "people": rows,
            "bars": columns,
            "busiest": max(one["number"] for one in columns),
            # Of one's own pace and the stage's, that of the other judge could be reckoned.
            "outlook": outlook(stage, counts, rows) if can.manage else None,
            "agreement": agreement(counted, found if can.manage else {}),
            "counted": counted,
            "unblinded": modes.unblinded(stage),
        },
    )


def statuses(counts: consensus.Progress) -> list[tuple[str, int]]:
    """Open and partly judged are one number: that somebody has begun is nobody's business."""
    open_ = counts.statuses.get(WorkItem.Status.OPEN, 0) + counts.statuses.get(WorkItem.Status.PARTIAL, 0)
    return [
        (str(WorkItem.Status.OPEN.label), open_),
        (str(WorkItem.Status.CONFLICT.label), counts.conflicts),
        (str(WorkItem.Status.AGREED.label), counts.statuses.get(WorkItem.Status.AGREED, 0)),
        (str(WorkItem.Status.RESOLVED.label), counts.statuses.get(WorkItem.Status.RESOLVED, 0)),
    ]


def finals(counts: consensus.Progress) -> dict[str, int]:
    """Decided records by what was decided, reasons added up."""
    found = {"include": 0, "exclude": 0}
    for word, number in counts.finals.items():
        found["exclude" if word.startswith("exclude") else "include"] += number
    return found


def people(
    stage: Stage,
    counts: consensus.Progress,
    shown: dict[int, User],
    days: dict[int, dict[date, int]],
) -> list[Person]:
    since = timezone.localdate() - timedelta(days=PACE_DAYS - 1)
    waiting = statuses(counts)[0][1]
    found = []
    for user in shown.values():
        if not consensus.may_judge(user, stage):
            continue
        done = counts.judged.get(user.pk, 0)
        recent = {day: n for day, n in days.get(user.pk, {}).items() if day >= since}
        pace = sum(recent.values()) / len(recent) if recent else 0.0
        room = modes.room(stage, user)
        left = min(max(counts.live - done, 0), waiting)
        left = left if room is None else min(left, room)
        found.append(Person(str(user), done, left, pace, ceil_div(left, pace)))
    return sorted(found, key=lambda one: -one.done)


def outlook(stage: Stage, counts: consensus.Progress, rows: list[Person]) -> Outlook | None:
    open_ = counts.statuses.get(WorkItem.Status.OPEN, 0)
    begun = counts.statuses.get(WorkItem.Status.PARTIAL, 0)
    left = open_ * stage.judges_needed + begun * max(stage.judges_needed - 1, 1)
    pace = sum(one.pace for one in rows)
    days = ceil_div(left, pace)
    return Outlook(left, pace, days) if left and days else None


def ceil_div(left: int, pace: float) -> int | None:
    """Days of work that are left at this pace."""
    return -int(-left // pace) if pace else None


def bars(days: dict[int, dict[date, int]]) -> list[dict[str, Any]]:
    """Judgements on each of the last days, as columns of a chart of 100 by 100."""
    today = timezone.localdate()
    dates = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    sums = [sum(one.get(day, 0) for one in days.values()) for day in dates]
    most = max(sums, default=0)
    width = 100 / DAYS
    return [
        {
            "day": day,
            "number": number,
            "x": f"{place * width + 0.6:.2f}",
            "y": f"{100 - 100 * number / most if most else 100:.2f}",
            "width": f"{width - 1.2:.2f}",
            "height": f"{100 * number / most if most else 0:.2f}",
        }
        for place, (day, number) in enumerate(zip(dates, sums, strict=True))
    ]


def agreement(counted: Tally | None, named: dict[int, User]) -> list[Row]:
    """All together first; then the pairs, for those who may see who judged."""
    if counted is None or not counted.pairs:
        return []
    tables = {pair: halves.table for pair, halves in counted.pairs.items()}
    whole = agreeing.overall(tables)
    rows = [Row("", whole, Drift(), mark(whole.kappa))]
    for pair, halves in sorted(counted.pairs.items()):
        if pair[0] in named and pair[1] in named:
            rows.append(of_pair(pair, halves, named))
    return rows


def of_pair(pair: Pair, halves: Halves, named: dict[int, User]) -> Row:
    figures = agreeing.figures(halves.table)
    first, second = str(named[pair[0]]), str(named[pair[1]])
    drift = agreeing.drift(halves.before, halves.lately)
    return Row(f"{first}, {second}", figures, drift, mark(figures.kappa), (first, second))


def mark(found: Estimate) -> Mark | None:
    if found.value is None or found.low is None or found.high is None:
        return None
    low, high = max(found.low, 0.0), max(found.high, 0.0)
    return Mark(100 * max(found.value, 0.0), 100 * low, 100 * max(high - low, 0.005))
