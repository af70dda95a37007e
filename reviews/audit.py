"""The audit trail's chain: each sealed event carries a digest of itself and of the one before it."""

import hashlib
import json

from django.db import connection, transaction
from django.db.models import Max

from reviews.models import Event

LOCK = 7_402_001
BATCH = 5_000


def digest(previous: str, event: Event) -> str:
    """SHA-256 over the seal before, and the event as canonical JSON."""
    body = {
        "id": event.pk,
        "review": event.review_id,
        "actor": event.actor_id,
        "at": event.at.isoformat(),
        "place": event.place,
        "row": event.row,
        "action": event.action,
        "data": event.data,
        "xact": event.xact,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


@transaction.atomic
def seal(limit: int = BATCH) -> int:
    """Chain the events of transactions that are over. Returns how many.

    Only those older than every running transaction: a number that commits late must not be passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = cursor.fetchone()[0]
    position = Event.objects.aggregate(last=Max("position"))["last"] or 0
    previous = Event.objects.get(position=position).seal or "" if position else ""
    waiting = list(Event.objects.filter(position=None, xact__lt=horizon).order_by("id")[:limit])
    for event in waiting:
        position += 1
        previous = event.seal = digest(previous, event)
        event.position = position
    Event.objects.bulk_update(waiting, ["position", "seal"], batch_size=1000)
    return len(waiting)


def first_broken() -> int | None:
    """The position of the first event whose seal does not follow from what stands before it."""
    previous = ""
    for expected, event in enumerate(Event.objects.sealed().iterator(chunk_size=2000), 1):
        if event.position != expected or event.seal != digest(previous, event):
            return event.position
        previous = event.seal or ""
    return None
