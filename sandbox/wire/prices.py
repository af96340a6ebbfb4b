"""Electricity prices: quarter-hours `[start, end)` in UTC with a decimal price, which may be negative."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, Self

import msgspec

from sandbox.wire import times
from sandbox.wire.errors import MissingSlotError, OverlapError, PriceError, TimeError, WrongLengthError

__all__ = [
    "QUARTER",
    "MissingSlotError",
    "OverlapError",
    "PriceError",
    "Slot",
    "WrongLengthError",
    "check_covers",
    "check_day",
    "parse_slots",
]

QUARTER: Final = timedelta(minutes=15)
#: Eight days: more than any market publishes at once.
MAX_SLOTS: Final = 8 * 96

_PRICE: Final = re.compile(r"-?[0-9]{1,8}(\.[0-9]{1,2})?")
_KEYS: Final = frozenset({"start", "end", "eur_per_mwh"})


class Slot(msgspec.Struct, frozen=True):
    """One price, valid from `start` up to but not including `end`."""

    start: datetime
    end: datetime
    eur_per_mwh: Decimal

    @classmethod
    def from_dict(cls, row: object) -> Self:
        """Read one slot.

        Raises:
            PriceError: a key too few or too many, a time not in UTC, or a price that is no decimal text.
        """
        if not isinstance(row, Mapping) or row.keys() != _KEYS:
            raise PriceError("A slot has exactly the keys start, end and eur_per_mwh")
        price = row["eur_per_mwh"]
        if not isinstance(price, str) or not _PRICE.fullmatch(price):
            raise PriceError(f"{price!r:.40} is not a decimal text with at most two places, like '-4.50'")
        return cls(_instant(row["start"]), _instant(row["end"]), Decimal(price))

    def to_dict(self) -> dict[str, str]:
        """The slot as it travels."""
        return {
            "start": times.render(self.start),
            "end": times.render(self.end),
            "eur_per_mwh": str(self.eur_per_mwh),
        }


def parse_slots(rows: object) -> tuple[Slot, ...]:
    """Read slots and put them in order of time.

    Raises:
        PriceError: none, too many, or one that does not follow the format.
    """
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_SLOTS:
        raise PriceError(f"Send a list of 1 to {MAX_SLOTS} slots")
    return tuple(sorted((Slot.from_dict(row) for row in rows), key=lambda slot: slot.start))


def check_day(slots: Iterable[Slot]) -> None:
    """Refuse anything but one unbroken run of quarter-hours. How many a day has is not checked: 92, 96 or 100.

    Raises:
        WrongLengthError: a slot that is not one quarter-hour of the clock.
        OverlapError: two slots share time.
        MissingSlotError: time between two slots has no price, or there is no slot.
    """
    ordered = sorted(slots, key=lambda slot: slot.start)
    if not ordered:
        raise MissingSlotError("There is no price slot at all")
    for slot in ordered:
        _check_length(slot)
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise OverlapError(f"The slots from {times.render(before.start)} and {times.render(after.start)} overlap")
        if after.start > before.end:
            raise MissingSlotError(f"No price from {times.render(before.end)} to {times.render(after.start)}")


def check_covers(slots: Iterable[Slot], *, start: datetime, end: datetime) -> None:
    """Refuse prices that are not exactly the quarter-hours of `[start, end)`, such as one local day.

    Raises:
        MissingSlotError: the first or the last slots are missing.
        WrongLengthError: there are slots before `start` or after `end`, or one has another length.
        OverlapError: two slots share time.
    """
    ordered = sorted(slots, key=lambda slot: slot.start)
    check_day(ordered)
    first, last = ordered[0].start, ordered[-1].end
    if first > start or last < end:
        raise MissingSlotError(f"Prices run from {times.render(first)} to {times.render(last)}, not the whole day")
    if first < start or last > end:
        raise WrongLengthError(f"Prices from {times.render(first)} to {times.render(last)} are longer than the day")


def _check_length(slot: Slot) -> None:
    start = slot.start
    on_the_clock = start.minute % 15 == 0 and start.second == 0 and start.microsecond == 0
    if slot.end - start != QUARTER or not on_the_clock:
        raise WrongLengthError(f"{times.render(start)} to {times.render(slot.end)} is not a quarter-hour of the clock")


def _instant(text: object) -> datetime:
    if not isinstance(text, str):
        raise PriceError(f"{text!r:.40} is not a time")
    try:
        return times.parse(text)
    except TimeError as error:
        raise PriceError(str(error)) from error
