"""What a change would do, said before it is made. The change is rehearsed, looked at and taken back, so that the preview
cannot promise anything else. Of items that not everybody has judged it says only that they are: what their judges said
so far, and whether it agrees, is nobody's business yet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, Exists, F, Model, OuterRef, Q

from accounts.models import User
from consensus.models import Assignment, Judgement, Stage, WorkItem
from consensus.services.changing import hand_on, store_settings
from consensus.services.settling import settle_ids
from reviews.models import Job, Membership, Review

Status = WorkItem.Status
# Each is settled, looked at and put back: more would keep whoever looks waiting.
MOST_TRIED = 300


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of a stage's settings does to its items.

    undecided: follow the change. decided: stay. completed: lack no judge any more. agreed: conflicts that are none any
    more. reopened: conflicts that wait for one more judge. freed: places in people's queues that are taken back.
    begun: items that somebody has judged, of which only the change itself tells which want one more judge. of_first: how
    many conflicts were tried, where it is not all of them.
    """

    undecided: int = 0
    decided: int = 0
    completed: int = 0
    conflicts: int = 0
    agreed: int = 0
    reopened: int = 0
    freed: int = 0
    begun: int = 0
    of_first: int = 0


@contextmanager
def rehearsal() -> Iterator[None]:
    """Whatever is written inside is taken back at its end, with everything that would have followed."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def preview_stage(*, stage: Stage, judges: Sequence[User] | None = None, **changed: object) -> Effect:
    items = WorkItem.objects.filter(stage=stage)
    disputed = list(items.in_conflict().order_by("id").values_list("id", flat=True)[: MOST_TRIED + 1])
    tried = disputed[:MOST_TRIED]
    counts = items.aggregate(
        undecided=Count("id", filter=Q(status__in=WorkItem.UNDECIDED)),
        decided=Count("id", filter=Q(status__in=WorkItem.DECIDED)),
    )
    queued = Assignment.objects.filter(stage=stage, item__status__in=WorkItem.UNDECIDED)
    with rehearsal():
        stored = store_settings(stage, changed)
        begun = items.undecided().filter(judged__gt=0)
        hand_on(stored, begun)
        completed = items.filter(status=Status.PARTIAL, judged__gte=F("judges_needed")).count()
        settle_ids(tried)
        ended = dict(
            items.filter(id__in=tried).values_list("status").annotate(n=Count("id")).order_by("status")
        )
    return Effect(
        **counts,
        completed=completed,
        conflicts=ended.get(Status.CONFLICT, 0),
        agreed=sum(ended.get(one, 0) for one in WorkItem.DECIDED),
        reopened=ended.get(Status.PARTIAL, 0),
        of_first=len(tried) if len(disputed) > len(tried) else 0,
        freed=queued.exclude(reviewer__in=judges).count() if judges else 0,
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """What follows when a member no longer judges: places that go back to the others, drafts that stay with nobody,
    stages that named too few people without them, and those whose conflicts the leads resolve then."""

    queued: int
    judged: int
    short: tuple[Stage, ...]
    unresolved: tuple[Stage, ...]


def preview_leaving(*, membership: Membership) -> Leaving:
    mine = {"review_id": membership.review_id, "reviewer": membership.user}
    stages = Stage.objects.filter(review=membership.review_id).prefetch_related("named_judges")
    able = set(
        Membership.objects.judging()
        .filter(review=membership.review_id)
        .exclude(id=membership.pk)
        .values_list("user_id", flat=True)
    )
    return Leaving(
        queued=Assignment.objects.filter(**mine, item__status__in=WorkItem.UNDECIDED).count(),
        judged=WorkItem.objects.filter(
            judgements__reviewer=membership.user,
            judgements__submitted_at__isnull=False,
            review=membership.review_id,
        )
        .distinct()
        .count(),
        short=tuple(one for one in stages if len(hands(one, able)) < one.judges_needed),
        unresolved=tuple(one for one in stages if one.resolved_by_id == membership.user_id),
    )


def hands(stage: Stage, able: set[int]) -> set[int]:
    named = {one.user_id for one in stage.named_judges.all()}
    return named & able if named else able


@dataclass(frozen=True, slots=True)
class Versioned:
    """What a new version of what a stage asks does. undecided: items that are judged by it from then on. begun: those of
    them of which somebody has said something, and gets it as a draft. decided: keep the version that they answered."""

    undecided: int
    begun: int
    decided: int


def preview_version(*, stage: Stage) -> Versioned:
    items = WorkItem.objects.filter(stage=stage)
    said = Judgement.objects.filter(item=OuterRef("pk"), superseded_at=None)
    return Versioned(
        undecided=items.undecided().count(),
        begun=items.undecided().filter(Exists(said)).count(),
        decided=items.decided().count(),
    )


@dataclass(frozen=True, slots=True)
class Closing:
    """What stops when a review is locked or archived: the items that wait for a judge, the conflicts, who works on it.
    runs: what the worker was asked for already, and ends."""

    to_judge: int
    conflicts: int
    people: int
    runs: int


def preview_closing(*, review: Review) -> Closing:
    items = WorkItem.objects.filter(review=review)
    return Closing(
        to_judge=items.filter(status__in=(Status.OPEN, Status.PARTIAL)).count(),
        conflicts=items.in_conflict().count(),
        people=Membership.objects.judging().filter(review=review).count(),
        runs=Job.objects.unfinished().filter(review=review).count(),
    )


def fingerprint(values: Mapping[str, object]) -> str:
    """What was asked for, in a word: who applies a change applies the one that they were shown. What it does may grow in
    between, while others go on judging; that is no reason to ask again."""
    return sha256(repr(sorted((name, plain(value)) for name, value in values.items())).encode()).hexdigest()[
        :32
    ]


def plain(value: object) -> object:
    if isinstance(value, list):
        return sorted(str(plain(one)) for one in value)
    return value.pk if isinstance(value, Model) else str(value)
