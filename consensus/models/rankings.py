from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models.items import WorkItem
from consensus.models.stages import Stage
from reviews.models import Review


class RankingQuerySet(models.QuerySet["Ranking"]):
    def for_queue(self, stage: Stage, user: User) -> "Ranking | None":
        """What a reviewer's queue follows now: a running random sample first, else the latest order of their kind."""
        latest = self.filter(stage=stage).order_by("-id")
        sample = latest.filter(how=Ranking.How.SAMPLE).first()
        if sample and sample.ended_at is None:
            return sample
        return self.following(stage, user if stage.order == Stage.Order.OWN else None).first()

    def following(self, stage: Stage, reviewer: User | None = None) -> Self:
        """Of the kind that the stage follows now, the latest first: what it followed before is no order any more."""
        how = {
            Stage.Order.RELEVANCE: Ranking.How.MODEL,
            Stage.Order.OWN: Ranking.How.MODEL,
            Stage.Order.MIXED: Ranking.How.MIXED,
            Stage.Order.RANDOM: Ranking.How.RANDOM,
        }.get(Stage.Order(stage.order))
        if how is None:
            return self.none()
        return self.filter(stage=stage, reviewer=reviewer, how=how).order_by("-id")

    def samples(self) -> Self:
        return self.filter(how=Ranking.How.SAMPLE)


class Ranking(models.Model):
    """One order of a stage's undecided items: what a model made of the decisions so far, or chance. Never changed:
    the next one replaces it, and queues that are being worked through keep their places."""

    class How(models.TextChoices):
        MODEL = "model", _("By relevance")
        MIXED = "mixed", _("By relevance, every tenth at random")
        RANDOM = "random", _("At random")
        SAMPLE = "sample", _("A random sample of what is left")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="rankings")
    # Whose decisions it learnt from; empty means: what the team decided.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    how = models.CharField(max_length=6, choices=How)
    # What it knew: relevant, irrelevant, items ranked, seconds; for a sample the counts of its plan.
    basis = models.JSONField(default=dict)
    # The terms that raise a record most, the strongest first.
    terms = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RankingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="ranking_of_review")]
        indexes = [models.Index(fields=["stage", "reviewer", "-id"], name="ranking_latest")]

    def __str__(self) -> str:
        return f"{self.how} order {self.pk} of {self.stage_id}"


class Score(models.Model):
    """An item's place in a ranking. Only the first places are kept: another ranking comes before they run out."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="scores")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="scores")
    place = models.PositiveIntegerField()
    at_random = models.BooleanField(default=False)
    # That somebody's queue took it for its place here. What chance brought is told from what the model brought.
    taken = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="score_of_review"),
            models.UniqueConstraint(fields=["ranking", "place"], name="score_place_once"),
        ]
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.place}: {self.item_id}"


class Stop(models.Model):
    """That the team stopped a stage before its end, on what ground, and when it went on after all."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="stops")
    stopped_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(default=timezone.now)
    comment = models.TextField(blank=True)
    # The figures that were on the page: screened, relevant, not screened, and the sample's.
    basis = models.JSONField(default=dict)
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="stop_of_review"),
            models.UniqueConstraint(
                fields=["stage"], condition=models.Q(resumed_at=None), name="stop_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage_id} stopped {self.stopped_at:%Y-%m-%d}"
