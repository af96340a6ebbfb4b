"""Commands: asked by apps, taken and acknowledged by cars."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forecourt.streams import moves, selectors
from forecourt.streams.api.vehicles import ClientView
from forecourt.streams.services import commands
from forecourt.vehicles.api import VehicleView
from sandbox.wire import times


class CommandInput(serializers.Serializer[dict[str, Any]]):
    """What an app wants done."""

    path = serializers.CharField(max_length=200)
    value = serializers.JSONField()
    not_after = serializers.CharField(max_length=40)
    idempotency_key = serializers.CharField(max_length=80)


class AcknowledgementInput(serializers.Serializer[dict[str, Any]]):
    """What a car says about a command."""

    outcome = serializers.ChoiceField(["done", "failed"])
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    ts = serializers.CharField(max_length=40)


class CommandsView(ClientView):
    """`POST /v1/vehicles/<id>/commands`: ask a car to do something."""

    @extend_schema(request=CommandInput, responses={202: dict})
    def post(self, request: Request, public_id: str) -> Response:
        """Queue the command; the answer to a repeated request is the same command."""
        given = CommandInput(data=request.data)
        given.is_valid(raise_exception=True)
        wish = commands.Wish(**given.validated_data | {"not_after": times.parse(given.validated_data["not_after"])})
        command = commands.request_command(
            facts=self.facts(request), public_id=public_id, wish=wish, now=timezone.now()
        )
        return Response(moves.describe(command), status=status.HTTP_202_ACCEPTED)


class CommandView(ClientView):
    """`GET /v1/vehicles/<id>/commands/<id>`: how far a command came."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, public_id: str, command_id: UUID) -> Response:
        """Answer the app that gave the command."""
        app = self.facts(request).app or ""
        return Response(moves.describe(selectors.command(command_id, app=app, vehicle=public_id)))


class VehicleCommandsView(VehicleView):
    """`GET /vehicle/v1/commands`: what waits for the car."""

    @extend_schema(responses={200: list[dict]})  # type: ignore[type-arg]
    def get(self, request: Request) -> Response:
        """Hand over what waits; from then on it counts as delivered."""
        taken = commands.take(vehicle=self.vehicle(request), now=timezone.now())
        return Response(
            [
                {"id": str(one.pk), "path": one.path, "value": one.value, "not_after": times.render(one.not_after)}
                for one in taken
            ]
        )


class AcknowledgementView(VehicleView):
    """`POST /vehicle/v1/commands/<id>/acknowledge`: what became of a command."""

    @extend_schema(request=AcknowledgementInput, responses={200: dict})
    def post(self, request: Request, command_id: UUID) -> Response:
        """Take the car's word; only the signal itself verifies it."""
        given = AcknowledgementInput(data=request.data)
        given.is_valid(raise_exception=True)
        outcome = commands.Outcome(**given.validated_data | {"ts": times.parse(given.validated_data["ts"])})
        command = commands.acknowledge(
            vehicle=self.vehicle(request), command_id=command_id, outcome=outcome, now=timezone.now()
        )
        return Response({"id": str(command.pk), "state": command.state})
