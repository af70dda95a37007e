from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review


class Stage(models.Model):
    """One round of judging that a review goes through: what kind, by how many, and how they come to one answer."""

    class Rule(models.TextChoices):
        UNANIMOUS = "unanimous", _("All judges agree")
        MAJORITY = "majority", _("Most judges agree")

    class Reasons(models.TextChoices):
        CONFLICT = "conflict", _("Differing reasons are a conflict")
        FIRST = "first", _("The higher-ranked reason stands")

    class Unsure(models.TextChoices):
        INCLUDE = "include", _("Unsure counts as include")
        CONFLICT = "conflict", _("Unsure against anything else is a conflict")

    class Resolver(models.TextChoices):
        LEAD = "lead", _("A lead or owner resolves")
        NAMED = "name", _("One person resolves")
        PAIR = "pair", _("The judges discuss, and all of them sign")

    class Order(models.TextChoices):
        IMPORTED = "imported", _("As imported")
        RELEVANCE = "relevance", _("By relevance, learnt from what the team decided")
        OWN = "own", _("By relevance, learnt from the reviewer's own decisions")
        MIXED = "mixed", _("By relevance, every tenth record at random")
        RANDOM = "random", _("At random")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="stages")
    kind = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    judges_needed = models.PositiveSmallIntegerField(_("judges needed"), default=2)
    rule = models.CharField(_("agreement"), max_length=10, choices=Rule, default=Rule.UNANIMOUS)
    reasons = models.CharField(_("reasons"), max_length=10, choices=Reasons, default=Reasons.CONFLICT)
    unsure = models.CharField(_("unsure"), max_length=10, choices=Unsure, default=Unsure.INCLUDE)
    resolver = models.CharField(_("who resolves"), max_length=4, choices=Resolver, default=Resolver.LEAD)
    # Of the choice of one person: who it is.
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("the person who resolves"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    order = models.CharField(_("order"), max_length=9, choices=Order, default=Order.IMPORTED)
    # The team stopped before the end: queues hand out nothing more, until somebody goes on.
    stopped_at = models.DateTimeField(null=True, blank=True)
    # Empty means: every member whose role judges.
    judges = models.ManyToManyField(settings.AUTH_USER_MODEL, through="StageJudge", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="stage_of_review"),
            models.UniqueConstraint(fields=["review", "kind"], name="stage_kind_once"),
            models.CheckConstraint(
                condition=models.Q(judges_needed__range=(1, 5)), name="stage_judges_sensible"
            ),
            models.CheckConstraint(
                condition=models.Q(resolver="name", resolved_by__isnull=False)
                | (~models.Q(resolver="name") & models.Q(resolved_by=None)),
                name="stage_resolver_named",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.review_id}"


class StageJudge(models.Model):
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="named_judges")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="stage_judge_of_review"),
            models.UniqueConstraint(fields=["stage", "user"], name="stage_judge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} judges {self.stage_id}"


class StageVersion(models.Model):
    """The version of the criteria, form or instrument that a judgement answers. The app of the stage holds its text."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="stage_version_of_review"),
            models.UniqueConstraint(fields=["stage", "number"], name="stage_version_once"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"version {self.number}"


class StageDelta(models.Model):
    """One step of a count: +1 here, -1 there. Reading sums a few rows; a beat task folds them together."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="deltas")
    # Empty for the stage's items by status; a person's id for what that person has judged.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    what = models.CharField(max_length=60)
    step = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="delta_of_review")]
        indexes = [models.Index(fields=["stage", "reviewer", "what"], include=["step"], name="delta_sums")]

    def __str__(self) -> str:
        return f"{self.what} {self.step:+d}"


class Change(models.Model):
    """Something decided became something else. Whoever built on one of `keys` has to look again."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="changes")
    item = models.ForeignKey("WorkItem", on_delete=models.PROTECT, related_name="changes")
    keys = ArrayField(models.TextField(), default=list)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="change_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item_id}: {', '.join(self.keys)}"
