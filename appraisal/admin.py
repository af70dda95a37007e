from django.contrib import admin

from appraisal.models import Instrument
from reviews.admin import ReadOnlyAdmin


@admin.register(Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    """Which instruments the reviews use. What was answered is for their members."""

    list_display = ("short_title", "number", "origin", "review", "created_at")
    list_filter = ("origin",)
    list_select_related = ("review",)
    fields = list_display
