"""One car's stream over VISS: subscribes, hands on what comes, and knows when the last byte came and why."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from .cloud_planner import BATTERY, FORECAST, LOCATION

FOR_GOOD: Final = frozenset({4001})  # the consent has ended
RETRIES: Final = (0.2, 0.5, 1.0, 2.0, 5.0)  # s
REPORT_EVERY: Final = 1.0  # s
WANTED: Final = (
    "StateOfCharge.Current",
    "NetCapacity",
    "Charging.IsCharging",
    "Charging.ChargingPort.AnyPosition.IsChargingCableConnected",
)
Take = Callable[[str, str, str], None]
Header = Callable[[], Awaitable[dict[str, str]]]
Tell = Callable[..., None]


class Stream:
    """The signals of one car, until its driver takes the consent back."""

    def __init__(self, platform: str, vehicle: str, *, header: Header, tell: Tell) -> None:
        address = platform.replace("http", "ws", 1)
        self._url = f"{address}/v1/vehicles/{vehicle}/viss"
        self._vehicle, self._header, self._tell = vehicle, header, tell
        self._last_at = self._last_data_at = self._told_at = 0.0
        self.points = self.denied = 0
        self.ended = ""

    async def run(self, take: Take, *, period_ms: int) -> None:
        """Stay connected; `take` gets every point as path, value and time stamp."""
        failures = 0
        while not self.ended:
            code, reason = 1006, "no connection"
            with suppress(OSError, InvalidStatus, TimeoutError):
                async with connect(
                    self._url, subprotocols=[Subprotocol("VISSv3")], additional_headers=await self._header(), proxy=None
                ) as socket:
                    failures = 0
                    await self._ask(socket, period_ms=period_ms)
                    code, reason = await self._listen(socket, take)
            if code in FOR_GOOD:
                self._end(reason)
                return
            await asyncio.sleep(RETRIES[min(failures, len(RETRIES) - 1)])
            failures += 1

    async def _ask(self, socket: ClientConnection, *, period_ms: int) -> None:
        """Subscribe to what was granted; ask once for the location, which was not."""
        filters = [
            {"variant": "paths", "parameter": list(WANTED)},
            {"variant": "timebased", "parameter": {"period": str(period_ms)}},
        ]
        change = {"variant": "change", "parameter": {"logic-op": "ne", "diff": "0"}}
        for request in (
            {"action": "subscribe", "path": BATTERY, "filter": filters, "requestId": "battery"},
            {"action": "subscribe", "path": FORECAST, "filter": change, "requestId": "prices"},
            {"action": "get", "path": LOCATION, "requestId": "location"},
        ):
            await socket.send(json.dumps(request))

    async def _listen(self, socket: ClientConnection, take: Take) -> tuple[int, str]:
        try:
            while True:
                message = json.loads(await socket.recv())
                self._last_at = time.time()
                self._handle(message, take)
        except ConnectionClosed as closed:
            self._last_at = time.time()  # the close frame is the stream's last byte
            received = closed.rcvd
            return (received.code, received.reason) if received else (1006, "the connection broke")

    def _handle(self, message: dict[str, Any], take: Take) -> None:
        if "error" in message:
            self._refused(message)
            return
        if message["action"] == "subscribe" and message.get("requestId") == "battery":
            self._tell("subscribed", vehicle=self._vehicle, subscription=message["subscriptionId"])
        for path, value, ts in points_of(message.get("data")):
            self.points += 1
            self._last_data_at = self._last_at
            take(path, value, ts)
        if self._last_at > self._told_at + REPORT_EVERY:
            self._told_at = self._last_at
            self._tell("data", vehicle=self._vehicle, points=self.points)

    def _refused(self, message: dict[str, Any]) -> None:
        description = str(message["error"].get("description", ""))
        if message["action"] == "subscription":
            self._tell("subscription-ended", vehicle=self._vehicle, text=description)
        elif message["error"].get("number") == "401":
            self.denied += 1
            self._tell("denied", vehicle=self._vehicle, request=message.get("requestId"), text=description)
        else:
            self._tell("refused", vehicle=self._vehicle, request=message.get("requestId"), text=description)

    def _end(self, reason: str) -> None:
        self.ended = reason
        self._tell(
            "stream-ended",
            vehicle=self._vehicle,
            reason=reason,
            points=self.points,
            last_byte_at=self._last_at,
            last_data_at=self._last_data_at,
        )


def points_of(data: Any) -> Iterator[tuple[str, str, str]]:
    """Path, value and time stamp of every point in a VISS `data` member, in any of its four shapes."""
    for node in data if isinstance(data, list) else [data] if data else []:
        for point in node["dp"] if isinstance(node["dp"], list) else [node["dp"]]:
            yield node["path"], point["value"], point["ts"]
