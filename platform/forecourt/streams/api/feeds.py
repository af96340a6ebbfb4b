"""Prices: in from partners, out to apps and cars."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forecourt.streams import jobs, selectors
from forecourt.streams.api.vehicles import ClientView
from forecourt.streams.models import Feed
from forecourt.streams.services import feeds
from forecourt.vehicles.api import VehicleView
from sandbox.wire import prices, times


class PriceInput(serializers.Serializer[dict[str, Any]]):
    """What a partner pushes; the slots themselves are checked as a whole."""

    source = serializers.ChoiceField(["recorded", "simulated"])  # type: ignore[assignment]
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    slots = serializers.ListField(child=serializers.DictField(), max_length=prices.MAX_SLOTS)


class PricesView(ClientView):
    """`/v1/feeds/<area>/prices`: the electricity prices of one area."""

    @extend_schema(request=PriceInput, responses={200: dict})
    def put(self, request: Request, area: str) -> Response:
        """Take a run of quarter-hours from the area's partner, whole or not at all."""
        by = feeds.provider(self.facts(request))
        given = PriceInput(data=request.data)
        given.is_valid(raise_exception=True)
        origin = feeds.Origin(given.validated_data["source"], given.validated_data["label"])
        slots = prices.parse_slots(given.validated_data["slots"])
        accepted = feeds.put_prices(area=area, by=by, origin=origin, slots=slots, now=timezone.now())
        return Response({"accepted": accepted})

    @extend_schema(parameters=[OpenApiParameter("from"), OpenApiParameter("to")], responses={200: dict})
    def get(self, request: Request, area: str) -> Response:
        """Answer an app that some driver in the area allowed to read prices."""
        selectors.check_may_read_prices(self.facts(request), area, now=timezone.now())
        start, end = (_instant(request, name) for name in ("from", "to"))
        return Response(_document(selectors.feed(area), start=start, end=end))


class VehicleFeedsView(VehicleView):
    """`GET /vehicle/v1/feeds`: the prices of the car's own area."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Answer a car on which some app may read prices."""
        vehicle = self.vehicle(request)
        selectors.check_car_may_have_prices(vehicle, now=timezone.now())
        return Response(_document(selectors.feed(vehicle.price_area)))


def _instant(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    return times.parse(text) if text else None


def _document(feed: Feed, *, start: datetime | None = None, end: datetime | None = None) -> dict[str, Any]:
    slots = [jobs.describe(slot) for slot in selectors.prices(feed, start=start, end=end)]
    return {"area": feed.area, "source": feed.source, "label": feed.label, "slots": slots}
