"""Driving and nights on the cable, against the test peer."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.runtime.messages import TickAnswer
from sandbox.vehicle import paths, prices
from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.control import PlugIn
from sandbox.vehicle.drive import simulated
from sandbox.vehicle.errors import FutureSessionError
from sandbox.vehicle.journey import Journey
from sandbox.wire import frames
from sandbox.wire.catalog import DEFAULT
from tests.sandbox.vehicle.conftest import START, Told
from tests.sandbox.vehicle.fake_platform import FakePlatform
from tests.sandbox.vehicle.fake_units import CARD, FakeApp, installed_app

DRIVE = simulated(seconds=600)
EVENING = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)


@pytest.fixture
def journey(aboard: Aboard) -> Journey:
    aboard.sampler.choose([paths.SPEED, paths.CHARGE, paths.CHARGING, paths.CABLE])
    return Journey(aboard, DRIVE, speed=100_000, night_speed=100_000)


async def test_every_second_of_the_drive_arrives_with_its_own_time(
    journey: Journey, aboard: Aboard, platform: FakePlatform
) -> None:
    await journey.drive(speed=None)
    speeds = {point["ts"]: point["value"] for point in platform.points(paths.SPEED)}
    changes = [row for row, before in zip(DRIVE.rows[1:], DRIVE.rows, strict=False) if row.speed != before.speed]
    assert len(speeds) >= len(changes)
    assert aboard.clock.now == START + timedelta(seconds=DRIVE.seconds)
    assert {frame["source"] for frame in platform.frames} == {"simulated"}


async def test_every_frame_is_one_that_the_platform_accepts(journey: Journey, platform: FakePlatform) -> None:
    await journey.drive(speed=900)
    for frame in platform.frames:
        frames.check(frames.decode(json.dumps(frame).encode()), catalog=DEFAULT, now=datetime.now(UTC))
    assert len(platform.frames) == DRIVE.seconds // 90 + 2


async def test_nothing_leaves_that_nobody_may_have(journey: Journey, aboard: Aboard, platform: FakePlatform) -> None:
    aboard.sampler.choose([])
    await journey.drive(speed=None)
    assert platform.frames == []


async def test_a_night_without_an_app_charges_at_once(journey: Journey, told: Told, aboard: Aboard) -> None:
    await journey.stay_overnight(PlugIn(hours=13))
    over = told.of("session-over")[0]
    assert over["slots"].keys() == over["slots_plugged_in"].keys()
    assert all(abs(over["slots"][start] - kwh) < Decimal("0.00001") for start, kwh in over["slots_plugged_in"].items())
    assert next(iter(over["slots"])) == "2026-01-05T17:00:00Z"
    assert (over["cost_smart_eur"], aboard.car.full) == (None, True)
    assert aboard.clock.now == EVENING + timedelta(hours=13)


async def test_with_prices_the_night_is_priced_beside_charging_at_once(
    journey: Journey, told: Told, aboard: Aboard
) -> None:
    slots = [slot.to_dict() for slot in prices.simulated(start=EVENING.replace(hour=0), hours=48)]
    aboard.prices.take({"area": "DK1", "slots": slots})
    await journey.stay_overnight(PlugIn(hours=13))
    over = told.of("session-over")[0]
    assert over["cost_smart_eur"] == over["cost_plugged_in_eur"] > 0


async def test_a_night_in_the_future_is_refused_and_changes_nothing(journey: Journey, aboard: Aboard) -> None:
    tonight = datetime.now(UTC)
    with pytest.raises(FutureSessionError):
        await journey.stay_overnight(PlugIn(at=tonight))
    assert (aboard.clock.now, aboard.car.plugged_in_at) == (START, None)


async def test_the_app_sees_each_batch_and_its_card_goes_everywhere(
    journey: Journey, aboard: Aboard, app: FakeApp, platform: FakePlatform, tmp_path: Path
) -> None:
    aboard.apps.follow({"smart-charging": installed_app(tmp_path)})
    app.answer = TickAnswer(cards=(json.dumps(CARD),))
    await journey.drive(speed=None)
    await aboard.send_cards(at_once=True)
    assert app.seen[0][1]["now"] == "2026-01-05T16:09:59+01:00"
    assert aboard.screen.cards["smart-charging"].title == CARD["title"]
    assert platform.cards[-1][0] == "smart-charging"
    assert len(platform.cards) < len(app.seen)


async def test_an_app_in_the_car_may_stop_charging(
    journey: Journey, aboard: Aboard, app: FakeApp, told: Told, tmp_path: Path
) -> None:
    aboard.apps.follow({"smart-charging": installed_app(tmp_path)})
    app.answer = TickAnswer(actuations=((paths.START_STOP, '"STOP"'),))
    await journey.stay_overnight(PlugIn(hours=1))
    assert not aboard.car.charging
    assert told.of("actuated")[0]["reason"] == ""


@pytest.mark.parametrize(("path", "value"), [(paths.SPEED, 1), (paths.START_STOP, "MAYBE"), (paths.START_STOP, [])])
def test_what_the_car_cannot_do_is_refused_in_words(aboard: Aboard, path: str, value: object) -> None:
    assert aboard.actuate(path, value) == "the car has no such actuator"


def test_charging_without_a_cable_is_refused_in_words(aboard: Aboard) -> None:
    assert "cable" in aboard.actuate(paths.START_STOP, "START")
