"""Chooses the evening on which the story happens: always in the past, always with known prices."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sandbox.vehicle import prices
from sandbox.wire.prices import Slot

DEPARTURE: Final = time(14, 15, tzinfo=UTC)  # 103 minutes later it is 16:00 UTC: six in the evening at the cars' home
HOURS: Final = 48


@dataclass(frozen=True)
class Evening:
    """A departure, and the prices of that day and the next, a day at a time."""

    departure: datetime
    days: tuple[list[Slot], list[Slot]]
    source: str
    label: str


def choose(recording: Path | None, *, area: str, now: datetime) -> Evening:
    """The last evening whose next day has prices too; without a recording, the day before yesterday.

    Raises:
        PriceFileError: the recording cannot be used; the error names the line.
    """
    last = prices.last_end(recording, area=area) if recording else now
    midnight = datetime.combine(last.date() - timedelta(days=2), time(0), tzinfo=UTC)
    slots = prices.load(str(recording or "simulated"), area=area, start=midnight, hours=HOURS)
    half = len(slots) // 2
    departure = datetime.combine(midnight.date(), DEPARTURE)
    if recording is None:
        return Evening(departure, (slots[:half], slots[half:]), "simulated", "Simulated price day")
    return Evening(
        departure, (slots[:half], slots[half:]), "recorded", f"Recorded day-ahead prices {area}, {recording.name}"
    )
