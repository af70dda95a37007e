"""Reviews, their members and their background runs. Reading only: what changes them touches what is judged."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from accounts.reader import reader
from reviews.models import ExclusionReason, Job, Membership, Review
from reviews.permissions import can


class ReasonSerializer(serializers.ModelSerializer[ExclusionReason]):
    class Meta:
        model = ExclusionReason
        fields = ["id", "label", "rank", "status"]


class ReviewSerializer(serializers.ModelSerializer[Review]):
    role = serializers.SerializerMethodField()
    # In their order; a judgement that excludes names one by its number.
    reasons = ReasonSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = ["id", "title", "question", "note", "type", "status", "role", "reasons", "created_at"]

    def get_role(self, review: Review) -> str:
        """The reader's own role."""
        roles: dict[int, str] = self.context["roles"]
        return roles.get(review.pk, "")


class ReviewViewSet(viewsets.ReadOnlyModelViewSet[Review]):
    serializer_class = ReviewSerializer
    filterset_fields = ["status", "type"]
    queryset = Review.objects.none()

    def get_queryset(self) -> QuerySet[Review]:
        return Review.objects.visible_to(reader(self.request)).prefetch_related("reasons").order_by("id")

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = {**super().get_serializer_context(), "roles": {}}
        if self.request.user.is_authenticated:
            mine = Membership.objects.active().filter(user=reader(self.request))
            context["roles"] = dict(mine.values_list("review_id", "role"))
        return context


class MemberSerializer(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="user.__str__", read_only=True)
    email = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ["id", "review", "user", "name", "email", "role", "joined_at"]

    def get_email(self, member: Membership) -> str | None:
        """For those who manage the review, and one's own."""
        user = reader(self.context["request"])
        managed: dict[int, bool] = self.context["managed"]
        if member.review_id not in managed:
            managed[member.review_id] = can(user, member.review).manage
        return member.user.email if managed[member.review_id] or member.user_id == user.pk else None


class MemberViewSet(viewsets.ReadOnlyModelViewSet[Membership]):
    serializer_class = MemberSerializer
    filterset_fields = ["review", "role"]
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        mine = Review.objects.visible_to(reader(self.request))
        found = Membership.objects.active().filter(review__in=mine)
        return found.select_related("user", "review").order_by("id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "managed": {}}


class JobSerializer(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = [
            "id",
            "review",
            "task",
            "target",
            "status",
            "done",
            "total",
            "message",
            "attempts",
            "created_at",
            "started_at",
            "finished_at",
        ]


class JobViewSet(viewsets.ReadOnlyModelViewSet[Job]):
    serializer_class = JobSerializer
    filterset_fields = ["review", "task", "target", "status"]
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.filter(review__in=Review.objects.visible_to(reader(self.request))).order_by("id")


ROUTES: list[tuple[str, Any, str]] = [
    ("reviews", ReviewViewSet, "review"),
    ("members", MemberViewSet, "member"),
    ("jobs", JobViewSet, "job"),
]
