"""Moving a running review in: whose decisions came along, who they are here, and each member's own step."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.reader import reader
from config.refusals import Invalid
from reporting import moving_in as moving
from reviews.models import Membership, Review
from reviews.permissions import fetch_review
from studies import reading
from studies import services as studies
from studies.models import PriorReviewer


@require_GET
def moving_in(request: HttpRequest, review_id: int) -> HttpResponse:
    """Names and how much each decided; to members, only what is matched with themselves."""
    review, can = fetch_review(reader(request), review_id)
    people = PriorReviewer.objects.filter(review=review).select_related("member", "matched_by")
    if not can.manage:
        people = people.filter(member=reader(request))
    decided = Q(decisions__verdict__gt="")
    people = people.annotate(
        decided=Count("decisions", filter=decided), noted=Count("decisions", filter=~decided)
    )
    judges = [one.user for one in judging(review)] if can.own else []
    context = {"review": review, "can": can, "people": people[:200], "judges": judges}
    return render(request, "reporting/moving_in.html", context)


def judging(review: Review) -> list[Membership]:
    members = Membership.objects.active().filter(review=review).select_related("user")
    return list(members.exclude(role=Membership.Role.OBSERVER).order_by("user__name", "id"))


@require_POST
def match_person(request: HttpRequest, review_id: int, person_id: int) -> HttpResponse:
    """The owner says which member a name is."""
    review, _can = fetch_review(reader(request), review_id, "own", writing=True)
    person = reading.fetch(PriorReviewer.objects.select_related("review"), review, person_id)
    chosen = request.POST.get("member", "")
    member: User | None = None
    if chosen:
        member = next((one.user for one in judging(review) if str(one.user_id) == chosen), None)
        if member is None:
            raise Invalid(_("Choose a member who judges in this review."))
    studies.match_person(by=reader(request), person=person, member=member)
    messages.success(request, _("Saved. The decisions count once that member takes them over."))
    return redirect("studies:moving_in", review.pk)


@require_POST
def take_over(request: HttpRequest, review_id: int, person_id: int) -> HttpResponse:
    """The member says: these are mine."""
    review, _can = fetch_review(reader(request), review_id, "judge", writing=True)
    person = reading.fetch(PriorReviewer.objects.select_related("review"), review, person_id)
    moving.ask_to_take_over(by=reader(request), person=person)
    messages.success(request, _("Your decisions are being entered. This page says how many when it is over."))
    return redirect("studies:moving_in", review.pk)
