from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import ApiToken
from accounts.reader import reader
from reviews import jobs as background
from reviews import services, trail
from reviews.forms import GlassForm, MemberForm, SettingsForm
from reviews.models import Invitation, Job, Membership, Review
from reviews.permissions import Can, fetch_review

ON_PAGE = 50


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, review_id: int) -> HttpResponse:
    """Title, question and the note that everybody sees; locking and archiving for owners."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=request.method == "POST")
    form = SettingsForm(request.POST or None, instance=review)
    if request.method == "POST" and form.is_valid():
        services.change_review(by=reader(request), review=review, **form.values())
        messages.success(request, _("Saved."))
        return redirect("reviews:settings", review.pk)
    if form.errors:
        # The form has written what was wrong into the review that the page names.
        review.refresh_from_db()
    context = {"review": review, "can": can, "form": form, "statuses": Review.Status.choices}
    return render(request, "reviews/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, review_id: int) -> HttpResponse:
    """Who is in the review and who is invited. Adding somebody without an account invites them."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "manage" if posted else "see", writing=posted)
    form = MemberForm(request.POST or None, may_own=can.own)
    if posted and form.is_valid():
        return add_member(request, review, can, form)
    rows = review.memberships.select_related("user").order_by("status", "id")
    context = {"review": review, "can": can, "form": form, "members": rows if can.manage else rows.active()}
    if can.manage:
        context["invitations"] = Invitation.objects.filter(review=review).select_related("invited_by")
    return render(request, "reviews/members.html", context, status=422 if form.errors else 200)


def add_member(request: HttpRequest, review: Review, can: Can, form: MemberForm) -> HttpResponse:
    known = Membership.objects.filter(review=review, user__email__iexact=form.cleaned_data["email"]).first()
    if known:
        refuse_unless_owner(can, known)
    made = services.add_member(by=reader(request), review=review, **form.cleaned_data)
    if isinstance(made, Membership):
        messages.success(request, _("%(who)s is a member now.") % {"who": made.user})
        return redirect("reviews:members", review.pk)
    link = request.build_absolute_uri(reverse("reviews:invitation", args=[made]))
    return render(
        request, "reviews/invited.html", {"review": review, "can": can, "link": link} | form.cleaned_data
    )


def member_of(review: Review, member_id: int) -> Membership:
    found = Membership.objects.filter(review=review, id=member_id).select_related("user", "review").first()
    if found is None:
        raise Http404
    return found


def refuse_unless_owner(can: Can, member: Membership) -> None:
    if member.role == Membership.Role.OWNER and not can.own:
        raise PermissionDenied(_("Only an owner can change what another owner may do."))


@require_POST
def revoke_invitation(request: HttpRequest, review_id: int, invitation_id: int) -> HttpResponse:
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    found = Invitation.objects.filter(review=review, id=invitation_id).first()
    if found is None:
        raise Http404
    services.revoke_invitation(by=reader(request), invitation=found)
    messages.success(request, _("Revoked. The link no longer works."))
    return redirect("reviews:members", review.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where an invitation's link leads: a new person signs up first, a signed-in one joins with a button."""
    found = (
        Invitation.objects.open()
        .select_related("review", "invited_by")
        .filter(digest=ApiToken.digest_of(key))
    )
    invited = found.first()
    if invited is None:
        request.session.pop("invitation", None)
        return render(request, "reviews/invitation.html", {"invited": None}, status=404)
    if not request.user.is_authenticated:
        request.session["invitation"] = invited.email.lower()
        # The link came to this address: the form that follows has it already, and it needs no confirmation.
        get_adapter().stash_verified_email(request, invited.email)
        here = reverse("reviews:invitation", args=[key])
        return redirect(f"{reverse('account_signup')}?next={here}")
    if request.method == "POST":
        membership = services.accept_invitation(by=reader(request), key=key)
        request.session.pop("invitation", None)
        messages.success(request, _("You are a member of this review now."))
        return redirect("reviews:detail", membership.review_id)
    mine = reader(request).email.lower() == invited.email.lower()
    # `review` would make the page's navigation believe that the reader is a member already.
    return render(request, "reviews/invitation.html", {"invited": invited, "mine": mine})


@require_GET
def history(request: HttpRequest, review_id: int) -> HttpResponse:
    """The audit trail in readable words. What was judged or found is not in it, only that it was."""
    review, can = fetch_review(reader(request), review_id, "manage")
    events = trail.events_of(review)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        events = events.filter(id__lt=int(before))
    shown = list(events[: ON_PAGE + 1])
    context = {
        "review": review,
        "can": can,
        "lines": trail.lines(shown[:ON_PAGE]),
        "older": shown[ON_PAGE - 1].pk if len(shown) > ON_PAGE else None,
        "paged": bool(before),
    }
    return render(request, "reviews/history.html", context)


@require_GET
def jobs(request: HttpRequest, review_id: int) -> HttpResponse:
    """What runs in the background, and what came of it."""
    review, can = fetch_review(reader(request), review_id)
    found = Job.objects.filter(review=review).select_related("created_by")
    page = Paginator(found, ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/jobs.html", {"review": review, "can": can, "page": page})


def job_of(review: Review, job_id: int) -> Job:
    found = Job.objects.filter(review=review, id=job_id).select_related("created_by").first()
    if found is None:
        raise Http404
    return found


@require_GET
def job(request: HttpRequest, review_id: int, job_id: int) -> HttpResponse:
    """One run's row: asked for again and again while it lasts."""
    review, can = fetch_review(reader(request), review_id)
    return render(
        request, "reviews/job_row.html", {"review": review, "can": can, "job": job_of(review, job_id)}
    )


@require_POST
def retry_job(request: HttpRequest, review_id: int, job_id: int) -> HttpResponse:
    review, _can = fetch_review(reader(request), review_id, "bring", writing=True)
    again = background.retry(job=job_of(review, job_id), by=reader(request))
    said = (
        _("It is tried again.") if again else _("It has not failed, or somebody has tried it again already.")
    )
    messages.success(request, said)
    return redirect("reviews:jobs", review.pk)


@require_GET
def all_reviews(request: HttpRequest) -> HttpResponse:
    """Every review of the installation for its administrators: names and counts, nothing that was judged."""
    refuse_unless_staff(request)
    active = Q(memberships__status=Membership.Status.ACTIVE)
    # Counting groups the rows, and so loses the order of the model.
    found = Review.objects.annotate(people=Count("memberships", filter=active)).order_by("-created_at", "-id")
    page = Paginator(found, ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/all.html", {"page": page})


def refuse_unless_staff(request: HttpRequest) -> None:
    if not reader(request).is_staff:
        raise Http404


@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest, review_id: int) -> HttpResponse:
    """An administrator's look into a review that is not theirs: an hour, with a reason that the team reads."""
    refuse_unless_staff(request)
    wanted = Review.objects.filter(id=review_id).first()
    if wanted is None:
        raise Http404
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.break_glass(by=reader(request), review=wanted, reason=form.cleaned_data["reason"])
        messages.warning(request, _("You see this review for one hour. The team can read why."))
        return redirect("reviews:detail", wanted.pk)
    return render(
        request,
        "reviews/break_glass.html",
        {"wanted": wanted, "form": form},
        status=422 if form.errors else 200,
    )
