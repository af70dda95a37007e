"""From records to reports: what is certainly the same is linked, what may be is put before a person."""

from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviews.models import Review
from studies.dedupe import Candidate, Grouping, Verdict, group
from studies.dedupe.saying import pattern_of
from studies.models import DuplicatePair, ImportBatch, Record, RecordLink, Report
from studies.services.linking import enrich, refresh, report_from

FIELDS = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "pmcid",
    "kind",
    "language",
)


@transaction.atomic
def link_batch(*, batch: ImportBatch) -> list[int]:
    """Give every record of a batch its report. Returns the ids of the reports that are new."""
    # Two imports that end together are matched one after the other, so that they see each other's records.
    Review.objects.select_for_update(no_key=True).get(id=batch.review_id)
    if ImportBatch.objects.get(id=batch.pk).status == ImportBatch.Status.DONE:
        return []
    made = link_unlinked(batch=batch)
    ImportBatch.objects.filter(id=batch.pk).update(status=ImportBatch.Status.DONE, finished_at=timezone.now())
    return made


@transaction.atomic
def link_later(*, batch: ImportBatch) -> list[int]:
    """The same for records that came to a finished batch afterwards, such as mended entries."""
    Review.objects.select_for_update(no_key=True).get(id=batch.review_id)
    if ImportBatch.objects.get(id=batch.pk).status != ImportBatch.Status.DONE:
        return []
    return link_unlinked(batch=batch)


def link_unlinked(*, batch: ImportBatch) -> list[int]:
    unlinked = Record.objects.filter(batch=batch).exclude(links__ended_at=None, links__isnull=False)
    fresh = {record.pk: record for record in unlinked.defer("raw", "extra", "keywords", "identifiers")}
    if not fresh:
        return []
    grouping = group(candidates(batch), apart=decided(batch, "apart"), together=decided(batch, "same"))
    made = link_groups(batch, grouping, fresh)
    propose(batch, grouping)
    return made


def candidates(batch: ImportBatch) -> Iterator[Candidate]:
    records = Record.objects.counted().filter(review=batch.review_id) | Record.objects.filter(batch=batch)
    for row in records.values("id", "identifiers", *FIELDS).iterator(chunk_size=5000):
        yield Candidate(
            key=row["id"],
            authors=tuple(row["authors"]),
            identifiers=row["identifiers"],
            **{name: row[name] for name in FIELDS if name != "authors"},
        )


def decided(batch: ImportBatch, status: str) -> list[tuple[int, int]]:
    pairs = DuplicatePair.objects.filter(review=batch.review_id, status=status)
    return list(pairs.values_list("left_id", "right_id"))


def homes(batch: ImportBatch) -> dict[int, int]:
    """The report that each record of the review stands for now."""
    links = RecordLink.objects.current().filter(review=batch.review_id)
    return dict(links.values_list("record_id", Coalesce(F("report__survivor_id"), F("report_id"))))


def link_groups(batch: ImportBatch, grouping: Grouping, fresh: dict[int, Record]) -> list[int]:
    home = homes(batch)
    grouped = [members for members in grouping.groups if any(key in fresh for key in members)]
    in_group = {key for members in grouped for key in members}
    evidence: dict[int, str] = {}
    for pair in grouping.pairs:
        if pair.verdict is Verdict.CERTAIN:
            for key in (pair.left, pair.right):
                evidence.setdefault(key, ", ".join(pair.evidence))
    reports: list[Report] = []
    plans: list[tuple[Report | int, list[int]]] = []
    for members in [*grouped, *((key,) for key in fresh if key not in in_group)]:
        new = sorted(key for key in members if key in fresh)
        known = sorted({home[key] for key in members if key in home})
        if known:
            plans.append((known[0], new))
            continue
        report = report_from(fresh[new[0]])
        enrich(report, [fresh[key] for key in new])
        reports.append(report)
        plans.append((report, new))
    Report.objects.bulk_create(reports, batch_size=1000)
    RecordLink.objects.bulk_create(links_for(batch, plans, evidence), batch_size=2000)
    joined = [report for report, new in plans if isinstance(report, int) and new]
    for start in range(0, len(joined), 1000):
        refresh(joined[start : start + 1000])
    return [report.pk for report in reports]


def links_for(
    batch: ImportBatch, plans: list[tuple[Report | int, list[int]]], evidence: dict[int, str]
) -> Iterator[RecordLink]:
    for report, records in plans:
        for index, record in enumerate(records):
            own = isinstance(report, Report) and index == 0
            yield RecordLink(
                review_id=batch.review_id,
                record_id=record,
                report_id=report.pk if isinstance(report, Report) else report,
                basis=RecordLink.Basis.OWN if own else RecordLink.Basis.MATCH,
                evidence="" if own else evidence.get(record, ""),
            )


def propose(batch: ImportBatch, grouping: Grouping) -> None:
    """Put before a person what may be the same, and what the machine would join but people have begun to judge."""
    home = homes(batch)
    seen: dict[tuple[int, int], bool] = defaultdict(bool)
    pairs = []
    for pair in grouping.pairs:
        ends = (min(pair.left, pair.right), max(pair.left, pair.right))
        reports = (home.get(ends[0], 0), home.get(ends[1], 0))
        key = (min(reports), max(reports))
        if reports[0] == reports[1] or 0 in reports or seen[key]:
            continue
        seen[key] = True
        pairs.append(
            DuplicatePair(
                review_id=batch.review_id,
                left_id=ends[0],
                right_id=ends[1],
                evidence=", ".join(pair.evidence),
                pattern=pattern_of(", ".join(pair.evidence)),
                score=pair.score,
            )
        )
    DuplicatePair.objects.bulk_create(pairs, ignore_conflicts=True, batch_size=2000)
