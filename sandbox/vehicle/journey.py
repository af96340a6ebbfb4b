"""What the car does when it is told to: drive, stand on the cable for a night, and wait in between."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.vehicle.aboard import Aboard
from sandbox.vehicle.control import PlugIn
from sandbox.vehicle.drive import Drive, Row
from sandbox.vehicle.night import Night, night, summary
from sandbox.wire.frames import Point

DRIVING_STEP: Final = 10  # simulated s in a frame
PARKED_STEP: Final = 60
IDLE_STEP: Final = 2  # s between two beats without an order
PROGRESS: Final = timedelta(hours=1)
SIMULATED: Final = "simulated"


class Pace:
    """Keeps a loop from running faster than its speed; time that was lost is not caught up."""

    def __init__(self) -> None:
        self._due = asyncio.get_running_loop().time()

    async def keep(self, seconds: float) -> None:
        """Wait until that long after the last time."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due + seconds, now)
        await asyncio.sleep(self._due - now)


class Journey:
    """Moves a car through its day, batch by batch."""

    def __init__(self, aboard: Aboard, drive: Drive, *, speed: float, night_speed: float) -> None:
        self._aboard, self._drive = aboard, drive
        self._speed, self._night_speed = speed, night_speed

    async def drive(self, *, speed: float | None) -> None:
        """Replay the drive from this moment on."""
        aboard, rows = self._aboard, self._drive.rows
        aboard.clock.speed = speed or self._speed
        aboard.car.unplug()
        aboard.screen.switch = None
        aboard.tell("driving", rows=len(rows), source=self._drive.source, at=aboard.clock.now)
        start, pace, step = aboard.clock.now, Pace(), aboard.clock.step(at_least=DRIVING_STEP)
        for first in range(0, len(rows), step):
            batch = rows[first : first + step]
            await aboard.beat(self._measure(batch, start), source=self._drive.source)
            await pace.keep(aboard.clock.wall_seconds(len(batch)))
        aboard.car.park()
        aboard.screen.switch = None
        await aboard.beat(aboard.whole(), source=self._drive.source)
        aboard.tell("arrived", **aboard.facts(), metres=round(aboard.car.metres))

    def _measure(self, batch: Sequence[Row], start: datetime) -> list[Point]:
        """The points of a batch: what changed second by second, and everything at its end."""
        aboard, points = self._aboard, list[Point]()
        for row in batch:
            aboard.car.follow(row)
            aboard.clock.jump_to(start + timedelta(seconds=row.second))
            if row is not batch[-1]:
                points += aboard.sampler.changed(aboard.car.signals(), at=aboard.clock.now)
        return points + aboard.whole()

    async def stay_overnight(self, order: PlugIn) -> None:
        """Connect the cable and let the night pass.

        Raises:
            FutureSessionError: the night would not be over yet.
        """
        aboard = self._aboard
        stretch = night(order, car_time=aboard.clock.now, zone=aboard.zone, now=datetime.now(UTC))
        aboard.clock.speed = order.speed or self._night_speed
        aboard.clock.jump_to(stretch.start)
        aboard.car.plug_in(now=aboard.clock.now)
        aboard.tell("plugged-in", **aboard.facts(), until=stretch.end)
        await self._pass(stretch)
        await aboard.send_cards(at_once=True)
        aboard.tell("session-over", **aboard.facts() | summary(aboard.car, aboard.prices.slots))

    async def _pass(self, stretch: Night) -> None:
        aboard, pace = self._aboard, Pace()
        step, report_at = aboard.clock.step(at_least=PARKED_STEP), stretch.start + PROGRESS
        await aboard.beat(aboard.whole(), source=SIMULATED)
        while aboard.clock.now < stretch.end:
            seconds = min(step, (stretch.end - aboard.clock.now).total_seconds())
            await pace.keep(aboard.clock.wall_seconds(seconds))
            await self.wait(seconds)
            if aboard.clock.now >= report_at:
                report_at += PROGRESS
                aboard.tell("progress", **aboard.facts())

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass while standing."""
        aboard = self._aboard
        was_charging = aboard.car.charging
        aboard.car.stay(now=aboard.clock.now, seconds=seconds)
        aboard.clock.advance(seconds)
        if was_charging and not aboard.car.charging:
            aboard.tell("charging", reason="the battery is full", **aboard.facts())
        await aboard.beat(aboard.whole(), source=SIMULATED)
