"""HTTP for cars and mirrors (both repositories, poll, report) and for the carmaker (deliveries)."""

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from apps_registry import storage
from apps_registry.errors import BlobNotFoundError
from forecourt.accounts import roles
from forecourt.accounts.models import User
from forecourt.delivery import selectors, services
from forecourt.delivery.errors import MetadataNotFoundError
from forecourt.delivery.publishing import FOLDER
from forecourt.vehicles.api import VehicleView

_NAME: Final = re.compile(r"timestamp\.json|[1-9][0-9]{0,8}\.[a-z0-9-]{1,20}\.json")
_REVALIDATE: Final = "no-cache"
_FOREVER: Final = "public, max-age=31536000, immutable"
_LINK_LIFE: Final = timedelta(minutes=15)
_MAX_ANSWER: Final = 1000


class PollRequest(serializers.Serializer[dict[str, Any]]):
    """Which set the car knows."""

    have = serializers.DictField(child=serializers.IntegerField(min_value=0), default=dict)


class ImageMetadataView(APIView):
    """`GET /image/metadata/<name>`: the image repository, as the publisher wrote it."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses={(200, "application/json"): dict})
    def get(self, request: Request, name: str) -> HttpResponse:
        """Answer with a file; the end of the root walk is a plain 404."""
        del request
        try:
            data = storage.from_settings().read_public(f"{FOLDER}/{_checked(name)}")
        except BlobNotFoundError as error:
            raise MetadataNotFoundError(f"There is no {name[:60]}.") from error
        return _metadata(data, caching=_REVALIDATE if name == "timestamp.json" else _FOREVER)


class BundleView(APIView):
    """`GET /image/targets/<sha256>.<path>`: a listed bundle."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: Request, sha256: str, path: str) -> HttpResponseBase:
        """Answer with the bundle, or with a short-lived link to it."""
        del request
        store = storage.from_settings()
        selectors.listed_bundle(path=path, sha256=sha256)
        if link := store.url(sha256, expires_in=_LINK_LIFE):
            return HttpResponseRedirect(link)
        with store.open(sha256) as bundle:
            headers = {"ETag": f'"{sha256}"', "Cache-Control": _FOREVER}
            return HttpResponse(bundle.read(), content_type="application/zip", headers=headers)


class DirectorView(VehicleView):
    """`GET /director/<public_id>/metadata/<name>`: what this car should have."""

    @extend_schema(responses={(200, "application/json"): dict})
    def get(self, request: Request, public_id: str, name: str) -> HttpResponse:
        """Answer with a file of the car's own set."""
        vehicle = self.vehicle(request)
        data = services.director_file(vehicle, public_id=public_id, name=_checked(name), now=timezone.now())
        return _metadata(data, caching="private, no-store")


class PollView(VehicleView):
    """`POST /vehicle/v1/poll`: is there anything new?"""

    @extend_schema(request=PollRequest, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Answer with the current set's version and what to collect."""
        asked = PollRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        have = asked.validated_data["have"].get("director", 0)
        return Response(asdict(services.poll(self.vehicle(request), have=have, now=timezone.now())))


class ReportView(VehicleView):
    """`POST /vehicle/v1/report`: what the car says is installed."""

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Take a signed report."""
        report = services.take_report(self.vehicle(request), request.data, now=timezone.now())
        return Response({"counter": report.counter})


class WorksForTheCarmaker(BasePermission):
    """Only people of the carmaker."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and roles.carmaker_role(request.user) is not None


class DeliveriesView(APIView):
    """`GET /v1/deliveries?app=&version=`: how far each car came."""

    permission_classes = (WorksForTheCarmaker,)

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Answer with one entry per delivery."""
        query = request.query_params
        found = selectors.deliveries(app=query.get("app", ""), version=query.get("version", ""))
        return Response(
            [
                {
                    "vehicle": delivery.vehicle.public_id,
                    "app": delivery.rollout.release.app.slug,
                    "version": delivery.rollout.release.version,
                    "state": delivery.state,
                    "reason": delivery.reason,
                }
                for delivery in found[:_MAX_ANSWER]
            ]
        )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MetadataNotFoundError(f"There is no {name[:60]}.")
    return name


def _metadata(data: bytes, *, caching: str) -> HttpResponse:
    return HttpResponse(data, content_type="application/json", headers={"Cache-Control": caching})
