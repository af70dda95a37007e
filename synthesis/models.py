from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models import Change
from reviews.models import Review


class TableQuerySet(models.QuerySet["SummaryTable"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(review__in=Review.objects.visible_to(user))

    def active(self) -> Self:
        return self.filter(status=SummaryTable.Status.ACTIVE)

    def stale(self) -> Self:
        """Tables without a build of their definition, and those that a relevant change has not reached yet."""
        unbuilt = Q(current_build=None) | ~Q(current_build__revision=F("revision"))
        return self.active().filter(
            unbuilt | Exists(waiting(OuterRef(OuterRef("pk")), OuterRef("review"), OuterRef("depends")))
        )


class SummaryTable(models.Model):
    """A table of the review's report. `depends` is compiled from the definition: the keys of changes it has to see."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="tables")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    definition = models.JSONField()
    # Counts the definitions, so that a build of an older one is known as such.
    revision = models.PositiveIntegerField(default=1)
    depends = ArrayField(models.TextField(), default=list)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    current_build = models.ForeignKey(
        "TableBuild", on_delete=models.PROTECT, null=True, blank=True, related_name="current_of"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = TableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="table_of_review"),
            models.UniqueConstraint(fields=["review", "number"], name="table_number_once"),
        ]
        ordering = ["position", "number"]

    def __str__(self) -> str:
        return f"Table {self.number}: {self.name}"


class TableBuild(models.Model):
    """One run over a snapshot of the agreed values. What it made is kept, also when a later one takes its place."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Building")
        DONE = "done", _("Built")
        FAILED = "failed", _("Failed")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    table = models.ForeignKey(SummaryTable, on_delete=models.PROTECT, related_name="builds")
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    content = models.JSONField(null=True, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="build_of_review"),
            models.UniqueConstraint(fields=["table", "id"], name="build_of_table"),
            models.UniqueConstraint(fields=["table", "number"], name="build_number_once"),
            models.CheckConstraint(
                condition=Q(status="done", content__isnull=False) | Q(~Q(status="done"), content=None),
                name="build_done_has_content",
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None)
                | Q(~Q(status="running"), finished_at__isnull=False),
                name="build_over_has_end",
            ),
        ]
        indexes = [models.Index(fields=["table"], condition=Q(status="running"), name="build_running")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"build {self.number} of {self.table_id}"


class Consumed(models.Model):
    """A table's build has seen this change. Numbers of changes may become visible out of order, so each is noted."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    table = models.ForeignKey(SummaryTable, on_delete=models.CASCADE, related_name="consumed")
    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "consumed"
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="consumed_of_review"),
            models.UniqueConstraint(fields=["table", "change"], name="consumed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table_id} has seen {self.change_id}"


def waiting(table: Any, review: Any, depends: Any) -> models.QuerySet[Change]:
    """The relevant changes that a table has not consumed, oldest first. `table` is read one query further in."""
    seen = Consumed.objects.filter(table=table, change=OuterRef("pk"))
    return Change.objects.filter(review=review, keys__overlap=depends).filter(~Exists(seen)).order_by("id")
