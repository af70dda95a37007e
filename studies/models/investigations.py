from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review
from studies.models.reports import Linkable, Report


class StudyQuerySet(models.QuerySet["Study"]):
    def current(self) -> Self:
        return self.filter(status=Study.Status.CURRENT)


class Study(Linkable):
    """An investigation, told by one or more reports: what extraction is about."""

    class Design(models.TextChoices):
        UNCLEAR = "unclear", _("Not yet stated")
        RANDOMIZED = "randomized", _("Randomized, parallel")
        CLUSTER = "cluster", _("Randomized, cluster")
        CROSSOVER = "crossover", _("Randomized, crossover")
        CONTROLLED = "controlled", _("Non-randomized, controlled")
        UNCONTROLLED = "uncontrolled", _("Uncontrolled")
        COHORT = "cohort", _("Cohort study")
        CASE_CONTROL = "case_control", _("Case-control study")
        OTHER = "other", _("Other")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="studies")
    label = models.CharField(max_length=200)
    design = models.CharField(max_length=14, choices=Design, default=Design.UNCLEAR)
    created_at = models.DateTimeField(default=timezone.now)

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="study_of_review"),
            models.CheckConstraint(
                condition=Q(status="merged", survivor__isnull=False, merged_with__isnull=False)
                | Q(~Q(status="merged"), survivor=None, merged_with=None),
                name="study_merged_has_survivor",
            ),
            models.CheckConstraint(condition=~Q(survivor=F("id")), name="study_survivor_is_another"),
        ]
        ordering = ["label", "id"]

    def __str__(self) -> str:
        return self.label


class StudyLinkQuerySet(models.QuerySet["StudyLink"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class StudyLink(models.Model):
    """Which study a report belongs to."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="study_links")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="report_links")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = StudyLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="study_link_of_review"),
            models.UniqueConstraint(fields=["report"], condition=Q(ended_at=None), name="study_link_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"report {self.report_id} tells of study {self.study_id}"


class CatalogueQuerySet(models.QuerySet["Outcome"]):
    def agreed(self) -> Self:
        return self.filter(status=Outcome.Status.AGREED)


class Outcome(models.Model):
    """An entry of the review's catalogue of what is measured."""

    class Status(models.TextChoices):
        AGREED = "agreed", _("In the catalogue")
        RETIRED = "retired", _("Retired")

    class Measure(models.TextChoices):
        DICHOTOMOUS = "dichotomous", _("Events of a total")
        CONTINUOUS = "continuous", _("Mean and spread")
        OTHER = "other", _("Other")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="outcomes")
    name = models.CharField(max_length=300)
    domain = models.CharField(max_length=80, blank=True)
    measure = models.CharField(max_length=12, choices=Measure, default=Measure.DICHOTOMOUS)
    unit = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.AGREED)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="outcome_of_review"),
            models.UniqueConstraint(
                fields=["review", "name"], condition=Q(status="agreed"), name="outcome_once"
            ),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class TimePoint(models.Model):
    class Unit(models.TextChoices):
        DAY = "day", _("days")
        WEEK = "week", _("weeks")
        MONTH = "month", _("months")
        YEAR = "year", _("years")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="time_points")
    value = models.DecimalField(max_digits=9, decimal_places=2)
    unit = models.CharField(max_length=6, choices=Unit, default=Unit.WEEK)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="time_point_of_review"),
            models.UniqueConstraint(fields=["review", "value", "unit"], name="time_point_once"),
        ]
        ordering = ["unit", "value"]

    def __str__(self) -> str:
        value = self.value.normalize()
        return f"{self.unit} {value:f}"


class Result(models.Model):
    """One study, one outcome, one time point, one analysis: what risk of bias is judged of."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="results")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="results")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="results")
    time_point = models.ForeignKey(
        TimePoint, on_delete=models.PROTECT, related_name="results", null=True, blank=True
    )
    analysis = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="result_of_review"),
            models.UniqueConstraint(
                fields=["study", "outcome", "time_point", "analysis"],
                nulls_distinct=False,
                name="result_once",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return " ".join(
            str(part) for part in [self.study, self.outcome, self.time_point, self.analysis] if part
        )
