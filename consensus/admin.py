from django.contrib import admin

from consensus.models import Stage
from reviews.admin import ReadOnlyAdmin


@admin.register(Stage)
class StageAdmin(ReadOnlyAdmin):
    """How each stage is judged. Its counts are on the administrator's start page; its judgements are nowhere here."""

    list_display = (
        "review",
        "kind",
        "judges_needed",
        "rule",
        "reasons",
        "unsure",
        "resolver",
        "resolved_by",
        "order",
        "stopped_at",
    )
    list_filter = ("kind", "resolver")
    list_select_related = ("review",)
    fields = list_display
