"""The data plane's front door: its own addresses first, everything else to Django."""

from typing import Final

from forecourt.streams.edge import problem, routing, viss
from forecourt.streams.edge.exchange import AsgiApp, Exchange, Receive, Scope, Send
from forecourt.streams.edge.state import Edge
from forecourt.streams.edge.tokens import TokenSource
from forecourt.streams.errors import UnavailableError


class Application:
    """An ASGI application that answers the data plane's addresses and hands the rest over."""

    def __init__(self, *, redis_url: str, token_source: TokenSource, fallback: AsgiApp) -> None:
        self._redis_url: Final = redis_url
        self._token_source: Final = token_source
        self._fallback: Final = fallback
        self._edge: Edge | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, WebSocket or lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and routing.matches(scope["path"]):
            await self._http(Exchange(scope, receive, send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._fallback(scope, receive, send)

    async def _http(self, exchange: Exchange) -> None:
        try:
            handler, names = routing.handler(exchange.scope["method"], exchange.scope["path"])
            edge = await self._started()
            with edge.working():
                await handler(edge, exchange, **names)
        except Exception as error:
            if not problem.is_known(error):
                raise
            await exchange.refuse(error)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = routing.VISS.fullmatch(scope["path"])
        if match is None:
            await send({"type": "websocket.close", "code": 1008, "reason": "no such address"})
            return
        try:
            edge = await self._started()
        except UnavailableError:
            await send({"type": "websocket.close", "code": 1013, "reason": "try again later"})
            return
        with edge.working():
            await viss.serve(edge, scope, (receive, send), vehicle=match["vehicle"])

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        if self._edge:
            await self._edge.stop()
            self._edge = None
        await send({"type": "lifespan.shutdown.complete"})

    async def _started(self) -> Edge:
        """This process's edge, made in the loop that serves the first request."""
        if self._edge is None:
            self._edge = Edge(redis_url=self._redis_url, token_source=self._token_source)
        await self._edge.start()
        return self._edge
