"""From a file to records: every entry becomes a record or a refusal that says where it stands and why."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Invalid, Refused
from reviews.jobs import enqueue, named
from reviews.models import Job, Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.formats import FIELDS, Entry, Refusal, UnreadableFile, read, sample, who_wrote
from studies.looking_up import LookUp
from studies.models import ImportBatch, ImportRefusal, Record, Search
from studies.services.copying import copy_records
from studies.services.moving import keep_decisions

TASK = named("consensus.tasks.import_batch", gettext_lazy("Import"))
CHUNK = 1000
# What a row must have a column of, so that somebody can tell what it is.
TELLING = {"title", "doi", "pmid", "nct"}
Progress = Callable[[int, int], None]


class KnownFile(Invalid):
    """The same bytes were imported into this review before."""

    def __init__(self, name: str, batch: ImportBatch) -> None:
        super().__init__(
            _("%(name)s was imported before, as %(known)s. Undo that import first if you mean to replace it.")
            % {"name": name, "known": batch.filename}
        )
        self.name, self.batch = name, batch


@write
def add_search(*, by: User, review: Review, source: str, **details: Any) -> Search:
    refuse_if_closed(review)
    if not source.strip():
        raise Invalid(_("Name the source that was searched, such as PubMed."))
    return Search.objects.create(review=review, source=source.strip(), created_by=by, **details)


@write
def correct_search(*, by: User, search: Search, **details: Any) -> None:
    """Correct what the log says of a search. What it said before is in the history."""
    refuse_if_closed(search.review)
    for name, value in details.items():
        setattr(search, name, value)
    search.save(update_fields=list(details))


@write
def run_again(*, by: User, search: Search) -> Search:
    """The same search, run anew: the next version, described as the last one was, without its date and hits."""
    refuse_if_closed(search.review)
    Search.objects.select_for_update().get(id=search.pk)
    later = Search.objects.filter(rerun_of=search).first()
    if later:
        raise Refused(
            _("Version %(n)d of this search is there already. Run that one again.") % {"n": later.version}
        )
    return Search.objects.create(
        review=search.review,
        rerun_of=search,
        version=search.version + 1,
        created_by=by,
        **{
            name: getattr(search, name)
            for name in ("source", "kind", "platform", "query", "limits", "searched_by")
        },
    )


def source_of(upload: "UploadedFile[bytes]") -> str:
    """What to call the search of a file: who wrote it, else its name."""
    named = who_wrote(cast("BinaryIO", upload.file), upload.name or "")
    upload.seek(0)
    return (named or PurePath(upload.name or "").stem or _("Upload"))[:120]


@write
def start_import(
    *, by: User, search: Search, upload: "UploadedFile[bytes]", known_format: str = "", again: bool = False
) -> tuple[ImportBatch, Job]:
    """Keep the file as it is, and ask the worker to read it; `known_format` where nothing is to be found out.

    A file that was imported before is not taken, unless `again` says that this is meant.
    """
    refuse_if_closed(search.review)
    name = upload.name or "upload"
    if not upload.size:
        raise Invalid(_("%(name)s is empty. Export it again from the database.") % {"name": name})
    if upload.size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
        raise Invalid(
            _("%(name)s is larger than %(limit)d MB. Export it in parts.") % {"name": name, "limit": limit}
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    # Two who bring the same file at once: the second waits here, and sees that of the first.
    Review.objects.select_for_update(no_key=True).get(id=search.review_id)
    known = None if again else known_as(search.review, digest.hexdigest())
    if known:
        raise KnownFile(name, known)
    batch = ImportBatch.objects.create(
        review=search.review,
        search=search,
        file=upload,
        filename=name[:255],
        size=upload.size,
        sha256=digest.hexdigest(),
        format=known_format,
        created_by=by,
    )
    return batch, enqueue(review=search.review, task=TASK, target=batch.pk, by=by)


def known_as(review: Review, digest: str) -> ImportBatch | None:
    """The first import of the same bytes that stands."""
    found = ImportBatch.objects.filter(review=review, sha256=digest)
    gone = [ImportBatch.Status.FAILED, ImportBatch.Status.UNDONE]
    return found.exclude(status__in=gone).select_related("search", "created_by").first()


def read_batch(*, batch: ImportBatch, progress: Progress) -> bool:
    """Read the file into records, a thousand at a time. Begun again after a stop, it goes on where it was.

    Returns whether it was read: a table whose columns nobody knows waits for a person.
    """
    batch.status = ImportBatch.Status.READING
    batch.save(update_fields=["status"])
    digest = hashlib.sha256()
    try:
        with batch.file.open("rb") as stream:
            if not columns_known(batch, cast("BinaryIO", stream)):
                return False
            reading = read(
                cast("BinaryIO", stream),
                filename=batch.filename,
                mapping=batch.mapping or None,
                format=batch.format or None,
            )
            last, asked = last_position(batch), look_up()
            for items in chunks(noted(reading, digest)):
                new = [item for item in items if item.position > last]
                store(batch, asked.complete(new) if asked else new, tool=reading.dialect)
                progress(min(reading.bytes_read, batch.size), batch.size)
    except UnreadableFile as error:
        fail(batch, str(error))
        raise Invalid(str(error)) from error
    batch.format, batch.dialect, batch.encoding = reading.format, reading.dialect, reading.encoding
    batch.digest = digest.hexdigest()
    batch.made = Record.objects.filter(batch=batch).count()
    batch.refused = ImportRefusal.objects.filter(batch=batch).count()
    batch.found = batch.made + batch.refused
    batch.preface, batch.message = reading.preface, looked_up(asked)
    batch.save(
        update_fields=[
            "format", "dialect", "encoding", "digest", "made", "refused", "found", "preface", "message",
        ]
    )  # fmt: skip
    return True


def look_up() -> LookUp | None:
    return LookUp(settings.LOOK_UP_WORKS, settings.LOOK_UP_PUBMED) if settings.LOOK_UP else None


def looked_up(asked: LookUp | None) -> str:
    """What became of the entries that gave only a number, in words."""
    if asked is None or not asked.asked:
        return ""
    said = _("%(n)d of %(all)d entries that gave only a number were looked up.") % {
        "n": asked.completed,
        "all": asked.asked,
    }
    if not asked.silent:
        return said
    names = ", ".join(sorted(asked.silent))
    return f"{said} {_('No answer from %(names)s: these numbers are kept as they are.') % {'names': names}}"


def columns_known(batch: ImportBatch, stream: BinaryIO) -> bool:
    """Whether it is clear what the columns of a table hold: by itself, or as a person matched the same ones before.

    If not, the batch keeps its first rows and waits for somebody to match them.
    """
    if batch.mapping:
        return True
    seen = sample(stream, batch.filename)
    stream.seek(0)
    if seen is None or seen.clear:
        return True
    batch.columns = {"headings": list(seen.headings), "rows": [list(row) for row in seen.rows]}
    alike = ImportBatch.objects.filter(review=batch.review_id, columns__headings=list(seen.headings))
    before = alike.exclude(mapping={}).order_by("-id").first()
    batch.mapping = before.mapping if before else {}
    if not batch.mapping:
        batch.status = ImportBatch.Status.COLUMNS
    batch.save(update_fields=["columns", "mapping", "status"])
    return bool(batch.mapping)


@write
def match_columns(*, by: User, batch: ImportBatch, mapping: dict[str, str]) -> Job:
    """Say what the columns of a table hold, and have it read. What is left out is kept beside each record."""
    refuse_if_closed(batch.review)
    batch = ImportBatch.objects.select_for_update().get(id=batch.pk)
    if batch.status != ImportBatch.Status.COLUMNS:
        raise Refused(_("The columns of this file are matched already."))
    headings = batch.columns.get("headings", [])
    chosen = {heading: field for heading, field in mapping.items() if heading in headings and field in FIELDS}
    if not set(chosen.values()) & TELLING:
        raise Invalid(_("Match one column with the title, or with an identifier such as the DOI."))
    batch.mapping, batch.status = chosen, ImportBatch.Status.WAITING
    batch.save(update_fields=["mapping", "status"])
    return enqueue(review=batch.review, task=TASK, target=batch.pk, by=by)


def chunks(items: Iterator[Entry | Refusal]) -> Iterator[list[Entry | Refusal]]:
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def noted(reading: Iterable[Entry | Refusal], digest: Any) -> Iterator[Entry | Refusal]:
    for item in reading:
        digest.update((item.raw if isinstance(item, Entry) else item.text).encode())
        yield item


def last_position(batch: ImportBatch) -> int:
    made = Record.objects.filter(batch=batch).aggregate(last=Max("position"))["last"] or 0
    refused = ImportRefusal.objects.filter(batch=batch).aggregate(last=Max("position"))["last"] or 0
    return max(made, refused)


@transaction.atomic
def store(batch: ImportBatch, items: Iterable[Entry | Refusal], *, tool: str = "") -> None:
    entries = [item for item in items if isinstance(item, Entry)]
    refusals = [item for item in items if isinstance(item, Refusal)]
    copy_records(record_from(batch, entry) for entry in entries)
    keep_decisions(batch, entries, tool)
    ImportRefusal.objects.bulk_create(
        ImportRefusal(
            review_id=batch.review_id,
            batch=batch,
            position=one.position,
            offset=one.offset,
            text=one.text[:100_000],
            reason=one.reason,
        )
        for one in refusals
    )


def record_from(batch: ImportBatch, entry: Entry) -> Record:
    said = entry.fields
    return Record(
        review_id=batch.review_id,
        batch=batch,
        position=entry.position,
        raw=entry.raw,
        title=said.title,
        abstract=said.abstract,
        authors=list(said.authors),
        year=said.year if said.year and 0 < said.year < 10_000 else None,
        journal=said.journal or said.journal_abbreviation,
        volume=said.volume,
        issue=said.issue,
        pages=said.pages,
        doi=said.doi,
        pmid=said.pmid,
        pmcid=said.pmcid,
        kind=said.kind,
        language=said.language,
        journal_abbreviation=said.journal_abbreviation if said.journal else "",
        issn=list(said.issn),
        urls=list(said.urls),
        identifiers=dict(said.identifiers),
        keywords=list(said.keywords),
        source=said.source,
        extra={tag: list(values) for tag, values in said.extra.items()},
    )


@transaction.atomic
def fail(batch: ImportBatch, message: str) -> None:
    """Nothing half-imported: an unreadable file leaves a batch that says why, and no countable record."""
    ImportBatch.objects.filter(id=batch.pk).update(
        status=ImportBatch.Status.FAILED, message=message, finished_at=timezone.now()
    )
