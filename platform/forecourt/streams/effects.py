"""What shows that a command worked: the signal that must change, and to what. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sandbox.wire import times

_CHARGING: Final = "Vehicle.Powertrain.TractionBattery.Charging"


class Effect(NamedTuple):
    """A signal and the value it must show."""

    path: str
    value: Any


EFFECTS: Final[Mapping[tuple[str, Any], Effect]] = {
    (f"{_CHARGING}.StartStopCharging", "START"): Effect(f"{_CHARGING}.IsCharging", value=True),
    (f"{_CHARGING}.StartStopCharging", "STOP"): Effect(f"{_CHARGING}.IsCharging", value=False),
}


def effect_of(path: str, value: Any) -> Effect:
    """What must be seen; an actuator without its own line must show its new value itself."""
    return EFFECTS.get((path, value), Effect(path, value))


def is_shown(effect: Effect, point: Mapping[str, Any] | None, *, since: datetime) -> bool:
    """Whether the newest data point shows the effect and was captured at or after `since`."""
    return point is not None and point["value"] == effect.value and times.parse(point["ts"]) >= since
