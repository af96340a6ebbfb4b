"""A platform and a car for the simulator's tests."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.apps import Apps
from sandbox.vehicle.car import Car
from sandbox.vehicle.clock import Clock
from sandbox.vehicle.dash.view import Screen
from sandbox.vehicle.link import Link
from sandbox.vehicle.outbox import Outbox
from sandbox.vehicle.profiles import profile_of
from tests.sandbox.vehicle import fake_platform
from tests.sandbox.vehicle.fake_platform import FakePlatform
from tests.sandbox.vehicle.fake_units import FakeApp

START = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
HOME = ZoneInfo("Europe/Copenhagen")


class Told(list[dict[str, Any]]):
    """What the car reported."""

    def __call__(self, event: str, **facts: Any) -> None:
        self.append({"event": event, **facts})

    def of(self, event: str) -> list[dict[str, Any]]:
        """The reports of that kind."""
        return [one for one in self if one["event"] == event]


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with fake_platform.running() as platform:
        yield platform


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.sqlite3")
    yield outbox
    outbox.close()


@pytest.fixture
async def link(platform: FakePlatform) -> AsyncIterator[Link]:
    async def sign_in() -> str:
        return f"Bearer {platform.token}"

    async with Link(platform.url, sign_in=sign_in) as link:
        yield link


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
async def aboard(link: Link, outbox: Outbox, told: Told, app: FakeApp) -> Aboard:
    return Aboard(
        car=Car(profile_of("compact"), Decimal(50)),
        clock=Clock(START, 100_000),
        screen=Screen("simulated", START),
        apps=Apps(lambda _installed: app),
        link=link,
        outbox=outbox,
        zone=HOME,
        tell=told,
        drawn=lambda: None,
    )
