"""What an administrator may see without being a member: that reviews exist and what runs, nothing that was judged."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from reviews import jobs
from reviews.models import BreakGlass, Job, Membership, Review


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("title", "type", "status", "people", "created_at")
    list_filter = ("status", "type")
    search_fields = ("title",)
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        active = Q(memberships__status=Membership.Status.ACTIVE)
        found: QuerySet[Review] = super().get_queryset(request)
        return found.annotate(people=Count("memberships", filter=active))

    @admin.display(description="members")
    def people(self, review: Any) -> int:
        return int(review.people)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "task",
        "review",
        "status",
        "done",
        "total",
        "attempts",
        "created_at",
        "finished_at",
    )
    list_filter = ("status", "task")
    list_select_related = ("review",)
    fields = (*list_display, "message", "started_at", "heard_at")
    actions = ("try_again",)

    @admin.action(description="Try failed runs again", permissions=["view"])
    def try_again(self, request: HttpRequest, found: QuerySet[Job]) -> None:
        failed = list(found.filter(status=Job.Status.FAILED))
        for job in failed:
            jobs.retry(job=job, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{len(failed)} runs are tried again.")


@admin.register(BreakGlass)
class BreakGlassAdmin(ReadOnlyAdmin):
    list_display = ("review", "user", "reason", "created_at", "expires_at")
    list_select_related = ("review", "user")
    fields = list_display
