from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models import Judgement, StageVersion
from reviews.models import ExclusionReason, ProtocolVersion, Review


class Criteria(models.Model):
    """The version of the protocol that a version of a screening stage asks about."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    version = models.OneToOneField(StageVersion, on_delete=models.PROTECT, related_name="criteria")
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "criteria"
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="criteria_of_review")]

    def __str__(self) -> str:
        return f"protocol {self.protocol_id} for {self.version_id}"


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(judgement__in=Judgement.objects.visible_to(user))


class Verdict(models.Model):
    """What a judgement says of a report: whether it goes on, and if not, why not."""

    class Choice(models.TextChoices):
        INCLUDE = "include", _("Include")
        EXCLUDE = "exclude", _("Exclude")
        UNSURE = "unsure", _("Unsure")
        AWAITING = "awaiting", _("Awaiting classification")
        ONGOING = "ongoing", _("Ongoing study")

    # Known only from the full text.
    LATER = (Choice.AWAITING, Choice.ONGOING)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.OneToOneField(Judgement, on_delete=models.PROTECT, related_name="verdict")
    verdict = models.CharField(max_length=8, choices=Choice)
    reason = models.ForeignKey(
        ExclusionReason, on_delete=models.PROTECT, null=True, blank=True, related_name="verdicts"
    )

    objects = VerdictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="verdict_of_review"),
            models.CheckConstraint(
                condition=Q(verdict__in=["include", "exclude", "unsure", "awaiting", "ongoing"]),
                name="verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(reason=None) | Q(verdict="exclude"), name="verdict_reason_only_with_exclude"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} ({self.reason})" if self.reason_id else self.verdict
