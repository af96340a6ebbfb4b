"""A driver's decision: checked against what was shown, then written as an authorization with one grant for each car."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language

from forecourt.consent import offers, receipts, resources, selectors
from forecourt.consent.errors import (
    ConsentRequestGoneError,
    ConsentTamperedError,
    NothingChosenError,
    NoVehicleChosenError,
)
from forecourt.consent.models import LIVE, Authorization, AuthorizationRequest, Grant, GrantItem
from forecourt.consent.offers import Choice, Item
from forecourt.vehicles.models import Vehicle

PAGE_VERSION: Final = 1  # raise it when the consent page says something else


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A choice that passed every check, and the grants it replaces."""

    shown: tuple[Item, ...]
    granted: tuple[Item, ...]
    vehicles: tuple[Vehicle, ...]
    expires_at: datetime | None
    superseded: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What the token will stand for."""

    authorization: Authorization
    grants: tuple[Grant, ...]
    scope: str
    resource: list[str]


def check(pending: AuthorizationRequest, *, choice: Choice, now: datetime) -> Decision:
    """Granted = ticked ∩ requested ∩ manifest, on cars of this person.

    Raises:
        ConsentRequestGoneError: the release that was shown is not the newest published one any more.
        ConsentTamperedError: something was ticked that was not shown.
        NoVehicleChosenError: no car is ticked.
        NothingChosenError: everything is optional, and nothing is ticked.
    """
    release = selectors.offered_release(pending.application)
    if release is None or release.pk != pending.release_id:
        raise ConsentRequestGoneError("The app has changed since this page was shown.")
    shown = offers.offer(release.manifest, pending.scope)
    vehicles = _vehicles(pending, choice, now)
    granted = offers.choose(shown, choice)
    if not granted:
        raise NothingChosenError
    replaced = Grant.objects.filter(app_id=release.app_id, vehicle__in=vehicles, status__in=LIVE)
    return Decision(
        shown=shown,
        granted=granted,
        vehicles=vehicles,
        expires_at=offers.expires_at(choice, now=now),
        superseded=tuple(replaced.select_related("app", "vehicle").order_by("pk")),
    )


def write(pending: AuthorizationRequest, *, decision: Decision, now: datetime) -> Allowed:
    """Write the authorization, its grants and the receipt in the caller's transaction."""
    release = pending.release
    authorization = Authorization.objects.create(user=pending.user, app=release.app, release=release, created_at=now)
    grants = tuple(_grant(authorization, vehicle, decision, now) for vehicle in decision.vehicles)
    document = _document(pending, decision, grants)
    receipts.write(authorization=authorization, kind="granted", document=document, now=now)
    return Allowed(
        authorization=authorization,
        grants=grants,
        scope=offers.token_scope(decision.granted, pending.scope),
        resource=[resources.vehicle_url(vehicle.public_id) for vehicle in decision.vehicles],
    )


def _vehicles(pending: AuthorizationRequest, choice: Choice, now: datetime) -> tuple[Vehicle, ...]:
    if not choice.vehicles:
        raise NoVehicleChosenError
    mine = {vehicle.public_id: vehicle for vehicle in selectors.deciding_vehicles(pending.user, now=now)}
    if not mine.keys() >= set(choice.vehicles):
        raise ConsentTamperedError("A car was ticked that is not yours.")
    return tuple(mine[public_id] for public_id in dict.fromkeys(choice.vehicles))


def _grant(authorization: Authorization, vehicle: Vehicle, decision: Decision, now: datetime) -> Grant:
    app, ends = authorization.app, decision.expires_at
    grant = Grant.objects.create(authorization=authorization, app=app, vehicle=vehicle, created_at=now, expires_at=ends)
    GrantItem.objects.bulk_create(
        GrantItem(
            grant=grant,
            action=item.scope.action,
            pattern=item.scope.pattern,
            purpose=item.purpose_slug,
            precision=item.scope.precision,
            max_hz=item.max_hz,
        )
        for item in decision.granted
    )
    return grant


def _document(pending: AuthorizationRequest, decision: Decision, grants: tuple[Grant, ...]) -> dict[str, Any]:
    """What was shown and ticked; rates as text, for the hash covers no floats."""
    return {
        "app": pending.release.app.slug,
        "release": pending.release.version,
        "client": pending.application.client_id,
        "redirect_uri": pending.parameters["redirect_uri"],
        "requested": pending.scope,
        "shown": [_line(item) for item in decision.shown],
        "granted": [_line(item) for item in decision.granted],
        "grants": {grant.vehicle.public_id: str(grant.pk) for grant in grants},
        "expires_at": decision.expires_at.isoformat() if decision.expires_at else None,
        "locale": get_language(),
        "page": PAGE_VERSION,
    }


def _line(item: Item) -> dict[str, Any]:
    return {
        "scope": str(item.scope),
        "sentence": item.sentence,
        "purpose": item.purpose,
        "reason": item.reason,
        "required": item.required,
        "max_hz": None if item.max_hz is None else str(item.max_hz),
    }
