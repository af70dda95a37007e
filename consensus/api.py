"""Stages, items and judgements over the API. What the pages hide from a judge is hidden here as well."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from config.refusals import Refused
from consensus import services
from consensus.compare import Answers
from consensus.kinds import Kind, kind_of
from consensus.models import Judgement, Stage, WorkItem
from consensus.sides import sees_others, shown_status
from reviews.models import Review
from reviews.permissions import Can, can, fetch_review


def person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class StageSerializer(serializers.ModelSerializer[Stage]):
    live = serializers.SerializerMethodField()
    decided = serializers.SerializerMethodField()
    conflicts = serializers.SerializerMethodField()

    class Meta:
        model = Stage
        fields = [
            "id",
            "review",
            "kind",
            "position",
            "judges_needed",
            "rule",
            "reasons",
            "unsure",
            "resolver",
            "resolved_by",
            "live",
            "decided",
            "conflicts",
        ]

    def get_live(self, stage: Stage) -> int:
        return self.counts(stage).live

    def get_decided(self, stage: Stage) -> int:
        return self.counts(stage).decided

    def get_conflicts(self, stage: Stage) -> int:
        return self.counts(stage).conflicts

    def counts(self, stage: Stage) -> services.Progress:
        known: dict[int, services.Progress] = self.context["counts"]
        if stage.pk not in known:
            known[stage.pk] = services.progress(stage)
        return known[stage.pk]


class StageViewSet(viewsets.ReadOnlyModelViewSet[Stage]):
    serializer_class = StageSerializer
    filterset_fields = ["review", "kind"]
    queryset = Stage.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "counts": {}}

    def get_queryset(self) -> QuerySet[Stage]:
        return Stage.objects.filter(review__in=Review.objects.visible_to(person(self.request))).order_by("id")


class ItemSerializer(serializers.ModelSerializer[WorkItem]):
    kind = serializers.CharField(source="stage.kind", read_only=True)
    status = serializers.SerializerMethodField()
    judged = serializers.SerializerMethodField()
    judges_needed = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = WorkItem
        fields = [
            "id",
            "review",
            "stage",
            "kind",
            "report",
            "study",
            "result",
            "outcome",
            "status",
            "closed_as",
            "judges_needed",
            "judged",
            "version",
            "round",
            "final",
            "decided_at",
            "reopened_because",
            "survivor",
        ]

    def allowed(self, item: WorkItem) -> Can:
        known: dict[int, Can] = self.context["can"]
        if item.review_id not in known:
            known[item.review_id] = can(person(self.context["request"]), item.review)
        return known[item.review_id]

    @extend_schema_field(serializers.ChoiceField(choices=WorkItem.Status.choices))
    def get_status(self, item: WorkItem) -> str:
        return shown_status(item, self.allowed(item))

    def get_judges_needed(self, item: WorkItem) -> int:
        """How many it needs: for its possible judges what the stage says, until it is complete."""
        return item.judges_needed if item.complete or self.allowed(item).manage else item.stage.judges_needed

    def get_judged(self, item: WorkItem) -> int | None:
        """How many have judged it: empty for its possible judges until all have."""
        return item.judged if item.complete or self.allowed(item).manage else None


class ItemFilter(filters.FilterSet):
    """`status=open` and `status=partial` find the same: that somebody has begun is no business of the other judges."""

    kind = filters.CharFilter(field_name="stage__kind")
    status = filters.MultipleChoiceFilter(choices=WorkItem.Status.choices, method="by_status")

    class Meta:
        model = WorkItem
        fields = ["review", "stage", "kind", "report", "study", "result", "outcome", "status"]

    def by_status(self, found: QuerySet[WorkItem], name: str, wanted: list[str]) -> QuerySet[WorkItem]:
        begun = {WorkItem.Status.OPEN.value, WorkItem.Status.PARTIAL.value}
        statuses = {status for word in wanted for status in (begun if word in begun else {word})}
        return found.filter(status__in=statuses) if wanted else found


class AnswerSerializer(serializers.Serializer[Any]):
    """What a judgement says, in the words of its kind: for screening {"verdict": "exclude", "reason_id": 5}."""

    answer = serializers.DictField()
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)


class NewJudgementSerializer(AnswerSerializer):
    item = serializers.IntegerField(min_value=1)
    token = serializers.UUIDField(required=False, allow_null=True, default=None)


class ReopenSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class JudgementSerializer(serializers.ModelSerializer[Judgement]):
    answers = serializers.SerializerMethodField()
    kind = serializers.CharField(source="item.stage.kind", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = Judgement
        fields = [
            "id",
            "review",
            "item",
            "kind",
            "reviewer",
            "role",
            "round",
            "version",
            "answers",
            "comment",
            "submitted_at",
            "superseded_at",
        ]

    def get_answers(self, judgement: Judgement) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in self.context["answers"].get(judgement.pk, {}).items()
        }


def answers_to(judgements: Sequence[Judgement]) -> dict[int, Answers]:
    """What each of these says, asked of each kind once."""
    by_stage: dict[Stage, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_stage[one.item.stage].append(one)
    found: dict[int, Answers] = {}
    for stage, ones in by_stage.items():
        found |= dict(kind_of(stage).answers(ones))
    return found


def show(view: Any, judgements: Sequence[Judgement]) -> list[Any]:
    """Judgements as the API shows them. Whoever reads another's judgement has seen the comparison."""
    user = person(view.request)
    others = {one.item_id for one in judgements if one.reviewer_id != user.pk}
    if others:
        services.reveal(by=user, item_ids=list(others))
    context = view.get_serializer_context() | {"answers": answers_to(judgements)}
    return list(JudgementSerializer(judgements, many=True, context=context).data)


