"""Lets a car with a session token into views of Django REST framework."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from forecourt.vehicles import sessions
from forecourt.vehicles.errors import SessionInvalidError
from forecourt.vehicles.models import Vehicle


class VehicleSession(BaseAuthentication):
    """`Authorization: Bearer <session token>`; the car becomes `request.auth`."""

    @override
    def authenticate(self, request: Request) -> tuple[Any, Vehicle] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        vehicle = Vehicle.objects.filter(public_id=sessions.read(token)).first()
        if vehicle is None:
            raise SessionInvalidError
        return None, vehicle

    @override
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="vehicle"'


class IsVehicle(BasePermission):
    """Only cars with a live session."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Vehicle):
            raise SessionInvalidError
        return True


class VehicleSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the OpenAPI document describes VehicleSession."""

    target_class = VehicleSession
    name = "vehicle"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}
