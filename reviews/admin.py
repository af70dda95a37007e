"""What an administrator may see without being a member: that reviews exist and what runs, nothing that was judged."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from accounts.admin import is_administrator
from config.refusals import Refused
from reviews import jobs
from reviews.models import BreakGlass, Job, Membership, Review
from reviews.services import name_owner


class ReadOnlyAdmin(ModelAdmin):
    """For every administrator to read, for nobody to write: what happens in a review happens on its pages."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("title", "type", "status", "people", "created_at", "look_into")
    list_filter = ("status", "type")
    search_fields = ("title",)
    fields = list_display
    actions = ("hand_over",)

    @admin.action(description=_("Name an owner where nobody owns the review any more"), permissions=["view"])
    def hand_over(self, request: HttpRequest, found: QuerySet[Review]) -> None:
        for review in found:
            try:
                heir = name_owner(by=request.user, review=review)  # type: ignore[arg-type]
            except Refused as refusal:
                self.message_user(request, f"{review}: {refusal.message}", messages.WARNING)
                continue
            nobody = _("Nobody is left who could own “%(title)s”. Its data stay.")
            said = _("%(who)s owns “%(title)s” now.") if heir else nobody
            self.message_user(request, said % {"who": heir and heir.user, "title": review})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        active = Q(memberships__status=Membership.Status.ACTIVE)
        found: QuerySet[Review] = super().get_queryset(request)
        return found.annotate(people=Count("memberships", filter=active))

    @admin.display(description=_("members"))
    def people(self, review: Any) -> int:
        return int(review.people)

    @admin.display(description=_("judgements"))
    def look_into(self, review: Review) -> str:
        """What was judged is not shown here: an administrator breaks the glass, with a reason, for an hour."""
        return format_html(
            '<a href="{}">{}</a>', reverse("reviews:break_glass", args=[review.pk]), _("Look into")
        )


class RunFilter(admin.SimpleListFilter):
    title = _("run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return sorted(jobs.NAMES.items(), key=lambda pair: str(pair[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(task=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "name",
        "review",
        "status",
        "done",
        "total",
        "attempts",
        "created_at",
        "finished_at",
    )
    list_filter = ("status", RunFilter)
    list_select_related = ("review",)
    fields = (*list_display, "message", "started_at", "heard_at")
    actions = ("try_again",)

    @admin.display(description=_("run"), ordering="task")
    def name(self, job: Job) -> str:
        return jobs.name_of(job.task)

    @admin.action(description=_("Try failed runs again"), permissions=["view"])
    def try_again(self, request: HttpRequest, found: QuerySet[Job]) -> None:
        again = closed = 0
        for job in found.filter(status=Job.Status.FAILED).select_related("review"):
            if job.review and job.review.status != Review.Status.ACTIVE:
                closed += 1
            else:
                again += jobs.retry(job=job, by=request.user)  # type: ignore[arg-type]
        said = ngettext("%(n)s run is tried again.", "%(n)s runs are tried again.", again)
        self.message_user(request, said % {"n": again})
        if closed:
            left = _("%(n)s left as they are: their review is locked or archived.")
            self.message_user(request, left % {"n": closed}, messages.WARNING)


@admin.register(BreakGlass)
class BreakGlassAdmin(ReadOnlyAdmin):
    list_display = ("review", "user", "reason", "created_at", "expires_at", "running")
    list_filter = ("user",)
    list_select_related = ("review", "user")
    ordering = ("-created_at", "-id")
    fields = list_display

    @admin.display(description=_("still open"), boolean=True)
    def running(self, glass: BreakGlass) -> bool:
        return glass.expires_at > timezone.now()
