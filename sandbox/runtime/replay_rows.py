"""A simulated drive and the night after it: what every app is replayed against before anyone reviews it."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from sandbox.wire import times
from sandbox.wire.catalog import DEFAULT, Signal

NOW: Final = "now"
MOVING: Final = "moving"
EVENING: Final = datetime(2026, 1, 15, 17, 30, tzinfo=UTC)
BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
Row = dict[str, object]


def drive_rows(n: int) -> list[Row]:
    """`n` moments: the first half a drive, second by second, the rest a night on the charger, minute by minute.

    Each row maps every signal of the catalog to a value, and holds the time under `now` and whether the car moves
    under `moving`.
    """
    resting = {signal.path: _resting(signal) for signal in DEFAULT}
    return [resting | (_driving(i) if i < n // 2 else _charging(i - n // 2, n // 2)) for i in range(n)]


def changes(rows: Iterable[Row], *, readable: frozenset[str]) -> list[Row]:
    """The rows with only what an app may read and what changed since the row before."""
    known: Row = {}
    told = []
    for row in rows:
        seen = {name: value for name, value in row.items() if name in readable or name in {NOW, MOVING}}
        told.append({name: value for name, value in seen.items() if known.get(name, known) != value})
        known = seen
    return told


def _resting(signal: Signal) -> object:
    """A lawful value of a signal about which the drive says nothing."""
    if signal.datatype == "boolean":
        return False
    if signal.datatype == "string":
        return signal.allowed[0] if signal.allowed else times.render(EVENING) if signal.unit == "iso8601" else ""
    number = max(signal.minimum or 0, min(0, signal.maximum or 0))
    return number if signal.datatype in {"float", "double"} else int(number)


def _driving(second: int) -> Row:
    speed = round(45 + 35 * math.sin(second / 40), 1) if second % 300 > 20 else 0.0
    return {
        NOW: (EVENING + timedelta(seconds=second)).isoformat(),
        MOVING: speed > 0,
        "Vehicle.Speed": speed,
        "Vehicle.CurrentLocation.Latitude": round(55.676 + second * 1e-4, 6),
        "Vehicle.CurrentLocation.Longitude": round(12.568 + second * 1e-4, 6),
        **_battery(percent=62 - second * 0.004, plugged_in=False, charging=False),
        **_prices(),
    }


def _charging(minute: int, drive_seconds: int) -> Row:
    percent = min(100.0, 30 + max(0, minute - 240) * 0.3)
    return {
        NOW: (EVENING + timedelta(seconds=drive_seconds, minutes=minute)).isoformat(),
        MOVING: False,
        "Vehicle.Speed": 0.0,
        **_battery(percent=percent, plugged_in=True, charging=minute > 240 and percent < 100),
        **_prices(),
    }


def _battery(*, percent: float, plugged_in: bool, charging: bool) -> Row:
    return {
        f"{BATTERY}.StateOfCharge.Current": round(percent, 2),
        f"{BATTERY}.StateOfCharge.Displayed": round(percent, 2),
        f"{BATTERY}.NetCapacity": 52,
        f"{BATTERY}.Range": int(percent * 3400),
        f"{BATTERY}.Charging.IsCharging": charging,
        f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected": plugged_in,
    }


@lru_cache(maxsize=1)
def _prices() -> Row:
    """Two days of quarter hours: dear in the evening, cheap and once negative in the small hours."""
    start = EVENING.replace(hour=0, minute=0)
    quarter = timedelta(minutes=15)
    slots = [
        {
            "start": times.render(start + i * quarter),
            "end": times.render(start + (i + 1) * quarter),
            "eur_per_mwh": f"{70 + 75 * math.sin((i % 96 - 36) / 96 * math.tau) * math.cos(i / 9):.2f}",
        }
        for i in range(192)
    ]
    return {"Energy.Price.Forecast": json.dumps(slots), "Energy.Price.Current": 84.0, "Energy.Price.Area": "DK1"}
