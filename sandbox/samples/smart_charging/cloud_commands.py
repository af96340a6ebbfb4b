"""Sends one command to a car and follows it until the car's own signal has shown the effect, or it failed."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from .cloud_planner import START_STOP

DEADLINE: Final = timedelta(seconds=20)
SETTLED: Final = frozenset({"verified", "failed", "expired", "cancelled"})
LOOK_EVERY: Final = 0.2  # s
Header = Callable[[], Awaitable[dict[str, str]]]
Tell = Callable[..., None]


class Commands:
    """The commands of one car."""

    def __init__(self, http: httpx.AsyncClient, vehicle: str, *, header: Header, tell: Tell) -> None:
        self._http, self._vehicle, self._header, self._tell = http, vehicle, header, tell

    async def send(self, value: str) -> None:
        """Ask the car to start or stop charging, and report each state that the command comes to."""
        not_after = datetime.now(UTC) + DEADLINE
        wish = {
            "path": START_STOP,
            "value": value,
            "not_after": not_after.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "idempotency_key": str(uuid.uuid4()),
        }
        answer = await self._http.post(self._url(), json=wish, headers=await self._header())
        if answer.is_error:
            self._tell("command-refused", vehicle=self._vehicle, value=value, text=answer.text[:300])
            return
        await self._follow(answer.json(), value)

    async def _follow(self, command: dict[str, Any], value: str) -> None:
        ends_at, state = time.monotonic() + DEADLINE.total_seconds() + 5, ""
        while time.monotonic() < ends_at:
            if command["state"] != state:
                state = command["state"]
                reason = command.get("reason", "")
                self._tell("command", vehicle=self._vehicle, id=command["id"], value=value, state=state, reason=reason)
            if state in SETTLED:
                return
            await asyncio.sleep(LOOK_EVERY)
            answer = await self._http.get(f"{self._url()}/{command['id']}", headers=await self._header())
            if answer.is_error:
                return
            command = answer.json()

    def _url(self) -> str:
        return f"/v1/vehicles/{self._vehicle}/commands"
