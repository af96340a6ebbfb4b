"""One HTTP request and its answer, straight on ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from forecourt.streams.edge import background, problem
from forecourt.streams.errors import BadRequestError, BodyTooLargeError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_PARAMETERS: Final = 200
NO_STORE: Final = (b"cache-control", b"no-store")


def header(scope: Scope, name: bytes) -> str:
    """A request header's value, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def bearer(scope: Scope) -> str:
    """The bearer token of a request, or an empty text."""
    scheme, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Exchange:
    """One HTTP request: read its parts, then answer once."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope: Final = scope
        self._receive: Final = receive
        self._send: Final = send
        self._is_answered = False

    def query(self, name: str) -> list[str]:
        """Every value of a query parameter.

        Raises:
            BadRequestError: there are more than MAX_PARAMETERS.
        """
        text = self.scope["query_string"].decode("latin-1")
        try:
            return parse_qs(text, max_num_fields=MAX_PARAMETERS).get(name, [])
        except ValueError as error:
            raise BadRequestError(f"A request has at most {MAX_PARAMETERS} parameters.") from error

    async def body(self, limit: int) -> bytes:
        """The whole body.

        Raises:
            BodyTooLargeError: it has more than `limit` bytes; the rest is not read.
        """
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self._receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise BodyTooLargeError(f"The body is larger than {limit:,} bytes.")
            more = message.get("more_body", False)
        return b"".join(parts)

    async def answer(self, document: object, *, status: int = 200) -> None:
        """Answer with JSON."""
        await self._respond(status, [(b"content-type", b"application/json"), NO_STORE], msgspec.json.encode(document))

    async def refuse(self, error: Exception) -> None:
        """Answer with the problem document of an error, unless the answer has begun."""
        if self._is_answered:
            return
        status = problem.status_of(error)
        headers = [(b"content-type", b"application/problem+json"), NO_STORE]
        if status == 401:
            headers.append((b"www-authenticate", b'Bearer realm="forecourt"'))
        if status == 503:
            headers.append((b"retry-after", b"1"))
        await self._respond(status, headers, msgspec.json.encode(problem.document(error)))

    async def _respond(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self._is_answered = True
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def start_events(self) -> None:
        """Begin a stream of server-sent events."""
        self._is_answered = True
        headers = [(b"content-type", b"text/event-stream"), NO_STORE, (b"x-accel-buffering", b"no")]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    async def event(self, name: str, data: object) -> None:
        """Send one server-sent event."""
        body = b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def while_connected(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` until it ends or the reader goes away."""
        tasks = {asyncio.ensure_future(self._disconnected()), asyncio.ensure_future(work)}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await background.cancel(tasks)

    async def _disconnected(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
