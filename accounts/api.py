"""Who the token belongs to."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.reader import reader


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema how a token is sent."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "zone"]
        read_only_fields = fields


class MeViewSet(viewsets.GenericViewSet[User]):
    """The person whose token or session asks."""

    serializer_class = PersonSerializer
    pagination_class = None
    queryset = User.objects.none()

    def list(self, request: Request) -> Response:
        return Response(self.get_serializer(reader(request)).data)


ROUTES: list[tuple[str, Any, str]] = [("me", MeViewSet, "me")]
