"""Extraction forms and values over the API. A whole extraction is sent to `judgements`, a consensus to `items/…/resolve`,
with the answer as `extraction.services.whole` describes it."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from consensus.models import Judgement, WorkItem
from consensus.services import reveal
from extraction import models
from extraction.models import FormVersion
from extraction.services import as_data


def person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class FormSerializer(serializers.ModelSerializer[FormVersion]):
    number = serializers.IntegerField(source="version.number", read_only=True)
    published_at = serializers.DateTimeField(source="version.published_at", read_only=True)
    sections = serializers.SerializerMethodField()

    class Meta:
        model = FormVersion
        fields = ["id", "review", "number", "published_at", "sections"]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_sections(self, form: FormVersion) -> list[dict[str, Any]]:
        sections: list[dict[str, Any]] = as_data(form)["sections"]
        return sections


class FormViewSet(viewsets.ReadOnlyModelViewSet[FormVersion]):
    """The published forms of a review. The one with the highest number is asked now."""

    serializer_class = FormSerializer
    filterset_fields = ["review"]
    queryset = FormVersion.objects.none()

    def get_queryset(self) -> QuerySet[FormVersion]:
        forms = FormVersion.objects.visible_to(person(self.request)).published()
        return forms.select_related("version").prefetch_related("fields")


class ValueSerializer(serializers.ModelSerializer[models.Value]):
    """One row for one value, with everything that says what it is of and where it was found."""

    item = serializers.IntegerField(source="judgement.item_id", read_only=True)
    study = serializers.IntegerField(source="judgement.item.study_id", read_only=True)
    study_label = serializers.CharField(source="judgement.item.study.label", read_only=True)
    reviewer = serializers.IntegerField(source="judgement.reviewer_id", read_only=True)
    role = serializers.CharField(source="judgement.role", read_only=True)
    current = serializers.SerializerMethodField()
    final = serializers.BooleanField(read_only=True)
    field = serializers.CharField(source="field.key", read_only=True)
    entity = serializers.CharField(source="field.entity", read_only=True)
    arm = serializers.CharField(source="arm.name", default=None, read_only=True)
    arm_uid = serializers.UUIDField(source="arm.uid", default=None, read_only=True)
    arm_role = serializers.CharField(source="arm.role", default=None, read_only=True)
    result_uid = serializers.UUIDField(source="result.uid", default=None, read_only=True)
    outcome = serializers.CharField(source="result.outcome_name", default=None, read_only=True)
    time_point = serializers.SerializerMethodField()
    analysis = serializers.CharField(source="result.analysis", default=None, read_only=True)
    value = serializers.CharField(source="shown_value", read_only=True)
    unit = serializers.CharField(source="unit_shown", read_only=True)
    report = serializers.IntegerField(source="anchor.report_id", default=None, read_only=True)
    page = serializers.CharField(source="anchor.page", default=None, read_only=True)
    place = serializers.CharField(source="anchor.place", default=None, read_only=True)
    quote = serializers.CharField(source="anchor.quote", default=None, read_only=True)

    class Meta:
        model = models.Value
        fields = [
            "id",
            "review",
            "item",
            "study",
            "study_label",
            "judgement",
            "reviewer",
            "role",
            "current",
            "final",
            "field",
            "entity",
            "arm",
            "arm_uid",
            "arm_role",
            "result_uid",
            "outcome",
            "time_point",
            "analysis",
            "value",
            "missing",
            "unit",
            "as_reported",
            "report",
            "page",
            "place",
            "quote",
            "taken_from",
        ]

    def get_current(self, value: models.Value) -> bool:
        return value.judgement.submitted_at is not None and value.judgement.superseded_at is None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_time_point(self, value: models.Value) -> str | None:
        point = value.result.time_point if value.result else None
        return str(point) if point else None


class ValueFilter(filters.FilterSet):
    item = filters.NumberFilter(field_name="judgement__item")
    study = filters.NumberFilter(field_name="judgement__item__study")
    field = filters.CharFilter(field_name="field__key")
    role = filters.ChoiceFilter(field_name="judgement__role", choices=Judgement.Role.choices)
    current = filters.BooleanFilter(method="by_current")
    final = filters.BooleanFilter(field_name="final")

    class Meta:
        model = models.Value
        fields = ["review", "judgement", "item", "study", "field", "role", "missing", "current", "final"]

    def by_current(self, found: QuerySet[models.Value], name: str, wanted: bool) -> QuerySet[models.Value]:
        current = Q(judgement__submitted_at__isnull=False, judgement__superseded_at=None)
        return found.filter(current if wanted else ~current)


class ValueViewSet(viewsets.ReadOnlyModelViewSet[models.Value]):
    """Values of one's own extractions at any time, and everybody's once a study's extractions are complete.

    Reading somebody else's opens the comparison: one's own extraction of that study then stands.
    """

    serializer_class = ValueSerializer
    filterset_class = ValueFilter
    queryset = models.Value.objects.none()

    def get_queryset(self) -> QuerySet[models.Value]:
        standing = Q(judgement__item__final=F("judgement")) | Q(
            judgement__item__reopened_final=F("judgement")
        )
        final = standing & ~Q(judgement__item__status=WorkItem.Status.CLOSED)
        values = models.Value.objects.visible_to(person(self.request)).together()
        return (
            values.select_related("judgement__item__study")
            .annotate(
                final=Case(When(final, then=Value(True)), default=Value(False), output_field=BooleanField())
            )
            .order_by("id")
        )

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.shown([self.get_object()])[0])

    def shown(self, values: Sequence[models.Value]) -> Sequence[Any]:
        reader = person(self.request)
        others = {one.judgement.item_id for one in values if one.judgement.reviewer_id != reader.pk}
        if others:
            reveal(by=reader, item_ids=list(others))
        data: Sequence[Any] = self.get_serializer(values, many=True).data
        return data


ROUTES: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("extraction-forms", FormViewSet, "extraction_form"),
    ("values", ValueViewSet, "value"),
]
