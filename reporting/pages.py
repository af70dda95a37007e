"""The two pages that look over everything: one's own work in all reviews, and one review from above."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.reader import reader
from accounts.services import visit
from consensus import services as consensus
from consensus.kinds import kind_of
from consensus.models import Assignment, Stage, WorkItem
from reporting.beginning import first_steps
from reporting.counting import count
from reporting.news import left_off, news_of, pace
from reviews.models import Membership, Notification, Review
from reviews.permissions import Can, fetch_review, of_role
from studies.models import DuplicatePair, ImportBatch, Record, Report

# Where a stage of a kind is worked on; a kind without a page of its own leads to its conflicts.
WORK = {
    "title_abstract": ("screening:screen", ("title_abstract",)),
    "full_text": ("screening:screen", ("full_text",)),
    "extraction": ("extraction:queue", ()),
    "appraisal": ("appraisal:queue", ()),
    "appraisal_result": ("appraisal:queue", ()),
}


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage as one person may see it: their own progress, the team's decisions, and conflicts for who settles them."""

    stage: Stage
    label: str
    url: str
    live: int
    decided: int
    mine: int
    left: int
    conflicts: int | None


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
    counts = consensus.progress_of(found)
    queued = queue_of(user, found)
    rows = [
        (one.review, one, waiting(user, of_role(one.role), stages[pk], counts, queued))
        for pk, one in by_review.items()
    ]
    reviews = [one.review for one in by_review.values()]
    active = [review for review in reviews if review.status == Review.Status.ACTIVE]
    since = visit(user=user)
    context = {
        "rows": rows,
        "things": sum(
            bool(one.left and one.url) + bool(one.conflicts) for *_, found in rows for one in found
        ),
        "today": timezone.localdate(),
        "since": since,
        "news": news_of(reviews, since=since) if since else [],
        "left_off": [(one, work_url(one.stage)) for one in left_off(user, active)],
        "told": Notification.objects.of(user).unread().select_related("review")[:5],
    }
    return render(request, "reporting/home.html", context)


def waiting(
    user: User, can: Can, stages: list[Stage], counts: dict[int, consensus.Progress], queued: dict[int, int]
) -> list[StageRow]:
    """The stages at which something waits for this person."""
    rows = [row(user, can, stage, counts[stage.pk], queued.get(stage.pk, 0)) for stage in stages]
    return [one for one in rows if one.left or one.conflicts]


def queue_of(user: User, stages: list[Stage]) -> dict[int, int]:
    """How many places this person's own queue holds, by stage."""
    places = Assignment.objects.filter(reviewer=user, stage__in=stages, item__status__in=WorkItem.UNDECIDED)
    return dict(places.values_list("stage").annotate(n=Count("id")).order_by())


def row(user: User, can: Can, stage: Stage, count: consensus.Progress, queued: int) -> StageRow:
    named = {judge.user_id for judge in stage.named_judges.all()}
    judges = can.judge and (not named or user.pk in named)
    mine = count.judged.get(user.pk, 0)
    return StageRow(
        stage=stage,
        label=str(kind_of(stage).label),
        url=work_url(stage) if judges else "",
        live=count.live,
        decided=count.decided,
        mine=mine,
        left=left_for(count, mine, queued) if judges else 0,
        conflicts=count.conflicts if can.resolve else None,
    )


def left_for(count: consensus.Progress, mine: int, queued: int) -> int:
    """How much is left for this person, at most. Made of what they may know: all, decided, their own."""
    return max(0, queued, min(count.live - mine, count.live - count.decided))


def work_url(stage: Stage) -> str:
    name, arguments = WORK.get(stage.kind, ("consensus:conflicts", ()))
    try:
        return reverse(name, args=(stage.review_id, *arguments))
    except NoReverseMatch:
        return ""


@require_GET
def overview(request: HttpRequest, review_id: int) -> HttpResponse:
    """One review from above: its searches, its stages, who has done how much."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    stages = list(Stage.objects.filter(review=review).prefetch_related("named_judges"))
    counts = consensus.progress_of(stages)
    rows = rows_of(user, can, stages, counts)
    context: dict[str, Any] = {
        "review": review,
        "can": can,
        "rows": rows,
        "found": found_in(review),
        "news": news_of([review], limit=6),
        "team": review.memberships.active().select_related("user").order_by("role", "id"),
        "next": next((one for one in rows if one.left and one.url), None),
    }
    if can.manage and review.status == Review.Status.ACTIVE and not context["found"]["imports"]:
        context["steps"] = first_steps(review)
    if can.manage:
        context["people"] = people(review, stages, counts)
        context["stages"] = list(zip(stages, [one.label for one in rows], strict=True))
        context["labels"] = [one.label for one in rows]
    return render(request, "reporting/overview.html", context)


@require_GET
def stage_path(request: HttpRequest, review_id: int) -> HttpResponse:
    """The stages alone, asked for again while the page is open: their counts move as others judge."""
    user = reader(request)
    review, can = fetch_review(user, review_id)
    stages = list(Stage.objects.filter(review=review).prefetch_related("named_judges"))
    rows = rows_of(user, can, stages, consensus.progress_of(stages))
    return render(request, "reporting/path.html", {"review": review, "rows": rows, "found": found_in(review)})


def rows_of(user: User, can: Can, stages: list[Stage], counts: dict[int, Any]) -> list[StageRow]:
    queued = queue_of(user, stages)
    return [row(user, can, stage, counts[stage.pk], queued.get(stage.pk, 0)) for stage in stages]


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
        "counts": count(review),
    }
    return render(request, "reporting/beside.html", context)


def found_in(review: Review) -> dict[str, int]:
    """How much the searches brought, and what it came to."""
    done = Q(status=ImportBatch.Status.DONE)
    batches = ImportBatch.objects.filter(review=review).aggregate(
        done=Count("id", filter=done), all=Count("id")
    )
    return {
        "searches": review.searches.count(),
        "imports": batches["done"],
        "unfinished": batches["all"] - batches["done"],
        "records": Record.objects.counted().filter(review=review).count(),
        "reports": Report.objects.current().filter(review=review).count(),
        "pairs": DuplicatePair.objects.filter(review=review, status=DuplicatePair.Status.OPEN).count(),
    }


def people(
    review: Review, stages: list[Stage], counts: dict[int, consensus.Progress]
) -> list[tuple[Membership, list[int]]]:
    """How much each member has judged, stage by stage: for those who manage the review."""
    members = review.memberships.judging().select_related("user")
    return [(one, [counts[stage.pk].judged.get(one.user_id, 0) for stage in stages]) for one in members]
