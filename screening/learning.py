"""What a ranking learns from: what the records say, what the review asks, and what was decided by the team, or said by
one reviewer for that reviewer alone; never what somebody else said of an undecided item."""

from collections import OrderedDict

from django.db.models import F

from accounts.models import User
from consensus.models import Judgement, Stage, WorkItem
from reviews.models import Criterion, ProtocolVersion, Review, Term
from screening.models import Verdict
from screening.ranking import Corpus

RELEVANT = frozenset({Verdict.Choice.INCLUDE.value, Verdict.Choice.UNSURE.value})

# What a worker has read already. A cache only: whatever is lost is read again.
_corpora: OrderedDict[int, tuple[tuple[int, int], list[int], Corpus]] = OrderedDict()


def texts(stage: Stage) -> tuple[list[int], Corpus] | None:
    """The stage's items by id and what their reports say; None for fewer than two, or without a word."""
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
        try:
            cached = (state, ids, Corpus.of(said))
        except ValueError:  # no record has a word
            return None
        _corpora[stage.pk] = cached
    _corpora.move_to_end(stage.pk)
    while len(_corpora) > 2:
        _corpora.popitem(last=False)
    return cached[1], cached[2]


def decided(stage: Stage, reviewer: User | None) -> dict[int, bool]:
    """Item to whether it is relevant, in the order of the decisions: by the team's final answers, or by what one reviewer
    said."""
    if reviewer is None:
        rows = Verdict.objects.filter(judgement=F("judgement__item__final"), judgement__item__stage=stage)
        rows = rows.order_by("judgement__item__decided_at", "judgement__item")
    else:
        own = Judgement.objects.current().filter(
            reviewer=reviewer, item__stage=stage, role=Judgement.Role.INDEPENDENT, submitted_at__isnull=False
        )
        rows = Verdict.objects.filter(judgement__in=own).order_by("judgement__submitted_at", "judgement")
    return {item: said in RELEVANT for item, said in rows.values_list("judgement__item", "verdict")}


def asked_by(review: Review) -> str:
    """What the review looks for, in its own words."""
    protocol = ProtocolVersion.objects.filter(review=review).exclude(status="superseded").last()
    said = [review.title, review.question]
    if protocol:
        said += [protocol.population, protocol.intervention, protocol.comparator, protocol.outcomes]
        said.append(protocol.study_design)
    include = Criterion.Sense.INCLUDE
    for model in (Criterion, Term):
        said += model.objects.filter(review=review, sense=include).values_list("text", flat=True)
    return " ".join(said)
