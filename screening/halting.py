"""Stopping before the end: the random sample, what it promises, and the team's decision."""

from dataclasses import dataclass
from math import floor
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.numbers import Grouped
from config.refusals import Invalid, Refused
from consensus.models import Ranking, Score, Stage, Stop, WorkItem
from consensus.services.counts import Progress, progress
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from screening import stopping
from screening.models import Verdict
from screening.prioritising import drawn, give_back, keep
from screening.stopping import CONFIDENCE, TARGET, Tail

RELEVANT = ("include", "unsure")


@dataclass(frozen=True)
class Standing:
    """Where a stage stands: `screened` and `relevant` of what is decided, `left` that nobody decided; the random sample
    with its plan; how sure it is that the target is reached, and which recall is reached with the confidence that was
    promised; how many more records to screen at random."""

    screened: int
    relevant: int
    left: int
    conflicts: int
    sample: Ranking | None
    drawn: int
    planned: int
    found: int
    chance: float | None
    reached: float | None
    enough: bool
    advice: int
    look: int

    @property
    def running(self) -> bool:
        return self.sample is not None and self.sample.ended_at is None

    @property
    def missed(self) -> int | None:
        """At most so many relevant records are still to be found, with the confidence promised."""
        if not self.reached:
            return None
        return round(self.relevant / self.reached) - self.relevant

    @property
    def recall(self) -> str | None:
        """The recall that is reached with the confidence promised, in per cent; never rounded up to the target."""
        return None if self.reached is None else percent(self.reached)


def percent(share: float) -> str:
    return f"{floor(1000 * share + 1e-9) / 10:g}"


def relevant_among(counts: Progress) -> int:
    return sum(count for said, count in counts.finals.items() if said.split(":")[0] in RELEVANT)


def standing(stage: Stage) -> Standing:
    counts = progress(stage)
    relevant, screened = relevant_among(counts), counts.decided
    left = counts.live - screened
    sample = Ranking.objects.samples().filter(stage=stage).order_by("-id").first()
    look = Ranking.objects.samples().filter(stage=stage).count() + 1
    if sample is None:
        plan = Tail(relevant, left, 0, 0)
        return Standing(
            screened, relevant, left, counts.conflicts, None, 0, 0, 0, None,
            None, enough=left == 0, advice=stopping.more(plan), look=1,
        )  # fmt: skip
    done, found = decided_of(sample)
    tail = tail_of(sample, done, found)
    chance = stopping.chance(tail)
    finished = done == sample.basis["planned"]
    reached = stopping.at_least(tail, look=look - 1) if finished else None
    enough = left == 0 or (finished and stopping.enough(tail, look=look - 1))
    advice = 0 if enough else stopping.more(continued(stage, sample, tail, left), look=look)
    return Standing(
        screened, relevant, left, counts.conflicts, sample, done, sample.basis["planned"], found,
        chance if finished else None, reached, enough=enough, advice=advice, look=look,
    )  # fmt: skip


def decided_of(sample: Ranking) -> tuple[int, int]:
    """Of a sample's records: how many are decided, and how many of those are relevant."""
    items = WorkItem.objects.filter(scores__ranking=sample)
    wanted = Q(final__in=Verdict.objects.filter(verdict__in=RELEVANT).values("judgement"))
    counted = items.aggregate(
        done=Count("id", filter=Q(status__in=["agreed", "resolved", "closed"])),
        relevant=Count("id", filter=wanted),
    )
    return counted["done"], counted["relevant"]


def tail_of(sample: Ranking, done: int, found: int) -> Tail:
    """The whole random tail of which this sample is the latest part."""
    plan = sample.basis
    return Tail(plan["found"], plan["left"], plan["drawn_before"] + done, plan["relevant_before"] + found)


def continued(stage: Stage, sample: Ranking, tail: Tail, left: int) -> Tail:
    """What the next sample goes on with: the same tail if it was screened as planned and nothing else was decided since,
    or else a new one."""
    as_planned = tail.drawn == sample.basis["drawn_before"] + sample.basis["planned"]
    if as_planned and left == tail.left - tail.drawn:
        return tail
    return Tail(relevant_among(progress(stage)), left, 0, 0)


