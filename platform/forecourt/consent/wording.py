"""Words of the consent page beside those of the registry's sentences. Pure."""

from collections.abc import Mapping
from typing import Final

PRECISION_LABELS: Final[Mapping[str, str]] = {
    "exact": "Exact",
    "100m": "To about 100 metres",
    "1km": "To about 1 kilometre",
    "city": "Only the city",
}
EXPIRY_LABELS: Final[Mapping[str, str]] = {
    "1d": "For one day",
    "30d": "For 30 days",
    "until-revoked": "Until I take it back",
}


def is_location(path: str) -> bool:
    """Whether a signal says where the car is or was."""
    return any(segment in {"CurrentLocation", "Location"} for segment in path.split("."))
