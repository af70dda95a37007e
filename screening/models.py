from secrets import token_hex
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.models import Assignment, Judgement, Stage, StageVersion, WorkItem
from reviews.models import Criterion, ExclusionReason, ProtocolVersion, Review


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


class Masking(models.Model):
    """What of a report the judges of a review do not see until it is decided."""

    FIELDS = ("authors", "journal", "year")

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="masking")
    authors = models.BooleanField(_("authors"), default=False)
    journal = models.BooleanField(_("journal"), default=False)
    year = models.BooleanField(_("year"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="masking_of_review")]

    def __str__(self) -> str:
        return ", ".join(sorted(self.hidden)) or "nothing"

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(name for name in self.FIELDS if getattr(self, name))


def new_seed() -> str:
    return token_hex(16)


class Mode(models.Model):
    """Which items of a screening stage need a second judge. Without a row: all of them need as many as the stage."""

    class Way(models.TextChoices):
        ALL = "all", _("Every record by as many as the stage needs")
        SAMPLE = "sample", _("One, and a second on a random sample")
        EXCLUDES = "excludes", _("One, and a second on what the first excludes")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.OneToOneField(Stage, on_delete=models.PROTECT, related_name="mode")
    way = models.CharField(_("who judges what"), max_length=8, choices=Way, default=Way.ALL)
    percent = models.PositiveSmallIntegerField(_("sample, in per cent"), default=20)
    # The sample is drawn by a hash of this and the report's number: it cannot be guessed, and it never changes.
    seed = models.CharField(max_length=32, default=new_seed, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="mode_of_review"),
            models.CheckConstraint(condition=Q(percent__range=(1, 99)), name="mode_percent_sensible"),
        ]

    def __str__(self) -> str:
        return self.way


class Workload(models.Model):
    """How much of a stage one person takes, in per cent of its places. Whoever has none takes what comes."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="workloads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="workload_of_review"),
            models.UniqueConstraint(fields=["stage", "user"], name="workload_once"),
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="workload_percent_sensible"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.percent} %"


class Reading(models.Model):
    """How a person likes to read records, everywhere."""

    class Font(models.TextChoices):
        SERIF = "serif", _("Serif")
        SANS = "sans", _("Sans serif")

    class Size(models.TextChoices):
        SMALL = "small", _("Small")
        NORMAL = "normal", _("Normal")
        LARGE = "large", _("Large")
        HUGE = "huge", _("Very large")

    class Width(models.TextChoices):
        NARROW = "narrow", _("Short lines")
        NORMAL = "normal", _("Normal lines")
        WIDE = "wide", _("Long lines")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reading")
    font = models.CharField(_("Font"), max_length=5, choices=Font, default=Font.SERIF)
    size = models.CharField(_("Size"), max_length=6, choices=Size, default=Size.NORMAL)
    width = models.CharField(_("Lines"), max_length=6, choices=Width, default=Width.NORMAL)

    def __str__(self) -> str:
        return f"{self.font} {self.size} {self.width}"


class OwnTerm(models.Model):
    """A word or phrase that one person has marked for themselves, beside the team's."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    sense = models.CharField(max_length=10, choices=Criterion.Sense, default=Criterion.Sense.INCLUDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="own_term_of_review"),
            models.UniqueConstraint(fields=["review", "user", "text"], name="own_term_once"),
        ]
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text


class Label(models.Model):
    """A word that people put on records. The review has one that asks for discussion."""

    class Use(models.TextChoices):
        PLAIN = "plain", _("Label")
        DISCUSS = "discuss", _("Discuss")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="labels")
    name = models.CharField(max_length=60)
    use = models.CharField(max_length=7, choices=Use, default=Use.PLAIN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="label_of_review"),
            models.UniqueConstraint(fields=["review", "name"], name="label_once"),
            models.UniqueConstraint(fields=["review"], condition=Q(use="discuss"), name="label_discuss_once"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LabelledQuerySet(models.QuerySet["Labelled"]):
    def visible_to(self, user: User) -> Self:
        """One's own; everybody's once the item is complete and the reader owes nothing: a label tells who was here."""
        owes = Assignment.objects.filter(item=OuterRef("item"), reviewer=user, basis=Assignment.Basis.ADDED)
        complete = Q(item__judged__gte=F("item__judges_needed")) & ~Exists(owes)
        member = Review.objects.visible_to(user).values("id")
        return self.filter(review__in=member).filter(Q(user=user) | complete)


class Labelled(models.Model):
    """One person's label on one item."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="labelled")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="labelled")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = LabelledQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="labelled_of_review"),
            models.UniqueConstraint(fields=["item", "label", "user"], name="labelled_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.label_id} on {self.item_id}"


class Calibration(models.Model):
    """A set of items that everybody judges before the real work. They are ordinary items: judged once, counted once."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="calibrations")
    number = models.PositiveSmallIntegerField()
    judges = models.PositiveSmallIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # Ended by a lead before everybody was through: what is missing is not waited for.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="calibration_of_review"),
            models.UniqueConstraint(fields=["stage", "number"], name="calibration_once"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"round {self.number}"


class Calibrated(models.Model):
    """One item of a calibration round."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="calibrated")
    item = models.OneToOneField(WorkItem, on_delete=models.PROTECT, related_name="calibrated")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="calibrated_of_review")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.calibration_id}"


class Bulk(models.Model):
    """One decision that a person made on many records at once, so that it can be taken back at once."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="bulks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict.Choice)
    reason = models.ForeignKey(
        ExclusionReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The items it is about, as they were counted when it was confirmed.
    items = ArrayField(models.BigIntegerField())
    filters = models.TextField(blank=True)
    made = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="bulk_of_review")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verdict} on {len(self.items)}"
