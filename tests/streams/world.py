"""Cars, grants and tokens as the data plane finds them in Valkey, and a site that serves it."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from redis import Redis
from redis.utils import str_if_bytes
from websockets.asyncio.client import ClientConnection, connect

from forecourt.consent import published
from forecourt.consent.published import Change, Kind, PublishedGrant, Rule, TokenFacts
from forecourt.metering import counters
from forecourt.streams import keys
from forecourt.vehicles import sessions
from sandbox.wire import times

CAR = "car-abcdefghij"
APP = "smart-charging"
CHARGE = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging.IsCharging"
START_STOP = "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging"
SPEED = "Vehicle.Speed"
LATITUDE = "Vehicle.CurrentLocation.Latitude"
FORECAST = "Energy.Price.Forecast"


def rule(path: str, *actions: str, precision: str = "exact", max_hz: float | None = None) -> Rule:
    """A rule of a grant; without actions it can be read and subscribed."""
    return Rule(path=path, actions=actions or ("read", "subscribe"), precision=precision, max_hz=max_hz)


def ago(seconds: float) -> str:
    """A capture time on the wire."""
    return times.render(datetime.now(UTC) - timedelta(seconds=seconds))


def point(path: str, value: Any, ts: str | None = None) -> dict[str, Any]:
    """A data point on the wire."""
    return {"path": path, "value": value, "ts": ts or ago(1)}


@dataclass(frozen=True)
class Consent:
    """What consent would publish, written by the test."""

    valkey: Redis

    def grant(self, *rules: Rule, vehicle: str = CAR, **fields: Any) -> str:
        """Publish a grant."""
        grant_id = str(fields.pop("grant", uuid4()))
        values: dict[str, Any] = {"app": APP, "epoch": 1, "exp": None, "status": "active"} | fields
        document = PublishedGrant(grant=grant_id, vehicle=vehicle, items=rules, **values)
        self.valkey.set(published.grant_key(vehicle, grant_id), msgspec.json.encode(document))
        self.valkey.sadd(published.grants_key(vehicle), grant_id)
        self.valkey.hset(published.vehicle_key(vehicle), mapping={"area": "DK1", "source": "simulated"})
        return grant_id

    def token(self, grant_id: str = "", *, vehicle: str = CAR, seconds: float = 600) -> str:
        """A token that leads to a grant."""
        token = secrets.token_urlsafe(12)
        facts = TokenFacts(
            authorization="1",
            app=APP,
            client="client",
            organisation="nordlys-apps",
            user="1",
            scope="",
            exp=int(time.time() + seconds),
            grants={vehicle: grant_id} if grant_id else {},
        )
        checksum = hashlib.sha256(token.encode()).hexdigest()
        self.valkey.set(published.token_key(checksum), msgspec.json.encode(facts))
        return token

    def end(self, grant_id: str, *, kind: Kind = "revoked", vehicle: str = CAR, silently: bool = False) -> float:
        """End a grant as consent does; `silently` loses the message. Answers when."""
        at = time.time()
        self.valkey.set(published.dead_key(vehicle, grant_id), "1")
        if not silently:
            self.announce(grant_id, kind, vehicle=vehicle)
        return at

    def announce(self, grant_id: str, kind: Kind, *, vehicle: str = CAR) -> None:
        """Say that a grant changed."""
        change = Change(grant=grant_id, vehicle=vehicle, app=APP, epoch=2, kind=kind, at=time.time())
        self.valkey.publish(published.CHANNEL, msgspec.json.encode(change))

    def usage(self, kind: str) -> int:
        """How often something was counted today, whatever the car and app."""
        fields = self.valkey.hgetall(counters.key(datetime.now(UTC).date()))
        return sum(int(number) for name, number in fields.items() if counters.parse(str_if_bytes(name)).kind == kind)

    def stored(self, vehicle: str = CAR) -> int:
        """How many frames of a car are in its stream."""
        return int(self.valkey.xlen(keys.frames(vehicle)))


class Site:
    """A served data plane, as cars and apps reach it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
        self.seq = 0

    async def post(self, path: str, content: bytes, *, vehicle: str = CAR) -> httpx.Response:
        """What a car posts."""
        headers = {"Authorization": f"Bearer {sessions.issue(vehicle)}"}
        return await self.http.post(path, content=content, headers=headers)

    async def send(self, *points: dict[str, Any], vehicle: str = CAR, **fields: Any) -> httpx.Response:
        """A frame from a car, with the next sequence number."""
        self.seq += 1
        frame = {"seq": self.seq, "source": "simulated", "points": points} | fields
        return await self.post("/vehicle/v1/frames", json.dumps(frame).encode(), vehicle=vehicle)

    async def read(self, token: str, *paths: str, vehicle: str = CAR) -> httpx.Response:
        """An app reads latest values."""
        return await self.http.get(
            f"/v1/vehicles/{vehicle}/signals",
            params=[("path", path) for path in paths],
            headers={"Authorization": f"Bearer {token}"},
        )

    def viss(self, token: str, *, vehicle: str = CAR, **options: Any) -> connect:
        """An app's WebSocket."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"ws://127.0.0.1:{self.port}/v1/vehicles/{vehicle}/viss"
        return connect(url, additional_headers=headers, **options)


async def ask(socket: ClientConnection, action: str, **members: Any) -> dict[str, Any]:
    """Send a VISS request and read the next message."""
    await socket.send(json.dumps({"action": action, "requestId": "1"} | members))
    return await hear(socket)


async def hear(socket: ClientConnection) -> dict[str, Any]:
    """The next VISS message."""
    message: dict[str, Any] = json.loads(await socket.recv())
    return message
