"""The order in which a stage's records come, and the sample after which screening may stop. What it learns from is what
the team decided, or what one reviewer said for that reviewer alone; never what somebody else said of an undecided item.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus.models import Assignment, Judgement, Ranking, Score, Stage, WorkItem
from consensus.services import may_judge
from consensus.services.counts import progress
from reviews.models import Membership
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from screening.models import Verdict
from screening.ranking import Corpus, Order, rank, top_terms

log = logging.getLogger(__name__)
# Places kept of each ranking, decisions after which the next is made, and one place in so many given to chance.
KEPT, EVERY, CHANCE = 2000, 10, 10
# Rankings whose places are kept beside the latest.
OLDER = 3
LOCK_SPACE = 7_405 << 40
RELEVANT = frozenset({Verdict.Choice.INCLUDE.value, Verdict.Choice.UNSURE.value})
LEARNING = (Stage.Order.RELEVANCE, Stage.Order.OWN, Stage.Order.MIXED)

# What a worker has read already. A cache only: whatever is lost is read again.
_corpora: OrderedDict[int, tuple[tuple[int, int], list[int], Corpus]] = OrderedDict()


@write
def set_order(*, by: User, stage: Stage, order: str) -> Stage:
    """Let a stage's queues follow another order. Places that are waiting are given back; nothing decided changes."""
    refuse_if_closed(stage.review)
    if order not in Stage.Order.values:
        raise Invalid(_("Choose one of the orders of the list."))
    stage = Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    if stage.order == order:
        return stage
    stage.order = order
    stage.save(update_fields=["order"])
    give_back(stage)
    if order == Stage.Order.RANDOM:
        shuffle(stage)
    return stage


def give_back(stage: Stage) -> None:
    Assignment.objects.filter(stage=stage, basis=Assignment.Basis.QUEUE).delete()


def shuffle(stage: Stage) -> Ranking:
    """A new random order of what nobody has decided."""
    made = Ranking.objects.create(
        review_id=stage.review_id,
        stage=stage,
        how=Ranking.How.RANDOM,
        basis={"records": progress(stage).live},
    )
    keep(made, [(item, False) for item in drawn(stage, KEPT)])
    return made


def drawn(stage: Stage, size: int) -> list[int]:
    return list(waiting(stage).order_by("?").values_list("id", flat=True)[:size])


def waiting(stage: Stage) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(stage=stage, status__in=[WorkItem.Status.OPEN, WorkItem.Status.PARTIAL])


def keep(ranking: Ranking, places: Iterable[tuple[int, bool]]) -> None:
    Score.objects.bulk_create(
        Score(review_id=ranking.review_id, ranking=ranking, item_id=item, place=n, at_random=at_random)
        for n, (item, at_random) in enumerate(places, 1)
    )


@contextmanager
def alone(stage_id: int) -> Iterator[bool]:
    """Whether this process is the only one that ranks this stage."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_SPACE + stage_id])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_SPACE + stage_id])


def texts(stage: Stage) -> tuple[list[int], Corpus] | None:
    """The stage's items by id and what their reports say; None for fewer than two."""
    items = WorkItem.objects.filter(stage=stage, report__isnull=False).exclude(
        closed_as=WorkItem.Closed.MERGED
    )
    state = (items.count(), items.order_by("-id").values_list("id", flat=True).first() or 0)
    if state[0] < 2:
        return None
    cached = _corpora.get(stage.pk)
    if cached is None or cached[0] != state:
        rows = items.order_by("id").values_list("id", "report__title", "report__abstract")
        ids, said = [], []
        for item, title, abstract in rows.iterator(chunk_size=5000):
            ids.append(item)
            said.append(f"{title} {abstract}")
        cached = (state, ids, Corpus.of(said))
        _corpora[stage.pk] = cached
    _corpora.move_to_end(stage.pk)
    while len(_corpora) > 2:
        _corpora.popitem(last=False)
    return cached[1], cached[2]


def decided(stage: Stage, reviewer: User | None) -> dict[int, bool]:
    """Item to whether it is relevant: by the team's final answers, or by what one reviewer said."""
    if reviewer is None:
        rows = Verdict.objects.filter(judgement=F("judgement__item__final"), judgement__item__stage=stage)
    else:
        own = Judgement.objects.current().filter(
            reviewer=reviewer, item__stage=stage, role=Judgement.Role.INDEPENDENT, submitted_at__isnull=False
        )
        rows = Verdict.objects.filter(judgement__in=own)
    return {item: said in RELEVANT for item, said in rows.values_list("judgement__item", "verdict")}


