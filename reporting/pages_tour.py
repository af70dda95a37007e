"""Going through the tour: one stop further, one back, or out of it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.reader import reader
from reporting.tour import KEY, stops_of


@require_POST
def tour(request: HttpRequest) -> HttpResponse:
    """Go to the stop that is asked for by its number; any other number ends the tour."""
    asked = request.POST.get("to", "")
    at = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    stops = stops_of(reader(request))
    if not 1 <= at <= len(stops):
        request.session.pop(KEY, None)
        return redirect("home")
    request.session[KEY] = at
    return HttpResponseRedirect(stops[at - 1].url)
