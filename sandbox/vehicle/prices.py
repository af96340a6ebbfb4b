"""Electricity prices: a chosen stretch of a recorded series, told by line what is wrong with it, or a built-in day."""

import csv
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from sandbox.vehicle.errors import PriceFileError
from sandbox.wire.prices import QUARTER, Slot

COLUMNS: Final = ("area", "start_utc", "end_utc", "eur_per_mwh")


def load(choice: str, *, area: str, start: datetime, hours: int = 24) -> list[Slot]:
    """The quarter hours from `start` on, from that file, or built in for the word `simulated`.

    Raises:
        PriceFileError: the file cannot be used; the error names the line.
    """
    if choice == "simulated":
        return simulated(start=start, hours=hours)
    return recorded(Path(choice), area=area, start=start, hours=hours)


def recorded(path: Path, *, area: str, start: datetime, hours: int = 24) -> list[Slot]:
    """The quarter hours of an area from `start` on; the whole file is checked, not only these.

    Raises:
        PriceFileError: the file cannot be used, or does not hold the whole stretch.
    """
    end, found = start + timedelta(hours=hours), list[tuple[int, Slot]]()
    last = 1
    for line, name, slot in _lines(path):
        last = line
        if name == area and start <= slot.start < end:
            found.append((line, slot))
    expected = start
    for line, slot in found:
        if slot.start != expected:
            raise PriceFileError(
                name=path.name, line=line, text=f"{area} has a gap or an overlap at {expected:%F %R} UTC"
            )
        expected = slot.end
    if expected != end:
        raise PriceFileError(name=path.name, line=last, text=f"{area} has no price at {expected:%F %R} UTC")
    return [slot for _line_number, slot in found]


def last_end(path: Path, *, area: str) -> datetime:
    """When the file's last quarter hour of an area ends.

    Raises:
        PriceFileError: the file cannot be used, or has no price of the area.
    """
    ends = [slot.end for _line_number, name, slot in _lines(path) if name == area]
    if not ends:
        raise PriceFileError(name=path.name, line=1, text=f"there is no price of the area {area}")
    return max(ends)


def _lines(path: Path) -> Iterator[tuple[int, str, Slot]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file, strict=True)
            if tuple(next(reader, ())) != COLUMNS:
                raise PriceFileError(name=path.name, line=1, text=f"the header is not {','.join(COLUMNS)}")
            for cells in reader:
                yield reader.line_num, *_slot(path.name, reader.line_num, cells)
    except OSError as error:
        raise PriceFileError(name=path.name, line=0, text=f"it cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise PriceFileError(name=path.name, line=0, text=f"it is no CSV file in UTF-8: {error}") from error


def _slot(name: str, line: int, cells: list[str]) -> tuple[str, Slot]:
    if len(cells) != len(COLUMNS):
        raise PriceFileError(name=name, line=line, text=f"it has {len(cells)} cells, not {len(COLUMNS)}")
    area, start, end, price = cells
    try:
        slot = Slot(datetime.fromisoformat(start), datetime.fromisoformat(end), Decimal(price))
    except (ValueError, InvalidOperation) as error:
        raise PriceFileError(name=name, line=line, text="it is not two times and a price") from error
    if slot.start.tzinfo is None or slot.end - slot.start != QUARTER or not slot.eur_per_mwh.is_finite():
        raise PriceFileError(name=name, line=line, text="it is not a quarter hour in UTC with a finite price")
    return area, slot


def simulated(*, start: datetime, hours: int = 24) -> list[Slot]:
    """A made-up day: dear in the evening, cheap at night, below zero for an hour before dawn."""
    moments = [start + QUARTER * number for number in range(hours * 4)]
    return [Slot(moment, moment + QUARTER, _made_up(moment.astimezone(UTC))) for moment in moments]


def _made_up(moment: datetime) -> Decimal:
    hour = moment.hour + moment.minute / 60
    evening = 95 * math.exp(-(((hour - 18.0) / 2.2) ** 2))
    morning = 48 * math.exp(-(((hour - 7.5) / 1.6) ** 2))
    night = 52 * math.exp(-((((hour + 12) % 24 - 14.6) / 1.9) ** 2))
    return Decimal(f"{46 + evening + morning - night:.2f}")
