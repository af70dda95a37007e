"""What people are told: in the page at once, and once a day by e-mail if they want it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from reviews.models import Notification, Review

# The digest goes out at this hour of the reader's own day.
HOUR = time(7)
AT_ONCE = 200


def notify(
    *, review: Review, to: Iterable[User], kind: str, text: str, link: str, by: User | None = None
) -> None:
    """Tell people, in the transaction of the write that it is about. Nobody is told of what they did themselves, and
    nobody twice of the same thing before they have read it."""
    people = {one.pk: one for one in to if by is None or one.pk != by.pk}
    said = {"review": review, "kind": kind, "text": text[:300], "link": link[:300]}
    unread = Notification.objects.unread().filter(recipient__in=people, **said)
    known = set(unread.values_list("recipient_id", flat=True)) if people else set()
    Notification.objects.bulk_create(
        Notification(recipient=one, **said) for pk, one in people.items() if pk not in known
    )


def mark_read(*, user: User, notification_id: int | None = None) -> int:
    """Mark one, or all of a person's own."""
    mine = Notification.objects.of(user).unread()
    if notification_id is not None:
        mine = mine.filter(id=notification_id)
    return mine.update(read_at=timezone.now())


def send_digests(now: datetime | None = None) -> int:
    """One e-mail to everybody who wants it, whose day has come to the hour, and who has something unread and unsent."""
    now = now or timezone.now()
    waiting = Notification.objects.filter(recipient=OuterRef("pk"), read_at=None, mailed_at=None)
    people = User.objects.filter(Exists(waiting), digest=True, is_active=True)
    return sum(send_digest(person.pk, now) for person in people if is_due(person, now))


def is_due(person: User, now: datetime) -> bool:
    """Whether the hour has come in the person's time zone since the last digest."""
    local = now.astimezone(ZoneInfo(person.zone))
    today = datetime.combine(local.date(), HOUR, tzinfo=local.tzinfo)
    last = today if local >= today else today - timedelta(days=1)
    return person.digest_sent_at is None or person.digest_sent_at < last


@transaction.atomic
def send_digest(person_id: int, now: datetime) -> bool:
    """The person's row is held, so that two workers send one e-mail; a failed one leaves everything unsent."""
    person = User.objects.select_for_update(skip_locked=True).filter(id=person_id).first()
    if person is None or not is_due(person, now):
        return False
    unsent = list(
        Notification.objects.of(person).unread().filter(mailed_at=None).select_related("review")[:AT_ONCE]
    )
    if not unsent:
        return False
    Notification.objects.filter(id__in=[one.pk for one in unsent]).update(mailed_at=now)
    person.digest_sent_at = now
    person.save(update_fields=["digest_sent_at"])
    with translation.override(settings.LANGUAGE_CODE):
        context = {"person": person, "unsent": unsent, "address": settings.PUBLIC_URL.rstrip("/")}
        subject = _("Concord: %(n)s things wait for you") % {"n": len(unsent)}
        send_mail(subject, render_to_string("reviews/digest.txt", context), None, [person.email])
    return True
