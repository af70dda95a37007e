"""Instruments, plans, levels and answers over the API. A whole assessment is sent to `judgements`, a consensus to
`items/…/resolve`, with the answer as `appraisal.services.whole` describes it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from appraisal.models import Answer, Instrument, Level, Plan, Use
from consensus.models import WorkItem
from consensus.services import reveal


def person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class InstrumentSerializer(serializers.ModelSerializer[Instrument]):
    class Meta:
        model = Instrument
        fields = [
            "id",
            "review",
            "name",
            "short_title",
            "number",
            "origin",
            "content_hash",
            "created_at",
            "document",
        ]


class InstrumentViewSet(viewsets.ReadOnlyModelViewSet[Instrument]):
    """The instruments of a review, each as the document that was proved."""

    serializer_class = InstrumentSerializer
    filterset_fields = ["review", "name", "origin"]
    queryset = Instrument.objects.none()

    def get_queryset(self) -> QuerySet[Instrument]:
        return Instrument.objects.visible_to(person(self.request)).order_by("id")


class PlanSerializer(serializers.ModelSerializer[Use]):
    kind = serializers.CharField(source="plan.version.stage.kind", read_only=True)
    version = serializers.IntegerField(source="plan.version.number", read_only=True)
    newest = serializers.BooleanField(read_only=True)
    name = serializers.CharField(source="instrument.name", read_only=True)
    content_hash = serializers.CharField(source="instrument.content_hash", read_only=True)
    confounders = serializers.CharField(source="plan.confounders", read_only=True)
    co_interventions = serializers.CharField(source="plan.co_interventions", read_only=True)

    class Meta:
        model = Use
        fields = [
            "id",
            "review",
            "kind",
            "version",
            "newest",
            "instrument",
            "name",
            "content_hash",
            "designs",
            "parameters",
            "confounders",
            "co_interventions",
        ]


class PlanFilter(filters.FilterSet):
    review = filters.NumberFilter(field_name="review")
    kind = filters.CharFilter(field_name="plan__version__stage__kind")
    newest = filters.BooleanFilter(field_name="newest")


class PlanViewSet(viewsets.ReadOnlyModelViewSet[Use]):
    """Which instrument a version of the stage asks of which designs (none: of all the others), with the parameters that
    the review set. One row for each instrument."""

    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    queryset = Use.objects.none()

    def get_queryset(self) -> QuerySet[Use]:
        later = Plan.objects.filter(
            version__stage=OuterRef("plan__version__stage"),
            version__number__gt=OuterRef("plan__version__number"),
        )
        found: QuerySet[Use] = (
            Use.objects.visible_to(person(self.request))
            .select_related("plan__version__stage", "instrument")
            .annotate(newest=~Exists(later))
            .order_by("id")
        )
        return found


class JudgedSerializer(serializers.ModelSerializer[Any]):
    """What every row says of the judgement that it belongs to."""

    item = serializers.IntegerField(source="judgement.item_id", read_only=True)
    study = serializers.SerializerMethodField()
    result = serializers.IntegerField(source="judgement.item.result_id", default=None, read_only=True)
    reviewer = serializers.IntegerField(source="judgement.reviewer_id", read_only=True)
    role = serializers.CharField(source="judgement.role", read_only=True)
    instrument = serializers.CharField(source="judgement.assessment.instrument.name", read_only=True)
    final = serializers.BooleanField(read_only=True)

    def get_study(self, row: Any) -> int | None:
        item = row.judgement.item
        return item.study_id or (item.result.study_id if item.result else None)


JUDGED = ["id", "review", "item", "study", "result", "judgement", "reviewer", "role", "instrument", "final"]


class LevelSerializer(JudgedSerializer):
    class Meta:
        model = Level
        fields = [*JUDGED, "key", "proposed", "level", "score", "reason", "direction"]


@extend_schema_serializer(component_name="AssessmentAnswer")
class AnswerSerializer(JudgedSerializer):
    report = serializers.IntegerField(source="anchor.report_id", default=None, read_only=True)
    page = serializers.CharField(source="anchor.page", default=None, read_only=True)
    quote = serializers.CharField(source="anchor.quote", default=None, read_only=True)

    class Meta:
        model = Answer
        fields = [*JUDGED, "part", "key", "codes", "text", "support", "report", "page", "quote"]


class JudgedFilter(filters.FilterSet):
    item = filters.NumberFilter(field_name="judgement__item")
    role = filters.CharFilter(field_name="judgement__role")
    final = filters.BooleanFilter(field_name="final")
    key = filters.CharFilter(field_name="key")
    review = filters.NumberFilter(field_name="review")
    judgement = filters.NumberFilter(field_name="judgement")


class Judged(viewsets.ReadOnlyModelViewSet[Any]):
    """One's own at any time, and everybody's once an item's assessments are complete. Reading somebody else's opens the
    comparison: one's own assessment then stands."""

    filterset_class = JudgedFilter
    rows: ClassVar[Any]

    def get_queryset(self) -> QuerySet[Any]:
        standing = Q(judgement__item__final=F("judgement")) | Q(
            judgement__item__reopened_final=F("judgement")
        )
        final = standing & ~Q(judgement__item__status=WorkItem.Status.CLOSED)
        rows = self.rows.visible_to(person(self.request)).select_related(
            "judgement__item__result", "judgement__assessment__instrument"
        )
        marked: QuerySet[Any] = rows.annotate(
            final=Case(When(final, then=Value(True)), default=Value(False), output_field=BooleanField())
        ).order_by("id")
        return marked

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.shown([self.get_object()])[0])

    def shown(self, rows: Sequence[Any]) -> Sequence[Any]:
        reader = person(self.request)
        others = {one.judgement.item_id for one in rows if one.judgement.reviewer_id != reader.pk}
        if others:
            reveal(by=reader, item_ids=list(others))
        data: Sequence[Any] = self.get_serializer(rows, many=True).data
        return data


class LevelViewSet(Judged):
    """The level of each domain and the overall one: proposed, and what counts."""

    serializer_class = LevelSerializer
    rows = Level.objects
    queryset = Level.objects.none()


class AnswerViewSet(Judged):
    """The answer to each question with its support, its quote and its page."""

    serializer_class = AnswerSerializer
    rows = Answer.objects.select_related("anchor")
    queryset = Answer.objects.none()


ROUTES: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("instruments", InstrumentViewSet, "instrument"),
    ("risk-plans", PlanViewSet, "risk_plan"),
    ("risk-levels", LevelViewSet, "risk_level"),
    ("risk-answers", AnswerViewSet, "risk_answer"),
]