@write
def start_sample(*, by: User, stage: Stage, size: int | None = None) -> Ranking:
    """Let everybody's queue hold a random sample of what is left, of the advised size or a given one."""
    refuse_if_closed(stage.review)
    stage = Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    now = standing(stage)
    if stage.stopped_at:
        raise Refused(_("This stage was stopped. Go on with it first."))
    if now.running:
        raise Refused(_("A sample is being screened already. Finish it first."))
    if now.conflicts:
        raise Refused(
            _("Resolve the %(n)s conflicts first: they may be relevant.") % {"n": Grouped(now.conflicts)}
        )
    if not now.relevant:
        raise Refused(_("No relevant record is known yet. Screen on before you sample."))
    wanted = now.advice if size is None else size
    if not 1 <= wanted <= now.left:
        raise Invalid(_("Enter a sample of 1 to %(left)s records.") % {"left": Grouped(now.left)})
    whole = (
        continued(stage, now.sample, tail_of(now.sample, now.drawn, now.found), now.left)
        if now.sample
        else None
    )
    tail = whole or Tail(now.relevant, now.left, 0, 0)
    made = Ranking.objects.create(
        review_id=stage.review_id,
        stage=stage,
        how=Ranking.How.SAMPLE,
        basis={
            "found": tail.found,
            "left": tail.left,
            "drawn_before": tail.drawn,
            "relevant_before": tail.relevant,
            "planned": wanted,
            "look": now.look,
            "target": TARGET,
            "confidence": CONFIDENCE,
        },
    )
    keep(made, [(item, True) for item in drawn(stage, wanted)])
    give_back(stage)
    return made


@write
def end_sample(*, by: User, stage: Stage) -> None:
    """Go back to the stage's own order. What was screened of an unfinished sample counts as screened, not as a sample."""
    Ranking.objects.samples().filter(stage=stage, ended_at=None).update(ended_at=timezone.now())
    give_back(stage)


@write
def stop(*, by: User, stage: Stage, comment: str) -> Stop:
    """Hand out nothing more of this stage. The figures on which it was decided are kept for the report."""
    refuse_if_closed(stage.review)
    stage = Stage.objects.select_for_update(no_key=True).get(id=stage.pk)
    if stage.stopped_at:
        raise Refused(_("This stage was stopped already."))
    if not comment.strip():
        raise Invalid(_("Say why the team stops here; the report needs it."))
    now = standing(stage)
    made = Stop.objects.create(
        review_id=stage.review_id,
        stage=stage,
        stopped_by=by,
        comment=comment.strip(),
        basis={
            "screened": now.screened,
            "relevant": now.relevant,
            "left": now.left,
            "sample": now.planned,
            "sample_relevant": now.found,
            "chance": now.chance,
            "reached": now.reached,
            "looks": now.look - 1,
            "target": TARGET,
            "confidence": CONFIDENCE,
            "promise": now.enough,
        },
    )
    stage.stopped_at = made.stopped_at
    stage.save(update_fields=["stopped_at"])
    give_back(stage)
    Ranking.objects.samples().filter(stage=stage, ended_at=None).update(ended_at=timezone.now())
    return made


def grounds(basis: dict[str, Any]) -> str:
    """On what a stop was decided, as a sentence for the report."""
    known = {
        "screened": Grouped(basis["screened"]),
        "relevant": Grouped(basis["relevant"]),
        "sample": Grouped(basis["sample"]),
        "found": basis["sample_relevant"],
        "target": f"{100 * basis['target']:g}",
        "confidence": f"{100 * basis['confidence']:g}",
        "recall": percent(basis["reached"]) if basis.get("reached") is not None else "",
    }
    if not basis["left"]:
        said = _("All %(screened)s records are decided, %(relevant)s of them relevant.")
    elif basis["promise"]:
        said = _(
            "%(relevant)s relevant among %(screened)s decided records; a random sample of %(sample)s of those left held"
            " %(found)s relevant. At least %(target)s %% of the relevant records are found, with %(confidence)s %%"
            " confidence (hypergeometric test; Callaghan and Müller-Hansen 2020)."
        )
    elif known["recall"]:
        said = _(
            "%(relevant)s relevant among %(screened)s decided records; a random sample of %(sample)s of those left held"
            " %(found)s relevant. With %(confidence)s %% confidence at least %(recall)s %% of the relevant records are"
            " found, less than the %(target)s %% aimed at."
        )
    else:
        said = _(
            "%(relevant)s relevant among %(screened)s decided records. No random sample of those left was finished, so"
            " how many relevant records were missed is not known."
        )
    return said % known


@write
def go_on(*, by: User, stage: Stage) -> None:
    """Take the stop back."""
    refuse_if_closed(stage.review)
    Stage.objects.filter(id=stage.pk).update(stopped_at=None)
    Stop.objects.filter(stage=stage, resumed_at=None).update(resumed_at=timezone.now())


def finds_of(stage: Stage) -> list[tuple[int, int]]:
    """Relevant records by records screened, in the order in which they were decided: the curve of finds."""
    said = Verdict.objects.filter(judgement__final_of__stage=stage).order_by(
        "judgement__final_of__decided_at", "judgement__final_of__id"
    )
    return stopping.finds([one in RELEVANT for one in said.values_list("verdict", flat=True)])


def finish_samples() -> int:
    """End the samples of which every record is decided, so that the next look begins with the order of before."""
    ended = 0
    for sample in Ranking.objects.samples().filter(ended_at=None).select_related("stage"):
        open_left = Score.objects.filter(ranking=sample, item__status__in=WorkItem.UNDECIDED).exists()
        if not open_left:
            ended += Ranking.objects.filter(id=sample.pk, ended_at=None).update(ended_at=timezone.now())
    return ended
