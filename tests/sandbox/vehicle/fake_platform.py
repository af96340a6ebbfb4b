"""The simulator's test peer: a small platform in memory, spoken to over real HTTP on loopback."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

Json = Any


@dataclass
class FakePlatform:
    """What it was told, and what it will answer."""

    url: str = ""
    collect: list[str] = field(default_factory=list)
    feed: Json = None
    frames: list[Json] = field(default_factory=list)
    cards: list[tuple[str, Json]] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    acknowledged: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], Json]] = field(default_factory=list)  #: given first, whatever is asked
    paired: bool = False
    token: str = "token"
    streams: int = 0
    connections: set[int] = field(default_factory=set)
    wakes: list[str] = field(default_factory=list)
    woken: threading.Condition = field(default_factory=threading.Condition)
    closing: bool = False

    def wake(self, reason: str) -> None:
        """Nudge every connected car."""
        with self.woken:
            self.wakes.append(reason)
            self.woken.notify_all()

    def points(self, path: str) -> list[Json]:
        """Every point of a signal that arrived, in order."""
        return [point for frame in self.frames for point in frame["points"] if point["path"] == path]

    def answer(self, method: str, path: str, body: Json) -> tuple[int, dict[str, str], Json]:
        """Answer one request."""
        if self.answers:
            return self.answers.pop(0)
        for pattern, handle in self._routes().items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return handle(body, *found.groups())
        return 404, {}, {"title": "Not found", "detail": path}

    def _routes(self) -> dict[str, Callable[..., tuple[int, dict[str, str], Json]]]:
        return {
            "POST /vehicle/v1/challenge": lambda _body: (200, {}, {"challenge": "sign me"}),
            "POST /vehicle/v1/session": lambda _body: (
                200,
                {},
                {"vehicle": "veh1", "token": self.token, "expires_in": 900},
            ),
            "POST /vehicle/v1/pairing-code": lambda _body: (200, {}, {"code": "K7M2-9QXD", "expires_in": 600}),
            "GET /vehicle/v1/pairing": lambda _body: (200, {}, {"paired": self.paired, "nickname": "Blue Uno"}),
            "POST /vehicle/v1/poll": lambda _body: (200, {}, self._poll()),
            "POST /vehicle/v1/report": lambda _body: (200, {}, {}),
            "POST /vehicle/v1/frames": self._frame,
            "POST /vehicle/v1/cards": self._card,
            "GET /vehicle/v1/feeds": lambda _body: (200, {}, self.feed) if self.feed else (403, {}, {"title": "No"}),
            "GET /vehicle/v1/commands": self._take,
            "POST /vehicle/v1/commands/([^/]+)/acknowledge": self._acknowledge,
        }

    def _poll(self) -> Json:
        feeds = [self.feed["area"]] if self.feed else []
        return {"director": 0, "next_poll_s": 30, "collect": self.collect, "feeds": feeds}

    def _frame(self, body: Json) -> tuple[int, dict[str, str], Json]:
        repeated = body["seq"] in {frame["seq"] for frame in self.frames}
        if not repeated:
            self.frames.append(body)
        return 200, {}, {"ack": body["seq"], "repeated": repeated}

    def _card(self, body: Json) -> tuple[int, dict[str, str], Json]:
        self.cards.append((body["app"], body["card"]))
        return 200, {}, {}

    def _take(self, _body: Json) -> tuple[int, dict[str, str], Json]:
        taken, self.commands = self.commands, []
        return 200, {}, taken

    def _acknowledge(self, body: Json, command: str) -> tuple[int, dict[str, str], Json]:
        self.acknowledged.append({"id": command, "frames": len(self.frames), **body})
        return 200, {}, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: FakePlatform

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.platform.calls.append(f"{method} {self.path}")
        self.platform.connections.add(self.client_address[1])
        open_to_all = self.path in {"/vehicle/v1/challenge", "/vehicle/v1/session"}
        if not open_to_all and self.headers.get("Authorization") != f"Bearer {self.platform.token}":
            self._send(401, {}, {"title": "Unknown session"})
        elif self.path == "/vehicle/v1/events":
            self._stream()
        else:
            self._send(*self.platform.answer(method, self.path, json.loads(body) if body else None))

    def _send(self, status: int, headers: dict[str, str], document: Json) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        platform, told = self.platform, 0
        platform.streams += 1
        self._event("desired-state")
        while not platform.closing:
            with platform.woken:
                if len(platform.wakes) == told:
                    platform.woken.wait(timeout=0.5)
            for reason in platform.wakes[told:]:
                told += 1
                if reason == "hang up":
                    return
                self._event(reason)

    def _event(self, reason: str) -> None:
        self.wfile.write(f'event: wake\ndata: {{"reason":"{reason}"}}\n\n'.encode())
        self.wfile.flush()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[FakePlatform]:
    """A platform on a free port."""
    platform = FakePlatform()
    handler = type("Handler", (_Handler,), {"platform": platform})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    platform.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        with platform.woken:
            platform.closing = True
            platform.woken.notify_all()
        server.shutdown()
        server.server_close()
        thread.join()
