"""The order in which a stage's records come, and the sample after which screening may stop. What it learns from is what
the team decided, or what one reviewer said for that reviewer alone; never what somebody else said of an undecided item.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from threadpoolctl import threadpool_limits

from accounts.models import User
from config.refusals import Invalid
from consensus.models import Assignment, Ranking, Score, Stage, WorkItem
from consensus.services import may_judge
from consensus.services.counts import progress
from reviews.models import Membership
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from screening.learning import asked_by, decided, texts
from screening.ranking import Corpus, Scores, first_order, rank, top_terms

log = logging.getLogger(__name__)
# Places kept of each ranking, decisions after which the next is made, and one place in so many given to chance.
KEPT, EVERY, CHANCE = 2000, 10, 10
# Terms kept of a ranking, the strongest first.
TERMS = 200
# Rankings whose places are kept beside the latest.
OLDER = 3
LOCK_SPACE = 7_405 << 40
LEARNING = (Stage.Order.RELEVANCE, Stage.Order.OWN, Stage.Order.MIXED)


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


def train(stage: Stage, reviewer: User | None = None) -> Ranking | None:
    """Make the next ranking; while only one kind of answer is known, by how near records are to the review's question.
    None where there is nothing to go by or nothing new, or somebody else is at it."""
    # One processor, however many there are: pages come first.
    with alone(stage.pk) as got, threadpool_limits(1):
        if not got:
            return None
        began = time.perf_counter()
        read, known = texts(stage), decided(stage, reviewer)
        if read is None:
            return None
        ids, corpus = read
        place = {item: n for n, item in enumerate(ids)}
        learnt = {place[item]: said for item, said in known.items() if item in place}
        if len(set(learnt.values())) > 1:
            order = rank(corpus, learnt)
            scores, terms = order.scores, top_terms(corpus, order)
        else:
            found = by_question(stage, reviewer, corpus, learnt)
            if found is None:
                return None
            scores, terms = found
        ahead = undecided_first(stage, reviewer, ids, scores)
        return store(stage, reviewer, ahead, learnt, terms, time.perf_counter() - began)


def by_question(
    stage: Stage, reviewer: User | None, corpus: Corpus, learnt: dict[int, bool]
) -> tuple[Scores, list[str]] | None:
    """Scores and terms from what the review asks, while only one kind of answer is known. None if it asks nothing, or if
    an order of this kind is there and no relevant record was found since."""
    asked = asked_by(stage.review)
    latest = latest_of(stage, reviewer)
    relevant = [n for n, said in learnt.items() if said]
    if latest and latest.basis["relevant"] == len(relevant) and fresh(latest):
        return None
    terms = corpus.words_of(asked)
    return (first_order(corpus, relevant, asked), terms) if terms else None


def fresh(ranking: Ranking) -> bool:
    """Whether enough of the places that were kept are still undecided."""
    waits = Score.objects.filter(ranking=ranking, item__status__in=WorkItem.UNDECIDED)
    return waits.count() >= KEPT // 10 or not waiting(ranking.stage).exclude(scores__ranking=ranking).exists()


def undecided_first(stage: Stage, reviewer: User | None, ids: list[int], scores: Scores) -> list[int]:
    left = set(waiting(stage).values_list("id", flat=True))
    if reviewer:
        left -= set(decided(stage, reviewer))
    best = np.argsort(-scores, kind="stable")
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
    learnt: dict[int, bool],
    terms: list[str],
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
            "records": progress(stage).live,
            "seconds": round(seconds, 2),
        },
        terms=terms[:TERMS],
    )
    keep(made, mix(ahead, drawn(stage, KEPT // CHANCE)) if mixed else [(item, False) for item in ahead])
    older = Ranking.objects.filter(stage=stage, reviewer=reviewer).exclude(how=Ranking.How.SAMPLE)
    gone = list(older.order_by("-id").values_list("id", flat=True)[OLDER : OLDER + 50])
    Score.objects.filter(ranking__in=gone, taken=False).delete()
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
            if sampling(stage):
                continue
            latest = latest_of(stage, person)
            if latest is None:
                yield stage, person
                continue
            relevant, irrelevant = latest.basis["relevant"], latest.basis["irrelevant"]
            # What follows the question alone is replaced as soon as there is more to go by.
            every = EVERY if relevant and irrelevant else 1
            if known_count(stage, person) >= relevant + irrelevant + every:
                yield stage, person


def sampling(stage: Stage) -> bool:
    latest = Ranking.objects.samples().filter(stage=stage).order_by("-id").first()
    return latest is not None and latest.ended_at is None


def latest_of(stage: Stage, reviewer: User | None = None) -> Ranking | None:
    """The latest ranking of the kind that the stage follows now."""
    return Ranking.objects.following(stage, reviewer).first()


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
    return latest is None or not fresh(latest)


def train_due() -> int:
    """Make every ranking that is due: what beat calls."""
    made = 0
    for stage, person in list(due()):
        try:
            made += bool(shuffle(stage) if stage.order == Stage.Order.RANDOM else train(stage, person))
        except Exception:  # one stage that cannot be ranked must not hold up all others
            log.exception("Stage %s could not be ranked", stage.pk)
    return made
