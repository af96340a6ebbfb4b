"""VISS v3 over WebSocket: one session is one app on one car, and no data point leaves without its live grant."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from forecourt.streams import keys
from forecourt.streams.edge import background, latest, messages
from forecourt.streams.edge.exchange import Receive, Scope, Send, bearer, header
from forecourt.streams.edge.hub import Mailbox
from forecourt.streams.edge.messages import Change, Request, TimeBased, VissError
from forecourt.streams.edge.permit import REVOKED_CODE, Ending, Permit
from forecourt.streams.edge.state import Edge
from forecourt.streams.edge.subscription import Point, Subscription
from forecourt.streams.errors import BadRequestError, NotGrantedError, StreamsError, UnavailableError

PROTOCOL: Final = "VISSv3"
MAX_SUBSCRIPTIONS: Final = 100
LAST_WORDS_SECONDS: Final = 0.5


async def serve(edge: Edge, scope: Scope, wire: tuple[Receive, Send], *, vehicle: str) -> None:
    """Serve one connection until either side ends it."""
    receive, send = wire
    await receive()  # websocket.connect
    offered = [*scope.get("subprotocols", ()), *header(scope, b"sec-websocket-protocol").replace(" ", "").split(",")]
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL if PROTOCOL in offered else None})
    session = Session(edge, send, vehicle)
    try:
        await session.run(receive, bearer(scope))
    finally:
        await session.close()


class Session:
    """One client's subscriptions to one car."""

    def __init__(self, edge: Edge, send: Send, vehicle: str) -> None:
        self._edge: Final = edge
        self._send: Final = send
        self._vehicle: Final = vehicle
        self._mailbox: Final = Mailbox()
        self._turn: Final = asyncio.Lock()  # requests and data never interleave
        self._subscriptions: Final[dict[str, Subscription]] = {}
        self._timers: Final[dict[str, asyncio.Task[None]]] = {}
        self._permit: Final = Permit(edge, vehicle)
        self._numbers = 0
        self._token = ""
        self._last_data_at: float | None = None

    async def run(self, receive: Receive, token: str) -> None:
        """Answer requests and send events until the client leaves or the consent ends."""
        self._token = token
        with contextlib.suppress(StreamsError):  # the first request is answered with the reason
            await self._permit.sign_in(token)
        tasks = [asyncio.ensure_future(work) for work in (self._listen(receive), self._pump(), self._guard())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await background.cancel([*tasks, *self._timers.values()])
        for task in done:
            if ending := task.result():
                await self._end(ending)

    async def close(self) -> None:
        """Give everything back."""
        self._permit.close()
        await self._edge.hub.leave(self._mailbox)

    # --- requests ---

    async def _listen(self, receive: Receive) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            text = message.get("text") or message.get("bytes") or ""
            async with self._turn:
                await self._answer(text)

    async def _answer(self, text: str | bytes) -> None:
        request: Request | None = None
        try:
            request = messages.decode(text)
            await self._dispatch(request)
        except StreamsError as error:
            names = {"action": request.action, "requestId": request.request_id} if request else _names(text)
            await self._say(**names, error=_viss_error(error).document())

    async def _dispatch(self, request: Request) -> None:
        self._token = request.authorization or self._token
        await self._permit.sign_in(self._token)
        match request.action:
            case "get":
                await self._get(request)
            case "subscribe":
                await self._subscribe(request)
            case "unsubscribe":
                await self._unsubscribe(request)
            case "set":
                raise VissError("404", "unavailable_data", f"Send commands to /v1/vehicles/{self._vehicle}/commands.")
            case _:
                raise messages.bad_request(f"There is no action {request.action[:40]!r}.")

    async def _get(self, request: Request) -> None:
        filters = messages.parse_filters(request.filter)
        if filters.names_mode:
            raise messages.bad_request("This filter goes with subscribe, not with get.")
        paths = messages.resolve(request.path, filters.paths)
        self._permit.check("read", paths)
        once = Subscription("", paths, Change())
        points = self._allowed(once, await self._latest(paths), "read")
        if len(points) < len(paths):
            raise VissError("404", "unavailable_data", "temporarily_unavailable: the car has not sent a value yet.")
        self._permit.count("delivered", len(points))
        await self._say(action="get", requestId=request.request_id, data=messages.data_of(points))

    async def _subscribe(self, request: Request) -> None:
        filters = messages.parse_filters(request.filter)
        paths = messages.resolve(request.path, filters.paths)
        self._permit.check("subscribe", paths)
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise VissError("429", "too_many_requests", f"A connection has at most {MAX_SUBSCRIPTIONS} subscriptions.")
        await self._join(paths)
        self._numbers += 1
        subscription = Subscription(str(self._numbers), paths, filters.mode)
        await self._say(action="subscribe", requestId=request.request_id, subscriptionId=subscription.name)
        self._subscriptions[subscription.name] = subscription
        if isinstance(filters.mode, TimeBased):
            self._timers[subscription.name] = asyncio.create_task(self._tick(subscription, filters.mode.seconds))
        else:
            await self._offer_latest(subscription)

    async def _unsubscribe(self, request: Request) -> None:
        if not self._forget(request.subscription_id):
            raise VissError("404", "unavailable_data", "There is no such subscription on this connection.")
        await self._say(action="unsubscribe", requestId=request.request_id)

    # --- data ---

    async def _join(self, paths: tuple[str, ...]) -> None:
        if any(not path.startswith(latest.FEED_ROOT) for path in paths):
            await self._edge.hub.join(self._mailbox, keys.data(self._vehicle))
        if any(path.startswith(latest.FEED_ROOT) for path in paths):
            area = await self._edge.store.area(self._vehicle)
            await self._edge.hub.join(self._mailbox, keys.data(keys.feed(area)))

    async def _latest(self, paths: tuple[str, ...]) -> list[Point]:
        points = await latest.read(self._edge, self._vehicle, list(paths))
        return [(path, point.value, point.ts) for path, point in points.items()]

    async def _pump(self) -> None:
        while True:
            for mail in await self._mailbox.take():
                await self._when_fresh(partial(self._forward, mail.payload))

    async def _when_fresh(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something in turn while Valkey confirms the grants; while it is silent, wait."""
        while True:
            await self._edge.grants.fresh()
            async with self._turn:
                if self._edge.grants.is_fresh:
                    with contextlib.suppress(UnavailableError):
                        await work()
                    return

    async def _forward(self, payload: Any) -> None:
        if payload is None:  # a gap: what is newest now makes up for it
            for subscription in self._changing():
                await self._offer_latest(subscription)
            return
        points = [(point["path"], point["value"], point["ts"]) for point in payload["points"]]
        for subscription in self._changing():
            await self._offer(subscription, points)

    def _changing(self) -> list[Subscription]:
        return [one for one in self._subscriptions.values() if isinstance(one.mode, Change)]

    async def _tick(self, subscription: Subscription, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._when_fresh(partial(self._offer_latest, subscription))

    async def _offer_latest(self, subscription: Subscription) -> None:
        await self._offer(subscription, await self._latest(tuple(subscription.paths)))

    async def _offer(self, subscription: Subscription, points: list[Point]) -> None:
        """Send what passes the filter and the live grant; nothing is awaited between the check and the send."""
        sent = self._allowed(subscription, points, "subscribe")
        if sent:
            self._permit.count("delivered", len(sent))
            self._last_data_at = time.time()
            await self._say(action="subscription", subscriptionId=subscription.name, data=messages.data_of(sent))

    def _allowed(self, subscription: Subscription, points: list[Point], action: str) -> list[Point]:
        sent = []
        for point in points:
            rule = self._permit.rule(action, point[0]) if point[0] in subscription.paths else None
            if rule and (picked := subscription.pick(point, rule)):
                sent.append(picked)
        return sent

    # --- endings ---

    async def _guard(self) -> Ending:
        """Wait for the end of the consent or of the token; a narrower grant ends only what it no longer covers."""
        while True:
            version = self._permit.version
            if ending := await self._permit.ending():
                return ending
            await self._drop_uncovered()
            await self._permit.changed(version)

    async def _drop_uncovered(self) -> None:
        """End subscriptions that a narrowed grant no longer covers; waits for nobody's turn."""
        grant = self._permit.watched.grant if self._permit.watched else None
        for name, subscription in list(self._subscriptions.items()):
            if grant is None or all(grant.find(action="subscribe", path=path) for path in subscription.paths):
                continue
            self._forget(name)
            error = messages.denied(NotGrantedError("The driver narrowed the consent."))
            await self._say(action="subscription", subscriptionId=name, error=error.document())

    def _forget(self, name: str) -> bool:
        if timer := self._timers.pop(name, None):
            timer.cancel()
        return self._subscriptions.pop(name, None) is not None

    async def _end(self, ending: Ending) -> None:
        """The last words: an error event per subscription, then the close code with the reason."""
        error = messages.denied(ending.error).document()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                for name in self._subscriptions:
                    await self._say(action="subscription", subscriptionId=name, error=error)
                await self._send({"type": "websocket.close", "code": ending.code, "reason": ending.reason})
        if ending.code == REVOKED_CODE and self._permit.watched:
            await self._note_stop(self._permit.watched.grant_id)

    async def _note_stop(self, grant_id: str) -> None:
        document = {"grant": grant_id, "app": self._permit.app, "edge": self._edge.name, "last_byte_at": time.time()}
        with contextlib.suppress(UnavailableError):
            await self._edge.store.note_stop(self._vehicle, document | {"last_data_at": self._last_data_at})

    async def _say(self, **members: Any) -> None:
        await self._send({"type": "websocket.send", "text": messages.encode(datetime.now(UTC), **members)})


def _names(text: str | bytes) -> dict[str, str]:
    found = messages.request_id(text)
    return {"requestId": found} if found else {}


def _viss_error(error: StreamsError) -> VissError:
    if isinstance(error, VissError):
        return error
    if isinstance(error, BadRequestError):
        return messages.bad_request(str(error))
    if isinstance(error, UnavailableError):
        return VissError("503", "service_unavailable", f"{error.code}: {error} {error.resolution}")
    return messages.denied(error)
