"""Entries that could not be read: mended and made a record, or set aside with a reason. None is ever dropped."""

from dataclasses import replace
from io import BytesIO

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Invalid, Refused
from reviews.jobs import enqueue, named
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.formats import Entry, Refusal, UnreadableFile, read
from studies.models import ImportBatch, ImportRefusal, Record
from studies.services.importing import record_from
from studies.services.moving import keep_decisions

TASK = named("consensus.tasks.link_mended", gettext_lazy("Duplicates among mended entries"))
# One entry that somebody mended by hand; a whole file belongs on the import page.
LONGEST = 200_000
MOST_ENTRIES = 20
Status = ImportRefusal.Status


@write
def mend(*, by: User, refusal: ImportRefusal, text: str) -> list[Record]:
    """Read a refused entry again as it was mended. Two entries that were glued together become two records.

    Sent twice, it makes its records once. What still cannot be read changes nothing, and says why.
    """
    batch, refusal = held(refusal)
    if refusal.status == Status.MENDED:
        return list(Record.objects.filter(batch=batch, position=refusal.position))
    entries = entries_in(batch, text)
    last = (
        max(
            batch.records.aggregate(last=Max("position"))["last"] or 0,
            batch.refusals.aggregate(last=Max("position"))["last"] or 0,
        )
        + 1
    )
    records = [record_from(batch, entry) for entry in entries]
    for number, record in enumerate(records):
        record.position = refusal.position if number == 0 else last + number - 1
    made = Record.objects.bulk_create(records)
    keep_decisions(
        batch, [replace(e, position=r.position) for e, r in zip(entries, made, strict=True)], batch.dialect
    )
    batch.made += len(made)
    batch.refused -= 1
    batch.found = batch.made + batch.refused
    batch.save(update_fields=["made", "refused", "found"])
    settle(refusal, by, Status.MENDED)
    enqueue(review=batch.review, task=TASK, target=batch.pk, by=by)
    return made


@write
def set_aside(*, by: User, refusal: ImportRefusal, note: str) -> None:
    """Leave an entry out for good, with the reason. It stays counted among the refused."""
    _batch, refusal = held(refusal)
    if refusal.status == Status.MENDED:
        raise Refused(_("This entry was mended already and is a record now."))
    if not note.strip():
        raise Invalid(_("Say why the entry is left out, such as: a blank page of the export."))
    settle(refusal, by, Status.SET_ASIDE, note.strip()[:2000])


@write
def take_up(*, by: User, refusal: ImportRefusal) -> None:
    """Look again at an entry that was set aside."""
    _batch, refusal = held(refusal)
    if refusal.status == Status.SET_ASIDE:
        refusal.status, refusal.note = Status.OPEN, ""
        refusal.settled_by = refusal.settled_at = None
        refusal.save(update_fields=["status", "note", "settled_by", "settled_at"])


def held(refusal: ImportRefusal) -> tuple[ImportBatch, ImportRefusal]:
    """The batch and the entry with their rows held, of an import that is finished and counts."""
    batch = (
        ImportBatch.objects.select_for_update(of=("self",)).select_related("review").get(id=refusal.batch_id)
    )
    refuse_if_closed(batch.review)
    if batch.status != ImportBatch.Status.DONE:
        raise Refused(_("This import is not finished, or was undone. Its entries stay as they are."))
    return batch, ImportRefusal.objects.select_for_update().get(id=refusal.pk)


def settle(refusal: ImportRefusal, by: User, status: str, note: str = "") -> None:
    refusal.status, refusal.note = status, note
    refusal.settled_by, refusal.settled_at = by, timezone.now()
    refusal.save(update_fields=["status", "note", "settled_by", "settled_at"])


def entries_in(batch: ImportBatch, text: str) -> list[Entry]:
    """What the mended text holds, in the format of its file; anything that is still no entry is refused."""
    if not text.strip():
        raise Invalid(_("There is no text left to read. Set the entry aside instead, with the reason."))
    if len(text) > LONGEST:
        raise Invalid(_("This is longer than one entry can be. Import it as a file of its own."))
    # Rows of a workbook are kept as lines of a table.
    name = "csv" if batch.format == "xlsx" else batch.format
    content = f"{batch.preface}{text}\n".encode("utf-8", "replace")
    try:
        items = list(
            read(
                BytesIO(content), filename=batch.filename, format=name or None, mapping=batch.mapping or None
            )
        )
    except UnreadableFile as error:
        raise Invalid(str(error)) from error
    refused = next((item for item in items if isinstance(item, Refusal)), None)
    if refused:
        raise Invalid(refused.reason)
    if not items:
        raise Invalid(_("No entry was found in the text. Compare it with an entry that was read."))
    if len(items) > MOST_ENTRIES:
        raise Invalid(_("This holds many entries. Import it as a file of its own."))
    return [item for item in items if isinstance(item, Entry)]
