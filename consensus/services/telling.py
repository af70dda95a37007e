"""Who is told when an item settles or comes back. Never how anybody judged, and nothing before an item is complete."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from consensus.kinds import kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.resolvers import named
from reviews.notifying import notify
from reviews.permissions import who_can


def tell_settled(item: WorkItem, before: str) -> None:
    """A conflict is told to whoever resolves it; the last decision of a stage to whoever manages the review."""
    label = str(kind_of(item.stage).label)
    if item.status == WorkItem.Status.CONFLICT and before != WorkItem.Status.CONFLICT:
        # One line for the stage, however many conflicts follow before it is read.
        address = reverse("consensus:conflicts", args=[item.review_id])
        notify(
            review=item.review,
            to=resolvers(item),
            kind="conflict",
            text=_("Conflicts wait at %(stage)s") % {"stage": label},
            link=f"{address}?stage={item.stage.kind}",
        )
    elif item.decided and before in WorkItem.UNDECIDED and is_finished(item.stage):
        notify(
            review=item.review,
            to=who_can(item.review, "manage"),
            kind="finished",
            text=_("Everything is decided at %(stage)s") % {"stage": label},
            link=reverse("reviews:detail", args=[item.review_id]),
        )


def resolvers(item: WorkItem) -> list[User]:
    if item.stage.resolver != Stage.Resolver.PAIR:
        who = named(item.stage)
        return list(User.objects.filter(id=who) if who else who_can(item.review, "resolve"))
    said = Judgement.objects.current().independent().filter(item=item).values("reviewer")
    return list(who_can(item.review, "judge").filter(id__in=said))


def is_finished(stage: Stage) -> bool:
    return not WorkItem.objects.filter(stage=stage, status__in=WorkItem.UNDECIDED).exists()


def tell_returned(item: WorkItem, judges: set[int], by: User) -> None:
    # The title: authors and year may be masked from whom this goes to.
    name = Truncator(item.report.title if item.report else str(item.target)).chars(120)
    notify(
        review=item.review,
        to=who_can(item.review, "see").filter(id__in=judges),
        kind="returned",
        text=_("%(who)s sent back %(what)s") % {"who": by, "what": name},
        link=reverse("consensus:item", args=[item.review_id, item.pk]),
        by=by,
    )