def train(stage: Stage, reviewer: User | None = None) -> Ranking | None:
    """Make the next ranking. None while only one kind of answer is known, or somebody else is at it."""
    with alone(stage.pk) as got:
        if not got:
            return None
        began = time.perf_counter()
        read, known = texts(stage), decided(stage, reviewer)
        if read is None:
            return None
        ids, corpus = read
        place = {item: n for n, item in enumerate(ids)}
        learnt = {place[item]: said for item, said in known.items() if item in place}
        if len(set(learnt.values())) < 2:
            return None
        order = rank(corpus, learnt)
        ahead = undecided_first(stage, reviewer, ids, order)
        return store(stage, reviewer, ahead, corpus, order, learnt, time.perf_counter() - began)


def undecided_first(stage: Stage, reviewer: User | None, ids: list[int], order: Order) -> list[int]:
    left = set(waiting(stage).values_list("id", flat=True))
    if reviewer:
        left -= set(decided(stage, reviewer))
    best = np.argsort(-order.scores, kind="stable")
    found: list[int] = []
    for n in best.tolist():
        if ids[n] in left:
            found.append(ids[n])
            if len(found) == KEPT:
                break
    return found


@transaction.atomic
def store(
    stage: Stage,
    reviewer: User | None,
    ahead: list[int],
    corpus: Corpus,
    order: Order,
    learnt: dict[int, bool],
    seconds: float,
) -> Ranking:
    mixed = stage.order == Stage.Order.MIXED
    relevant = sum(learnt.values())
    made = Ranking.objects.create(
        review_id=stage.review_id,
        stage=stage,
        reviewer=reviewer,
        how=Ranking.How.MIXED if mixed else Ranking.How.MODEL,
        basis={
            "relevant": relevant,
            "irrelevant": len(learnt) - relevant,
            "records": len(corpus),
            "seconds": round(seconds, 2),
        },
        terms=top_terms(corpus, order),
    )
    keep(made, mix(ahead, drawn(stage, KEPT // CHANCE)) if mixed else [(item, False) for item in ahead])
    older = Ranking.objects.filter(stage=stage, reviewer=reviewer).exclude(how=Ranking.How.SAMPLE)
    gone = list(older.order_by("-id").values_list("id", flat=True)[OLDER : OLDER + 50])
    Score.objects.filter(ranking__in=gone).delete()
    return made


def mix(ahead: list[int], chance: list[int]) -> list[tuple[int, bool]]:
    """Every tenth place to the next random item, each item once."""
    found: list[tuple[int, bool]] = []
    seen: set[int] = set()
    best, luck = iter(ahead), iter(chance)
    while True:
        at_random = len(found) % CHANCE == CHANCE - 1
        item = next((one for one in (luck if at_random else best) if one not in seen), None)
        if item is None and at_random:
            item, at_random = next((one for one in best if one not in seen), None), False
        if item is None:
            return found
        seen.add(item)
        found.append((item, at_random))


def due() -> Iterator[tuple[Stage, User | None]]:
    """Stages, and for orders of one's own their reviewers, about whom enough was decided since the last ranking."""
    for stage in Stage.objects.filter(stopped_at=None, review__status="active").exclude(
        order=Stage.Order.IMPORTED
    ):
        if stage.order == Stage.Order.RANDOM:
            yield from [(stage, None)] if running_out(stage) else []
            continue
        for person in judges(stage) if stage.order == Stage.Order.OWN else [None]:
            latest = Ranking.objects.for_queue(stage, person) if person else latest_of(stage)
            if latest and latest.how == Ranking.How.SAMPLE:
                continue
            knew = latest.basis["relevant"] + latest.basis["irrelevant"] if latest else 0
            if known_count(stage, person) >= knew + (EVERY if latest else 2):
                yield stage, person


def latest_of(stage: Stage) -> Ranking | None:
    return Ranking.objects.filter(stage=stage, reviewer=None).order_by("-id").first()


def terms_for(stage: Stage, person: User) -> list[str]:
    """What raises a record in this person's queue: learnt from the team's decisions, or from their own alone."""
    if stage.order not in LEARNING:
        return []
    followed = Ranking.objects.for_queue(stage, person)
    return list(followed.terms) if followed else []


def known_count(stage: Stage, person: User | None) -> int:
    found = progress(stage)
    return found.judged.get(person.pk, 0) if person else found.decided


def judges(stage: Stage) -> list[User]:
    members = Membership.objects.active().filter(review=stage.review_id).select_related("user")
    return [one.user for one in members if may_judge(one.user, stage)]


def running_out(stage: Stage) -> bool:
    latest = latest_of(stage)
    if latest is None or latest.how != Ranking.How.RANDOM:
        return True
    ahead = Score.objects.filter(ranking=latest, item__status__in=["open", "partial"]).count()
    return ahead < KEPT // 10 and waiting(stage).exclude(scores__ranking=latest).exists()


def train_due() -> int:
    """Make every ranking that is due: what beat calls."""
    made = 0
    for stage, person in due():
        made += bool(shuffle(stage) if stage.order == Stage.Order.RANDOM else train(stage, person))
    return made
