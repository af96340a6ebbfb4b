"""The cloud half's own web pages: where a driver comes from the store, comes back with consent, and a status."""

import html
import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from .cloud_oauth import SignInError

PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Smart Charging</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<body style="font:18px/1.5 system-ui;max-width:36rem;margin:15vh auto;padding:0 1rem"><h1>{title}</h1><p>{text}</p>
<p><a href="{back}">Back to your cars</a></p>"""


class Site(ThreadingHTTPServer):
    """Serves on loopback; the three calls may come from any thread."""

    daemon_threads = True

    def __init__(self, port: int, *, back: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.back = back
        self.start: Callable[[dict[str, str]], str]
        self.callback: Callable[[dict[str, str]], str]
        self.status: Callable[[], Any]


class Handler(BaseHTTPRequestHandler):
    """Translates requests."""

    server: Site

    def do_GET(self) -> None:
        """Answer one of the three addresses."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        try:
            self._answer(parts.path, query)
        except SignInError as error:
            self._page(HTTPStatus.BAD_REQUEST, "That did not work", str(error))

    def _answer(self, path: str, query: dict[str, str]) -> None:
        match path:
            case "/start":
                location = self.server.start(query)
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "/callback":
                self._page(HTTPStatus.OK, "Smart Charging is connected", self.server.callback(query))
            case "/status":
                self._send(HTTPStatus.OK, json.dumps(self.server.status()), "application/json")
            case _:
                self._page(HTTPStatus.NOT_FOUND, "Nothing here", "Open Smart Charging from the store.")

    def _page(self, status: HTTPStatus, title: str, text: str) -> None:
        words = {"title": html.escape(title), "text": html.escape(text), "back": html.escape(self.server.back)}
        self._send(status, PAGE.format(**words), "text/html; charset=utf-8")

    def _send(self, status: HTTPStatus, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the query holds codes."""
