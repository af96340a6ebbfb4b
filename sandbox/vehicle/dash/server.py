"""Serves the head unit's page on loopback: four files, one JSON document, one stream, one switch."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

import msgspec

FILES: Final = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/dash.css": ("dash.css", "text/css; charset=utf-8"),
    "/dash.js": ("dash.js", "text/javascript; charset=utf-8"),
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FIRST: Final = b'type="application/json">{}'
FRAME_PAUSE: Final = 0.2  # s between two pictures: no state changes faster than a glance
HEARTBEAT: Final = 15.0  # s
MAX_BODY: Final = 1024


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The simulator's switch: show the page as if moving, as if parked, or as the car does."""

    moving: bool | None


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class DashServer:
    """One page for as many browsers as look at it."""

    def __init__(self, *, document: Callable[[], dict[str, Any]], switch: Callable[[bool | None], None]) -> None:
        self._document, self._switch = document, switch
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._names: frozenset[str] = frozenset()
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> int:
        """Listen on loopback, on that port or on a free one for 0; answers the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=16_384)
        port = int(self._server.sockets[0].getsockname()[1])
        self._names = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        return port

    async def close(self) -> None:
        """Stop, hanging up on open streams."""
        if self._server:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def changed(self) -> None:
        """Tell every open page that there is something new."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError):
                async with asyncio.timeout(10):
                    request = await _read(reader)
                await self._answer(request, writer)
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, request: _Request, writer: asyncio.StreamWriter) -> None:
        if not self._is_ours(request):
            await _respond(writer, HTTPStatus.FORBIDDEN)
        elif request.method == "POST" and request.path == "/switch":
            await _respond(writer, self._turn(request.body))
        elif request.method != "GET":
            await _respond(writer, HTTPStatus.METHOD_NOT_ALLOWED)
        elif request.path == "/events":
            await self._stream(writer)
        elif request.path == "/state.json":
            await _respond(writer, HTTPStatus.OK, msgspec.json.encode(self._document()), "application/json")
        elif request.path in FILES:
            name, kind = FILES[request.path]
            await _respond(writer, HTTPStatus.OK, self._file(name), kind)
        else:
            await _respond(writer, HTTPStatus.NOT_FOUND)

    def _file(self, name: str) -> bytes:
        """A file of the page; the page itself carries the first state, so that it is never drawn empty."""
        content = resources.files("sandbox.vehicle.dash").joinpath("page", name).read_bytes()
        first = msgspec.json.encode(self._document()).replace(b"<", b"\\u003c")
        return content.replace(FIRST, FIRST[:-2] + first) if name == "page.html" else content

    def _is_ours(self, request: _Request) -> bool:
        """Only under our own name, so that no other site's script reaches a page on loopback."""
        origin = request.headers.get("origin")
        return request.headers.get("host") in self._names and origin in {None, *(f"http://{n}" for n in self._names)}

    def _turn(self, body: bytes) -> HTTPStatus:
        try:
            wanted = msgspec.json.decode(body, type=Switch)
        except msgspec.DecodeError:
            return HTTPStatus.BAD_REQUEST
        self._switch(wanted.moving)
        self.changed()
        return HTTPStatus.NO_CONTENT

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        await _head(writer, HTTPStatus.OK, "text/event-stream", length=None)
        while True:
            changed = self._changed
            writer.write(b"event: state\ndata: " + msgspec.json.encode(self._document()) + b"\n\n")
            await writer.drain()
            await asyncio.sleep(FRAME_PAUSE)
            while not changed.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), HEARTBEAT)
                    break
                writer.write(b": still here\n\n")
                await writer.drain()


async def _read(reader: asyncio.StreamReader) -> _Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _version = head[0].split(" ")
    headers = {name.strip().lower(): value.strip() for name, _colon, value in (h.partition(":") for h in head[1:] if h)}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= MAX_BODY:
        raise ValueError(length)
    return _Request(method, target.partition("?")[0], headers, await reader.readexactly(length))


async def _respond(writer: asyncio.StreamWriter, status: HTTPStatus, content: bytes = b"", kind: str = "") -> None:
    await _head(writer, status, kind or "text/plain", length=len(content))
    writer.write(content)
    await writer.drain()


async def _head(writer: asyncio.StreamWriter, status: HTTPStatus, kind: str, *, length: int | None) -> None:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Security-Policy: {POLICY}",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    await writer.drain()
