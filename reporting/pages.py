"""The two pages that look over everything: one's own work in all reviews, and one review from above."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.reader import reader
from accounts.services import visit
from consensus import services as consensus
from consensus.models import Stage
from reporting.beginning import first_steps
from reporting.counting import count
from reporting.needs import needs_of
from reporting.news import left_off, news_of, pace, week_of
from reporting.small_flow import small_flow
from reporting.stages import StageRow, names_of, queue_of, rows_of, work_url
from reporting.team import Teammate, team_of, who_is_where
from reporting.tour import is_offered
from reviews.models import Membership, Notification, Review
from reviews.permissions import Can, fetch_review, of_role
from studies.models import DuplicatePair, ImportBatch, Record, Report
from synthesis.models import SummaryTable


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of a person's reviews, and what waits for them in it."""

    review: Review
    membership: Membership
    rows: list[StageRow]

    @property
    def to_judge(self) -> list[StageRow]:
        return [one for one in self.rows if one.left and one.url]

    @property
    def to_settle(self) -> list[StageRow]:
        return [one for one in self.rows if one.conflicts]

    @property
    def things(self) -> int:
        """Nothing waits in a review that is locked or archived."""
        active = self.review.status == Review.Status.ACTIVE
        return len(self.to_judge) + bool(self.to_settle) if active else 0


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The reader's reviews, each with what waits for them."""
    user = reader(request)
    memberships = (
        Membership.objects.active()
        .filter(user=user)
        .select_related("review")
        .order_by("review__status", "-review__created_at", "-id")[:200]
    )
    by_review = {one.review_id: one for one in memberships}
    stages: dict[int, list[Stage]] = {pk: [] for pk in by_review}
    found = list(Stage.objects.filter(review__in=by_review).prefetch_related("named_judges"))
    for stage in found:
        stages[stage.review_id].append(stage)
    counts, queued = consensus.progress_of(found), queue_of(user, found)
    waiting = [
        Waiting(one.review, one, rows_of(user, of_role(one.role), stages[pk], counts, queued))
        for pk, one in by_review.items()
    ]
    reviews = [one.review for one in waiting]
    active = [review for review in reviews if review.status == Review.Status.ACTIVE]
    since = visit(user=user)
    context = {
        # What waits comes first, and within it the newest review.
        "waiting_in": sorted(waiting, key=lambda one: not one.things),
        "things": sum(one.things for one in waiting),
        "in_reviews": sum(bool(one.things) for one in waiting),
        "today": timezone.localdate(),
        "since": since,
        "news": news_of(reviews, since=since) if since else [],
        "left_off": [(one, work_url(one.stage)) for one in left_off(user, active)],
        "week": week_of(user),
        "told": Notification.objects.of(user).unread().select_related("review")[:5],
        "tour_offered": is_offered(user, reviews),
    }
    return render(request, "reporting/home.html", context)


@require_GET
def overview(request: HttpRequest, review_id: int) -> HttpResponse:
    """One review from above: its searches, its stages, what needs somebody, who is where."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    seen = seen_by(user, can, review)
    context: dict[str, Any] = {
        "review": review,
        "can": can,
        **seen,
        "needs": needs_of(user, can, review, seen["rows"], seen["found"]["pairs"]),
        "role": Membership.Role(can.role).label if can.role else "",
        "news": news_of([review], limit=6),
        "next": next((one for one in seen["rows"] if one.left and one.url), None),
    }
    if can.manage and review.status == Review.Status.ACTIVE and not context["found"]["imports"]:
        context["steps"] = first_steps(review)
    if can.manage:
        context["team"] = who_is_where(review, seen["stages"], seen["counts"])
    else:
        context["team"] = [Teammate(one) for one in team_of(review)]
    return render(request, "reporting/overview.html", context)


def seen_by(user: User, can: Can, review: Review) -> dict[str, Any]:
    """The stages and what they are made of, as one person may see them."""
    stages = list(Stage.objects.filter(review=review).prefetch_related("named_judges"))
    counts = consensus.progress_of(stages)
    names = names_of(review.memberships.judging().select_related("user")) if can.manage else {}
    rows = rows_of(user, can, stages, counts, names=names)
    current = next((one for one in rows if one.live and not one.over), None)
    found = found_in(review)
    return {
        "stages": stages,
        "counts": counts,
        "rows": rows,
        "found": found,
        "current_stage": current.stage.pk if current else 0,
    }


@require_GET
def stage_path(request: HttpRequest, review_id: int) -> HttpResponse:
    """The stages alone, asked for again while the page is open: their counts move as others judge."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    return render(
        request, "reporting/path.html", {"review": review, "can": can, **seen_by(user, can, review)}
    )


@require_GET
def beside(request: HttpRequest, review_id: int) -> HttpResponse:
    """Pace and the small flow, fetched after the page: they count, and the page need not wait for them."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    days = pace(review, None if can.manage else user)
    context = {
        "review": review,
        "can": can,
        "days": days if can.manage or can.judge else [],
        "week": sum(day.n for day in days[-7:]),
        "today": days[-1].n,
        "flow": small_flow(review, count(review)),
    }
    return render(request, "reporting/beside.html", context)


def found_in(review: Review) -> dict[str, int]:
    """How much the searches brought, and what it came to."""
    done = Q(status=ImportBatch.Status.DONE)
    batches = ImportBatch.objects.filter(review=review).aggregate(
        done=Count("id", filter=done), all=Count("id")
    )
    tables = SummaryTable.objects.active().filter(review=review).count()
    stale = SummaryTable.objects.stale().filter(review=review).count()
    return {
        "searches": review.searches.count(),
        "imports": batches["done"],
        "unfinished": batches["all"] - batches["done"],
        "records": Record.objects.counted().filter(review=review).count(),
        "reports": Report.objects.current().filter(review=review).count(),
        "pairs": DuplicatePair.objects.filter(review=review, status=DuplicatePair.Status.OPEN).count(),
        "tables": tables,
        "stale": stale,
        "fresh": tables - stale,
    }
