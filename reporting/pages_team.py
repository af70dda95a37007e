"""Who is in a review, whether it is at work, and its set-up used again: where that touches what is judged."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.reader import reader
from config.refusals import Invalid
from consensus import services as consensus
from consensus.kinds import kind_of
from reporting.cloning import clone_set_up
from reviews import services as reviews
from reviews.forms import RoleForm
from reviews.models import Membership, Review
from reviews.permissions import NOTHING, fetch_review, of_role
from reviews.views import member_of, refuse_unless_owner

# What people call each thing that a role may allow.
ALLOWED = (
    ("see", gettext_lazy("see the review")),
    ("judge", gettext_lazy("judge at its stages")),
    ("bring", gettext_lazy("bring in records and full texts")),
    ("resolve", gettext_lazy("resolve conflicts, and see all of them")),
    ("manage", gettext_lazy("manage protocol, stages and members, and see counts by person")),
    ("own", gettext_lazy("lock, archive and hand over the review")),
)


@require_http_methods(["GET", "POST"])
def change_member(request: HttpRequest, review_id: int, member_id: int) -> HttpResponse:
    """Give a member another role, or bring a former one back, once it was said what that changes."""
    review, may = fetch_review(reader(request), review_id, "manage", writing=True)
    member = member_of(review, member_id)
    refuse_unless_owner(may, member)
    form = RoleForm(request.POST if request.method == "POST" else request.GET, may_own=may.own)
    if not form.is_valid():
        raise Invalid(_("Choose one of the roles."))
    role = form.cleaned_data["role"]
    if request.method == "POST":
        consensus.change_member(by=reader(request), membership=member, role=role)
        said = {"who": member.user, "role": member.get_role_display().lower()}
        messages.success(request, _("%(who)s is %(role)s now.") % said)
        return redirect("reviews:members", review.pk)
    context = {"review": review, "can": may, "member": member, "role": role, **change_of(member, role)}
    context["called"] = Membership.Role(role).label
    return render(request, "reporting/change_member.html", context)


def change_of(member: Membership, role: str) -> dict[str, Any]:
    """What the role lets them do that they could not, what no longer, and what follows where they judged."""
    before = of_role(member.role) if member.status == Membership.Status.ACTIVE else NOTHING
    after = of_role(role)
    gained = [words for name, words in ALLOWED if getattr(after, name) and not getattr(before, name)]
    lost = [words for name, words in ALLOWED if getattr(before, name) and not getattr(after, name)]
    found: dict[str, Any] = {"gained": gained, "lost": lost}
    return found | (leaving(member) if before.judge and not after.judge else {})


def leaving(member: Membership) -> dict[str, Any]:
    effect = consensus.preview_leaving(membership=member)
    return {
        "effect": effect,
        "short": [kind_of(stage).label for stage in effect.short],
        "unresolved": [kind_of(stage).label for stage in effect.unresolved],
    }


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, review_id: int, member_id: int) -> HttpResponse:
    """End a membership, once it was said what that changes. What the person judged stays and counts."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    member = member_of(review, member_id)
    refuse_unless_owner(can, member)
    if request.method == "GET":
        context = {"review": review, "can": can, "member": member, **leaving(member)}
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
