from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models.stages import Stage, StageVersion
from reviews.models import Review
from studies.models import Outcome, Report, Result, Study

TARGETS = ("report", "study", "result", "outcome")
ONE_TARGET = Q()
for _name in TARGETS:
    ONE_TARGET |= Q(**{f"{name}__isnull": name != _name for name in TARGETS})


class ItemQuerySet(models.QuerySet["WorkItem"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(review__in=Review.objects.visible_to(user))

    def live(self) -> Self:
        """Everything that is somebody's business: not closed by what happened upstream."""
        return self.exclude(status=WorkItem.Status.CLOSED)

    def undecided(self) -> Self:
        return self.filter(status__in=WorkItem.UNDECIDED)

    def decided(self) -> Self:
        return self.filter(status__in=WorkItem.DECIDED)

    def in_conflict(self) -> Self:
        return self.filter(status=WorkItem.Status.CONFLICT)

    def standing(self) -> Self:
        """Items with an answer that tables and exports may read: decided, or reopened and not yet settled again."""
        return (
            self.exclude(status=WorkItem.Status.CLOSED)
            .annotate(answer_id=Coalesce("final_id", "reopened_final_id"))
            .exclude(answer_id=None)
        )


class WorkItem(models.Model):
    """One report, study, result or outcome at one stage."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PARTIAL = "partial", _("Partly judged")
        CONFLICT = "conflict", _("In conflict")
        AGREED = "agreed", _("Agreed")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Closed(models.TextChoices):
        MERGED = "merged", _("Merged into another")
        UPSTREAM = "upstream", _("Not passed on by the stage before")
        NOT_RETRIEVED = "not_retrieved", _("The full text was not retrieved")
        WITHDRAWN = "withdrawn", _("Its import was undone")

    UNDECIDED = (Status.OPEN, Status.PARTIAL, Status.CONFLICT)
    DECIDED = (Status.AGREED, Status.RESOLVED)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="items")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="items")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    result = models.ForeignKey(Result, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    outcome = models.ForeignKey(
        Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    closed_as = models.CharField(max_length=14, choices=Closed, blank=True)
    # How its judges come to one answer: the stage's settings when it was opened, or changed before it was decided.
    judges_needed = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=10, choices=Stage.Rule, default=Stage.Rule.UNANIMOUS)
    reasons = models.CharField(max_length=10, choices=Stage.Reasons, default=Stage.Reasons.CONFLICT)
    unsure = models.CharField(max_length=10, choices=Stage.Unsure, default=Stage.Unsure.INCLUDE)
    # Current independent judgements, those of merged items included, one a reviewer.
    judged = models.PositiveSmallIntegerField(default=0)
    version = models.ForeignKey(StageVersion, on_delete=models.PROTECT, related_name="items")
    round = models.PositiveSmallIntegerField(default=1)
    final = models.ForeignKey(
        "Judgement", on_delete=models.PROTECT, null=True, blank=True, related_name="final_of"
    )
    # What stood when the item was reopened: tables keep it, flagged, until the item is settled again.
    reopened_final = models.ForeignKey(
        "Judgement", on_delete=models.PROTECT, null=True, blank=True, related_name="stood_for"
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_because = models.TextField(blank=True)
    # The item that settles for this one, if it was merged away.
    survivor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="family"
    )
    rank = models.FloatField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="item_of_review"),
            models.CheckConstraint(condition=ONE_TARGET, name="item_one_target"),
            *[
                models.UniqueConstraint(
                    fields=["stage", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"item_{name}_once",
                )
                for name in TARGETS
            ],
            models.CheckConstraint(
                condition=Q(status__in=["agreed", "resolved"], final__isnull=False)
                | Q(~Q(status__in=["agreed", "resolved"]), final=None),
                name="item_final_when_decided",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_as__gt="") | Q(~Q(status="closed"), closed_as=""),
                name="item_closed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(closed_as="merged", survivor__isnull=False)
                | Q(~Q(closed_as="merged"), survivor=None),
                name="item_merged_has_survivor",
            ),
            models.CheckConstraint(condition=~Q(survivor=F("id")), name="item_survivor_is_another"),
            models.CheckConstraint(
                condition=Q(reopened_final=None) | Q(final=None), name="item_stands_or_is_final"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "status", "id"], name="item_by_status"),
            models.Index(
                fields=["stage", "rank", "id"],
                condition=Q(status__in=["open", "partial"]),
                name="item_to_judge",
            ),
            # What is live in the order in which it came, to be walked beside somebody's judgements.
            models.Index(
                fields=["stage", "id"],
                condition=~Q(status="closed") & Q(report__isnull=False),
                name="item_live",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.target} at {self.stage_id}"

    @property
    def target(self) -> Any:
        return self.report or self.study or self.result or self.outcome

    @property
    def target_name(self) -> str:
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def complete(self) -> bool:
        return self.judged >= self.judges_needed

    @property
    def decided(self) -> bool:
        return self.status in self.DECIDED


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def of(self, user: User, stage: Stage) -> Self:
        return self.filter(reviewer=user, stage=stage).order_by("rank", "id")

    def lapsed(self) -> Self:
        return self.filter(basis=Assignment.Basis.QUEUE, leased_until__lt=timezone.now())


class Assignment(models.Model):
    """A place in a reviewer's queue. It goes when they have judged, or when the lease runs out."""

    class Basis(models.TextChoices):
        QUEUE = "queue", _("From the queue")
        ADDED = "added", _("Asked to judge as well")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="assignments")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    basis = models.CharField(max_length=5, choices=Basis, default=Basis.QUEUE)
    rank = models.FloatField(default=0)
    leased_until = models.DateTimeField()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="assignment_of_review"),
            models.UniqueConstraint(fields=["item", "reviewer"], name="assignment_once"),
        ]
        indexes = [models.Index(fields=["stage", "reviewer", "rank", "id"], name="assignment_queue")]

    def __str__(self) -> str:
        return f"{self.reviewer_id}: {self.item_id}"


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def visible_to(self, user: User) -> Self:
        """Your own; everyone's once the item's current independent judgements are complete; and if you were asked
        to judge as well, only after your own. Every read of judgements starts here: pages, API, exports, search.
        """
        owes = Assignment.objects.filter(item=OuterRef("item"), reviewer=user, basis=Assignment.Basis.ADDED)
        owes_survivor = Assignment.objects.filter(
            item=OuterRef("item__survivor"), reviewer=user, basis=Assignment.Basis.ADDED
        )
        complete = Q(item__survivor=None, item__judged__gte=F("item__judges_needed")) | Q(
            item__survivor__judged__gte=F("item__survivor__judges_needed")
        )
        member = Review.objects.visible_to(user).values("id")
        told = Q(submitted_at__isnull=False) | Q(role=Judgement.Role.CONSENSUS)
        others = told & complete & ~Exists(owes) & ~Exists(owes_survivor)
        return self.filter(review__in=member).filter(Q(reviewer=user) | others)

    def current(self) -> Self:
        return self.filter(submitted_at__isnull=False, superseded_at=None)

    def drafts(self) -> Self:
        return self.filter(submitted_at=None, superseded_at=None)

    def independent(self) -> Self:
        return self.filter(role=Judgement.Role.INDEPENDENT)

    def consensus(self) -> Self:
        return self.filter(role=Judgement.Role.CONSENSUS)

    def of(self, user: User) -> Self:
        return self.filter(reviewer=user)

    def for_agreement(self) -> Self:
        """What kappa is about: first-round independent judgements made before anything was revealed to their judge."""
        revealed = Judgement.objects.filter(
            item=OuterRef("item"), reviewer=OuterRef("reviewer"), revealed_at__lt=OuterRef("submitted_at")
        )
        return self.independent().filter(round=1, submitted_at__isnull=False).exclude(Exists(revealed))


