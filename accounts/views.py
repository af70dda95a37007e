from typing import cast
from zoneinfo import available_timezones

from allauth.account.views import email as allauth_email
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import first, services
from accounts.forms import ProfileForm, TokenForm
from accounts.models import ApiToken
from accounts.reader import reader


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The reader's own name and time zone."""
    user = reader(request)
    form = ProfileForm(
        request.POST or None, initial={"name": user.name, "zone": user.zone, "digest": user.digest}
    )
    if request.method == "POST" and form.is_valid():
        services.change_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {"form": form, "zones": sorted(available_timezones())}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def change_email(request: HttpRequest) -> HttpResponseBase:
    """Another address for the account: it counts once its owner has opened the link that is sent there."""
    services.own_address(user=reader(request))
    return cast("HttpResponseBase", allauth_email(request))


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's keys to the API. A new key is in the answer to this one request and nowhere else."""
    user = reader(request)
    form, key = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _token, key = services.create_token(user=user, **form.values())
        form = TokenForm()
    context = {
        "form": form,
        "key": key,
        "tokens": ApiToken.objects.of(user).order_by("revoked_at", "-id")[:100],
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    services.revoke_token(user=reader(request), token_id=token_id)
    messages.success(request, _("Revoked. Whatever used this token is refused from now on."))
    return redirect("tokens")


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out somewhere else, or here."""
    services.end_session(user=reader(request), session_id=session_id)
    messages.success(request, _("That session is ended."))
    return redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "POST"])
def first_account(request: HttpRequest, key: str) -> HttpResponse:
    """The first administrator makes an account, signs in with it, and begins the first review."""
    if not first.is_valid_key(key) or not first.needs_first_account():
        raise Http404
    form = first.FirstAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = first.make_first_account(**form.cleaned_data)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, _("Your account is made. Begin your first review here."))
        return redirect("consensus:new_review")
    return render(request, "account/first.html", {"form": form}, status=422 if form.errors else 200)
