"""Everything that is stored though it could be computed, computed again and held against what is stored."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from consensus.deciding import decide
from consensus.kinds import kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.services.counts import progress_of
from consensus.services.settling import answers_of, situations, standing
from consensus.upstream import downstream_targets, upstream_stage
from studies.models import DuplicatePair, RecordLink, Report, Study

CHUNK = 500
Check = Callable[[], Iterable[str]]


def chunks(stage: Stage) -> Iterator[list[WorkItem]]:
    last = 0
    while True:
        items = list(
            WorkItem.objects.filter(stage=stage, id__gt=last)
            .select_related("stage", "report", "study", "result__study", "survivor")
            .order_by("id")[:CHUNK]
        )
        if not items:
            return
        yield items
        last = items[-1].pk


def statuses() -> Iterator[str]:
    """Status, final, count of judgements and reason for closing of every item."""
    for stage in Stage.objects.order_by("id"):
        for items in chunks(stage):
            found = situations(items)
            for item in items:
                situation = found[item.pk]
                expected = decide(situation)
                stored = (item.status, item.final_id, item.judged, item.closed_as)
                wanted = (expected.status, expected.final, expected.judged, situation.closed_as)
                if stored != wanted:
                    yield f"item {item.pk}: stored {stored}, recomputed {wanted}"
                if item.survivor_id and item.survivor and item.survivor.survivor_id:
                    yield f"item {item.pk}: its survivor {item.survivor_id} was merged away itself"


def counts() -> Iterator[str]:
    """The folded steps against a full count."""
    for stage in Stage.objects.order_by("id"):
        stored = progress_of([stage])[stage.pk]
        by_status = Counter(
            dict(WorkItem.objects.filter(stage=stage).values_list("status").annotate(Count("id")))
        )
        yield from differences(stage, "status", stored.statuses, by_status)
        finals: Counter[str] = Counter()
        for items in chunks(stage):
            answers = answers_of([pk for item in items if (pk := standing(item))], stage)
            finals.update(kind_of(stage).tally(one) for one in answers.values())
        yield from differences(stage, "final", stored.finals, finals)
        judged = Judgement.objects.current().exclude(role="consensus").filter(item__stage=stage)
        by_person = Counter(dict(judged.values_list("reviewer").annotate(Count("id")).order_by()))
        yield from differences(stage, "judged", stored.judged, by_person)


def differences(stage: Stage, what: str, stored: dict, wanted: Counter) -> Iterator[str]:  # type: ignore[type-arg]
    for key in {*stored, *wanted}:
        if stored.get(key, 0) != wanted.get(key, 0):
            yield f"stage {stage.pk}, {what} {key}: stored {stored.get(key, 0)}, counted {wanted.get(key, 0)}"


def openings() -> Iterator[str]:
    """Whatever came in, or passed the stage before, has an item waiting: nothing was lost between two stages."""
    for stage in Stage.objects.order_by("id"):
        name = f"{kind_of(stage).target}_id"
        opened = set(WorkItem.objects.filter(stage=stage).values_list(name, flat=True))
        for target in sorted(due(stage) - opened):
            yield f"stage {stage.pk}: {name} {target} is due and has no item"


def due(stage: Stage) -> set[int]:
    """The reports, studies, results or outcomes that a stage has to have an item for."""
    before = upstream_stage(stage)
    if before is None:
        reports = Report.objects.current().filter(review=stage.review_id)
        return set(reports.values_list("id", flat=True)) if kind_of(stage).target == "report" else set()
    found: set[int] = set()
    for items in chunks(before):
        answers = answers_of([pk for item in items if (pk := standing(item))], before)
        for item in items:
            if (pk := standing(item)) and kind_of(before).passes(answers[pk]):
                found.update(downstream_targets(item, stage, make=False))
    return found


def survivors() -> Iterator[str]:
    """Where chains of merged reports and studies end."""
    for model in (Report, Study):
        merged: dict[int, int | None] = defaultdict(lambda: None)
        rows = model.objects.filter(Q(status="merged"))
        merged.update(rows.values_list("id", "merged_with_id"))
        for row in rows:
            end, steps = row.merged_with_id, 0
            while merged[end or 0] is not None and steps <= len(merged):
                end, steps = merged[end or 0], steps + 1
            if end != row.survivor_id:
                yield f"{model.__name__.lower()} {row.pk}: survivor {row.survivor_id}, recomputed {end}"


def decisions() -> Iterator[str]:
    """What people said of duplicates: the same are one report, those kept apart are not, whatever came in since."""
    here = Subquery(
        RecordLink.objects.current()
        .filter(record=OuterRef("left"))
        .values(root=Coalesce("report__survivor_id", "report_id"))[:1]
    )
    there = Subquery(
        RecordLink.objects.current()
        .filter(record=OuterRef("right"))
        .values(root=Coalesce("report__survivor_id", "report_id"))[:1]
    )
    pairs = DuplicatePair.objects.exclude(status="open").annotate(here=here, there=there)
    for pair in pairs.exclude(here=None).exclude(there=None).iterator(chunk_size=2000):
        if (pair.here == pair.there) != (pair.status == "same"):
            yield f"pair {pair.pk}: decided {pair.status}, but its records are reports {pair.here}, {pair.there}"


CHECKS: list[Check] = [statuses, counts, openings, survivors, decisions]


def drift() -> Iterator[str]:
    for check in CHECKS:
        yield from check()
