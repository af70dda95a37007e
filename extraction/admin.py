from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from extraction.models import FormVersion
from reviews.admin import ReadOnlyAdmin


@admin.register(FormVersion)
class FormVersionAdmin(ReadOnlyAdmin):
    """Which forms there are and how long they are. What they ask, and what was answered, is for their members."""

    list_display = ("id", "review", "version", "status", "questions")
    list_filter = ("status",)
    list_select_related = ("review", "version")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[FormVersion]:
        found: QuerySet[FormVersion] = super().get_queryset(request)
        return found.annotate(questions=Count("fields"))

    @admin.display(description=_("fields"))
    def questions(self, form: Any) -> int:
        return int(form.questions)
