"""What the rail beside every page shows: the review's places, for those who may see them."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews.models import Review
from reviews.permissions import Can
from reviews.permissions import can as may


@dataclass(frozen=True, slots=True)
class Place:
    """also: how the addresses of further pages that belong here begin, after the review's own."""

    label: Any
    name: str
    icon: str
    need: str = "see"
    arguments: tuple[str, ...] = ()
    foot: bool = False
    also: str = ""


# The pages of later apps are named here, not imported: a place whose address is not known is left out.
PLACES = (
    Place(_("Overview"), "reviews:detail", "house"),
    Place(_("Searches and imports"), "studies:searches", "file-input", also="imports/|records/|refused/"),
    Place(_("Title and abstract"), "screening:screen", "list-checks", "judge", ("title_abstract",)),
    Place(_("Full text"), "screening:screen", "book-open", "judge", ("full_text",)),
    Place(_("Extraction"), "extraction:queue", "text-quote", "judge"),
    Place(_("Risk of bias"), "appraisal:queue", "shield-half"),
    Place(_("Conflicts"), "consensus:conflicts", "git-merge", "judge", also=r"items/\d+/compare/"),
    Place(_("Reports"), "studies:reports", "file-text"),
    Place(_("Likely duplicates"), "studies:duplicates", "copy"),
    Place(_("Studies"), "studies:studies", "flag"),
    Place(_("Tables"), "synthesis:tables", "table-2"),
    Place(_("Flow"), "reporting:prisma", "workflow"),
    Place(_("Protocol"), "reviews:protocol", "text-quote", foot=True),
    Place(_("Members"), "reviews:members", "users", foot=True),
    Place(_("Background runs"), "reviews:jobs", "refresh-cw", foot=True),
    Place(_("History"), "reviews:history", "history", "manage", foot=True),
    Place(_("Settings"), "reviews:settings", "sliders-horizontal", "manage", foot=True, also="stages/"),
)


def for_page(request: HttpRequest) -> dict[str, Any]:
    """`review`, `can` and `nav` of the page; nothing for whoever may not see the review that the address names."""
    review_id = request.resolver_match.kwargs.get("review_id") if request.resolver_match else None
    user = getattr(request, "user", None)
    if review_id is None or not isinstance(user, User):
        return {}
    review = Review.objects.filter(id=review_id).first()
    allowed = may(user, review) if review else Can()
    if review is None or not allowed.see:
        return {}
    return {"review": review, "can": allowed, "nav": list(places(request, review, allowed))}


def places(request: HttpRequest, review: Review, allowed: Can) -> list[dict[str, Any]]:
    found = []
    root = reverse("reviews:detail", args=[review.pk])
    for place in PLACES:
        url = address(place, review)
        if url and getattr(allowed, place.need):
            found.append(
                {
                    "label": place.label,
                    "url": url,
                    "icon": place.icon,
                    "foot": place.foot,
                    "current": is_current(request.path, root, url, place),
                }
            )
    return found


def address(place: Place, review: Review) -> str:
    try:
        return reverse(place.name, args=(review.pk, *place.arguments))
    except NoReverseMatch:
        return ""


def is_current(path: str, root: str, url: str, place: Place) -> bool:
    if url == root:
        return path == root
    further = bool(place.also) and re.match(place.also, path.removeprefix(root)) is not None
    return path.startswith(url) or further
