import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        """Reviews that the person belongs to, or has broken the glass of."""
        return self.filter(
            Q(memberships__user=user, memberships__status=Membership.Status.ACTIVE)
            | Q(glass__user=user, glass__user__is_staff=True, glass__expires_at__gt=timezone.now())
        ).distinct()

    def at_work(self) -> Self:
        return self.filter(status=Review.Status.ACTIVE)


class Review(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        LOCKED = "locked", _("Locked")
        ARCHIVED = "archived", _("Archived")

    class Type(models.TextChoices):
        INTERVENTION = "intervention", _("Intervention review")
        SCOPING = "scoping", _("Scoping review")
        RAPID = "rapid", _("Rapid review")
        DIAGNOSTIC = "diagnostic", _("Diagnostic test accuracy review")

    title = models.CharField(_("title"), max_length=500)
    question = models.TextField(_("question"), blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("Shown at the top of the review, to everyone in it.")
    )
    type = models.CharField(_("type"), max_length=20, choices=Type, default=Type.INTERVENTION)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(status=Membership.Status.ACTIVE)

    def judging(self) -> Self:
        return self.active().filter(role__in=Membership.JUDGING)


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        LEAD = "lead", _("Lead")
        REVIEWER = "reviewer", _("Reviewer")
        OBSERVER = "observer", _("Observer")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        REMOVED = "removed", _("Removed")

    JUDGING = (Role.OWNER, Role.LEAD, Role.REVIEWER)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    joined_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["review", "id"], name="membership_of_review"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(status=Invitation.Status.OPEN, expires_at__gt=timezone.now())


class Invitation(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REVOKED = "revoked", _("Revoked")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role)
    digest = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "review", condition=Q(status="open"), name="invitation_open_once"
            ),
            models.UniqueConstraint(fields=["review", "id"], name="invitation_of_review"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        over = self.status == self.Status.OPEN and not self.is_open
        return gettext("Expired") if over else self.get_status_display()

    @staticmethod
    def new_key() -> str:
        return secrets.token_urlsafe(24)


class BreakGlass(models.Model):
    """An administrator's logged, short and reasoned look into a review that is not theirs."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="glass")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "break-glass entries"
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="glass_of_review")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.review_id}"


class ProtocolQuerySet(models.QuerySet["ProtocolVersion"]):
    def published(self) -> Self:
        return self.filter(status=ProtocolVersion.Status.PUBLISHED)


class ProtocolVersion(models.Model):
    """What the review set out to do. A published version never changes; an amendment is the next version."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="protocols")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    population = models.TextField(_("population"), blank=True)
    intervention = models.TextField(_("intervention"), blank=True)
    comparator = models.TextField(_("comparator"), blank=True)
    outcomes = models.TextField(_("outcomes"), blank=True)
    study_design = models.TextField(_("study design"), blank=True)
    sources = models.TextField(_("information sources"), blank=True)
    query = models.TextField(_("representative query"), blank=True)
    process = models.TextField(_("selection and extraction"), blank=True)
    change_note = models.TextField(_("what changed and why"), blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="protocol_number_once"),
            models.UniqueConstraint(fields=["review", "id"], name="protocol_of_review"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(status="published"), name="protocol_published_once"
            ),
            models.UniqueConstraint(
                fields=["review"], condition=Q(status="draft"), name="protocol_draft_once"
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"version {self.number}"


class Criterion(models.Model):
    class Sense(models.TextChoices):
        INCLUDE = "include", _("Include")
        EXCLUDE = "exclude", _("Exclude")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="criteria")
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.CASCADE, related_name="criteria")
    sense = models.CharField(max_length=10, choices=Sense, default=Sense.INCLUDE)
    text = models.TextField()
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "criteria"
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="criterion_of_review")]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class ReasonQuerySet(models.QuerySet["ExclusionReason"]):
    def in_use(self) -> Self:
        return self.filter(status=ExclusionReason.Status.ACTIVE)


class ExclusionReason(models.Model):
    """Ordered: where a report fails for several reasons, the first one that applies is reported."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("In use")
        RETIRED = "retired", _("Retired")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reasons")
    label = models.CharField(max_length=200)
    rank = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "label"], name="reason_label_once"),
            models.UniqueConstraint(
                fields=["review", "rank"], name="reason_rank_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["review", "id"], name="reason_of_review"),
        ]
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.label


class Term(models.Model):
    """A word or phrase that the screening page marks, for or against."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="terms")
    text = models.CharField(max_length=200)
    sense = models.CharField(max_length=10, choices=Criterion.Sense, default=Criterion.Sense.INCLUDE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "text"], name="term_once"),
            models.UniqueConstraint(fields=["review", "id"], name="term_of_review"),
        ]
        ordering = ["text"]

    def __str__(self) -> str:
        return self.text


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])


class Job(models.Model):
    """One run of a background task, as a person sees it. It is also the outbox: a lost message is sent again."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="jobs", null=True, blank=True)
    task = models.CharField(max_length=100)
    target = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="job_of_review")]
        indexes = [
            models.Index(
                fields=["status", "sent_at"],
                condition=Q(status__in=["queued", "running"]),
                name="job_unfinished",
            ),
            models.Index(fields=["review", "task", "target"], name="job_by_target"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.task} {self.target}"


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, review: Review) -> Self:
        return self.filter(review_id=review.pk)

    def sealed(self) -> Self:
        return self.exclude(position=None).order_by("position")


class Event(models.Model):
    """What happened, written by triggers and never changed; a sealer chains it afterwards.

    Numbers instead of foreign keys: the trail stays when what it speaks of is gone.
    """

    review_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    place = models.CharField(max_length=63)
    row = models.BigIntegerField(null=True)
    action = models.CharField(max_length=10)
    data = models.JSONField()
    xact = models.BigIntegerField()
    position = models.BigIntegerField(null=True, unique=True)
    seal = models.CharField(max_length=64, null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["review_id", "-id"], name="event_of_review"),
            models.Index(fields=["id"], condition=Q(position=None), name="event_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.place} {self.row}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: User) -> Self:
        """A person's own, of the reviews that they are still in."""
        member = Membership.objects.active().filter(user=user)
        return self.filter(recipient=user, review__in=member.values("review"))

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that one person should know. It never says what somebody else judged."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    # A word for what it is about: mention, conflict, returned, joined, job, glass.
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "id"], name="notification_of_review")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_latest"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notification_unread"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text
