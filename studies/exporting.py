"""Records and reports as files that reference managers and our own readers take back, written a thousand at a time.

Which ones is found out once, so that a file is of one moment; what of them is masked from its reader is left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from django.http import Http404, StreamingHttpResponse

from accounts.models import User
from reviews.models import Review
from studies import masking
from studies.formats import ParsedRecord
from studies.formats.write_bibtex import write_bibtex
from studies.formats.write_csv import write_csv
from studies.formats.write_ris import write_ris
from studies.models import Record, RecordLink, Report
from studies.models.searches import Bibliographic

T = TypeVar("T")
CHUNK = 1000


class Form(NamedTuple):
    suffix: str
    media_type: str
    write: Callable[[Iterable[ParsedRecord]], Iterator[str]]


def _table(records: Iterable[ParsedRecord]) -> Iterator[str]:
    """With the mark by which spreadsheets know UTF-8."""
    yield "\ufeff"
    yield from write_csv((record, ()) for record in records)


FORMS = {
    "ris": Form("ris", "application/x-research-info-systems", write_ris),
    "bibtex": Form("bib", "application/x-bibtex", write_bibtex),
    "csv": Form("csv", "text/csv", _table),
}


def as_file(records: Iterable[ParsedRecord], asked: str, name: str) -> StreamingHttpResponse:
    """The records as a download in the form that was asked for; RIS if none was."""
    form = FORMS.get(asked or "ris")
    if form is None:
        raise Http404
    pieces = ("".join(some) for some in parts(form.write(records), 200))
    return StreamingHttpResponse(
        pieces,
        content_type=f"{form.media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form.suffix}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def of_records(user: User, review: Review, ids: Sequence[int]) -> Iterator[ParsedRecord]:
    """Entries as they were delivered, without what no field stands for: it may tell what others decided elsewhere."""
    for some in parts(ids, CHUNK):
        rows = list(Record.objects.filter(review=review, id__in=some).defer("raw", "extra").order_by("id"))
        masking.mask_records(user, review, rows)
        for row in rows:
            yield parsed(row, [row])


def of_reports(
    user: User, review: Review, ids: Sequence[int], *, judging: bool = False
) -> Iterator[ParsedRecord]:
    """Reports as they stand, with the numbers, words and links of all entries that they are."""
    for some in parts(ids, CHUNK):
        rows = list(Report.objects.filter(review=review, id__in=some).order_by("id"))
        masking.mask_reports(user, rows, judging=judging)
        delivered = entries_of([row for row in rows if not row.masked])
        for row in rows:
            yield parsed(row, delivered[row.pk])


def entries_of(reports: Sequence[Report]) -> dict[int, list[Record]]:
    """Report -> the entries that it is, those of what was merged into it as well."""
    found: dict[int, list[Record]] = defaultdict(list)
    links = RecordLink.objects.current().filter(report__in=reports) | RecordLink.objects.current().filter(
        report__survivor__in=reports
    )
    linked = links.select_related("record", "report").defer(
        "record__raw", "record__extra", "record__abstract"
    )
    for link in linked.order_by("record_id"):
        found[link.report.root_id].append(link.record)
    return found


def parsed(row: Bibliographic, entries: Sequence[Record]) -> ParsedRecord:
    """The row's own fields, and what only entries have: of each the first that is given, or all."""
    numbers = {name: number for one in reversed(entries) for name, number in one.identifiers.items()}
    return ParsedRecord(
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        year=row.year,
        journal=row.journal,
        journal_abbreviation=first(one.journal_abbreviation for one in entries),
        volume=row.volume,
        issue=row.issue,
        pages=row.pages,
        doi=row.doi,
        pmid=row.pmid,
        pmcid=first(one.pmcid for one in entries),
        identifiers=numbers,
        kind=row.kind,
        language=row.language,
        keywords=once(one.keywords for one in entries),
        urls=once(one.urls for one in entries),
        issn=once(one.issn for one in entries),
        source=first(one.source for one in entries),
    )


def first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def once(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in lists for text in one))
