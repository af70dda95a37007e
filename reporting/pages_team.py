"""Who is in a review, whether it is at work, and its set-up used again: where that touches what is judged."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.reader import reader
from config.refusals import Invalid
from consensus import services as consensus
from consensus.kinds import kind_of
from reporting.cloning import clone_set_up
from reviews import services as reviews
from reviews.models import Review
from reviews.permissions import fetch_review
from reviews.views import member_of, refuse_unless_owner


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, review_id: int, member_id: int) -> HttpResponse:
    """End a membership, once it was said what that changes. What the person judged stays and counts."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    member = member_of(review, member_id)
    refuse_unless_owner(can, member)
    if request.method == "GET":
        effect = consensus.preview_leaving(membership=member)
        short = [kind_of(stage).label for stage in effect.short]
        context = {"review": review, "can": can, "member": member, "effect": effect, "short": short}
        return render(request, "reporting/remove_member.html", context)
    consensus.remove_member(by=reader(request), membership=member)
    said = _("%(who)s is no longer a member. What they judged stays.") % {"who": member.user}
    messages.success(request, said)
    return (
        redirect("home") if member.user_id == reader(request).pk else redirect("reviews:members", review.pk)
    )


@require_http_methods(["GET", "POST"])
def change_status(request: HttpRequest, review_id: int) -> HttpResponse:
    """Lock, archive, or open again: first with what stops, then done."""
    review, can = fetch_review(reader(request), review_id, "own")
    asked = request.POST if request.method == "POST" else request.GET
    status = asked.get("status", "")
    if status not in Review.Status.values:
        raise Invalid(_("Choose active, locked or archived."))
    if request.method == "GET":
        effect = consensus.preview_closing(review=review)
        context = {"review": review, "can": can, "status": status, "effect": effect}
        return render(request, "reporting/change_status.html", context)
    reviews.change_status(by=reader(request), review=review, status=status)
    said = {"status": review.get_status_display().lower()}
    messages.success(request, _("The review is %(status)s now.") % said)
    return redirect("reviews:settings", review.pk)


@require_POST
def clone(request: HttpRequest, review_id: int) -> HttpResponse:
    """Begin another review with this one's set-up."""
    source, _can = fetch_review(reader(request), review_id, "manage")
    made = clone_set_up(
        by=reader(request),
        source=source,
        title=request.POST.get("title", ""),
        members=request.POST.get("members") == "1",
    )
    messages.success(request, _("The new review has the same set-up, and no records."))
    return redirect("reviews:detail", made.pk)
