"""When a night on the cable begins and ends, and what came of it: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from sandbox.vehicle.car import Car
from sandbox.vehicle.control import PlugIn
from sandbox.vehicle.costs import MissingPriceError, charged_at_once, cost_eur
from sandbox.vehicle.errors import FutureSessionError
from sandbox.wire import times
from sandbox.wire.prices import Slot

EVENING = 18


@dataclass(frozen=True, slots=True)
class Night:
    """One stretch on the cable, in the car's own time."""

    start: datetime
    end: datetime


def night(order: PlugIn, *, car_time: datetime, zone: tzinfo, now: datetime) -> Night:
    """The stretch that an order means.

    Raises:
        FutureSessionError: it would not be over yet in real time.
    """
    evening = car_time.astimezone(zone).replace(hour=EVENING, minute=0, second=0, microsecond=0)
    start = max(car_time, order.at or evening).astimezone(UTC)
    end = start + timedelta(hours=order.hours)
    if end > now:
        raise FutureSessionError(f"the night would last until {times.render(end)}, and it is {times.render(now)}")
    return Night(start, end)


def summary(car: Car, slots: Sequence[Slot]) -> dict[str, Any]:
    """The session's energy by quarter hour beside charging at once; costs only where all prices are known."""
    energy = car.meter.total
    start = car.plugged_in_at
    at_once = charged_at_once(car.profile, plugged_in_at=start, grid_kwh=energy) if start else {}
    return {
        "energy_kwh": energy,
        "percent": float(car.percent),
        "plugged_in_at": start,
        "slots": _by_start(car.meter.kwh),
        "slots_plugged_in": _by_start(at_once),
        "cost_smart_eur": _cost(car.meter.kwh, slots),
        "cost_plugged_in_eur": _cost(at_once, slots),
    }


def _by_start(kwh: dict[datetime, Decimal]) -> dict[str, Decimal]:
    return {times.render(start): amount for start, amount in sorted(kwh.items())}


def _cost(kwh: dict[datetime, Decimal], slots: Sequence[Slot]) -> Decimal | None:
    try:
        return cost_eur(kwh, slots)
    except MissingPriceError:
        return None
