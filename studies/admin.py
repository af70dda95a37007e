from django.contrib import admin

from reviews.admin import ReadOnlyAdmin
from studies.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Whether imports go through. What they brought is for the members of their review."""

    list_display = ("id", "review", "status", "size", "found", "refused", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("review",)
    fields = (*list_display, "message")
