"""The PRISMA numbers over the API: boxes by id, sources, reasons, and which identities do not hold."""

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from reporting.counting import count
from reporting.prisma import boxes, violations
from reporting.wording import complaint
from reviews.models import Review
from reviews.permissions import fetch_review

MOST = 100


class ViolationSerializer(serializers.Serializer[Any]):
    identity = serializers.CharField()
    text = serializers.CharField()
    hard = serializers.BooleanField()


class PrismaSerializer(serializers.Serializer[Any]):
    """One review's flow diagram as numbers."""

    review = serializers.IntegerField()
    provisional = serializers.BooleanField()
    boxes = serializers.DictField(child=serializers.IntegerField())
    databases = serializers.DictField(child=serializers.IntegerField())
    registers = serializers.DictField(child=serializers.IntegerField())
    records_excluded_by = serializers.DictField(child=serializers.IntegerField())
    reports_excluded_by = serializers.DictField(child=serializers.IntegerField())
    undecided_records = serializers.IntegerField()
    undecided_reports = serializers.IntegerField()
    violations = ViolationSerializer(many=True)


def numbers(review: Review) -> dict[str, Any]:
    counts = count(review)
    return {
        "review": review.pk,
        "provisional": counts.provisional,
        "boxes": boxes(counts),
        "databases": counts.databases,
        "registers": counts.registers,
        "records_excluded_by": counts.excluded_by_human,
        "reports_excluded_by": counts.dbr_excluded_reports,
        "undecided_records": counts.undecided_records,
        "undecided_reports": counts.dbr_undecided_reports + counts.other_undecided_reports,
        "violations": [
            {"identity": one.identity, "text": complaint(one), "hard": one.hard} for one in violations(counts)
        ],
    }


class PrismaViewSet(viewsets.ViewSet):
    """By the review's number: `/api/v1/prisma/5/`; the list takes `?review=`."""

    serializer_class = PrismaSerializer
    lookup_value_regex = "[0-9]{1,17}"

    @extend_schema(
        parameters=[OpenApiParameter("review", OpenApiTypes.INT, description="Only of this review")],
        responses=PrismaSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        found = Review.objects.visible_to(person(request)).order_by("id")
        asked = request.query_params.get("review", "")
        if asked:
            found = (
                found.filter(id=asked)
                if asked.isascii() and asked.isdecimal() and len(asked) < 18
                else found.none()
            )
        return Response({"results": [numbers(review) for review in found[:MOST]]})

    @extend_schema(
        parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)],
        responses=PrismaSerializer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        review, _can = fetch_review(person(request), int(pk))
        return Response(numbers(review))


def person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


ROUTES = [("prisma", PrismaViewSet, "prisma")]
