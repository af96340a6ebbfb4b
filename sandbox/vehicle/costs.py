"""What a night's electricity cost, and what it would have cost to charge at once: pure rules in decimals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from sandbox.vehicle.battery import Meter
from sandbox.vehicle.errors import VehicleError
from sandbox.vehicle.profiles import Profile
from sandbox.wire.prices import Slot


class MissingPriceError(VehicleError):
    """Electricity was drawn at a time without a known price."""

    resolution = "Push prices for the whole night, from plugging in to the end of the session."


def charged_at_once(profile: Profile, *, plugged_in_at: datetime, grid_kwh: Decimal) -> dict[datetime, Decimal]:
    """The same energy as if it had been drawn at full power from the moment of plugging in, by quarter hour."""
    meter = Meter()
    meter.add(start=plugged_in_at, seconds=grid_kwh / profile.socket_kw * 3600, kwh=grid_kwh)
    return meter.kwh


def cost_eur(kwh: Mapping[datetime, Decimal], slots: Sequence[Slot]) -> Decimal:
    """What the energy drawn in each quarter hour cost; negative where the grid paid for it.

    Raises:
        MissingPriceError: a quarter hour with energy has no price.
    """
    price = {slot.start: slot.eur_per_mwh for slot in slots}
    missing = sorted(quarter for quarter in kwh if quarter not in price)
    if missing:
        raise MissingPriceError(f"no price for {missing[0]:%Y-%m-%d %H:%M} UTC")
    total = sum((amount * price[quarter] / 1000 for quarter, amount in kwh.items()), Decimal(0))
    return total.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