class Judgement(models.Model):
    """What one reviewer says of one item, alone; or the one answer that was found together."""

    class Role(models.TextChoices):
        INDEPENDENT = "independent", _("Independent")
        CONSENSUS = "consensus", _("Consensus")
        SURPLUS = "surplus", _("One more than was needed")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="judgements")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="judgements")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="judgements"
    )
    role = models.CharField(max_length=11, choices=Role, default=Role.INDEPENDENT)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(StageVersion, on_delete=models.PROTECT, related_name="judgements")
    comment = models.TextField(blank=True)
    # Names the click that made it, so that a decision that is sent again is not made again.
    token = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    revealed_at = models.DateTimeField(null=True, blank=True)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="judgement_of_review"),
            models.UniqueConstraint(fields=["item", "id"], name="judgement_of_item"),
            models.UniqueConstraint(
                fields=["item", "reviewer"],
                condition=Q(
                    role__in=["independent", "surplus"], submitted_at__isnull=False, superseded_at=None
                ),
                name="judgement_current_once",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(role="consensus", submitted_at__isnull=False, superseded_at=None),
                name="judgement_consensus_once",
            ),
            models.UniqueConstraint(
                fields=["item", "reviewer"],
                condition=Q(role="independent", submitted_at=None, superseded_at=None),
                name="judgement_draft_once",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(role="consensus", submitted_at=None, superseded_at=None),
                name="judgement_consensus_draft_once",
            ),
            models.UniqueConstraint(fields=["reviewer", "token"], name="judgement_token_once"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "review", "-submitted_at"], name="judgement_of_reviewer"),
        ]
        ordering = ["submitted_at", "id"]

    def __str__(self) -> str:
        return f"{self.role} judgement of {self.item_id} by {self.reviewer_id}"

    @property
    def is_current(self) -> bool:
        return self.submitted_at is not None and self.superseded_at is None

    @property
    def is_draft(self) -> bool:
        return self.submitted_at is None


class Signature(models.Model):
    """A judge's signature under a consensus draft. The draft counts when every judge of the item has signed it."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.CASCADE, related_name="signatures")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="signature_of_review"),
            models.UniqueConstraint(fields=["judgement", "reviewer"], name="signature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} signed {self.judgement_id}"
