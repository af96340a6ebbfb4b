"""Why an app may use signals: a fixed list that drivers can read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Slug to the end of the sentence "<App> uses this …".
PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "smart-charging": "to plan cheap charging and start or stop it for you",
        "trip-log": "to keep a log of your trips",
        "navigation": "to guide you and to find chargers and parking on your way",
        "climate-comfort": "to bring the cabin to the temperature you like",
        "diagnostics": "to tell you when something in the car needs attention",
        "insurance": "to work out your insurance premium from how the car is used",
        "research": "to improve research and statistics, without your name",
        "vehicle-access": "to lock, unlock or find your car for you",
    }
)


def sentence(purpose: str) -> str:
    """What the driver reads for a purpose; an unknown one reads as its own name."""
    return PURPOSES.get(purpose, purpose)
