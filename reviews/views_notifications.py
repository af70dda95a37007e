from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.reader import reader
from reviews.models import Notification
from reviews.notifying import mark_read

ON_PAGE = 50


@never_cache
@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """What the reader was told, the latest first."""
    mine = Notification.objects.of(reader(request))
    page = Paginator(mine.select_related("review").order_by("-id"), ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/notifications.html", {"page": page, "unread": mine.unread().exists()})


@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How many are unread: the piece of the rail that asks again every minute."""
    unread = Notification.objects.of(reader(request)).unread().count()
    return render(request, "reviews/bell.html", {"unread": unread})


@require_GET
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Go to what it is about; it is read then."""
    one = Notification.objects.of(reader(request)).filter(id=notification_id).first()
    if one is None or not url_has_allowed_host_and_scheme(one.link, allowed_hosts=None):
        raise Http404
    mark_read(user=reader(request), notification_id=one.pk)
    return HttpResponseRedirect(one.link)


@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    mark_read(user=reader(request))
    return redirect("reviews:notifications")
