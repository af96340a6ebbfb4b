"""Reads of this package."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from forecourt.consent.models import Grant, unexpired
from forecourt.consent.published import TokenFacts
from forecourt.streams import valkey
from forecourt.streams.errors import CommandNotFoundError, FeedNotFoundError, NotGrantedError
from forecourt.streams.models import Command, Feed, PriceSlot
from forecourt.vehicles.models import Vehicle
from sandbox.wire.scopes import Scope, matches

FORECAST: Final = "Energy.Price.Forecast"
HORIZON: Final = timedelta(hours=48)
_READING: Final = ("read", "subscribe", "history")


def latest(public_id: str, paths: list[str]) -> dict[str, dict[str, Any]]:
    """The newest data points of a car: `value`, `ts`, `received_at` and `source` by path."""
    return valkey.latest(public_id, paths)


def cards(public_id: str) -> dict[str, dict[str, Any]]:
    """The cards that a car's apps show now, by app."""
    return valkey.cards(public_id)


def last_byte_at(public_id: str, grant_id: UUID) -> datetime | None:
    """When the last byte under a revoked grant left, if a stream was open."""
    moment = valkey.last_byte_at(public_id, str(grant_id))
    return None if moment is None else datetime.fromtimestamp(moment, tz=UTC)


def live_grants(facts: TokenFacts, *, now: datetime) -> list[Grant]:
    """The grants of a token under which something may flow now."""
    active = Grant.objects.filter(unexpired(now), pk__in=facts.grants.values(), status=Grant.Status.ACTIVE)
    found = active.select_related("app", "vehicle").prefetch_related("items").order_by("vehicle__public_id")
    return [grant for grant in found if not valkey.is_entombed(grant.vehicle.public_id, str(grant.pk))]


def actuating_grant(facts: TokenFacts, public_id: str, path: str, *, now: datetime) -> Grant:
    """The live grant that lets this token set this actuator of this car.

    Raises:
        NotGrantedError: there is none.
    """
    for grant in live_grants(facts, now=now):
        if grant.vehicle.public_id == public_id and covers(grant, path, actions=("actuate",)):
            return grant
    raise NotGrantedError(f"The driver did not allow actuate:{path}.")


def covers(grant: Grant, path: str, *, actions: tuple[str, ...] = _READING) -> bool:
    """Whether a grant has an item for one of the actions on this signal."""
    return any(item.action in actions and matches(item.pattern, path) for item in grant.items.all())


def vehicles(facts: TokenFacts, *, now: datetime) -> list[dict[str, Any]]:
    """The cars on which this token's app has a live grant, and what it may do there."""
    return [
        {
            "id": grant.vehicle.public_id,
            "model": f"{grant.vehicle.make} {grant.vehicle.model}",
            "nickname": grant.vehicle.nickname,
            "area": grant.vehicle.price_area,
            "scopes": [str(Scope(item.action, item.pattern, item.precision)) for item in grant.items.all()],
            "source": grant.vehicle.data_source,
        }
        for grant in live_grants(facts, now=now)
    ]


def command(command_id: UUID, *, app: str, vehicle: str) -> Command:
    """A command that this app gave to this car.

    Raises:
        CommandNotFoundError: there is none.
    """
    mine = Command.objects.filter(pk=command_id, grant__app__slug=app, vehicle__public_id=vehicle)
    found = mine.select_related("grant__app", "vehicle").first()
    if found is None:
        raise CommandNotFoundError
    return found


def commands(vehicle: Vehicle) -> QuerySet[Command]:
    """A car's commands, newest first."""
    return Command.objects.filter(vehicle=vehicle).select_related("grant__app").order_by("-created_at")


def feed(area: str) -> Feed:
    """The feed of an area.

    Raises:
        FeedNotFoundError: nobody provides one.
    """
    found = Feed.objects.filter(area=area).first()
    if found is None:
        raise FeedNotFoundError
    return found


def prices(feed: Feed, *, start: datetime | None = None, end: datetime | None = None) -> QuerySet[PriceSlot]:
    """The slots that touch `[start, end)`; without a start, the last 48 hours that are known."""
    if start is None:
        last: datetime | None = feed.slots.aggregate(last=Max("end"))["last"]
        start = last - HORIZON if last else None
    wanted = Q(end__gt=start) if start else Q()
    if end:
        wanted &= Q(start__lt=end)
    return feed.slots.filter(wanted).order_by("start")


def check_may_read_prices(facts: TokenFacts, area: str, *, now: datetime) -> None:
    """Let only an app pass that has a live grant for prices on a car of this area.

    Raises:
        NotGrantedError: it has none.
    """
    grants = live_grants(facts, now=now)
    if not any(grant.vehicle.price_area == area and covers(grant, FORECAST) for grant in grants):
        raise NotGrantedError(f"No driver in {area} has allowed this app to read prices.")


def check_car_may_have_prices(vehicle: Vehicle, *, now: datetime) -> None:
    """Let only a car pass on which some app has a live grant for prices.

    Raises:
        NotGrantedError: there is none.
    """
    grants = vehicle.grants.filter(unexpired(now), status=Grant.Status.ACTIVE).prefetch_related("items")
    if not any(covers(grant, FORECAST) for grant in grants):
        raise NotGrantedError("No app on this car has been allowed to read prices.")
