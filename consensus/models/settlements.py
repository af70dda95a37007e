from django.conf import settings
from django.db import models
from django.utils import timezone

from consensus.models.items import Judgement, WorkItem
from consensus.models.stages import Stage
from reviews.models import Review


class Settlement(models.Model):
    """Several conflicts that one person settled with one answer and one reason, so that it can be taken back at once."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="settlements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=60)
    comment = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="settlement_of_review")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.choice}: {self.comment[:60]}"


class Settled(models.Model):
    """One item of a settlement, with the consensus that it made."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="settled")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="+")
    judgement = models.OneToOneField(Judgement, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="settled_of_review")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.settlement_id}"
