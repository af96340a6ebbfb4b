"""Decides what a car should have, and keeps its deliveries in step with that."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps_registry.models import Release
from forecourt.delivery import selectors
from forecourt.delivery.approval import path_of, target_of
from forecourt.delivery.models import Delivery, DesiredState, Installation, Rollout
from forecourt.delivery.selectors import Wanted
from forecourt.delivery.states import MAY_REOPEN, UNDERWAY, State
from forecourt.vehicles.models import Vehicle
from forecourt.vehicles.wake import wake

PATIENCE: Final = timedelta(days=3)  # a car that is silent longer counts as lost


@transaction.atomic
def plan(*, vehicle_id: UUID, now: datetime) -> bool:
    """Recompute a car's desired state and its deliveries; wakes the car and answers True if the set changed."""
    vehicle = Vehicle.objects.get(pk=vehicle_id)
    selectors.desired_state(vehicle, now=now)
    state = DesiredState.objects.select_for_update().get(vehicle=vehicle)
    wanted = selectors.wanted(vehicle, now=now)
    _keep_deliveries(vehicle, [one.release for one in wanted], now=now)
    targets = director_targets(wanted)
    if targets == state.targets:
        return False
    state.targets = targets
    sign_afresh(state, now=now)
    transaction.on_commit(partial(wake, vehicle.public_id, "desired-state"))
    return True


def director_targets(wanted: Sequence[Wanted]) -> dict[str, Any]:
    """The director's targets by path: what the image repository says, and what the driver granted."""
    return {path_of(one.release): _director_target(one) for one in wanted}


def sign_afresh(state: DesiredState, *, now: datetime) -> None:
    """Give the set a new version, from which every expiry counts."""
    state.version += 1
    state.signed_at = now
    state.save(update_fields=["version", "targets", "signed_at"])


def _director_target(one: Wanted) -> dict[str, Any]:
    entry: dict[str, Any] = target_of(one.release).to_dict()
    entry["custom"] = {**entry["custom"], "granted": [{"scope": scope} for scope in one.granted]}
    return entry


def _keep_deliveries(vehicle: Vehicle, releases: Sequence[Release], *, now: datetime) -> None:
    """One open delivery for every wanted release; whatever else is under way is called off."""
    for release in releases:
        _open_delivery(vehicle, release, now=now)
    stray = Delivery.objects.filter(vehicle=vehicle, state__in=UNDERWAY).exclude(rollout__release__in=releases)
    stray.update(state=State.CANCELLED, reason="No longer wanted on this car.", changed_at=now)


def _open_delivery(vehicle: Vehicle, release: Release, *, now: datetime) -> None:
    rollout, _ = Rollout.objects.get_or_create(release=release, defaults={"created_at": now})
    fresh = {"created_at": now, "changed_at": now, "deadline": now + PATIENCE}
    delivery, made = Delivery.objects.get_or_create(rollout=rollout, vehicle=vehicle, defaults=fresh)
    if made or delivery.state not in MAY_REOPEN or _is_installed(vehicle, release):
        return
    delivery.state, delivery.reason = State.PLANNED, ""
    delivery.changed_at, delivery.deadline = now, now + PATIENCE
    delivery.save(update_fields=["state", "reason", "changed_at", "deadline"])


def _is_installed(vehicle: Vehicle, release: Release) -> bool:
    return Installation.objects.filter(vehicle=vehicle, release=release, removed_at__isnull=True).exists()
