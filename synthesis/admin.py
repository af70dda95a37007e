from django.contrib import admin
from unfold.admin import ModelAdmin

from synthesis.models import SummaryTable


@admin.register(SummaryTable)
class SummaryTableAdmin(ModelAdmin):
    """Which tables there are. What they show needs membership, so no build is shown here."""

    list_display = ("review", "number", "name", "status")
    list_filter = ("status",)
    fields = readonly_fields = ("review", "number", "name", "status", "depends", "created_by", "created_at")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
