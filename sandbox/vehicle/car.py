"""The car itself: its state, what moves it on, and the signals that show it. No clock, no network."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sandbox.vehicle import battery, paths
from sandbox.vehicle.battery import Meter
from sandbox.vehicle.drive import Row
from sandbox.vehicle.errors import VehicleError
from sandbox.vehicle.profiles import Profile

Value = float | int | bool | str


class CannotChargeError(VehicleError):
    """The car cannot start charging."""

    resolution = "Plug the car in, or use some of the battery first."


class State(StrEnum):
    """What the car is doing."""

    PARKED = "parked"
    DRIVING = "driving"
    PLUGGED_IN = "plugged in"
    CHARGING = "charging"


@dataclass(slots=True)
class Car:
    """One car of a profile; `held` says that charging was stopped by an app rather than by a full battery."""

    profile: Profile
    percent: Decimal
    speed: float = 0.0
    gear: int = 0
    latitude: float = 0.0
    longitude: float = 0.0
    altitude: float = 0.0
    outside: float = 12.0
    metres: float = 0.0
    driving: bool = False
    plugged_in_at: datetime | None = None
    charging: bool = False
    held: bool = False
    meter: Meter = field(default_factory=Meter)

    @property
    def state(self) -> State:
        """What the car is doing, in one word."""
        if self.driving:
            return State.DRIVING
        if self.plugged_in_at is None:
            return State.PARKED
        return State.CHARGING if self.charging else State.PLUGGED_IN

    @property
    def moving(self) -> bool:
        """Whether the distraction rules for driving apply."""
        return self.driving and (self.speed > 0 or self.gear != 0)

    @property
    def full(self) -> bool:
        """Whether no more fits in."""
        return self.percent >= battery.FULL

    def follow(self, row: Row) -> None:
        """Take over one second of a drive."""
        self.driving = True
        self.percent, self.speed, self.gear = Decimal(str(row.percent)), row.speed, row.gear
        self.latitude, self.longitude, self.altitude = row.latitude, row.longitude, row.altitude
        self.outside = row.outside
        self.metres += row.speed / 3.6

    def park(self) -> None:
        """Stop."""
        self.driving, self.speed, self.gear = False, 0.0, 0

    def plug_in(self, *, now: datetime) -> None:
        """Connect the cable; the car charges at once unless something tells it to wait."""
        self.park()
        self.plugged_in_at, self.meter, self.held = now, Meter(), False
        self.charging = not self.full

    def unplug(self) -> None:
        """Take the cable out."""
        self.plugged_in_at, self.charging, self.held = None, False, False

    def start_charging(self) -> None:
        """Charge now.

        Raises:
            CannotChargeError: there is no cable, or the battery is full.
        """
        if self.plugged_in_at is None:
            raise CannotChargeError("the charging cable is not connected")
        if self.full:
            raise CannotChargeError("the battery is full")
        self.charging, self.held = True, False

    def stop_charging(self) -> None:
        """Wait with charging; stopping twice is no error."""
        self.charging, self.held = False, self.plugged_in_at is not None

    def release(self) -> bool:
        """Charge again if an app had stopped it: no driver finds an empty car because an app went away."""
        if not self.held or self.full:
            return False
        self.start_charging()
        return True

    def stay(self, *, now: datetime, seconds: float) -> None:
        """Let time pass while standing; a connected, charging car fills its battery."""
        if not self.charging:
            return
        done = battery.charge(self.profile, percent=self.percent, seconds=Decimal(str(seconds)))
        self.meter.add(start=now, seconds=done.seconds, kwh=done.grid_kwh)
        self.percent = done.percent
        self.charging = not self.full

    def signals(self) -> dict[str, Value]:
        """Every signal that this car measures, with its value now."""
        percent, kwh = float(self.percent), float(self.profile.capacity_kwh * self.percent / 100)
        to_full = round(battery.seconds_to_full(self.profile, percent=self.percent))
        return {
            paths.SPEED: float(self.speed),
            paths.GEAR: self.gear,
            paths.DISTANCE: round(self.metres),
            paths.OUTSIDE: self.outside,
            paths.LATITUDE: self.latitude,
            paths.LONGITUDE: self.longitude,
            paths.ALTITUDE: self.altitude,
            paths.CHARGE: round(percent, 2),
            paths.CHARGE_SHOWN: float(round(percent)),
            paths.ENERGY: round(kwh, 3),
            paths.CAPACITY: round(self.profile.capacity_kwh),
            paths.RANGE: round(self.profile.range_km * 1000 * percent / 100),
            paths.CABLE: self.plugged_in_at is not None,
            paths.CHARGING: self.charging,
            paths.START_STOP: "START" if self.charging else "STOP",
            paths.POWER: float(self.profile.charger_kw) if self.charging else 0.0,
            paths.MAX_POWER: float(self.profile.charger_kw),
            paths.TIME_TO_FULL: to_full if self.plugged_in_at is not None else 0,
        }
