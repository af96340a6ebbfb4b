"""Ends a request body that no address takes: Django would write all of it to disk before it looks at the address."""

from typing import Final

from forecourt.streams.edge.exchange import AsgiApp, Exchange, Message, Receive, Scope, Send
from forecourt.streams.errors import BodyTooLargeError
from sandbox.wire import bundles

#: A bundle is the largest thing that anybody may send; the rest is for the form around it.
LARGEST: Final = bundles.MAX_BYTES + (1 << 20)


class Bounded:
    """An ASGI application whose requests have bodies of at most LARGEST bytes."""

    def __init__(self, app: AsgiApp) -> None:
        self._app: Final = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; refuse one that sends too much."""
        metered = _Metered(receive)
        await self._app(scope, metered, send)
        if metered.is_over:
            error = BodyTooLargeError(f"The body is larger than {LARGEST:,} bytes.")
            await Exchange(scope, receive, send).refuse(error)


class _Metered:
    """Receives for the application; it takes the sender of too much for one that has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive: Final = receive
        self._size = 0

    @property
    def is_over(self) -> bool:
        return self._size > LARGEST

    async def __call__(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_over else message
