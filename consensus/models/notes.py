from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models.items import Assignment, WorkItem
from reviews.models import Review


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: User) -> Self:
        """Your own; what others shared once everybody has judged, and if you were asked to judge as well, only after
        your own: that somebody wrote tells that they were here."""
        owes = Assignment.objects.filter(item=OuterRef("item"), reviewer=user, basis=Assignment.Basis.ADDED)
        complete = Q(item__judged__gte=F("item__judges_needed")) & ~Exists(owes)
        member = Review.objects.visible_to(user).values("id")
        told = Q(author=user) | (Q(audience=Note.Audience.SHARED) & complete)
        return self.filter(review__in=member).filter(told)


class Note(models.Model):
    """A reviewer's own note on an item. Shared ones are shown to the others once the item is complete."""

    class Audience(models.TextChoices):
        PRIVATE = "private", _("Only me")
        SHARED = "shared", _("The team, once everybody has judged")

    class Status(models.TextChoices):
        STANDS = "stands", _("Stands")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=7, choices=Audience, default=Audience.SHARED)
    # Empty once it was withdrawn.
    text = models.TextField(blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.STANDS)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="note_of_review"),
            models.CheckConstraint(
                condition=Q(status="stands") | Q(status="withdrawn", text=""),
                name="note_withdrawn_says_nothing",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A member whom a note names. They are told once they may read it: not before everybody has judged."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="mention_of_review"),
            models.UniqueConstraint(fields=["note", "user"], name="mention_once"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(told_at=None), name="mention_untold")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.note_id}"
