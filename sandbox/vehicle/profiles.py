"""The two cars that the simulator can be: how much they hold and how fast they charge."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sandbox.vehicle.errors import UnknownProfileError


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a model is made of."""

    slug: str
    make: str
    model: str
    year: int
    hardware_id: str
    capacity_kwh: Decimal  #: what the battery holds between 0 and 100 %
    charger_kw: Decimal  #: what reaches the battery
    efficiency: Decimal  #: the share of what the socket gives that reaches the battery
    range_km: int  #: with a full battery

    @property
    def socket_kw(self) -> Decimal:
        """What the car draws from the socket while it charges."""
        return self.charger_kw / self.efficiency


PROFILES: Final = {
    profile.slug: profile
    for profile in (
        Profile(
            slug="compact",
            make="Meridian",
            model="Mote",
            year=2026,
            hardware_id="hu-compact",
            capacity_kwh=Decimal(52),
            charger_kw=Decimal(11),
            efficiency=Decimal("0.90"),
            range_km=390,
        ),
        Profile(
            slug="van",
            make="Meridian",
            model="Porter",
            year=2026,
            hardware_id="hu-van",
            capacity_kwh=Decimal(75),
            charger_kw=Decimal(11),
            efficiency=Decimal("0.92"),
            range_km=330,
        ),
    )
}


def profile_of(slug: str) -> Profile:
    """The profile of that name.

    Raises:
        UnknownProfileError: there is none.
    """
    if slug not in PROFILES:
        raise UnknownProfileError(f"{slug!r} is no profile; there are {', '.join(PROFILES)}")
    return PROFILES[slug]
