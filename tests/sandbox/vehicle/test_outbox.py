"""Frames are kept until they are acknowledged."""

import json
from pathlib import Path

from sandbox.vehicle.outbox import Outbox
from sandbox.wire import frames
from sandbox.wire.frames import Point

POINT = Point(path="Vehicle.Speed", value=1.5, ts="2026-01-05T15:00:00Z")


def test_a_frame_is_what_the_wire_expects(outbox: Outbox) -> None:
    outbox.add([POINT], source="recorded")
    waiting = outbox.oldest()
    assert waiting is not None
    assert frames.decode(waiting.content) == frames.Frame(seq=waiting.seq, source="recorded", points=(POINT,))


def test_frames_leave_in_order_and_only_when_acknowledged(outbox: Outbox) -> None:
    for _number in range(3):
        outbox.add([POINT], source="simulated")
    first = outbox.oldest()
    assert first is not None
    assert outbox.oldest() == first
    outbox.acknowledge(first.seq)
    second = outbox.oldest()
    assert second is not None
    assert (second.seq, len(outbox)) == (first.seq + 1, 2)


def test_what_waited_when_the_car_died_still_waits_under_the_same_number(tmp_path: Path) -> None:
    before = Outbox(tmp_path / "o.sqlite3")
    before.add([POINT], source="simulated")
    waiting = before.oldest()
    again = Outbox(tmp_path / "o.sqlite3")
    assert again.oldest() == waiting
    for box in (before, again):
        box.close()


def test_a_number_is_never_used_twice_even_after_a_restart(tmp_path: Path) -> None:
    seen = []
    for _start in range(3):
        outbox = Outbox(tmp_path / "o.sqlite3")
        outbox.add([POINT], source="simulated")
        waiting = outbox.oldest()
        assert waiting is not None
        outbox.acknowledge(waiting.seq)
        outbox.close()
        seen.append(waiting.seq)
    assert seen == [1, 2, 3]


def test_a_refused_frame_is_set_aside_with_the_reason_and_does_not_hold_up_others(outbox: Outbox) -> None:
    for _number in range(2):
        outbox.add([POINT], source="simulated")
    outbox.set_aside(1, reason="422 unknown signal")
    waiting = outbox.oldest()
    assert waiting is not None
    assert (json.loads(waiting.content)["seq"], outbox.refused()) == (2, [(1, "422 unknown signal")])
