"""Who settles the conflicts of a stage: the leads, one person who is named for it, or the judges of each item together."""

from accounts.models import User
from consensus.models import Stage
from reviews.models import Membership
from reviews.permissions import Can

Resolver = Stage.Resolver


def named(stage: Stage) -> int | None:
    """Whoever is named for it, as long as they judge in the review. Without them the leads resolve."""
    if stage.resolver != Resolver.NAMED or stage.resolved_by_id is None:
        return None
    there = Membership.objects.judging().filter(review=stage.review_id, user=stage.resolved_by_id)
    return stage.resolved_by_id if there.exists() else None


def settles(user: User, allowed: Can, stage: Stage) -> bool:
    """Whether this person alone may settle any conflict of the stage."""
    if stage.resolver == Resolver.PAIR:
        return False
    who = named(stage)
    return user.pk == who if who else allowed.resolve


def sees_all(user: User, allowed: Can, stage: Stage) -> bool:
    """Whether all conflicts of the stage are this person's business, not only those of their own judgements."""
    return allowed.resolve or settles(user, allowed, stage)
