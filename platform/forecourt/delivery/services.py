"""What cars and people ask of this package."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from apps_registry.models import Release
from forecourt.consent import selectors as consent
from forecourt.delivery import director, keys, selectors
from forecourt.delivery.errors import (
    ForgedReportError,
    MalformedReportError,
    NotThisVehicleError,
    ReplayedReportError,
)
from forecourt.delivery.models import Delivery, DesiredState, Installation, VehicleReport
from forecourt.delivery.states import MAY_SUCCEED, UNDERWAY, State
from forecourt.vehicles.models import Vehicle
from sandbox.wire import reports

POLL_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAnswer:
    """What a car learns when it looks in."""

    director: int
    next_poll_s: int
    collect: list[str]
    feeds: list[str]


def poll(vehicle: Vehicle, *, have: int, now: datetime) -> PollAnswer:
    """Tell a car which set is current and what to collect. Nothing is signed here."""
    state = current_state(vehicle, now=now)
    if have != state.version:
        planned = Delivery.objects.filter(vehicle=vehicle, state=State.PLANNED)
        planned.update(state=State.OFFERED, changed_at=now)
    return PollAnswer(
        director=state.version,
        next_poll_s=POLL_SECONDS,
        collect=consent.collected_paths(vehicle.pk),
        feeds=selectors.feeds(vehicle, now=now),
    )


def director_file(vehicle: Vehicle, *, public_id: str, name: str, now: datetime) -> bytes:
    """One file of a car's own namespace.

    Raises:
        NotThisVehicleError: the session is another car's.
        MetadataNotFoundError: there is no such file, or another version is current.
    """
    if public_id != vehicle.public_id:
        raise NotThisVehicleError
    state = current_state(vehicle, now=now)
    return director.file(name, state=state, vehicle=vehicle.public_id, keys=keys.from_settings())


def current_state(vehicle: Vehicle, *, now: datetime) -> DesiredState:
    """The car's row; past half of its life it gets a new version and with it a later expiry."""
    state = selectors.desired_state(vehicle, now=now)
    if director.needs_renewal(state.signed_at, now=now):
        same = DesiredState.objects.filter(pk=state.pk, version=state.version)
        same.update(version=F("version") + 1, signed_at=now)
        state.refresh_from_db()
    return state


@transaction.atomic
def take_report(vehicle: Vehicle, document: object, *, now: datetime) -> reports.Report:
    """Believe what a car signed, once: the only way for a delivery to succeed.

    Raises:
        ForgedReportError: not signed by this car's key, or about another car.
        ReplayedReportError: the counter is not higher than the last one.
        MalformedReportError: it does not follow the format.
    """
    report = _genuine(vehicle, document)
    Vehicle.objects.select_for_update().get(pk=vehicle.pk)  # reports of one car are taken one by one
    kept = {"counter": report.counter, "document": document, "received_at": now}
    last, made = VehicleReport.objects.get_or_create(vehicle=vehicle, defaults=kept)
    if not made and report.counter <= last.counter:
        raise ReplayedReportError(f"The counter {report.counter} was already used; the last one was {last.counter}.")
    VehicleReport.objects.filter(pk=last.pk).update(**kept)
    installed = _known_releases(report)
    _record_installations(vehicle, installed, now=now)
    _settle_deliveries(vehicle, installed, report=report, now=now)
    return report


def _genuine(vehicle: Vehicle, document: object) -> reports.Report:
    try:
        report = reports.verify(document, vehicle.public_key)
    except reports.ReportSignatureError as error:
        raise ForgedReportError from error
    except reports.ReportError as error:
        raise MalformedReportError(str(error)) from error
    if (report.vehicle, report.serial) != (vehicle.public_id, vehicle.head_unit_serial):
        raise ForgedReportError("The report is about another car.")
    return report


def _known_releases(report: reports.Report) -> list[Release]:
    """The releases that a report names with the hash under which they were listed."""
    hashes = {entry.path: entry.sha256 for entry in report.installed}
    named = Release.objects.filter(image_target__path__in=hashes).select_related("image_target", "app")
    good = [release for release in named if hashes[release.image_target.path] == release.bundle_id]
    if len({release.app_id for release in good}) < len(good):
        raise MalformedReportError("A car has one release of an app.")
    return good


def _record_installations(vehicle: Vehicle, installed: list[Release], *, now: datetime) -> None:
    live = Installation.objects.filter(vehicle=vehicle, removed_at__isnull=True)
    live.exclude(release__in=installed).update(removed_at=now)
    already = set(live.values_list("release_id", flat=True))
    Installation.objects.bulk_create(
        Installation(vehicle=vehicle, app=release.app, release=release, bundle_id=release.bundle_id, installed_at=now)
        for release in installed
        if release.pk not in already
    )


def _settle_deliveries(vehicle: Vehicle, installed: list[Release], *, report: reports.Report, now: datetime) -> None:
    ours = Delivery.objects.filter(vehicle=vehicle)
    ours.filter(rollout__release__in=installed, state__in=MAY_SUCCEED).update(
        state=State.INSTALLED, reason="", changed_at=now
    )
    for refusal in report.refused:
        failed = ours.filter(rollout__release__image_target__path=refusal.path, state__in=UNDERWAY)
        failed.update(state=State.FAILED, reason=refusal.reason[: reports.MAX_REASON], changed_at=now)
