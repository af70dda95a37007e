from django.contrib import admin

from reviews.admin import ReadOnlyAdmin
from synthesis.models import SummaryTable


@admin.register(SummaryTable)
class SummaryTableAdmin(ReadOnlyAdmin):
    """Which tables there are. What they show needs membership, so no build is shown here."""

    list_display = ("review", "number", "name", "status")
    list_filter = ("status",)
    list_select_related = ("review",)
    fields = ("review", "number", "name", "status", "depends", "created_by", "created_at")
