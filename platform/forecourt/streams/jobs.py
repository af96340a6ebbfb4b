"""What workers do: look for the effect of commands, settle late ones, send prices on."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from forecourt.streams import effects, keys, moves, selectors, valkey
from forecourt.streams.models import Command, Feed, PriceSlot
from sandbox.wire import times

State = Command.State
GRACE: Final = timedelta(seconds=30)  # for the word of a car that took the command just in time
UNSEEN: Final = "The signal did not show the effect in time."


@transaction.atomic
def verify_command(*, command_id: UUID, now: datetime) -> bool:
    """Look whether the signal itself shows the effect; answers whether the command is settled."""
    command = _locked().filter(pk=command_id).select_related("grant__app", "vehicle").first()
    if command is None or command.state != State.ACKNOWLEDGED or command.acknowledged_at is None:
        return True
    return _look(command, since=command.acknowledged_at, now=now)


def _look(command: Command, *, since: datetime, now: datetime) -> bool:
    effect = effects.effect_of(command.path, command.value)
    point = valkey.latest(command.vehicle.public_id, [effect.path]).get(effect.path)
    if effects.is_shown(effect, point, since=since):
        moves.move(command, State.VERIFIED, now=now)
    elif now > command.not_after:
        moves.move(command, State.FAILED, now=now, reason=UNSEEN)
    else:
        return False
    return True


def settle_late_commands(*, now: datetime) -> int:
    """End commands whose deadline has passed, whatever was lost on the way; answers how many."""
    settled = 0
    late = Command.objects.filter(state__in=[State.QUEUED, State.DELIVERED, State.ACKNOWLEDGED], not_after__lt=now)
    for command_id in list(late.values_list("pk", flat=True)):
        settled += verify_command(command_id=command_id, now=now) and _expire(command_id, now=now)
    return settled


@transaction.atomic
def _expire(command_id: UUID, *, now: datetime) -> bool:
    command = _locked().filter(pk=command_id).select_related("grant__app", "vehicle").first()
    if command is None:
        return False
    if command.state == State.QUEUED:
        moves.move(command, State.EXPIRED, now=now, reason="The car did not take it in time.")
    elif command.state == State.DELIVERED and command.not_after + GRACE < now:
        moves.move(command, State.EXPIRED, now=now, reason="The car took it and never answered.")
    return command.state not in (State.QUEUED, State.DELIVERED)


def publish_prices(*, area: str, now: datetime) -> None:
    """Make an area's prices the latest values of the feed: the forecast, the area, and the price of now if known."""
    feed = Feed.objects.get(area=area)
    slots = list(selectors.prices(feed))
    ts = times.render(now)
    points = [{"path": path, "value": value, "ts": ts} for path, value in _values(area, slots, now).items()]
    valkey.put_points(keys.feed(area), points, received_at=ts, source=feed.source)


def publish_all_prices(*, now: datetime) -> None:
    """Send every area's prices on: the price of now changes each quarter of an hour, and Valkey may have lost them."""
    for area in Feed.objects.values_list("area", flat=True):
        publish_prices(area=area, now=now)


def _values(area: str, slots: list[PriceSlot], now: datetime) -> dict[str, Any]:
    forecast = msgspec.json.encode([describe(slot) for slot in slots]).decode()
    current = next((float(slot.eur_per_mwh) for slot in slots if slot.start <= now < slot.end), None)
    values: dict[str, Any] = {"Energy.Price.Forecast": forecast, "Energy.Price.Area": area}
    return values if current is None else values | {"Energy.Price.Current": current}


def describe(slot: PriceSlot) -> dict[str, str]:
    """A slot as it travels."""
    start, end = times.render(slot.start), times.render(slot.end)
    return {"start": start, "end": end, "eur_per_mwh": str(slot.eur_per_mwh)}


def _locked() -> QuerySet[Command]:
    return Command.objects.select_for_update(of=("self",))
