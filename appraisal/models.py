from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appraisal.instruments.load import Loaded, instrument_from_document
from appraisal.instruments.model import Instrument as Definition
from consensus.models import Judgement, StageVersion, WorkItem
from reviews.models import Review
from studies.models import SourceAnchor, Study


class OfReviewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(review__in=Review.objects.visible_to(user))


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(review__in=Review.objects.visible_to(user))


class Instrument(models.Model):
    """One version of an instrument as a review uses it. It never changes: another content is another version."""

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("Comes with Concord")
        OWN = "own", _("The team's own")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="instruments")
    name = models.CharField(max_length=80)
    short_title = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    origin = models.CharField(max_length=7, choices=Origin)
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="instrument_of_review"),
            models.UniqueConstraint(fields=["review", "content_hash"], name="instrument_once"),
        ]
        ordering = ["short_title", "id"]

    def __str__(self) -> str:
        return self.short_title

    @property
    def definition(self) -> Definition:
        return read_once(self).instrument


_READ: dict[str, Loaded] = {}


def read_once(instrument: Instrument) -> Loaded:
    """The content hash names what is kept, so that what was read once is never out of date."""
    if instrument.content_hash not in _READ:
        if len(_READ) > 200:
            _READ.clear()
        _READ[instrument.content_hash] = instrument_from_document(instrument.document)
    return _READ[instrument.content_hash]


class Sketch(models.Model):
    """An instrument that is being built. It is nobody's to answer before it is proved and kept as an `Instrument`."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    # As `instruments.sketch` tidies it.
    content = models.JSONField()
    # Counts the changes, so that two windows do not overwrite each other unseen.
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = OfReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="sketch_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.content.get("title") or str(_("Instrument without a name"))


class Plan(models.Model):
    """Which instruments a version of the stage asks for."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    version = models.OneToOneField(StageVersion, on_delete=models.PROTECT, related_name="appraisal_plan")
    # What ROBINS-I asks the review to name before anybody judges.
    confounders = models.TextField(_("important confounding domains"), blank=True)
    co_interventions = models.TextField(_("co-interventions that may differ between the groups"), blank=True)

    objects = OfReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="plan_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"plan of {self.version}"


class Use(models.Model):
    """An instrument in a plan: for which designs, and with which parameters. Without designs it is for all the others."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="uses")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="uses")
    designs = ArrayField(models.CharField(max_length=14, choices=Study.Design), default=list, blank=True)
    # What the instrument asks once for the whole review: {parameter: value}, as the engine takes it.
    parameters = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OfReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="use_of_review"),
            models.UniqueConstraint(fields=["plan", "instrument"], name="use_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(designs=[]), name="use_otherwise_once"),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.instrument} in {self.plan}"


class LevelMapping(models.Model):
    """What an overall level of an instrument stands for on the review's own scale of low, moderate and high."""

    class Harmonised(models.TextChoices):
        LOW = "low", _("Low")
        MODERATE = "moderate", _("Moderate")
        HIGH = "high", _("High")

        @property
        def look(self) -> str:
            """Which of the marks of risk goes with it."""
            return "some" if self == "moderate" else str(self.value)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="mappings")
    level = models.CharField(max_length=60)
    stands_for = models.CharField(max_length=8, choices=Harmonised, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="mapping_of_review"),
            models.UniqueConstraint(fields=["instrument", "level"], name="mapping_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.level}: {self.stands_for or 'none'}"


class AnswersQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(judgement__in=Judgement.objects.visible_to(user))

    def standing(self) -> Self:
        """Of each item's final judgement, or of what stood when it was reopened."""
        live = WorkItem.objects.exclude(status=WorkItem.Status.CLOSED)
        final = Q(judgement__item__final=F("judgement")) | Q(judgement__item__reopened_final=F("judgement"))
        return self.filter(final, judgement__item__in=live)


class Assessment(models.Model):
    """What one judgement answered: the instrument that the study's design called for."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.OneToOneField(Judgement, on_delete=models.PROTECT, related_name="assessment")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="assessments")

    objects = AnswersQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="assessment_of_review")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.instrument} in {self.judgement}"


class Answer(models.Model):
    """One answer: to a question (`D1/1.2`), a parameter of the assessment, or an input to the overall level."""

    class Part(models.TextChoices):
        QUESTION = "question", _("Question")
        PARAMETER = "parameter", _("Parameter")
        INPUT = "input", _("Input")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="appraisal_answers")
    part = models.CharField(max_length=9, choices=Part, default=Part.QUESTION)
    key = models.CharField(max_length=120)
    # The codes chosen; one for a question with a single answer. Empty for words, and for support without an answer.
    codes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    text = models.TextField(blank=True)
    support = models.TextField(blank=True)
    anchor = models.ForeignKey(
        SourceAnchor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AnswersQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="appraisal_answer_of_review"),
            models.UniqueConstraint(fields=["judgement", "part", "key"], name="appraisal_answer_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.key}: {', '.join(self.codes) or self.text}"


class Level(models.Model):
    """A domain's level, an extra judgement's, or the overall one: what the rules propose, and what the assessor says."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="levels")
    key = models.CharField(max_length=120)
    proposed = models.CharField(max_length=60, blank=True)
    chosen = models.CharField(max_length=60, blank=True)
    # What counts: the chosen one, else the proposed one; empty until every reached question is answered.
    level = models.CharField(max_length=60, blank=True)
    score = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    reason = models.TextField(blank=True)
    direction = models.CharField(max_length=80, blank=True)

    objects = AnswersQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="level_of_review"),
            models.UniqueConstraint(fields=["judgement", "key"], name="level_once"),
            models.CheckConstraint(
                condition=Q(chosen="") | Q(level="") | Q(level=F("chosen")), name="level_chosen_counts"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.key}: {self.level or 'open'}"
