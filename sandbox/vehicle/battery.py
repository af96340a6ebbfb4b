"""The battery: pure arithmetic on percent, kilowatt hours and seconds, in decimals so that sums agree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from sandbox.vehicle.profiles import Profile
from sandbox.wire.prices import QUARTER

FULL: Final = Decimal(100)
_MICRO: Final = Decimal("0.000001")
_HOUR: Final = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Charged:
    """What one stretch of charging did."""

    percent: Decimal  #: state of charge at its end
    grid_kwh: Decimal  #: what was drawn from the socket
    seconds: Decimal  #: how long it drew, which is less than asked for once the battery is full


def charge(profile: Profile, *, percent: Decimal, seconds: Decimal) -> Charged:
    """Charge at full power for so long, or until the battery is full."""
    drawn = min(seconds, seconds_to_full(profile, percent=percent))
    grid = (profile.socket_kw * drawn / _HOUR).quantize(_MICRO, ROUND_HALF_EVEN)
    gained = profile.charger_kw * drawn / _HOUR / profile.capacity_kwh * FULL
    ended = FULL if drawn < seconds else min(FULL, percent + gained)
    return Charged(percent=ended.quantize(_MICRO, ROUND_HALF_EVEN), grid_kwh=grid, seconds=drawn)


def seconds_to_full(profile: Profile, *, percent: Decimal) -> Decimal:
    """How long the battery must charge at full power to be full."""
    missing_kwh = max(Decimal(0), FULL - percent) / FULL * profile.capacity_kwh
    return missing_kwh / profile.charger_kw * _HOUR


def quarter_of(moment: datetime) -> datetime:
    """The start of the quarter hour that a moment falls in."""
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


@dataclass(slots=True)
class Meter:
    """How many kilowatt hours were drawn from the socket in each quarter hour."""

    kwh: dict[datetime, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """All that was drawn."""
        return sum(self.kwh.values(), Decimal(0))

    def add(self, *, start: datetime, seconds: Decimal, kwh: Decimal) -> None:
        """Book a stretch of charging, split by time over the quarters that it touches."""
        at, end = start, start + timedelta(seconds=float(seconds))
        left, whole = kwh, end - start
        while at < end and whole:
            quarter = quarter_of(at)
            until = min(end, quarter + QUARTER)
            share = left if until == end else (kwh * _ratio(until - at, whole)).quantize(_MICRO, ROUND_HALF_EVEN)
            self.kwh[quarter] = self.kwh.get(quarter, Decimal(0)) + share
            left -= share
            at = until


def _ratio(part: timedelta, whole: timedelta) -> Decimal:
    return Decimal(part // timedelta(microseconds=1)) / Decimal(whole // timedelta(microseconds=1))
