import uuid
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models import Judgement, StageVersion, WorkItem
from extraction.entering import MISSING, Entity, Missing, Type, same_digits, shown
from reviews.models import Review
from studies.models import Outcome, SourceAnchor, TimePoint


class FormQuerySet(models.QuerySet["FormVersion"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(review__in=Review.objects.visible_to(user))

    def published(self) -> Self:
        return self.filter(status=FormVersion.Status.PUBLISHED)

    def newest(self, review: Review) -> "FormVersion | None":
        """The form that new extractions answer."""
        return self.published().filter(review=review).order_by("-version__number").first()


class FormVersion(models.Model):
    """The questions of an extraction. A published one never changes; the draft is the next version."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="forms")
    version = models.OneToOneField(
        StageVersion, on_delete=models.PROTECT, related_name="form", null=True, blank=True
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    # Only what goes where: {"sections": [{"title": "...", "fields": ["key", ...]}]}.
    layout = models.JSONField(default=dict)

    objects = FormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="form_of_review"),
            models.UniqueConstraint(fields=["review"], condition=Q(status="draft"), name="form_draft_once"),
            models.CheckConstraint(
                condition=Q(status="published", version__isnull=False) | Q(status="draft", version=None),
                name="form_published_has_version",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"form {self.version.number}" if self.version else "draft of a form"


class FormField(models.Model):
    TYPES = [(one.value, one.label) for one in Type]
    ENTITIES = [(one.value, one.label) for one in Entity]

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="fields")
    key = models.CharField(max_length=60, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    label = models.CharField(max_length=200)
    type = models.CharField(max_length=12, choices=TYPES, default=Type.TEXT.value)
    entity = models.CharField(max_length=10, choices=ENTITIES, default=Entity.STUDY.value)
    unit = models.CharField(max_length=60, blank=True)
    options = ArrayField(models.TextField(), default=list, blank=True)
    required = models.BooleanField(default=False)
    help = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    # Two numbers are one answer when they differ by no more than the larger of the two allowances.
    abs_tolerance = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(0))
    rel_tolerance = models.DecimalField(max_digits=9, decimal_places=8, default=Decimal("0.005"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="field_of_review"),
            models.UniqueConstraint(fields=["form", "key"], name="field_key_once"),
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="field_key_plain"),
            models.CheckConstraint(
                condition=Q(abs_tolerance__gte=0, rel_tolerance__gte=0), name="field_tolerance_positive"
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class ArmQuerySet(models.QuerySet["Arm"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(judgement__in=Judgement.objects.visible_to(user))


class Arm(models.Model):
    """A group of participants as one judgement describes it. Its `uid` stays when the judgement is superseded."""

    class Role(models.TextChoices):
        EXPERIMENTAL = "experimental", _("Experimental")
        COMPARATOR = "comparator", _("Comparator")
        OTHER = "other", _("Other")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="arms")
    uid = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=12, choices=Role, default=Role.OTHER)
    position = models.PositiveIntegerField(default=0)

    objects = ArmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="arm_of_review"),
            models.UniqueConstraint(fields=["judgement", "id"], name="arm_of_judgement"),
            models.UniqueConstraint(fields=["judgement", "uid"], name="arm_uid_once"),
            models.CheckConstraint(condition=~Q(name=""), name="arm_has_name"),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ReportedResultQuerySet(models.QuerySet["ReportedResult"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(judgement__in=Judgement.objects.visible_to(user))


class ReportedResult(models.Model):
    """An outcome at a time point in an analysis, as one judgement found it reported."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="reported_results")
    uid = models.UUIDField(default=uuid.uuid4)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_name = models.CharField(max_length=300, blank=True)
    time_point = models.ForeignKey(
        TimePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    analysis = models.CharField(max_length=120, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = ReportedResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="reported_of_review"),
            models.UniqueConstraint(fields=["judgement", "id"], name="reported_of_judgement"),
            models.UniqueConstraint(fields=["judgement", "uid"], name="reported_uid_once"),
            models.UniqueConstraint(
                fields=["judgement", "outcome", "proposed_name", "time_point", "analysis"],
                nulls_distinct=False,
                name="reported_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__isnull=False, proposed_name="")
                | (Q(outcome=None) & ~Q(proposed_name="")),
                name="reported_outcome_or_name",
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        parts = [self.outcome_name, str(self.time_point or ""), self.analysis]
        return ", ".join(part for part in parts if part)

    @property
    def outcome_name(self) -> str:
        return self.outcome.name if self.outcome else self.proposed_name


class ValueQuerySet(models.QuerySet["Value"]):
    def visible_to(self, user: User) -> Self:
        """Values of judgements that this person may read."""
        return self.filter(judgement__in=Judgement.objects.visible_to(user))

    def standing(self) -> Self:
        """The values that tables and exports read: of each item's final answer, or of what stood when it was reopened."""
        live = WorkItem.objects.exclude(status=WorkItem.Status.CLOSED)
        return self.filter(
            Exists(live.filter(Q(final=OuterRef("judgement")) | Q(reopened_final=OuterRef("judgement"))))
        )

    def current(self) -> Self:
        return self.filter(judgement__submitted_at__isnull=False, judgement__superseded_at=None)

    def together(self) -> Self:
        """With everything that one value is shown with."""
        return self.select_related(
            "field", "arm", "result__outcome", "result__time_point", "anchor__report", "judgement"
        )


TYPED = ("number", "text", "options", "yes", "day")
NO_VALUE = Q(**{f"{name}__isnull": True for name in TYPED})
ONE_VALUE = Q()
for _name in TYPED:
    ONE_VALUE |= Q(**{f"{name}__isnull": name != _name for name in TYPED})


class Value(models.Model):
    """One answer to one field, or why there is none. A row that is not there was not answered yet."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="values")
    field = models.ForeignKey(FormField, on_delete=models.PROTECT, related_name="values")
    arm = models.ForeignKey(Arm, on_delete=models.CASCADE, null=True, blank=True, related_name="values")
    result = models.ForeignKey(
        ReportedResult, on_delete=models.CASCADE, null=True, blank=True, related_name="values"
    )
    missing = models.CharField(max_length=14, choices=MISSING, default=Missing.REPORTED.value)
    number = models.DecimalField(max_digits=40, decimal_places=15, null=True, blank=True)
    text = models.TextField(null=True, blank=True)
    options = ArrayField(models.TextField(), null=True, blank=True)
    yes = models.BooleanField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    as_reported = models.TextField(blank=True)
    anchor = models.ForeignKey(
        SourceAnchor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The extractor's value that a consensus took over.
    taken_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = ValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="value_of_review"),
            models.UniqueConstraint(
                fields=["judgement", "field", "arm", "result"], nulls_distinct=False, name="value_once"
            ),
            models.CheckConstraint(
                condition=(Q(missing="reported") & ONE_VALUE) | (~Q(missing="reported") & NO_VALUE),
                name="value_or_why_not",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.shown

    @property
    def mark(self) -> str:
        """What a page remembers of the value it shows, so that two tabs cannot overwrite each other unseen."""
        return f"{self.pk}.{self.revision}"

    @property
    def raw(self) -> Any:
        return next((held for name in TYPED if (held := getattr(self, name)) is not None), None)

    @property
    def unit_shown(self) -> str:
        return self.unit or self.field.unit

    @property
    def shown_value(self) -> str:
        """The value alone: nothing where there is none."""
        return self.shown if self.missing == Missing.REPORTED else ""

    @property
    def digits(self) -> str:
        """A number as it was entered, with the zeros that say how finely it was measured."""
        return self.as_reported if self.keeps_digits else self.shown

    @property
    def keeps_digits(self) -> bool:
        return self.number is not None and same_digits(self.as_reported, self.number)

    @property
    def wording(self) -> str:
        """The report's own words, where they say more than the number."""
        return "" if self.keeps_digits else self.as_reported

    @property
    def shown(self) -> str:
        """As a page or a table prints it, without its unit."""
        return shown(self.raw, self.missing)


class MatchQuerySet(models.QuerySet["EntityMatch"]):
    def visible_to(self, user: User) -> Self:
        """A match says what several extractors entered: for those who may read somebody else's judgement."""
        others = Judgement.objects.visible_to(user).exclude(reviewer=user)
        return self.filter(Exists(others.filter(item=OuterRef("item"))))


class EntityMatch(models.Model):
    """Entities of one group are one arm, or one result; those of different groups are not, whatever their names."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="entity_matches")
    uid = models.UUIDField()
    group = models.UUIDField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entity matches"
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="match_of_review"),
            models.UniqueConstraint(fields=["item", "uid"], name="match_uid_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.uid} in {self.group}"
