"""Frames: a batch of data points from one vehicle, with a sequence number. Kept whole or refused whole."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from sandbox.wire import times
from sandbox.wire.catalog import Catalog, Value
from sandbox.wire.errors import (
    FrameError,
    FrameTooLargeError,
    FutureTimeError,
    OutOfRangeError,
    TimeError,
    UnknownSignalError,
    WrongTypeError,
)

__all__ = [
    "Frame",
    "FrameError",
    "FrameTooLargeError",
    "FutureTimeError",
    "OutOfRangeError",
    "Point",
    "UnknownSignalError",
    "WrongTypeError",
    "check",
    "decode",
    "encode",
]

MAX_BYTES: Final = 1 << 20
MAX_POINTS: Final = 5_000
#: How far a car's clock may run ahead of ours.
CLOCK_LEAD: Final = timedelta(seconds=60)
#: Trees that come from feeds, never from a car.
CAR_ROOT: Final = "Vehicle."


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of one signal and when it was captured."""

    path: Annotated[str, msgspec.Meta(max_length=200)]
    value: Value
    ts: Annotated[str, msgspec.Meta(max_length=32)]


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points under one sequence number, and whether they are live, replayed or simulated."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    source: Literal["live", "recorded", "simulated"]
    points: tuple[Point, ...]


_DECODER: Final = msgspec.json.Decoder(Frame)
_ENCODER: Final = msgspec.json.Encoder()


def decode(data: bytes) -> Frame:
    """Read a frame's shape; `check` judges what it says.

    Raises:
        FrameTooLargeError: more bytes than a frame may have.
        FrameError: not JSON, or not a frame.
    """
    if len(data) > MAX_BYTES:
        raise FrameTooLargeError(f"The frame has {len(data):,} bytes, at most {MAX_BYTES:,} are allowed")
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FrameError(f"The frame is refused: {error}") from error


def encode(frame: Frame) -> bytes:
    """The frame as JSON."""
    return _ENCODER.encode(frame)


def check(frame: Frame, *, catalog: Catalog, now: datetime) -> None:
    """Refuse the whole frame if one point is wrong.

    Raises:
        FrameTooLargeError: too many points.
        UnknownSignalError: a path that is no signal of a car.
        WrongTypeError: a value that is not of the signal's datatype.
        OutOfRangeError: a value outside the signal's range.
        FutureTimeError: a time more than 60 seconds after `now`.
        FrameError: a time in another notation.
    """
    if len(frame.points) > MAX_POINTS:
        raise FrameTooLargeError(f"The frame has {len(frame.points):,} points, at most {MAX_POINTS:,} are allowed")
    for point in frame.points:
        if not point.path.startswith(CAR_ROOT):
            raise UnknownSignalError(f"{point.path!r} is not a signal of a car")
        catalog.check(point.path, point.value)
    for ts in {point.ts for point in frame.points}:
        _check_time(ts, now)


def _check_time(ts: str, now: datetime) -> None:
    try:
        moment = times.parse(ts)
    except TimeError as error:
        raise FrameError(str(error)) from error
    if moment > now + CLOCK_LEAD:
        raise FutureTimeError(f"{ts} lies {(moment - now).total_seconds():,.0f} s ahead of {times.render(now)}")
