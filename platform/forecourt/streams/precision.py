"""How exact a location leaves the platform: values are laid on a grid before they are sent."""

from collections.abc import Mapping
from typing import Any, Final

EXACT: Final = "exact"
#: The grid's step by leaf and precision, in the leaf's unit. A leaf without a step is withheld at that precision.
STEPS: Final[Mapping[str, Mapping[str, float]]] = {
    "Latitude": {"100m": 0.001, "1km": 0.01, "city": 0.1},
    "Longitude": {"100m": 0.001, "1km": 0.01, "city": 0.1},
    "Altitude": {"100m": 10, "1km": 100},
    "Heading": {"100m": 45},
    "HorizontalAccuracy": {},
    "VerticalAccuracy": {},
}


def coarsen(path: str, value: Any, precision: str) -> Any | None:
    """The value as the grant lets it out; None where nothing may be sent."""
    if precision == EXACT:
        return value
    if precision == "none":
        return None
    steps = STEPS.get(path.rpartition(".")[2])
    if steps is None:
        return value
    step = steps.get(precision)
    if step is None or not isinstance(value, int | float):
        return None
    return round(round(value / step) * step, 6)
