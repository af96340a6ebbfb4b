"""Frames: what is kept, and what refuses the whole batch."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.wire import frames
from sandbox.wire.catalog import DEFAULT
from sandbox.wire.frames import (
    Frame,
    FrameError,
    FrameTooLargeError,
    FutureTimeError,
    OutOfRangeError,
    UnknownSignalError,
    WrongTypeError,
)

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def point(**changes: Any) -> dict[str, Any]:
    return {"path": "Vehicle.Speed", "value": 50.5, "ts": "2026-01-31T12:00:00Z"} | changes


def frame(*points: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({"seq": 1, "source": "live", "points": points} | changes).encode()


def accept(data: bytes) -> Frame:
    decoded = frames.decode(data)
    frames.check(decoded, catalog=DEFAULT, now=NOW)
    return decoded


def test_a_good_frame_is_kept() -> None:
    kept = accept(frame(point(), point(path="Vehicle.IsMoving", value=True, ts="2026-01-31T12:01:00.000Z")))
    assert [(each.path, each.value) for each in kept.points] == [("Vehicle.Speed", 50.5), ("Vehicle.IsMoving", True)]


def test_a_frame_survives_being_written_and_read() -> None:
    kept = accept(frame(point(value=3), point(path="Vehicle.IsMoving", value=False)))
    assert frames.decode(frames.encode(kept)) == kept


def test_a_frame_without_points_is_a_sign_of_life() -> None:
    assert accept(frame()).points == ()


REFUSED: dict[str, tuple[bytes, type[Exception]]] = {
    "an unknown signal": (frame(point(path="Vehicle.Warp")), UnknownSignalError),
    "a branch": (frame(point(path="Vehicle.CurrentLocation")), UnknownSignalError),
    "a signal of a feed": (frame(point(path="Energy.Price.Current")), UnknownSignalError),
    "a wrong type": (frame(point(value="fast")), WrongTypeError),
    "a boolean for a number": (frame(point(value=True)), WrongTypeError),
    "a value out of range": (frame(point(path="Vehicle.Exterior.Humidity", value=101)), OutOfRangeError),
    "a future time": (frame(point(ts="2026-01-31T12:01:01Z")), FutureTimeError),
    "the year 9999": (frame(point(ts="9999-12-31T23:59:59.999999Z")), FutureTimeError),
    "a time in another zone": (frame(point(ts="2026-01-31T13:00:00+01:00")), FrameError),
    "a time that is none": (frame(point(ts="noon")), FrameError),
    "one bad point after good ones": (frame(*[point()] * 9, point(value=None)), FrameError),
    "too many points": (frame(*[point()] * 5_001), FrameTooLargeError),
    "too many bytes": (b" " * (1 << 20) + frame(), FrameTooLargeError),
    "sequence zero": (frame(seq=0), FrameError),
    "a sequence with a fraction": (frame(seq=1.5), FrameError),
    "a huge sequence": (frame(seq=2**53), FrameError),
    "an unknown source": (frame(source="guessed"), FrameError),
    "an unknown key": (frame(vin="x"), FrameError),
    "an unknown key in a point": (frame(point(unit="mph")), FrameError),
    "no value": (frame({"path": "Vehicle.Speed", "ts": "2026-01-31T12:00:00Z"}), FrameError),
    "a list as value": (frame(point(value=[1])), FrameError),
    "NaN": (frame(point(value=float("nan"))), FrameError),
    "a number past all floats": (frame(point(value=0)).replace(b": 0,", b": 1e999,"), FrameError),
    "not JSON": (b"{", FrameError),
    "not UTF-8": (frame(point(path="x")).replace(b"x", b"\xff"), FrameError),
    "a list": (b"[]", FrameError),
    "nothing": (b"", FrameError),
    "deep nesting": (b"[" * 100_000, FrameError),
}


@pytest.mark.parametrize(("data", "error"), REFUSED.values(), ids=REFUSED)
def test_a_frame_is_refused_by_name(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error) as refusal:
        accept(data)
    assert type(refusal.value) is error
    assert getattr(refusal.value, "resolution", "")


def test_a_minute_of_clock_lead_is_borne() -> None:
    accept(frame(point(ts="2026-01-31T12:01:00Z")))
    with pytest.raises(FutureTimeError, match="61 s ahead"):
        accept(frame(point(ts="2026-01-31T12:01:01Z")))


def test_the_past_is_welcome() -> None:
    accept(frame(point(ts="2021-03-29T11:13:45Z")))
