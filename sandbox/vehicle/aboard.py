"""All parts of a running car, and the beat in which they work together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Final

from sandbox.vehicle import paths
from sandbox.vehicle.apps import Apps
from sandbox.vehicle.car import CannotChargeError, Car
from sandbox.vehicle.clock import Clock
from sandbox.vehicle.control import Tell
from sandbox.vehicle.dash.view import Screen, moving
from sandbox.vehicle.errors import LinkError, RefusedError
from sandbox.vehicle.link import Link
from sandbox.vehicle.outbox import Outbox
from sandbox.vehicle.prices_ahead import PricesAhead
from sandbox.vehicle.sampling import Sampler
from sandbox.wire import times
from sandbox.wire.frames import Point

POINTS_IN_A_FRAME: Final = 4_000
CARD_PAUSE: Final = 0.4  # s of the wall between two cards on the way to the other screens
POWER: Final = {"START": True, "STOP": False}


@dataclass(slots=True, kw_only=True)
class Aboard:
    """The car, what it carries, and its line to the platform."""

    car: Car
    clock: Clock
    screen: Screen
    apps: Apps
    link: Link
    outbox: Outbox
    zone: tzinfo
    tell: Tell
    drawn: Callable[[], None]  #: the screen has changed
    sampler: Sampler = field(default_factory=Sampler)
    prices: PricesAhead = field(default_factory=PricesAhead)
    unsent_cards: set[str] = field(default_factory=set)
    cards_sent_at: float = 0.0
    ticking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def whole(self) -> list[Point]:
        """A point for every collected signal, now."""
        return self.sampler.whole(self.car.signals(), at=self.clock.now)

    async def beat(self, points: list[Point], *, source: str) -> None:
        """Send what was measured, let the apps see it, and draw the screen."""
        await self.send(points, source=source)
        await self.tick()
        await self.send_cards()
        self.draw()

    async def send(self, points: list[Point], *, source: str) -> None:
        """Put points into frames and see them acknowledged."""
        for first in range(0, len(points), POINTS_IN_A_FRAME):
            self.outbox.add(points[first : first + POINTS_IN_A_FRAME], source=source)
        for reason in await self.link.flush(self.outbox):
            self.tell("frame-refused", reason=reason)

    async def tick(self) -> None:
        """Let the apps in the car see this moment: once a batch, on its last row."""
        now = self.clock.now.astimezone(self.zone)
        event = {"type": "tick", "now": now.isoformat(timespec="seconds"), "moving": moving(self.car, self.screen)}
        signals = {**self.car.signals(), **self.prices.signals(self.clock.now)}
        async with self.ticking:
            outcome = await asyncio.to_thread(self.apps.tick, signals, event)
        for app, text in outcome.errors.items():
            self.tell("app-error", app=app, text=text)
        for app, path, value in outcome.actuations:
            self.tell("actuated", app=app, path=path, value=value, reason=self.actuate(path, value))
        for app, card in outcome.cards.items():
            self.screen.cards[app] = card
            self.unsent_cards.add(app)

    def actuate(self, path: str, value: Any) -> str:
        """Set an actuator; answers why it could not be set, or an empty text."""
        if path != paths.START_STOP or not isinstance(value, str) or value not in POWER:
            return "the car has no such actuator"
        try:
            if POWER[value]:
                self.car.start_charging()
            else:
                self.car.stop_charging()
        except CannotChargeError as error:
            return str(error)
        return ""

    async def send_cards(self, *, at_once: bool = False) -> None:
        """Show the newest cards on the driver's other screens, not more often than anybody can look."""
        now = asyncio.get_running_loop().time()
        if not self.unsent_cards or (not at_once and now < self.cards_sent_at + CARD_PAUSE):
            return
        self.cards_sent_at, apps = now, sorted(self.unsent_cards)
        self.unsent_cards.clear()
        for app in apps:
            card = self.screen.cards.get(app)
            try:
                await self.link.card(app, card.to_dict() if card else None)
            except (RefusedError, LinkError) as error:
                self.tell("card-refused", app=app, reason=str(error))
            else:
                self.tell("card", app=app, card=card.to_dict() if card else None)

    def draw(self) -> None:
        """Bring the screen up to date."""
        self.screen.now = self.clock.now.astimezone(self.zone)
        self.screen.connected = self.link.connected
        self.drawn()

    def facts(self) -> dict[str, Any]:
        """What a progress event says."""
        return {
            "at": times.render(self.clock.now),
            "percent": round(float(self.car.percent), 2),
            "charging": self.car.charging,
            "energy_kwh": float(self.car.meter.total),
            "frames": self.link.acknowledged,
        }
