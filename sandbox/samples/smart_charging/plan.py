"""Which quarter hours to charge in: pure rules, shared by the app in the car and the app in the cloud."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

READY_HOUR = 7
TARGET_PERCENT = 90.0
HOME_POWER_KW = 11.0


@dataclass(frozen=True)
class Slot:
    """One half-open stretch of time with one price."""

    start: datetime
    end: datetime
    eur_per_mwh: float

    @property
    def minutes(self) -> float:
        """How long the slot is."""
        return (self.end - self.start) / timedelta(minutes=1)


def slots_of(rows: list[dict[str, object]]) -> list[Slot]:
    """Read the rows of a price forecast: start, end and eur_per_mwh, in order of time."""
    slots = [Slot(moment(row["start"]), moment(row["end"]), float(str(row["eur_per_mwh"]))) for row in rows]
    return sorted(slots, key=lambda slot: slot.start)


def moment(text: object) -> datetime:
    """Read one RFC 3339 time."""
    return datetime.fromisoformat(str(text))


def needed_minutes(*, percent: float, target: float, capacity_kwh: float, power_kw: float) -> int:
    """How long the battery must charge to come from one percentage to the other."""
    missing_kwh = max(0.0, target - percent) / 100 * capacity_kwh
    return math.ceil(missing_kwh / power_kw * 60)


def plan(slots: Iterable[Slot], *, now: datetime, ready_by: datetime, needed_minutes: int) -> list[Slot]:
    """The cheapest slots that together last long enough, in order of time.

    A slot that has begun counts with what is left of it. At one price the earlier slot wins.
    If there is too little time, all of it is used.
    """
    open_slots = [_clipped(slot, now, ready_by) for slot in slots if slot.end > now and slot.start < ready_by]
    chosen: list[Slot] = []
    missing = float(needed_minutes)
    for slot in sorted(open_slots, key=lambda slot: (slot.eur_per_mwh, slot.start)):
        if missing <= 0:
            break
        chosen.append(slot)
        missing -= slot.minutes
    return sorted(chosen, key=lambda slot: slot.start)


def ready_by(now: datetime) -> datetime:
    """The next departure: seven in the morning on the car's clock, tomorrow if that is less than an hour away."""
    morning = now.replace(hour=READY_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning - now >= timedelta(hours=1) else morning + timedelta(days=1)


def _clipped(slot: Slot, now: datetime, ready_by: datetime) -> Slot:
    return Slot(max(slot.start, now), min(slot.end, ready_by), slot.eur_per_mwh)


def active(chosen: Sequence[Slot], now: datetime) -> Slot | None:
    """The chosen slot that this moment falls in."""
    return next((slot for slot in chosen if slot.start <= now < slot.end), None)


def average_price(chosen: Sequence[Slot]) -> float | None:
    """What a MWh costs on average over the chosen slots, weighted by time."""
    minutes = sum(slot.minutes for slot in chosen)
    return sum(slot.eur_per_mwh * slot.minutes for slot in chosen) / minutes if minutes else None
