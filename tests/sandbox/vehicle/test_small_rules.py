"""The clock, the sampler, the back-off, the orders and the event reader."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.vehicle import backoff
from sandbox.vehicle.clock import Clock
from sandbox.vehicle.control import Drive, Pair, PlugIn, Quit, order
from sandbox.vehicle.errors import ControlError, FutureSessionError, UnknownProfileError
from sandbox.vehicle.night import night
from sandbox.vehicle.profiles import profile_of
from sandbox.vehicle.sampling import Sampler
from sandbox.vehicle.sse import Event, EventReader

NOW = datetime(2026, 1, 5, 15, 30, tzinfo=UTC)
HOME = ZoneInfo("Europe/Copenhagen")


def test_the_clock_never_runs_backwards() -> None:
    clock = Clock(NOW, 900)
    clock.jump_to(NOW - timedelta(hours=1))
    assert clock.now == NOW
    assert clock.advance(90) == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(("speed", "seconds"), [(1, 10), (900, 90), (100_000, 600)])
def test_faster_clocks_take_larger_steps_within_reason(speed: float, seconds: int) -> None:
    clock = Clock(NOW, speed)
    assert clock.step(at_least=10) == seconds
    assert clock.wall_seconds(seconds) == seconds / speed


def test_a_sampler_sends_only_what_changed_and_was_asked_for() -> None:
    sampler = Sampler()
    sampler.choose(["Vehicle.Speed", "Vehicle.Unknown"])
    signals = {"Vehicle.Speed": 10.0, "Vehicle.CurrentLocation.Latitude": 56.0}
    assert [(point.path, point.value, point.ts) for point in sampler.changed(signals, at=NOW)] == [
        ("Vehicle.Speed", 10.0, "2026-01-05T15:30:00Z")
    ]
    assert sampler.changed(signals, at=NOW) == []
    assert len(sampler.whole(signals, at=NOW)) == 1


def test_a_signal_that_is_allowed_again_is_sent_in_full() -> None:
    sampler = Sampler()
    for paths in (["Vehicle.Speed"], [], ["Vehicle.Speed"]):
        sampler.choose(paths)
        assert len(sampler.changed({"Vehicle.Speed": 10.0}, at=NOW)) == len(paths)


def test_each_failure_waits_longer_up_to_a_limit() -> None:
    waits = [backoff.delay(attempt=attempt, retry_after=None, chance=1.0) for attempt in range(12)]
    assert waits == sorted(waits)
    assert waits[-1] == backoff.LONGEST


def test_the_platform_s_own_wish_comes_first_but_not_for_ever() -> None:
    assert backoff.delay(attempt=9, retry_after="3", chance=0.5) == 3.0
    assert backoff.delay(attempt=1, retry_after="86400", chance=0.5) == backoff.PATIENCE
    assert backoff.delay(attempt=0, retry_after="Wed, 21 Oct", chance=1.0) == backoff.FIRST


ORDERS = {
    '{"do":"pair"}': Pair(),
    '{"do":"drive","speed":60}': Drive(speed=60),
    '{"do":"plug-in","hours":13}': PlugIn(hours=13),
    '{"do":"quit"}': Quit(),
}
NO_ORDERS = ["", "drive", "{}", '{"do":"fly"}', '{"do":"plug-in","hours":-1}', '{"do":"pair","code":1}', "[1]", "\xff"]


@pytest.mark.parametrize(("line", "meant"), ORDERS.items(), ids=ORDERS)
def test_orders_are_understood(line: str, meant: object) -> None:
    assert order(line) == meant


@pytest.mark.parametrize("line", [*NO_ORDERS, '{"do":"plug-in","at":"2026-01-05T18:00:00"}'])
def test_anything_else_is_refused_by_name(line: str) -> None:
    with pytest.raises(ControlError):
        order(line)


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownProfileError, match="compact, van"):
        profile_of("lorry")


def test_a_night_begins_at_six_in_the_evening_at_home() -> None:
    found = night(PlugIn(hours=13), car_time=NOW, zone=HOME, now=NOW + timedelta(days=2))
    assert found.start == datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
    assert found.end == datetime(2026, 1, 6, 6, 0, tzinfo=UTC)


def test_a_later_arrival_plugs_in_at_once_and_a_given_moment_counts() -> None:
    late, later = NOW.replace(hour=20), NOW.replace(hour=21)
    assert night(PlugIn(), car_time=late, zone=HOME, now=NOW + timedelta(days=2)).start == late
    assert night(PlugIn(at=later), car_time=late, zone=HOME, now=NOW + timedelta(days=2)).start == later


def test_a_night_that_is_not_over_yet_is_refused() -> None:
    with pytest.raises(FutureSessionError):
        night(PlugIn(), car_time=NOW, zone=HOME, now=NOW + timedelta(hours=3))


def test_events_are_put_together_from_lines() -> None:
    reader = EventReader()
    lines = [": comment", "event: wake", "data: {", "data: }", "", "", "data:x", "id: 7", ""]
    assert [event for line in lines if (event := reader.feed(line))] == [Event("wake", "{\n}"), Event("message", "x")]
