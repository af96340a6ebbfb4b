"""Usage, for the carmaker."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecourt.accounts import roles
from forecourt.accounts.models import Membership, User
from forecourt.metering import selectors


class UsageView(APIView):
    """`GET /v1/usage`: how much was sent, delivered and denied."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Answer carmaker people with the total of each kind."""
        roles.require_role(cast("User", request.user), *Membership.Role.values)
        return Response(selectors.totals())
