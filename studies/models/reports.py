from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review
from studies.models.searches import Bibliographic, Record


class Linkable(models.Model):
    """A row that may turn out to be the same as another of its kind: it then points at it, and can be let go again.

    `merged_with` is what a person said; `survivor` is where the chain ends, kept so that reading needs no recursion.
    """

    class Status(models.TextChoices):
        CURRENT = "current", _("Current")
        MERGED = "merged", _("Merged")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    status = models.CharField(max_length=10, choices=Status, default=Status.CURRENT)
    merged_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_here"
    )
    survivor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="family"
    )

    class Meta:
        abstract = True

    @property
    def root_id(self) -> int:
        survivor: int | None = getattr(self, "survivor_id", None)
        return survivor or int(self.pk)


class ReportQuerySet(models.QuerySet["Report"]):
    def current(self) -> Self:
        return self.filter(status=Report.Status.CURRENT)

    def matching(self, words: str) -> Self:
        found = self
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(abstract__icontains=word))
        return found


class Report(Bibliographic, Linkable):
    """A document that gives information about a study: what screening is about."""

    class Retrieval(models.TextChoices):
        NOT_SOUGHT = "not_sought", _("Not sought")
        SOUGHT = "sought", _("Sought")
        RETRIEVED = "retrieved", _("Retrieved")
        NOT_RETRIEVED = "not_retrieved", _("Not retrieved")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reports")
    retrieval = models.CharField(max_length=14, choices=Retrieval, default=Retrieval.NOT_SOUGHT)
    retrieval_note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="report_of_review"),
            models.CheckConstraint(
                condition=Q(status="merged", survivor__isnull=False, merged_with__isnull=False)
                | Q(~Q(status="merged"), survivor=None, merged_with=None),
                name="report_merged_has_survivor",
            ),
            models.CheckConstraint(condition=~Q(survivor=F("id")), name="report_survivor_is_another"),
        ]
        indexes = [
            models.Index(fields=["review", "status"], name="report_by_status"),
            # Few of the many: the counts of the flow ask for them by how their search stands.
            models.Index(
                fields=["review", "retrieval"],
                condition=Q(status="current") & ~Q(retrieval="not_sought"),
                name="report_sought",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title or self.short_name()


class LinkQuerySet(models.QuerySet["RecordLink"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class RecordLink(models.Model):
    """Which report a record is about. De-duplication writes only these, and ends them when it was wrong."""

    class Basis(models.TextChoices):
        OWN = "own", _("Its own report")
        MATCH = "match", _("Matched by the machine")
        PERSON = "person", _("Linked by a person")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="links")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="links")
    basis = models.CharField(max_length=10, choices=Basis)
    evidence = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="link_of_review"),
            models.UniqueConstraint(
                fields=["record", "report"], condition=Q(ended_at=None), name="link_once"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"record {self.record_id} is report {self.report_id}"


class Correction(models.Model):
    """A field of a report, corrected by hand. The records stay as delivered; what is corrected holds against them."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=20)
    was = models.JSONField(null=True)
    value = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="correction_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.field} of report {self.report_id}"


class PairDecision(models.Model):
    """What a person said of one pair or of many alike, so that it can be taken back as it was made."""

    class Verdict(models.TextChoices):
        SAME = "same", _("The same")
        APART = "apart", _("Not the same")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    # How many questions it answered; of one, which.
    asked = models.PositiveIntegerField(default=0)
    # The reports that were merged into others by it, in that order.
    merged = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # What the pairs were before: id -> status, who and when; null for a pair that was not there.
    before = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="decision_of_review")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.asked} pairs: {self.verdict}"


class DuplicatePair(models.Model):
    """Two reports that may be one: proposed by the machine, or settled by a person, whom the machine never overrules."""

    class Status(models.TextChoices):
        OPEN = "open", _("To decide")
        SAME = "same", _("The same")
        APART = "apart", _("Not the same")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="pairs")
    left = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    evidence = models.TextField(blank=True)
    # The evidence without its numbers: pairs that are alike in it can be decided together.
    pattern = models.TextField(blank=True)
    score = models.FloatField(default=0)
    decision = models.ForeignKey(
        PairDecision, on_delete=models.PROTECT, related_name="pairs", null=True, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="pair_of_review"),
            models.UniqueConstraint(fields=["left", "right"], name="pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_in_order"),
        ]
        indexes = [
            # The questions that are open, the likeliest first.
            models.Index(
                fields=["review", "-score", "id"], condition=Q(status="open"), name="pair_open_by_score"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}: {self.status}"


class FullText(models.Model):
    class Status(models.TextChoices):
        CURRENT = "current", _("Current")
        REMOVED = "removed", _("Removed")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="full_texts")
    file = models.FileField(upload_to="papers/%Y/%m/")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.CURRENT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="full_text_of_review"),
            models.UniqueConstraint(
                fields=["report", "sha256"], condition=Q(status="current"), name="full_text_once"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SourceAnchor(models.Model):
    """Where in a report something is said."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="anchors")
    page = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=200, blank=True, help_text=_("Section, table or figure"))
    quote = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="anchor_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        where = [f"p. {self.page}" if self.page else "", self.place]
        return ", ".join(part for part in where if part) or self.quote[:60]