def refuse_unless_writable(item: WorkItem) -> None:
    """Some kinds are answered value by value on their own routes."""
    if type(kind_of(item.stage)).write is Kind.write:
        raise Refused(
            _("Items of the stage %(kind)s are not answered in one piece.") % {"kind": item.stage.kind}
        )


def fetch(user: User, item_id: object) -> WorkItem:
    if not str(item_id).isdecimal() or len(str(item_id)) > 18:
        raise Http404
    return services.fetch_item(user, int(str(item_id)))


class ItemViewSet(viewsets.ReadOnlyModelViewSet[WorkItem]):
    """Items at their stages. A judge does not learn here whether anybody has begun."""

    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    queryset = WorkItem.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "can": {}}

    def get_queryset(self) -> QuerySet[WorkItem]:
        items = WorkItem.objects.visible_to(person(self.request))
        return items.select_related("stage", "version", "review").order_by("id")

    @extend_schema(request=AnswerSerializer, responses=JudgementSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Settle the item with one answer, or in a pair propose it."""
        item = fetch(person(request), pk)
        fetch_review(person(request), item.review_id, "judge", writing=True)
        refuse_unless_writable(item)
        body = read(AnswerSerializer, request.data)
        made = services.resolve(by=person(request), item_id=item.pk, **body)
        return Response(show(self, [made])[0], status=status.HTTP_201_CREATED)

    @extend_schema(request=ReopenSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Send a decided item back, with a reason."""
        item = fetch(person(request), pk)
        fetch_review(person(request), item.review_id, "judge", writing=True)
        body = read(ReopenSerializer, request.data)
        services.reopen(by=person(request), item_id=item.pk, **body)
        return Response(self.get_serializer(fetch(person(request), pk)).data)

    @extend_schema(responses=JudgementSerializer(many=True))
    @action(detail=True, methods=["get"])
    def judgements(self, request: Request, pk: str) -> Response:
        """Everything said of the item that the reader may see."""
        item = fetch(person(request), pk)
        seen = visible(person(request)).filter(item=item)
        if not sees_others(person(request), item):
            seen = seen.of(person(request))
        return Response(show(self, list(seen)))


def read(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    body = serializer(data=data)
    body.is_valid(raise_exception=True)
    values: Mapping[str, Any] = body.validated_data
    return dict(values)


def visible(user: User) -> Any:
    """Submitted judgements that the person may see, with what their answers need."""
    return (
        Judgement.objects.visible_to(user)
        .filter(submitted_at__isnull=False)
        .select_related("item__stage", "item__review", "version")
        .order_by("id")
    )


class JudgementFilter(filters.FilterSet):
    kind = filters.CharFilter(field_name="item__stage__kind")
    stage = filters.NumberFilter(field_name="item__stage")
    current = filters.BooleanFilter(field_name="superseded_at", lookup_expr="isnull")

    class Meta:
        model = Judgement
        fields = ["review", "item", "reviewer", "role", "round"]


class JudgementViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[Judgement]):
    """What was said: one's own at any time, everybody's once an item is complete.

    Reading somebody else's judgement opens the comparison: one's own judgement of that item then stands.
    """

    serializer_class = JudgementSerializer
    filterset_class = JudgementFilter
    queryset = Judgement.objects.none()

    def get_queryset(self) -> QuerySet[Judgement]:
        found: QuerySet[Judgement] = visible(person(self.request))
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(show(self, page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(show(self, [self.get_object()])[0])

    @extend_schema(request=NewJudgementSerializer, responses=JudgementSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Judge an item, or revise one's own judgement. The same token again makes nothing twice."""
        body = read(NewJudgementSerializer, request.data)
        item = fetch(person(request), body.pop("item"))
        fetch_review(person(request), item.review_id, "judge", writing=True)
        refuse_unless_writable(item)
        made = services.submit(by=person(request), item_id=item.pk, **body)
        return Response(show(self, [made])[0], status=status.HTTP_201_CREATED)


ROUTES: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("stages", StageViewSet, "stage"),
    ("items", ItemViewSet, "item"),
    ("judgements", JudgementViewSet, "judgement"),
]
