"""What happened lately in a person's reviews, in readable words; what they did last; and how fast it goes. Nothing here
says what somebody judged, and only a person's own judgements are counted for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.numbers import Grouped
from consensus.kinds import KINDS, kind_of
from consensus.models import Judgement, Stage, Stop, WorkItem
from consensus.sides import mask_items
from reviews.models import Membership, ProtocolVersion, Review
from studies.models import ImportBatch
from synthesis.models import TableBuild

DAYS = 14
# So many settled conflicts are read for one line, at most.
AT_MOST = 50


@dataclass(frozen=True, slots=True)
class News:
    at: datetime
    review: Review
    text: str
    url: str
    icon: str


def news_of(reviews: Sequence[Review], *, since: datetime | None = None, limit: int = 8) -> list[News]:
    """The latest of these reviews, at most `limit`, the newest first; with `since` only what came after it."""
    named = {review.pk: review for review in reviews}
    found = chain(
        imports(named, since, limit),
        protocols(named, since, limit),
        joined(named, since, limit),
        tables(named, since, limit),
        stops(named, since, limit),
        settled(named, since, limit),
    )
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def imports(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    rows = ImportBatch.objects.filter(
        review__in=named, status=ImportBatch.Status.DONE, finished_at__isnull=False
    )
    rows = rows.filter(finished_at__gt=since) if since else rows
    return [
        News(
            one.finished_at or one.created_at,
            named[one.review_id],
            ngettext("%(n)s record imported from %(file)s", "%(n)s records imported from %(file)s", one.made)
            % {"n": Grouped(one.made), "file": one.filename},
            reverse("studies:batch", args=[one.review_id, one.pk]),
            "file-input",
        )
        for one in rows.order_by("-finished_at")[:limit]
    ]


def protocols(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    rows = ProtocolVersion.objects.filter(review__in=named, published_at__isnull=False)
    rows = rows.filter(published_at__gt=since) if since else rows
    return [
        News(
            one.published_at or timezone.now(),
            named[one.review_id],
            _("Version %(n)s of the protocol published") % {"n": one.number},
            reverse("reviews:protocol", args=[one.review_id]),
            "text-quote",
        )
        for one in rows.order_by("-published_at")[:limit]
    ]


def joined(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    rows = Membership.objects.active().filter(review__in=named).select_related("user")
    rows = rows.filter(joined_at__gt=since) if since else rows
    return [
        News(
            one.joined_at,
            named[one.review_id],
            _("%(who)s joined as %(role)s") % {"who": one.user, "role": one.get_role_display().lower()},
            reverse("reviews:members", args=[one.review_id]),
            "users",
        )
        for one in rows.order_by("-joined_at")[:limit]
    ]


def tables(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    rows = TableBuild.objects.filter(review__in=named, status="done", finished_at__isnull=False)
    rows = rows.filter(finished_at__gt=since) if since else rows
    return [
        News(
            one.finished_at or one.started_at,
            named[one.review_id],
            _("%(table)s built") % {"table": one.table},
            reverse("synthesis:table", args=[one.review_id, one.table_id]),
            "table-2",
        )
        for one in rows.select_related("table").order_by("-finished_at")[:limit]
    ]


def stops(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    rows = Stop.objects.filter(review__in=named, resumed_at=None).select_related("stage")
    rows = rows.filter(stopped_at__gt=since) if since else rows
    return [
        News(
            one.stopped_at,
            named[one.review_id],
            _("%(stage)s stopped before the end") % {"stage": kind_of(one.stage).label},
            reverse("screening:order", args=[one.review_id, one.stage.kind]),
            "lock",
        )
        for one in rows.order_by("-stopped_at")[:limit]
    ]


def settled(named: dict[int, Review], since: datetime | None, limit: int) -> list[News]:
    """Conflicts that were settled: what one person did at one stage in one day is one line."""
    rows = Judgement.objects.current().consensus().filter(review__in=named)
    rows = rows.filter(submitted_at__gt=since) if since else rows
    lines: dict[tuple[int, int, date], list[Judgement]] = {}
    for one in rows.select_related("reviewer", "item__stage").order_by("-submitted_at")[: AT_MOST * limit]:
        if one.submitted_at:
            day = timezone.localdate(one.submitted_at)
            lines.setdefault((one.reviewer_id, one.item.stage_id, day), []).append(one)
    return [settled_line(named, found) for found in list(lines.values())[:limit]]


def settled_line(named: dict[int, Review], found: Sequence[Judgement]) -> News:
    latest = found[0]
    text = ngettext(
        "%(who)s settled %(n)s conflict at %(stage)s",
        "%(who)s settled %(n)s conflicts at %(stage)s",
        len(found),
    )
    said = {"who": latest.reviewer, "n": len(found), "stage": kind_of(latest.item.stage).label}
    url = reverse("consensus:item", args=[latest.review_id, latest.item_id])
    return News(latest.submitted_at or timezone.now(), named[latest.review_id], text % said, url, "git-merge")


@dataclass(frozen=True, slots=True)
class Week:
    """What a person judged in the last seven days, at which kinds of stage, and on how many days."""

    judged: int
    days: int
    stages: list[tuple[str, int]]


def week_of(user: User) -> Week:
    since = timezone.now() - timedelta(days=7)
    rows = Judgement.objects.of(user).independent().filter(submitted_at__gte=since)
    counted = (
        rows.values_list("item__stage__kind", TruncDate("submitted_at")).annotate(n=Count("id")).order_by()
    )
    stages: dict[str, int] = {}
    for kind, _day, n in counted:
        stages[kind] = stages.get(kind, 0) + n
    labels = [(str(KINDS[kind].label), n) for kind, n in stages.items() if kind in KINDS]
    return Week(sum(stages.values()), len({day for _kind, day, _n in counted}), labels)


@dataclass(frozen=True, slots=True)
class LeftOff:
    """The item a person judged last at a stage."""

    at: datetime
    stage: Stage
    label: str
    item: WorkItem


def left_off(user: User, reviews: Sequence[Review], *, limit: int = 3) -> list[LeftOff]:
    """Where a person left off: their latest judgement of each stage, the newest stage first."""
    latest = (
        Judgement.objects.of(user)
        .filter(item__stage__review__in=reviews, submitted_at__isnull=False)
        .select_related("item__stage", "item__report", "item__study")
        .order_by("-id")[:100]
    )
    found: dict[int, LeftOff] = {}
    for one in latest:
        stage = one.item.stage
        if stage.pk not in found and one.submitted_at:
            found[stage.pk] = LeftOff(one.submitted_at, stage, str(kind_of(stage).label), one.item)
    shown = list(found.values())[:limit]
    # A report without a title is named by who wrote it, and when.
    mask_items(user, [one.item for one in shown])
    return shown


@dataclass(frozen=True, slots=True)
class Day:
    """A bar of the drawing of 14 days: `x` and `height` in a drawing of 312 by 64."""

    day: date
    n: int
    x: int
    height: float


def pace(review: Review, user: User | None) -> list[Day]:
    """Judgements a day over the last 14 days: one person's, or with nobody named the team's."""
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    rows = Judgement.objects.filter(
        review=review, role=Judgement.Role.INDEPENDENT, submitted_at__date__gte=first
    )
    if user:
        rows = rows.of(user)
    counts = dict(
        rows.annotate(day=TruncDate("submitted_at")).values_list("day").annotate(n=Count("id")).order_by()
    )
    most = max(counts.values(), default=0) or 1
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [
        Day(day, counts.get(day, 0), 4 + 22 * n, round(60 * counts.get(day, 0) / most, 1))
        for n, day in enumerate(days)
    ]
