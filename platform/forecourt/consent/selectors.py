"""Reads of consent: requests, grants and what a token stands for."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps_registry import selectors as registry
from apps_registry.models import App, Release
from forecourt.accounts.models import User
from forecourt.consent import compiled, resources, token_cache
from forecourt.consent.errors import ConsentRequestGoneError, GrantNotFoundError
from forecourt.consent.models import LIVE, AccessToken, Application, AuthorizationRequest, Grant, unexpired
from forecourt.consent.published import TokenFacts
from forecourt.vehicles.models import Vehicle, VehicleRole
from sandbox.wire.catalog import DEFAULT

REQUEST_LIFETIME: Final = timedelta(minutes=15)
#: Passengers do not decide for a car.
DECIDING_ROLES: Final = (VehicleRole.Role.OWNER, VehicleRole.Role.DRIVER)
_LIVE: Final = Q(status__in=LIVE)
_UNEXPIRED: Final = unexpired(Now())


def pending_request(user: User, request_id: str, *, now: datetime) -> AuthorizationRequest:
    """A request that this person was shown and has yet to answer.

    Raises:
        ConsentRequestGoneError: it is somebody else's, answered, too old, or never was.
    """
    try:
        found = AuthorizationRequest.objects.filter(pk=request_id, user=user).select_related("application__app").first()
    except ValidationError as error:
        raise ConsentRequestGoneError from error
    if found is None or found.decided_at is not None or found.created_at <= now - REQUEST_LIFETIME:
        raise ConsentRequestGoneError
    return found


def offered_release(application: Application) -> Release | None:
    """The release whose manifest bounds what this client may ask for, if any is published."""
    return registry.latest_published(application.app) if application.app else None


def deciding_vehicles(user: User, *, now: datetime) -> QuerySet[Vehicle]:
    """The cars for which this person may decide now."""
    open_role = Q(roles__valid_to__isnull=True) | Q(roles__valid_to__gt=now)
    mine = Q(roles__user=user, roles__role__in=DECIDING_ROLES, roles__valid_from__lte=now)
    return Vehicle.objects.filter(mine & open_role).distinct().order_by("nickname", "public_id")


def grant_for(user: User, grant_id: UUID) -> Grant:
    """A grant that this person gave, or one on a car that is theirs now.

    Raises:
        GrantNotFoundError: there is none.
    """
    grant = _grants().filter(_is_changeable(user), pk=grant_id).first()
    if grant is None:
        raise GrantNotFoundError
    return grant


def changeable(user: User, *, now: datetime) -> QuerySet[Grant]:
    """The live grants that this person may pause or take back: those they gave, and all on a car that they own."""
    return _grants().filter(_LIVE, unexpired(now), _is_changeable(user)).distinct().order_by("pk")


def resumable(user: User, *, now: datetime) -> QuerySet[Grant]:
    """The grants that this person paused, on cars for which they still decide."""
    mine = changeable(user, now=now).filter(status=Grant.Status.PAUSED, paused_by=user)
    return mine.filter(vehicle__in=deciding_vehicles(user, now=now))


def live_grant(app: App, vehicle: Vehicle) -> Grant | None:
    """The grant of an app on a car that is active or paused, if any."""
    return _grants().filter(_LIVE, _UNEXPIRED, app=app, vehicle=vehicle).first()


def active_grants(vehicle_id: UUID) -> QuerySet[Grant]:
    """The grants under which data of a car may flow now."""
    active = _grants().filter(_UNEXPIRED, vehicle_id=vehicle_id, status=Grant.Status.ACTIVE)
    return active.prefetch_related("items").order_by("created_at")


def collected_paths(vehicle_id: UUID) -> list[str]:
    """The signals that a car must send: what its active grants need, sorted; nothing else leaves the car."""
    paths: set[str] = set()
    for grant in active_grants(vehicle_id):
        paths |= compiled.collected(grant.items.all(), DEFAULT)
    return sorted(paths)


def token_facts(token: str) -> TokenFacts | None:
    """What an access token stands for, or None if it is worth nothing; kept in the cache for the data plane."""
    known = _usable(token)
    if known is None:
        return None
    row, application = known
    facts = _facts(row, application)
    token_cache.write(token, facts)
    return facts


def _usable(token: str) -> tuple[AccessToken, Application] | None:
    related = ("user", "application__app__publisher__organisation", "application__organisation")
    live = AccessToken.objects.filter(token_checksum=token_cache.checksum(token), expires__gt=Now())
    row = live.select_related(*related).first()
    if row is None or row.application is None or not row.application.is_usable(None):
        return None
    return (row, row.application) if row.user is None or row.user.is_active else None


def _facts(row: AccessToken, application: Application) -> TokenFacts:
    organisation = application.standing_organisation
    return TokenFacts(
        authorization=str(row.authorization_id) if row.authorization_id else None,
        app=application.app.slug if application.app else None,
        client=application.client_id,
        organisation=organisation.slug if organisation else "",
        user=str(row.user_id) if row.user_id else None,
        scope=row.scope,
        exp=int(row.expires.timestamp()),
        grants=_named_grants(row),
    )


def _named_grants(row: AccessToken) -> dict[str, str]:
    """Live grants of the token's authorization on cars that the token itself names; no `resource` names none."""
    if row.authorization_id is None:
        return {}
    grants = _grants().filter(_LIVE, _UNEXPIRED, authorization_id=row.authorization_id)
    named = [grant for grant in grants if resources.vehicle_url(grant.vehicle.public_id) in row.resource]
    return {grant.vehicle.public_id: str(grant.pk) for grant in named}


def _is_changeable(user: User) -> Q:
    owns = Q(vehicle__roles__user=user, vehicle__roles__role=VehicleRole.Role.OWNER)
    return Q(authorization__user=user) | (owns & Q(vehicle__roles__valid_to__isnull=True))


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("app__publisher", "vehicle", "authorization")
