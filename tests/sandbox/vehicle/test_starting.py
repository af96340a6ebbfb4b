"""Real apps in real children, and the life of a car from its first order to its last."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.apps import Apps
from sandbox.vehicle.drive import simulated
from sandbox.vehicle.journey import Journey
from sandbox.vehicle.life import live
from sandbox.vehicle.starting import starter
from tests.sandbox.runtime import components, manifests
from tests.sandbox.vehicle.conftest import Told
from tests.sandbox.vehicle.fake_platform import FakePlatform
from tests.sandbox.vehicle.fake_units import FakeUnit, installed_app, update


@pytest.mark.slow
def test_an_installed_app_runs_in_its_child_and_sees_what_was_granted(tmp_path: Path) -> None:
    app = installed_app(tmp_path)
    app.component.write_bytes(components.shows_if_readable())
    app.manifest.write_text(json.dumps(manifests.manifest_of(manifests.SPEED).to_dict()), encoding="utf-8")
    apps = Apps(starter(tmp_path / "cache"))
    assert apps.follow({app.app: app}) == {}
    try:
        assert apps.tick({"Vehicle.Speed": 10.0}, {"type": "tick"}).cards.keys() == {app.app}
    finally:
        apps.close()
    key = (tmp_path / "cache" / "key").read_bytes()
    starter(tmp_path / "cache")  # a second car shares the cache
    assert (tmp_path / "cache" / "key").read_bytes() == key
    assert (tmp_path / "cache" / "key").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_director_alone_cannot_grant_more_than_people_approved(tmp_path: Path) -> None:
    app = installed_app(tmp_path, granted=("read:Vehicle.Speed",))
    app.component.write_bytes(components.shows_if_readable())
    app.manifest.write_text(
        json.dumps(manifests.manifest_of("read:Vehicle.CurrentLocation").to_dict()), encoding="utf-8"
    )
    process = starter(tmp_path / "cache")(app)
    try:
        answer = process.tick({"Vehicle.Speed": 10.0}, {"type": "tick"})
    finally:
        process.close()
    assert (answer.cards, answer.denied) == ((), {"Vehicle.Speed": 1})


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of standard input that orders are written to."""
    read, write = os.pipe()
    with os.fdopen(read) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield write


async def test_orders_are_done_one_after_the_other_until_quit(
    aboard: Aboard, told: Told, platform: FakePlatform, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.vehicle.life.IDLE_STEP", 0.02)
    platform.paired = True
    for order in ("pair", "fly", "drive", "plug-in"):
        os.write(orders, b'{"do":"%s"}\n' % order.encode())
    journey = Journey(aboard, simulated(seconds=60), speed=1e5, night_speed=1e5)
    life = asyncio.create_task(live(aboard, FakeUnit(update("Vehicle.Speed")), journey))
    async with asyncio.timeout(10):
        while not told.of("session-over"):  # noqa: ASYNC110 - reports are a plain list
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        os.write(orders, b'{"do":"quit"}\n')
        await life
    os.close(orders)
    wanted = {"signed-in", "paired", "driving", "arrived", "plugged-in", "session-over"}
    assert [one["event"] for one in told if one["event"] in wanted] == sorted(
        wanted, key=["signed-in", "paired", "driving", "arrived", "plugged-in", "session-over"].index
    )
    assert told.of("refused-order")


async def test_an_error_in_any_part_of_its_life_ends_the_car(aboard: Aboard, orders: int) -> None:
    unit = FakeUnit(ValueError("a bug"))
    journey = Journey(aboard, simulated(seconds=60), speed=1e5, night_speed=1e5)
    with pytest.raises(ExceptionGroup):
        await asyncio.wait_for(live(aboard, unit, journey), 5)
    os.close(orders)
