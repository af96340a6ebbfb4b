"""Charges one car: listens to its stream, plans whenever something changed, and commands."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from .cloud_commands import Commands
from .cloud_planner import CarView, decide
from .cloud_stream import Stream
from .plan import Slot

HOME: Final = ZoneInfo("Europe/Copenhagen")
Header = Callable[[], Awaitable[dict[str, str]]]
Tell = Callable[..., None]


class Charger:
    """One car whose driver allowed this app to charge it."""

    def __init__(self, http: httpx.AsyncClient, platform: str, vehicle: str, *, header: Header, tell: Tell) -> None:
        self.vehicle, self._tell = vehicle, tell
        self.view = CarView(HOME)
        self.stream = Stream(platform, vehicle, header=header, tell=tell)
        self._commands = Commands(http, vehicle, header=header, tell=tell)
        self._asked = ""  #: the command that is on its way
        self._running: set[asyncio.Task[None]] = set()
        self._plan: tuple[Slot, ...] = ()

    async def run(self, *, period_ms: int) -> None:
        """Charge until the consent ends."""
        await self.stream.run(self._take, period_ms=period_ms)
        for task in self._running:
            task.cancel()

    def status(self) -> dict[str, Any]:
        """What the app's own status page says about this car."""
        return {
            "vehicle": self.vehicle,
            "car_time": self.view.now.isoformat() if self.view.now else None,
            "points": self.stream.points,
            "denied": self.stream.denied,
            "charging": self.view.charging,
            "plan": [slot.start.isoformat() for slot in self._plan],
            "ended": self.stream.ended,
        }

    def _take(self, path: str, value: str, ts: str) -> None:
        self.view.take(path, value, ts)
        decision = decide(self.view)
        if {slot.end for slot in decision.chosen} != {slot.end for slot in self._plan}:
            self._plan = decision.chosen
            self._tell("planned", vehicle=self.vehicle, slots=[slot.start.isoformat() for slot in self._plan])
        if decision.command is None:
            self._asked = ""
        elif decision.command != self._asked:
            self._asked = decision.command
            self._start(decision.command)

    def _start(self, command: str) -> None:
        task = asyncio.get_running_loop().create_task(self._send(command))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, command: str) -> None:
        try:
            await self._commands.send(command)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._tell("command-refused", vehicle=self.vehicle, value=command, text=str(error))
        finally:
            if self._asked == command:
                self._asked = ""  # settled; if the car still does something else, ask again
