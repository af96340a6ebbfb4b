"""`GET /v1/vehicles/{id}/signals`: the latest data points of a car, under the live grant."""

import time
from datetime import UTC, datetime
from typing import Any, Final

from forecourt.consent.published import Rule, TokenFacts
from forecourt.metering.counters import Count
from forecourt.streams import keys, precision
from forecourt.streams.edge import grants
from forecourt.streams.edge.exchange import Exchange, bearer
from forecourt.streams.edge.grants import LiveGrant
from forecourt.streams.edge.state import Edge
from forecourt.streams.edge.store import LatestPoint
from forecourt.streams.errors import BadRequestError, NotGrantedError, NotSupportedError, NoValueYetError
from sandbox.wire import catalog, times

MAX_PATHS: Final = 100
FEED_ROOT: Final = "Energy."


async def get_signals(edge: Edge, exchange: Exchange, vehicle: str) -> None:
    """Answer with the latest data points of every `path` parameter; one that is not granted refuses them all."""
    facts = await edge.tokens.facts(bearer(exchange.scope))
    paths = list(dict.fromkeys(exchange.query("path")))
    if not 0 < len(paths) <= MAX_PATHS:
        raise BadRequestError(f"Name 1 to {MAX_PATHS} signals, each as `path=`.")
    for path in paths:
        if path not in catalog.DEFAULT:
            raise NotSupportedError(f"{path[:120]!r} is not in the signal catalog.")
    rules = await _rules(edge, facts, vehicle, paths)
    points = await read(edge, vehicle, paths)
    now = datetime.now(UTC)
    data = [shown for path, point in points.items() if (shown := _shown(path, point, rules[path], now))]
    if not data:
        raise NoValueYetError(f"There is no value of {', '.join(paths)} yet.")
    edge.meter.add(Count("delivered", vehicle, facts.app or ""), len(data))
    missing = [path for path in paths if path not in {shown["path"] for shown in data}]
    await exchange.answer({"vehicle": vehicle, "data": data, "unavailable": missing})


async def read(edge: Edge, vehicle: str, paths: list[str]) -> dict[str, LatestPoint]:
    """The latest data points of a car and of the feed of its price area."""
    of_feed = [path for path in paths if path.startswith(FEED_ROOT)]
    points = await edge.store.latest(vehicle, [path for path in paths if path not in of_feed])
    if of_feed and (area := await edge.store.area(vehicle)):
        points |= await edge.store.latest(keys.feed(area), of_feed)
    return points


async def _rules(edge: Edge, facts: TokenFacts, vehicle: str, paths: list[str]) -> dict[str, Rule]:
    grant_id = facts.grants.get(vehicle)
    grant: LiveGrant | None = await edge.grants.once(vehicle, grant_id) if grant_id else None
    try:
        return {path: grants.allow(grant, action="read", path=path, now=time.time()) for path in paths}
    except NotGrantedError:
        edge.meter.add(Count("denied", vehicle if grant_id else "", facts.app or ""))
        raise


def _shown(path: str, point: LatestPoint, rule: Rule, now: datetime) -> dict[str, Any] | None:
    value = precision.coarsen(path, point.value, rule.precision)
    if value is None:
        return None
    return {
        "path": path,
        "value": value,
        "ts": point.ts,
        "received_at": point.received_at,
        "age_s": round((now - times.parse(point.ts)).total_seconds(), 3),
        "source": point.source,
        "resend": False,
    }
