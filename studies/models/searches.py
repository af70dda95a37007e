from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review


class Search(models.Model):
    """One source, searched once: what was asked, when, and how much it said it found (PRISMA-S)."""

    class Kind(models.TextChoices):
        DATABASE = "database", _("Database")
        REGISTER = "register", _("Register")
        WEBSITE = "website", _("Website")
        ORGANISATION = "organisation", _("Organisation")
        CITATION = "citation", _("Citation searching")
        OTHER = "other", _("Other method")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="searches")
    source = models.CharField(_("source"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DATABASE)
    platform = models.CharField(_("platform"), max_length=120, blank=True)
    run_on = models.DateField(_("date searched"), null=True, blank=True)
    query = models.TextField(_("query as run"), blank=True)
    limits = models.TextField(_("limits"), blank=True)
    hits_reported = models.PositiveIntegerField(_("hits reported"), null=True, blank=True)
    searched_by = models.CharField(
        _("searched by"),
        max_length=200,
        blank=True,
        help_text=_("Who ran it, and who peer reviewed it, if anybody did."),
    )
    # The same search run again is a new version; both stay in the log.
    version = models.PositiveSmallIntegerField(default=1)
    rerun_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="reruns", null=True, blank=True
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "searches"
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="search_of_review"),
            models.UniqueConstraint(fields=["rerun_of"], name="search_rerun_once"),
            models.CheckConstraint(
                condition=Q(version=1, rerun_of=None) | Q(version__gt=1, rerun_of__isnull=False),
                name="search_version_follows_another",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        if self.version == 1:
            return self.source
        return str(_("%(source)s, version %(n)d") % {"source": self.source, "n": self.version})


class ImportBatch(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Reading")
        COLUMNS = "columns", _("Columns to match")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Undone")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="batches")
    search = models.ForeignKey(Search, on_delete=models.PROTECT, related_name="batches")
    file = models.FileField(upload_to="imports/%Y/%m/")
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=40, blank=True)
    dialect = models.CharField(max_length=80, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    message = models.TextField(blank=True)
    found = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # The row of headings of a table: what a refused row needs above it to be read again by itself.
    preface = models.TextField(blank=True)
    # What a person has to match: {"headings": [...], "rows": [[...], ...]}, the first rows of a table.
    columns = models.JSONField(default=dict, blank=True)
    # Heading -> field, as a person matched them; empty where the columns were recognised.
    mapping = models.JSONField(default=dict, blank=True)
    # What the entries hash to: the audit trail has one event for an import, and this stands for its records.
    digest = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "import batches"
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="batch_of_review"),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(found=models.F("made") + models.F("refused")),
                name="batch_accounts_for_every_entry",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.filename


class RefusalQuerySet(models.QuerySet["ImportRefusal"]):
    def open(self) -> Self:
        return self.filter(status=ImportRefusal.Status.OPEN)


class ImportRefusal(models.Model):
    """An entry that could not be read: where it stands, what it says, and why; and what a person did about it."""

    class Status(models.TextChoices):
        OPEN = "open", _("To look at")
        MENDED = "mended", _("Mended")
        SET_ASIDE = "set_aside", _("Set aside")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="refusals")
    position = models.PositiveIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    text = models.TextField()
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    # Why it was set aside, in the words of whoever did.
    note = models.TextField(blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="refusal_of_review"),
            models.UniqueConstraint(fields=["batch", "position"], name="refusal_position_once"),
            models.CheckConstraint(
                condition=Q(status="open", settled_by=None, settled_at=None)
                | Q(~Q(status="open"), settled_by__isnull=False, settled_at__isnull=False),
                name="refusal_settled_by_somebody",
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"entry {self.position}: {self.reason}"


class Bibliographic(models.Model):
    """The fields that a record was delivered with, and that a report is known by."""

    title = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    authors = ArrayField(models.TextField(), default=list, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    journal = models.TextField(blank=True)
    volume = models.TextField(blank=True)
    issue = models.TextField(blank=True)
    pages = models.TextField(blank=True)
    doi = models.TextField(blank=True)
    pmid = models.TextField(blank=True)
    kind = models.TextField(blank=True)
    language = models.TextField(blank=True)

    # What its reader does not see of it, once it was masked for showing.
    masked: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    def byline(self) -> str:
        if "authors" in self.masked:
            return str(_("Authors masked"))
        names = "; ".join(self.authors[:6]) + ("; et al." if len(self.authors) > 6 else "")
        return names or str(_("No authors given"))

    def citation(self) -> str:
        issue = f"({self.issue})" if self.issue else ""
        numbers = f"{self.volume}{issue}" + (f": {self.pages}" if self.pages else "")
        return " ".join(part for part in [self.journal, str(self.year or ""), numbers] if part).strip()

    def short_name(self) -> str:
        """Surname and year, as tables name a study."""
        if not self.authors:
            return f"{self.title[:40]} {self.year or ''}".strip()
        family, comma, _given = self.authors[0].partition(",")
        if not comma:
            words = family.split()
            last_is_initials = len(words) > 1 and words[-1].replace(".", "").isupper() and len(words[-1]) <= 4
            family = " ".join(words[:-1]) if last_is_initials else family
        return f"{family} {self.year or ''}".strip()


class RecordQuerySet(models.QuerySet["Record"]):
    def counted(self) -> Self:
        """Records of imports that were completed and not undone."""
        return self.filter(batch__status=ImportBatch.Status.DONE)


class Record(Bibliographic):
    """One entry as a database delivered it. Never edited; what is wrong with it is corrected on its report."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="records")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="records")
    position = models.PositiveIntegerField()
    raw = models.TextField()
    pmcid = models.TextField(blank=True)
    journal_abbreviation = models.TextField(blank=True)
    issn = ArrayField(models.TextField(), default=list, blank=True)
    urls = ArrayField(models.TextField(), default=list, blank=True)
    identifiers = models.JSONField(default=dict, blank=True)
    keywords = ArrayField(models.TextField(), default=list, blank=True)
    source = models.TextField(blank=True)
    # Tags that no field stands for: kept as delivered, so that nothing of an export is lost.
    extra = models.JSONField(default=dict, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "id"], name="record_of_review"),
            models.UniqueConstraint(fields=["batch", "position"], name="record_position_once"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
