"""Counters in Valkey between two flushes: one hash per day, one field per kind, vehicle and app."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from redis import Redis

KINDS: Final = ("frames", "data_points", "delivered", "denied", "commands")


class Count(NamedTuple):
    """What is counted. Empty `app` counts what the car sent."""

    kind: str
    vehicle: str
    app: str = ""


def key(day: date) -> str:
    """The day's hash."""
    return f"usage:{day:%Y-%m-%d}"


def field(count: Count) -> str:
    """The hash field of a count."""
    return f"{count.kind}|{count.vehicle}|{count.app}"


def parse(name: str) -> Count:
    """The count that a hash field means."""
    kind, vehicle, app = name.split("|")
    return Count(kind, vehicle, app)


def add(pipe: Any, counts: Mapping[Count, int], *, now: datetime) -> None:
    """Queue the increments on a pipeline, whether it is awaited or not."""
    for count, number in counts.items():
        pipe.hincrby(key(now.date()), field(count), number)


def incr(client: Redis, count: Count, *, now: datetime, number: int = 1) -> None:
    """Count one thing now."""
    client.hincrby(key(now.date()), field(count), number)
