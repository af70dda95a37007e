"""The tour: a few stops in the two demo reviews, each on a page as it is. Where a person stands in it is kept in their
session; it changes nothing else, and whoever has no demo review has no tour."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models import WorkItem
from reporting import demo, demo_underway
from reviews.models import Membership, Review
from reviews.permissions import Can, of_role
from synthesis.models import SummaryTable

KEY = "tour"
# A review by the part that it plays here, and what its member may do.
Parts = dict[str, tuple[Review, Can]]


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop. `url` is the page that it is about, or nothing where there is no such page for this person."""

    title: Promise
    text: Promise
    url: str


def parts_of(user: User) -> Parts:
    """The demo reviews that the person belongs to: the finished one and the one under way."""
    titles = {demo.DEMO_TITLE: "finished", demo_underway.TITLE: "underway"}
    found = Membership.objects.active().filter(user=user, review__title__in=titles).select_related("review")
    return {titles[one.review.title]: (one.review, of_role(one.role)) for one in found.order_by("-id")}


def stops_of(user: User) -> list[Stop]:
    """The person's tour, in order."""
    parts = parts_of(user)
    found = [*in_two_reviews(parts), *administering(user)]
    return [stop for stop in found if stop.url]


def in_two_reviews(parts: Parts) -> Iterator[Stop]:
    if set(parts) != {"finished", "underway"}:
        return
    (underway, can), (finished, _can) = parts["underway"], parts["finished"]
    yield Stop(
        _("My work"),
        _("What waits for you in all your reviews, and where you left off. Start every day here."),
        reverse("home"),
    )
    yield Stop(
        _("A review from above"),
        _("The stages are a path with live counts. Below: what needs a person, and what happened lately."),
        reverse("reviews:detail", args=[underway.pk]),
    )
    yield from judging(underway) if can.judge else ()
    yield from settling(underway) if can.resolve else ()
    yield Stop(
        _("A table about to change"),
        _(
            "It is built from what both extractors agree on. Settle the open value, and it rebuilds by itself."
        ),
        table_url(underway, last=True),
    )
    yield Stop(
        _("Every number is a door"),
        _("This review is finished and published. Choose a number: who said what, and on which page."),
        table_url(finished, last=True),
    )
    yield Stop(
        _("Every box opens its list"),
        _("The flow diagram is counted, never typed. Choose a box to see the records behind it."),
        reverse("reporting:prisma", args=[finished.pk]),
    )


def judging(review: Review) -> Iterator[Stop]:
    yield Stop(
        _("Judge a record"),
        _("Alone and blinded: I includes, U is unsure, a number excludes for a reason, Z takes it back."),
        reverse("screening:screen", args=[review.pk, "title_abstract"]),
    )
    yield Stop(
        _("Extract a study"),
        _(
            "Each value with the place where it stands. The other extractor's values stay sealed until both are in."
        ),
        reverse("extraction:queue", args=[review.pk]),
    )


def settling(review: Review) -> Iterator[Stop]:
    yield Stop(
        _("Settle conflicts together"),
        _(
            "Four conflicts turn on the same pair of reasons. Open one, decide, and settle those that are alike."
        ),
        reverse("consensus:conflicts", args=[review.pk]) + "?stage=title_abstract",
    )
    differing = WorkItem.objects.filter(review=review, stage__kind="extraction", status="conflict").first()
    yield Stop(
        _("Two extractions, one value that differs"),
        _("Both stand side by side, only what differs. Take one, or enter another; both originals stay."),
        reverse("extraction:compare", args=[review.pk, differing.pk]) if differing else "",
    )


def administering(user: User) -> Iterator[Stop]:
    if not administers_demo(user):
        return
    yield Stop(
        _("All reviews"),
        _("You see counts of every review. To look into one, say why: its members see that you did."),
        reverse("reviews:all"),
    )
    yield Stop(
        _("The installation at a glance"),
        _("Queues, failed runs with a retry, people and storage. Judgements are not shown there."),
        reverse("admin:index"),
    )


def administers_demo(user: User) -> bool:
    return user.is_staff and Review.objects.filter(title=demo.DEMO_TITLE).exists()


def is_offered(user: User, reviews: Sequence[Review]) -> bool:
    """Whether the person, who belongs to these reviews, has a tour to take."""
    return {demo.DEMO_TITLE, demo_underway.TITLE} <= {one.title for one in reviews} or administers_demo(user)


def table_url(review: Review, *, last: bool) -> str:
    tables = SummaryTable.objects.active().filter(review=review).order_by("position", "number")
    found = tables.last() if last else tables.first()
    return reverse("synthesis:table", args=[review.pk, found.pk]) if found else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The stop that is shown above a page."""

    stop: Stop
    number: int
    of: int
    here: bool


def for_page(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """`tour` of the page: only asked for where a page shows it, and nothing is read unless somebody is on the way."""
    return {"tour": lambda: shown(request)}


def shown(request: HttpRequest) -> Shown | None:
    user = getattr(request, "user", None)
    at = request.session.get(KEY) if hasattr(request, "session") else None
    if not isinstance(at, int) or not isinstance(user, User):
        return None
    stops = stops_of(user)
    if not 1 <= at <= len(stops):
        return None
    stop = stops[at - 1]
    return Shown(stop, at, len(stops), here=stop.url.split("?")[0] == request.path)
