"""The control plane's connection to Valkey, and what it reads and writes there of cars and feeds."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from redis import Redis, RedisError
from redis.utils import str_if_bytes

from forecourt.consent import published
from forecourt.streams import keys
from forecourt.streams.errors import UnavailableError


@cache
def client() -> Redis:
    """This process's client."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def latest(name: str, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The newest data points of a car or a feed, where there are any."""
    wanted = list(paths)
    answers = client().hmget(keys.latest(name), wanted) if wanted else []
    return {path: msgspec.json.decode(raw) for path, raw in zip(wanted, answers, strict=True) if raw}


def cards(name: str) -> dict[str, dict[str, Any]]:
    """The cards that a car's apps show, by app."""
    return {str_if_bytes(app): msgspec.json.decode(raw) for app, raw in client().hgetall(keys.cards(name)).items()}


def last_byte_at(name: str, grant_id: str) -> float | None:
    """When the last byte under a revoked grant was sent, as seconds since 1970; None if no stream was open."""
    times = client().hvals(keys.stopped(name, grant_id))
    return max(map(float, times), default=None)


def forget_cards(name: str, apps: Iterable[str]) -> None:
    """Take the cards of apps off the driver's pages."""
    with client().pipeline(transaction=False) as pipe:
        for app in apps:
            pipe.hdel(keys.cards(name), app)
            pipe.publish(keys.live(name), msgspec.json.encode({"type": "card", "app": app, "card": None}))
        pipe.execute()


def announce(name: str, document: Mapping[str, Any]) -> None:
    """Tell the driver's pages."""
    client().publish(keys.live(name), msgspec.json.encode(document))


def put_points(name: str, points: list[dict[str, Any]], *, received_at: str, source: str) -> None:
    """Make points of a feed the latest ones, and send them to who is subscribed."""
    shared = {"received_at": received_at, "source": source}
    message = {"feed": name, "points": points} | shared
    fresh = {
        point["path"]: msgspec.json.encode({"value": point["value"], "ts": point["ts"]} | shared) for point in points
    }
    with client().pipeline(transaction=True) as pipe:
        pipe.hset(keys.latest(name), mapping=fresh)
        pipe.publish(keys.data(name), msgspec.json.encode(message))
        pipe.execute()


def is_entombed(vehicle: str, grant_id: str) -> bool:
    """Whether a grant is being revoked, perhaps before the database knows.

    Raises:
        UnavailableError: Valkey does not answer, so nothing may be assumed.
    """
    try:
        return bool(client().exists(published.dead_key(vehicle, grant_id)))
    except RedisError as error:
        raise UnavailableError from error
