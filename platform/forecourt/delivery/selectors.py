"""Reads of this package."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from apps_registry.models import Release, Review
from forecourt.consent.models import LIVE, Grant, GrantItem, unexpired
from forecourt.delivery.errors import BundleNotListedError
from forecourt.delivery.models import Delivery, DesiredState, ImageTarget, Installation
from forecourt.delivery.states import UNDERWAY
from forecourt.vehicles import identity
from forecourt.vehicles.models import Vehicle
from sandbox.wire.metadata import fits
from sandbox.wire.scopes import Scope

#: Which releases may stand in the image repository.
LISTABLE: Final = Q(
    release__status__in=(Release.Status.APPROVED, Release.Status.PUBLISHED),
    release__publisher_key__revoked_at__isnull=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A release that a car should have, and what its driver granted."""

    release: Release
    granted: tuple[str, ...]


def live_grants(vehicle: Vehicle, *, now: datetime) -> QuerySet[Grant]:
    """Grants of a car that have not ended; a paused one keeps its app, without any permission."""
    return Grant.objects.filter(unexpired(now), vehicle=vehicle, status__in=LIVE).prefetch_related("items")


def wanted(vehicle: Vehicle, *, now: datetime) -> list[Wanted]:
    """The complete set of releases that a car should have.

    A release with a lower counter than one the car had is left out: the car would refuse it.
    """
    grants = {grant.app_id: grant for grant in live_grants(vehicle, now=now)}
    listed = Release.objects.filter(
        app__in=grants,
        status=Release.Status.PUBLISHED,
        image_target__removed_at__isnull=True,
        image_target__isnull=False,
    ).select_related("app__publisher", "bundle", "publisher_key")
    newest = {release.app_id: release for release in listed.order_by("counter") if suits(release, vehicle)}
    floors = counter_floors(vehicle, newest)
    return [
        Wanted(release=release, granted=granted_scopes(grants[app_id]))
        for app_id, release in newest.items()
        if release.counter >= floors.get(app_id, 0)
    ]


def suits(release: Release, vehicle: Vehicle) -> bool:
    """Whether a release is made for a car: its head unit, and in a trial its identification number."""
    fit = release.manifest["vehicles"]
    trial = {identity.keyed_hash(vin, purpose="vin") for vin in fit.get("vins", ())}
    return fits(vehicle.hardware_id, tuple(fit["hardware_ids"])) and (not trial or vehicle.vin_hash in trial)


def counter_floors(vehicle: Vehicle, apps: Iterable[UUID]) -> dict[UUID, int]:
    """The highest release counter of each app that the car ever reported."""
    had = Installation.objects.filter(vehicle=vehicle, app__in=list(apps)).values("app_id")
    return {row["app_id"]: row["highest"] for row in had.annotate(highest=Max("release__counter"))}


def granted_scopes(grant: Grant) -> tuple[str, ...]:
    """What a grant allows now, as sorted scopes."""
    if grant.status != Grant.Status.ACTIVE:
        return ()
    items = grant.items.all()
    return tuple(sorted({str(Scope(item.action, item.pattern, item.precision)) for item in items}))


def vehicles_with(app_ids: Iterable[UUID]) -> list[UUID]:
    """Cars on which one of these apps has a live grant."""
    grants = Grant.objects.filter(app__in=list(app_ids), status__in=LIVE)
    return list(grants.values_list("vehicle_id", flat=True).distinct())


def feeds(vehicle: Vehicle, *, now: datetime) -> list[str]:
    """Price areas that a car may fetch: its own, if a driver granted any app a look at prices."""
    items = GrantItem.objects.filter(grant__in=live_grants(vehicle, now=now), grant__status=Grant.Status.ACTIVE)
    return [vehicle.price_area] if items.filter(pattern__startswith="Energy").exists() else []


def desired_state(vehicle: Vehicle, *, now: datetime) -> DesiredState:
    """A car's row, made empty at its first look."""
    return DesiredState.objects.get_or_create(vehicle=vehicle, defaults={"signed_at": now})[0]


def to_list() -> QuerySet[Release]:
    """Approved releases that no bin lists yet."""
    waiting = Release.objects.filter(
        status=Release.Status.APPROVED,
        review__verdict=Review.Verdict.APPROVED,
        publisher_key__revoked_at__isnull=True,
        image_target__isnull=True,
    )
    return waiting.select_related("app__publisher", "bundle", "publisher_key").order_by("submitted_at")


def to_remove() -> QuerySet[ImageTarget]:
    """Listed bundles whose release was withdrawn, or whose publisher's key was revoked."""
    return ImageTarget.objects.filter(~LISTABLE, removed_at__isnull=True)


def listed_in(bin_names: Iterable[str]) -> dict[str, list[Release]]:
    """The releases that each of these bins lists."""
    listed: dict[str, list[Release]] = {name: [] for name in sorted(bin_names)}
    targets = ImageTarget.objects.filter(LISTABLE, bin_name__in=listed, removed_at__isnull=True)
    whole = targets.select_related("release__app__publisher", "release__bundle", "release__publisher_key")
    for target in whole.order_by("path"):
        listed[target.bin_name].append(target.release)
    return listed


def to_announce() -> list[UUID]:
    """Listed releases of which the registry does not know yet that they are published."""
    listed = ImageTarget.objects.filter(removed_at__isnull=True, release__status=Release.Status.APPROVED)
    return list(listed.values_list("release_id", flat=True))


def listed_bundle(*, path: str, sha256: str) -> str:
    """The hash of a bundle that the image repository lists.

    Raises:
        BundleNotListedError: it was never listed or is no longer, or the hash is another one.
    """
    listed = ImageTarget.objects.filter(LISTABLE, path=path, release__bundle_id=sha256, removed_at__isnull=True)
    if not listed.exists():
        raise BundleNotListedError
    return sha256


def installations(vehicle: Vehicle) -> QuerySet[Installation]:
    """What a car reports as installed now."""
    return Installation.objects.filter(vehicle=vehicle, removed_at=None).select_related("app__publisher", "release")


def deliveries(*, app: str = "", version: str = "") -> QuerySet[Delivery]:
    """Deliveries of one app or release, newest first."""
    named = {"rollout__release__app__slug": app, "rollout__release__version": version}
    wanted = {field: value for field, value in named.items() if value}
    return (
        Delivery.objects.filter(**wanted)
        .select_related("vehicle", "rollout__release__app")
        .order_by("-created_at", "vehicle__public_id")
    )


def overdue(*, now: datetime) -> QuerySet[Delivery]:
    """Deliveries whose car was silent past the deadline."""
    return Delivery.objects.filter(state__in=UNDERWAY, deadline__lt=now)
