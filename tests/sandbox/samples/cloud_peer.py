"""The cloud half's test peer: the part of a platform that apps talk to, over real HTTP and WebSocket on loopback."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from typing_extensions import override
from websockets.asyncio.server import ServerConnection, serve

BATTERY = "Vehicle.Powertrain.TractionBattery"


@dataclass
class Peer:
    """What apps asked of it."""

    url: str = ""
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    wishes: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["delivered", "acknowledged", "verified"])
    cars: list[dict[str, Any]] = field(default_factory=list)
    refuse: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    points: list[tuple[str, str, str]] = field(default_factory=list)
    endings: list[tuple[int, str]] = field(default_factory=list)
    connections: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Answer one HTTP request."""
        if self.refuse:
            return self.refuse, {"title": "No"}
        if path == "/o/token/":
            self.forms.append(parse_qs(body.decode()))
            return 200, {"access_token": f"t{len(self.forms)}", "refresh_token": "r", "expires_in": 10}
        if path == "/v1/vehicles":
            return 200, self.cars
        if method == "POST":
            self.wishes.append(json.loads(body))
            return 202, {"id": "c1", "state": "queued", "reason": ""}
        return 200, {"id": "c1", "state": self.states.pop(0) if self.states else "verified", "reason": ""}

    async def stream(self, socket: ServerConnection) -> None:
        """Serve one VISS connection: what is asked, the points, then the ending."""
        self.connections += 1
        while len(self.requests) < 3 * self.connections:
            request = json.loads(await socket.recv())
            self.requests.append(request)
            await socket.send(json.dumps(self._said(request)))
        for path, value, ts in self.points:
            data = {"path": path, "dp": {"value": value, "ts": ts}}
            await socket.send(json.dumps({"action": "subscription", "subscriptionId": "1", "data": data, "ts": ts}))
        await self.may_end.wait()
        code, reason = self.endings.pop(0)
        error = {"number": "401", "reason": "invalid_token", "description": reason}
        await socket.send(json.dumps({"action": "subscription", "subscriptionId": "1", "error": error, "ts": "t"}))
        await socket.close(code, reason)

    def _said(self, request: dict[str, Any]) -> dict[str, Any]:
        names = {"action": request["action"], "requestId": request["requestId"], "ts": "t"}
        if request["action"] == "get":
            return names | {"error": {"number": "401", "reason": "invalid_token", "description": "not_granted: no"}}
        return names | {"subscriptionId": "1"}


class _Handler(BaseHTTPRequestHandler):
    peer: Peer

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, document = self.peer.answer(method, self.path, body)
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def over_http(peer: Peer) -> Iterator[Peer]:
    """The peer on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"peer": peer}))
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@asynccontextmanager
async def over_websocket(peer: Peer) -> AsyncIterator[str]:
    """The peer's VISS server on a free port; answers its address."""
    async with serve(peer.stream, "127.0.0.1", 0, subprotocols=None) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
