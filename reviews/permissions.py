"""The one place where a role becomes yes or no. Everything else asks `can`."""

from dataclasses import dataclass, fields
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Refused
from reviews.models import BreakGlass, Membership, Review

Need = Literal["see", "judge", "bring", "resolve", "manage", "own"]
Role = Membership.Role

GRANTS: dict[str, dict[Need, bool]] = {
    Role.OWNER: {"see": True, "judge": True, "bring": True, "resolve": True, "manage": True, "own": True},
    Role.LEAD: {"see": True, "judge": True, "bring": True, "resolve": True, "manage": True},
    Role.REVIEWER: {"see": True, "judge": True, "bring": True},
    Role.OBSERVER: {"see": True},
}


@dataclass(frozen=True, slots=True)
class Can:
    """What one person may do in one review.

    see: read what is not blinded. judge: be one of the independent judges. bring: searches, imports, full texts.
    resolve: settle conflicts. manage: protocol, stages, members, counts by person. own: lock, archive, owners.
    """

    see: bool = False
    judge: bool = False
    bring: bool = False
    resolve: bool = False
    manage: bool = False
    own: bool = False
    role: str = ""


NOTHING = Can()


def can(user: User, review: Review) -> Can:
    role = Membership.objects.active().filter(user=user, review=review).values_list("role", flat=True).first()
    if role:
        return of_role(role)
    broken = BreakGlass.objects.filter(user=user, review=review, expires_at__gt=timezone.now()).exists()
    return of_role(Role.OBSERVER) if broken and user.is_staff else NOTHING


def of_role(role: str) -> Can:
    grants = GRANTS.get(role, {})
    return Can(**{f.name: grants.get(f.name, False) for f in fields(Can) if f.name != "role"}, role=role)  # type: ignore[call-overload]


def who_can(review: Review, need: Need) -> QuerySet[User]:
    """The members whose role allows it."""
    roles = [role for role, grants in GRANTS.items() if grants.get(need)]
    members = Membership.objects.active().filter(review=review, role__in=roles)
    return User.objects.filter(id__in=members.values("user"))


def fetch_review(
    user: User, review_id: int, need: Need = "see", *, writing: bool = False
) -> tuple[Review, Can]:
    """The review and what the person may do in it, or a refusal. Strangers cannot tell it from a wrong number."""
    review = Review.objects.filter(id=review_id).first()
    allowed = can(user, review) if review else NOTHING
    if review is None or not allowed.see:
        raise Http404
    if not getattr(allowed, need):
        raise PermissionDenied(_("Your role in this review does not allow this. Ask its lead."))
    if writing:
        refuse_if_closed(review)
    return review, allowed


def refuse_if_closed(review: Review) -> None:
    if review.status != Review.Status.ACTIVE:
        raise Refused(
            _("This review is %(status)s. Its owner can open it again.") % {"status": review.status}
        )
