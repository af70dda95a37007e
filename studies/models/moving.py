"""What people decided in the tool that a running review comes from. No judgement, until its author says so here."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews.models import Review
from studies.models.searches import Record


class PriorReviewer(models.Model):
    """A name under which decisions came along, and the member who it is, once the owner has said so."""

    class Status(models.TextChoices):
        NAMED = "named", _("Not matched with a member")
        MATCHED = "matched", _("Waiting for the member")
        TAKING = "taking", _("Being taken over")
        TAKEN = "taken", _("Taken over")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    tool = models.CharField(max_length=40)
    # As the tool wrote it; empty where it names nobody.
    name = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NAMED)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    matched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    # How many became judgements, and how many could not.
    taken = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="prior_reviewer_of_review"),
            models.UniqueConstraint(fields=["review", "tool", "name"], name="prior_reviewer_once"),
            models.CheckConstraint(
                condition=Q(status="named", member=None) | Q(~Q(status="named"), member__isnull=False),
                name="prior_reviewer_matched_with_member",
            ),
        ]
        ordering = ["tool", "name"]

    def __str__(self) -> str:
        return f"{self.name or _('Nobody named')} ({self.tool})"


class PriorDecisionQuerySet(models.QuerySet["PriorDecision"]):
    def of(self, user: User) -> Self:
        """One's own. Nobody else's is shown to anyone: it would tell a reviewer what another one thinks."""
        return self.filter(person__member=user)

    def not_of(self, user: User) -> Self:
        return self.exclude(verdict="").exclude(person__member=user)


class PriorDecision(models.Model):
    """What one of them said of one record."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="prior")
    person = models.ForeignKey(PriorReviewer, on_delete=models.PROTECT, related_name="decisions")
    # Empty where the tool keeps a label or a remark without a decision.
    verdict = models.CharField(max_length=10, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    labels = ArrayField(models.TextField(), default=list, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PriorDecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="prior_decision_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person_id} of record {self.record_id}"
