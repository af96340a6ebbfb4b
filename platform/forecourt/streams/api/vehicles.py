"""The cars an app may see."""

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecourt.consent.authentication import BearerToken, IsClient
from forecourt.consent.published import TokenFacts
from forecourt.streams import selectors


class ClientView(APIView):
    """A view for apps and partners."""

    authentication_classes = (BearerToken,)
    permission_classes = (IsClient,)

    def facts(self, request: Request) -> TokenFacts:
        """What the caller's token stands for."""
        return cast("TokenFacts", request.auth)


class VehiclesView(ClientView):
    """`GET /v1/vehicles`: the cars on which the app has a live grant."""

    @extend_schema(responses={200: list[dict]})  # type: ignore[type-arg]
    def get(self, request: Request) -> Response:
        """Answer with each car and the scopes its driver allowed."""
        return Response(selectors.vehicles(self.facts(request), now=timezone.now()))
