"""The car's own addresses for signing in and pairing."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecourt.vehicles import selectors, services, sessions
from forecourt.vehicles.authentication import IsVehicle, VehicleSession
from forecourt.vehicles.models import Vehicle


class ChallengeRequest(serializers.Serializer[dict[str, str]]):
    """Who wants to sign in."""

    serial = serializers.CharField(max_length=40)


class SessionRequest(ChallengeRequest):
    """The answer to a challenge; the signature is 128 hex digits."""

    challenge = serializers.CharField(max_length=400)
    signature = serializers.RegexField(r"^[0-9a-f]{128}$")


class ChallengeView(APIView):
    """`POST /vehicle/v1/challenge`: a text for the head unit to sign."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=ChallengeRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Answer with a challenge, whether or not the serial is known."""
        asked = ChallengeRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"challenge": sessions.challenge(asked.validated_data["serial"])})


class SessionView(APIView):
    """`POST /vehicle/v1/session`: a session token for a signed challenge."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=SessionRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Answer with the car's public id and a short-lived token."""
        asked = SessionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        vehicle = services.sign_in(**asked.validated_data, now=timezone.now())
        token = sessions.issue(vehicle.public_id)
        return Response({"vehicle": vehicle.public_id, "token": token, "expires_in": sessions.SESSION_SECONDS})


class VehicleView(APIView):
    """A view for cars."""

    authentication_classes = (VehicleSession,)
    permission_classes = (IsVehicle,)

    def vehicle(self, request: Request) -> Vehicle:
        """The car that asks."""
        vehicle = request.auth
        assert isinstance(vehicle, Vehicle)  # noqa: S101 - IsVehicle let it in
        return vehicle


class PairingCodeView(VehicleView):
    """`POST /vehicle/v1/pairing-code`: a code for the head unit's screen."""

    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Answer with a fresh code; earlier ones stop working."""
        code = services.new_pairing_code(self.vehicle(request), now=timezone.now())
        return Response({"code": code, "expires_in": services.CODE_SECONDS})


class PairingView(VehicleView):
    """`GET /vehicle/v1/pairing`: whether the car has an owner."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Answer whether the car is paired, and its nickname."""
        vehicle = self.vehicle(request)
        return Response({"paired": selectors.is_paired(vehicle), "nickname": vehicle.nickname})
