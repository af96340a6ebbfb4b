"""When the cloud half starts and stops charging: pure rules on what a car and the market last said."""

import json
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

from .plan import HOME_POWER_KW, TARGET_PERCENT, Slot, active, moment, needed_minutes, plan, ready_by, slots_of

BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
CHARGE: Final = f"{BATTERY}.StateOfCharge.Current"
CAPACITY: Final = f"{BATTERY}.NetCapacity"
CHARGING: Final = f"{BATTERY}.Charging.IsCharging"
CABLE: Final = f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
START_STOP: Final = f"{BATTERY}.Charging.StartStopCharging"
FORECAST: Final = "Energy.Price.Forecast"
LOCATION: Final = "Vehicle.CurrentLocation.Latitude"


@dataclass(slots=True)
class CarView:
    """One car as its stream shows it; its clock is the time stamp of its newest value."""

    zone: tzinfo
    now: datetime | None = None
    plugged_in_at: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)
    prices: list[Slot] = field(default_factory=list)

    def take(self, path: str, value: str, ts: str) -> None:
        """Note one data point; VISS writes every value as text."""
        if path == FORECAST:
            self.prices = slots_of(json.loads(value))
            return
        self.values[path] = json.loads(value)
        at = moment(ts).astimezone(self.zone)
        self.now = at if self.now is None else max(self.now, at)
        if path == CABLE:
            self.plugged_in_at = (self.plugged_in_at or at) if self.values[CABLE] else None

    @property
    def charging(self) -> bool:
        """Whether the car charges."""
        return bool(self.values.get(CHARGING))

    @property
    def is_known(self) -> bool:
        """Whether there is enough to make a plan from."""
        return self.now is not None and bool(self.prices) and {CHARGE, CHARGING, CAPACITY} <= self.values.keys()


@dataclass(frozen=True, slots=True)
class Decision:
    """What should happen now, and the plan behind it."""

    command: str | None  #: START, STOP, or None if the car already does what it should
    chosen: tuple[Slot, ...]


def decide(view: CarView) -> Decision:
    """Plan afresh with what is known now; a car without cable or prices is left alone."""
    if view.now is None or view.plugged_in_at is None or not view.is_known:
        return Decision(None, ())
    minutes = needed_minutes(
        percent=float(view.values[CHARGE]),
        target=TARGET_PERCENT,
        capacity_kwh=float(view.values[CAPACITY]),
        power_kw=HOME_POWER_KW,
    )
    deadline = departure(plugged_in_at=view.plugged_in_at, now=view.now)
    chosen = plan(view.prices, now=view.now, ready_by=deadline, needed_minutes=minutes)
    wanted = active(chosen, view.now) is not None
    command = None if wanted == view.charging else "START" if wanted else "STOP"
    return Decision(command, tuple(chosen))


def departure(*, plugged_in_at: datetime, now: datetime) -> datetime:
    """The morning after plugging in; the next one if the car stays longer. It does not move during the night."""
    first = ready_by(plugged_in_at)
    return first if now < first else ready_by(now)
