"""Drives: a recorded one from a CSV file, told by line what is wrong with it, or a simulated one."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from sandbox.vehicle.errors import DriveFileError

COLUMNS: Final = ("Date", "Time", "Soc", "Speed", "Mode", "LAT", "LON", "ALT", "Temperature")
GEARS: Final = {"N": 0, "D": 1, "R": -1}
_LIMITS: Final = {
    "Soc": (0.0, 100.0),
    "Speed": (0.0, 300.0),
    "LAT": (-90.0, 90.0),
    "LON": (-180.0, 180.0),
    "ALT": (-500.0, 9000.0),
    "Temperature": (-60.0, 70.0),
}
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One second of a drive."""

    second: int  #: since the first row
    percent: float
    speed: float  #: km/h
    gear: int
    latitude: float
    longitude: float
    altitude: float
    outside: float  #: °C


@dataclass(frozen=True, slots=True)
class Drive:
    """What a car replays."""

    rows: Sequence[Row]
    source: str  #: recorded or simulated
    repaired: int  #: dates that were impossible and were mended from their neighbours

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return self.rows[-1].second


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    day: date | None  # None: the file holds an impossible date
    time: time
    cells: dict[str, str]


def load(choice: str) -> Drive:
    """The drive of that file, or the built-in one for the word `simulated`.

    Raises:
        DriveFileError: the file cannot be used; the error names the line.
    """
    return simulated() if choice == "simulated" else recorded(Path(choice))


def recorded(path: Path) -> Drive:
    """Read a recorded drive of one row a second.

    Raises:
        DriveFileError: the file cannot be used; the error names the line.
    """
    lines = list(_lines(path))
    if len(lines) < 2:
        raise DriveFileError(name=path.name, line=1, text="a drive has at least two rows under its header")
    moments = _moments(path.name, lines)
    seconds = [round((moment - moments[0]).total_seconds()) for moment in moments]
    for line, (before, after) in zip(lines[1:], pairwise(seconds), strict=True):
        if after <= before:
            raise DriveFileError(name=path.name, line=line.number, text="its time is not after that of the line before")
    rows = [_row(path.name, line, second) for line, second in zip(lines, seconds, strict=True)]
    return Drive(rows, "recorded", sum(line.day is None for line in lines))


def _lines(path: Path) -> Iterator[_Line]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise DriveFileError(name=path.name, line=1, text=f"the header lacks {', '.join(missing)}")
            for cells in reader:
                yield _line(path.name, reader.line_num, cells)
    except OSError as error:
        raise DriveFileError(name=path.name, line=0, text=f"it cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise DriveFileError(name=path.name, line=0, text=f"it is no CSV file in UTF-8: {error}") from error


def _line(name: str, number: int, cells: dict[str, str]) -> _Line:
    if None in cells or None in cells.values():
        raise DriveFileError(name=name, line=number, text="it has not as many cells as the header")
    try:
        clock = time.fromisoformat(cells["Time"])
    except ValueError as error:
        raise DriveFileError(name=name, line=number, text=f"{cells['Time']!r} is no time of day") from error
    try:
        day = datetime.strptime(cells["Date"], "%m/%d/%Y").date()  # noqa: DTZ007 - the file knows no zone
    except ValueError:
        day = None
    return _Line(number, day, clock, cells)


def _moments(name: str, lines: Sequence[_Line]) -> list[datetime]:
    """Local times; an impossible date becomes that of the line before, or a day later past midnight."""
    day = next((line.day for line in lines if line.day is not None), None)
    if day is None:
        raise DriveFileError(name=name, line=lines[0].number, text="no line has a possible date")
    moments: list[datetime] = []
    for line in lines:
        moment = datetime.combine(line.day or day, line.time)
        if line.day is None and moments and moment < moments[-1] - _DAY / 2:
            moment += _DAY
        day = moment.date()
        moments.append(moment)
    return moments


def _row(name: str, line: _Line, second: int) -> Row:
    numbers = {column: _number(name, line, column) for column in _LIMITS}
    mode = line.cells["Mode"].strip()
    if mode not in GEARS:
        raise DriveFileError(name=name, line=line.number, text=f"Mode is {mode!r}, not one of {', '.join(GEARS)}")
    return Row(
        second=second,
        percent=numbers["Soc"],
        speed=numbers["Speed"],
        gear=GEARS[mode],
        latitude=numbers["LAT"],
        longitude=numbers["LON"],
        altitude=numbers["ALT"],
        outside=numbers["Temperature"],
    )


def _number(name: str, line: _Line, column: str) -> float:
    text, (low, high) = line.cells[column], _LIMITS[column]
    try:
        number = float(text)
    except ValueError as error:
        raise DriveFileError(name=name, line=line.number, text=f"{column} is {text!r}, not a number") from error
    if not low <= number <= high:  # a NaN is not between anything
        raise DriveFileError(name=name, line=line.number, text=f"{column} is {text}, not between {low:g} and {high:g}")
    return number


def simulated(*, seconds: int = 3600, start_percent: float = 78.0, used_percent: float = 52.0) -> Drive:
    """A made-up drive: a round through a town with stops, the same every time."""
    speeds = [_pace(second, seconds) for second in range(seconds + 1)]
    whole = sum(speeds) or 1.0
    rows, covered = [], 0.0
    for second, speed in enumerate(speeds):
        covered += speed
        turn = 2 * math.pi * covered / whole
        rows.append(
            Row(
                second=second,
                percent=round(start_percent - used_percent * covered / whole, 2),
                speed=round(speed, 1),
                gear=1 if speed > 0 else 0,
                latitude=round(56.15 + 0.03 * math.sin(turn), 6),
                longitude=round(10.16 + 0.05 * math.cos(turn), 6),
                altitude=round(30 + 12 * math.sin(3 * turn), 1),
                outside=12.0,
            )
        )
    return Drive(rows, "simulated", 0)


def _pace(second: int, seconds: int) -> float:
    """Between stops of twenty seconds every four minutes, with rises and falls; still at both ends."""
    if second < 15 or second > seconds - 15:
        return 0.0
    in_leg = second % 240
    if in_leg < 20:
        return 0.0
    ramp = min(1.0, (in_leg - 20) / 15, (240 - in_leg) / 15)
    return ramp * (48 + 14 * math.sin(second / 97) + 4 * math.sin(second / 11))
