"""What the data plane reads and writes in Valkey: frames, latest values, cards. One round trip each."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from forecourt.consent import published
from forecourt.metering import counters
from forecourt.metering.counters import Count
from forecourt.streams import keys
from forecourt.streams.errors import UnavailableError
from sandbox.wire import times
from sandbox.wire.frames import Frame, Point

#: KEYS: sequence, stream, latest, usage. ARGV: sequence number, stream length, payload, channel, field of the frames'
#: count, field of the points' count, number of points, then path and value of every latest point.
#: As many sequence numbers are remembered as the stream keeps frames: a frame that comes late is kept, one that comes
#: again is not, and an older one never replaces the latest values.
APPEND: Final = """
local seq, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
local lowest = tonumber(redis.call('ZRANGE', KEYS[1], 0, 0)[1] or '0')
local highest = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1)[1] or '0')
if seq < lowest and redis.call('ZCARD', KEYS[1]) >= kept then return 0 end
if redis.call('ZADD', KEYS[1], 'NX', seq, ARGV[1]) == 0 then return 0 end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -kept - 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'seq', ARGV[1], 'frame', ARGV[3])
if seq > highest then
  for at = 8, #ARGV, 1000 do
    redis.call('HSET', KEYS[3], unpack(ARGV, at, math.min(at + 999, #ARGV)))
  end
end
redis.call('HINCRBY', KEYS[4], ARGV[5], 1)
redis.call('HINCRBY', KEYS[4], ARGV[6], ARGV[7])
redis.call('PUBLISH', ARGV[4], ARGV[3])
return 1
"""


class LatestPoint(msgspec.Struct, frozen=True):
    """The newest data point of a signal, with the time we received it and what kind of source sent it."""

    value: bool | int | float | str
    ts: str
    received_at: str
    source: str = ""


class Store:
    """Valkey, as the data plane uses it; every failure becomes UnavailableError."""

    def __init__(self, client: Redis) -> None:
        self._client: Final = client
        self._append: Final = client.register_script(APPEND)

    async def append(self, vehicle: str, frame: Frame, *, now: datetime) -> bool:
        """Keep a frame, unless its sequence number was acknowledged before; answers whether it was new."""
        received_at = times.render(now)
        document = {
            "vehicle": vehicle,
            "seq": frame.seq,
            "source": frame.source,
            "received_at": received_at,
            "points": frame.points,
        }
        used = [keys.sequence(vehicle), keys.frames(vehicle), keys.latest(vehicle), counters.key(now.date())]
        head: list[str | bytes | int] = [
            frame.seq,
            keys.STREAM_LENGTH,
            msgspec.json.encode(document),
            keys.data(vehicle),
        ]
        counts = [counters.field(Count(kind, vehicle)) for kind in ("frames", "data_points")]
        arguments: list[str | bytes | int] = [*head, *counts, len(frame.points), *_latest(frame, received_at)]
        try:
            return bool(await self._append(keys=used, args=arguments))
        except (RedisError, OSError) as error:
            raise UnavailableError from error

    async def latest(self, name: str, paths: Iterable[str]) -> dict[str, LatestPoint]:
        """The newest data points of these signals, where there are any."""
        wanted = list(paths)
        if not wanted:
            return {}
        try:
            answers = await self._client.hmget(keys.latest(name), wanted)
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        return {path: _point(raw) for path, raw in zip(wanted, answers, strict=True) if raw}

    async def everything(self, vehicle: str) -> tuple[dict[str, LatestPoint], dict[str, Any]]:
        """All latest data points of a car, and the cards its apps show."""
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hgetall(keys.latest(vehicle))
                pipe.hgetall(keys.cards(vehicle))
                latest, cards = await pipe.execute()
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        points = {path.decode(): _point(raw) for path, raw in latest.items()}
        return points, {app.decode(): msgspec.json.decode(raw) for app, raw in cards.items()}

    async def area(self, vehicle: str) -> str:
        """The car's price area as consent published it; empty if it did not yet."""
        try:
            area = await self._client.hget(published.vehicle_key(vehicle), "area")
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        return area.decode() if isinstance(area, bytes) else area or ""

    async def grant_ids(self, vehicle: str) -> list[str]:
        """The ids of the car's grants, live or not."""
        try:
            members = await self._client.smembers(published.grants_key(vehicle))
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        return sorted(member.decode() for member in members if isinstance(member, bytes))

    async def show(self, vehicle: str, app: str, card: dict[str, Any] | None) -> None:
        """Keep what an app shows now, and tell the driver's pages."""
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                if card is None:
                    pipe.hdel(keys.cards(vehicle), app)
                else:
                    pipe.hset(keys.cards(vehicle), app, msgspec.json.encode(card))
                pipe.publish(keys.live(vehicle), msgspec.json.encode({"type": "card", "app": app, "card": card}))
                await pipe.execute()
        except (RedisError, OSError) as error:
            raise UnavailableError from error

    async def note_stop(self, vehicle: str, document: dict[str, Any]) -> None:
        """Keep for a day when the last byte under a grant was sent, and tell the driver's pages."""
        key = keys.stopped(vehicle, document["grant"])
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hset(key, document["edge"], document["last_byte_at"])
                pipe.expire(key, 86_400)
                pipe.publish(keys.live(vehicle), msgspec.json.encode({"type": "stopped"} | document))
                await pipe.execute()
        except (RedisError, OSError) as error:
            raise UnavailableError from error


def _latest(frame: Frame, received_at: str) -> Iterator[str | bytes]:
    newest: dict[str, Point] = {}
    for point in frame.points:
        known = newest.get(point.path)
        if known is None or times.parse(known.ts) <= times.parse(point.ts):
            newest[point.path] = point
    for path, point in newest.items():
        yield path
        yield msgspec.json.encode(LatestPoint(point.value, point.ts, received_at, frame.source))


def _point(raw: bytes | str) -> LatestPoint:
    return msgspec.json.decode(raw, type=LatestPoint)
