"""Signing in, pairing, installing, commands: what the car does by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.vehicle import paths
from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.errors import SignInError
from sandbox.vehicle.sign_in import SignIn
from sandbox.vehicle.upkeep import Upkeep
from tests.sandbox.vehicle.conftest import Told
from tests.sandbox.vehicle.fake_platform import FakePlatform
from tests.sandbox.vehicle.fake_units import NOBODY, NOT_ENROLLED, FakeUnit, installed_app, update

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
START = {"id": "c1", "path": paths.START_STOP, "value": "START", "not_after": "2026-01-05T20:00:00Z"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.vehicle.upkeep.RETRY", 0.02)
    monkeypatch.setattr("sandbox.vehicle.backoff.FIRST", 0.001)


@asynccontextmanager
async def keeping(aboard: Aboard, unit: FakeUnit) -> AsyncIterator[Upkeep]:
    """A car that is signed in and keeps house."""
    upkeep = Upkeep(aboard, unit)
    await upkeep.sign_in()
    tasks = [asyncio.create_task(part()) for part in (upkeep.listen, upkeep.look_in, upkeep.carry_out)]
    try:
        yield upkeep
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def told_of(told: Told, event: str) -> None:
    async with asyncio.timeout(5):
        while not told.of(event):  # noqa: ASYNC110 - reports are a plain list
            await asyncio.sleep(0.01)


async def test_a_car_that_is_not_enrolled_keeps_trying(aboard: Aboard, told: Told) -> None:
    unit = FakeUnit(update())
    unit.sign_ins = [NOT_ENROLLED, NOBODY, NOT_ENROLLED]
    await Upkeep(aboard, unit).sign_in()
    assert told.of("signed-in") == [{"event": "signed-in", "vehicle": "veh1"}]


async def test_the_line_cannot_sign_in_what_the_carmaker_does_not_know() -> None:
    unit = FakeUnit(update())
    unit.sign_ins = [NOT_ENROLLED]
    with pytest.raises(SignInError, match="not enrolled"):
        await SignIn(unit)()


async def test_a_pairing_code_is_shown_until_somebody_typed_it(
    aboard: Aboard, told: Told, platform: FakePlatform
) -> None:
    pairing = asyncio.create_task(Upkeep(aboard, FakeUnit(update())).pair())
    await told_of(told, "pairing-code")
    assert aboard.screen.pairing_code == told.of("pairing-code")[0]["code"] == "K7M2-9QXD"
    platform.paired = True
    await asyncio.wait_for(pairing, 5)
    assert (aboard.screen.paired, aboard.screen.nickname) == (True, "Blue Uno")
    assert not aboard.screen.pairing_code


async def test_an_installed_app_runs_and_the_car_collects_what_was_granted(
    aboard: Aboard, told: Told, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.feed = {"area": "DK1", "slots": []}
    unit = FakeUnit(update(paths.SPEED, feeds=("DK1",), installed=("smart-charging",)))
    unit.apps = {"smart-charging": installed_app(tmp_path)}
    async with keeping(aboard, unit):
        await told_of(told, "installed")
    assert told.of("installed")[0]["version"] == "1.0.0"
    assert aboard.sampler.collect == {paths.SPEED}
    assert aboard.screen.names == {"smart-charging": "Smart Charging"}
    assert (list(aboard.apps.running), aboard.prices.area) == (["smart-charging"], "DK1")


async def test_refused_orders_and_a_silent_platform_are_told(aboard: Aboard, told: Told) -> None:
    unit = FakeUnit(NOBODY, update(refused=(("x.zip", "WrongHardware: no"),), unreported="counter used"))
    async with keeping(aboard, unit):
        await told_of(told, "refused")
    assert told.of("update-failed")
    assert told.of("report-failed")[0]["reason"] == "counter used"
    assert told.of("refused")[0]["path"] == "x.zip"


async def test_a_removed_app_leaves_no_card_and_no_car_waiting(
    aboard: Aboard, told: Told, platform: FakePlatform
) -> None:
    aboard.car.plug_in(now=NOW)
    aboard.car.stop_charging()
    async with keeping(aboard, FakeUnit(update(removed=("smart-charging",)))):
        await told_of(told, "removed")
        await told_of(told, "charging")
    assert ("smart-charging", None) in platform.cards
    assert aboard.car.charging


async def test_a_command_is_shown_by_the_signal_before_it_is_acknowledged(
    aboard: Aboard, told: Told, platform: FakePlatform
) -> None:
    aboard.car.plug_in(now=NOW)
    aboard.car.stop_charging()
    async with keeping(aboard, FakeUnit(update(paths.CHARGING))):
        await asyncio.sleep(0.2)
        platform.commands = [START]
        platform.wake("command")
        await told_of(told, "command")
    (word,) = platform.acknowledged
    assert (word["id"], word["outcome"], word["frames"]) == ("c1", "done", len(platform.frames))
    assert platform.points(paths.CHARGING)[-1] == {"path": paths.CHARGING, "value": True, "ts": word["ts"]}


async def test_a_command_that_cannot_be_done_fails_with_the_reason(
    aboard: Aboard, told: Told, platform: FakePlatform
) -> None:
    platform.commands = [START]
    async with keeping(aboard, FakeUnit(update(paths.CHARGING))):
        await told_of(told, "command")
    assert platform.acknowledged[0]["outcome"] == "failed"
    assert "cable" in platform.acknowledged[0]["reason"]
