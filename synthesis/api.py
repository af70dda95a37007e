"""Tables over the API: definition, freshness, and the content of the current build with its trace."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from reviews.permissions import fetch_review
from synthesis import services
from synthesis.models import SummaryTable
from synthesis.showing import freshness, withheld


def person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class FreshnessSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["fresh", "stale", "building", "failed"])
    at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField()
    build = serializers.IntegerField()
    message = serializers.CharField()


class TableSerializer(serializers.ModelSerializer[SummaryTable]):
    freshness = serializers.SerializerMethodField()

    class Meta:
        model = SummaryTable
        fields = ["id", "review", "number", "name", "note", "definition", "depends", "status", "freshness"]
        read_only_fields = ["number", "depends", "status"]

    @extend_schema_field(FreshnessSerializer)
    def get_freshness(self, table: SummaryTable) -> Any:
        return FreshnessSerializer(freshness(table)).data


class WholeTableSerializer(TableSerializer):
    """With what the current build holds; empty before the first one, and while its reader owes a judgement of a study."""

    content = serializers.SerializerMethodField()

    class Meta(TableSerializer.Meta):
        fields = [*TableSerializer.Meta.fields, "content"]

    def get_content(self, table: SummaryTable) -> dict[str, Any] | None:
        build = table.current_build
        if build is None or withheld(person(self.context["request"]), build):
            return None
        content: dict[str, Any] | None = build.content
        return content


class NewTableSerializer(serializers.Serializer[Any]):
    review = serializers.IntegerField(min_value=1, max_value=2**62)
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=5_000)
    definition = serializers.DictField()


class ChangedTableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=5_000)
    definition = serializers.DictField()


class TableViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SummaryTable]):
    filterset_fields = ["review", "status", "number"]
    queryset = SummaryTable.objects.none()

    def get_queryset(self) -> QuerySet[SummaryTable]:
        found = SummaryTable.objects.visible_to(person(self.request))
        return found.select_related("current_build", "review").order_by("id")

    def get_serializer_class(self) -> type[TableSerializer]:
        return TableSerializer if self.action == "list" else WholeTableSerializer

    @extend_schema(request=NewTableSerializer, responses={201: WholeTableSerializer})
    def create(self, request: Request) -> Response:
        asked = NewTableSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        review, _can = fetch_review(person(request), data.pop("review"), "manage", writing=True)
        made = services.create_table(by=person(request), review=review, **data)
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(request=ChangedTableSerializer, responses=WholeTableSerializer)
    def update(self, request: Request, pk: str | None = None) -> Response:
        found = self.get_object()
        fetch_review(person(request), found.review_id, "manage", writing=True)
        asked = ChangedTableSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = services.change_definition(by=person(request), table=found, **asked.validated_data)
        return Response(self.get_serializer(changed).data)


ROUTES = [("tables", TableViewSet, "table")]
