"""What an app would receive if the driver agreed: the newest value of every signal it asks for, car by car."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from redis import RedisError

from apps_registry import sentences
from forecourt.consent.offers import Item
from forecourt.consent.valkey import client
from forecourt.vehicles.models import Vehicle
from sandbox.wire.catalog import DEFAULT, Signal

_READING: Final = frozenset({"read", "subscribe", "history"})


@dataclass(frozen=True)
class Row:
    """One signal; `value` is None if the car never sent it."""

    label: str
    path: str
    unit: str
    value: Any
    ts: str


@dataclass(frozen=True)
class Preview:
    """One car's signals."""

    vehicle: Vehicle
    rows: tuple[Row, ...]


def of(vehicles: Iterable[Vehicle], items: Sequence[Item]) -> tuple[Preview, ...]:
    """The preview for each car; prices do not come from cars and are left out."""
    patterns = [item.scope.pattern for item in items if item.scope.action in _READING]
    found = {signal.path: signal for pattern in patterns for signal in DEFAULT.expand(pattern)}
    signals = [signal for path, signal in found.items() if path.startswith("Vehicle.")]
    return tuple(Preview(vehicle, _rows(vehicle.public_id, signals)) for vehicle in vehicles)


def _rows(public_id: str, signals: Sequence[Signal]) -> tuple[Row, ...]:
    if not signals:
        return ()
    try:
        latest = client().hmget(f"latest:{{{public_id}}}", [signal.path for signal in signals])
    except RedisError:
        latest = [None] * len(signals)
    return tuple(_row(signal, raw) for signal, raw in zip(signals, latest, strict=True))


def _row(signal: Signal, raw: bytes | str | None) -> Row:
    point = msgspec.json.decode(raw) if raw else {}
    return Row(sentences.label(signal), signal.path, signal.unit, point.get("value"), point.get("ts", ""))
