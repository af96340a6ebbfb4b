"""The car's line to the platform: one kept-alive connection for requests and one for events, HTTP only."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final, Self

import httpx
import msgspec

from sandbox.vehicle import backoff
from sandbox.vehicle.errors import LinkError, RefusedError, SignInError
from sandbox.vehicle.outbox import Outbox
from sandbox.vehicle.sse import Event, EventReader

BUSY: Final = frozenset({429, 502, 503, 504})
SILENCE: Final = 45.0  # s without a heartbeat before the stream of events counts as dead
TokenSource = Callable[[], Awaitable[str]]


class Link:
    """Speaks for one car; `sign_in` answers a fresh Authorization header whenever the old one is refused."""

    def __init__(self, platform: str, *, sign_in: TokenSource) -> None:
        limits = httpx.Limits(max_connections=2, max_keepalive_connections=1)
        self._http = httpx.AsyncClient(base_url=platform, timeout=10.0, limits=limits, trust_env=False)
        self._sign_in, self._token = sign_in, ""
        self._sending = asyncio.Lock()
        self.connected = False  #: whether the stream of events is up
        self.acknowledged = 0

    async def __aenter__(self) -> Self:
        """Ready at once; connections open when they are needed."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Hang up."""
        await self._http.aclose()

    async def pairing_code(self) -> str:
        """A fresh code for the driver to type."""
        return str((await self._json("POST", "/vehicle/v1/pairing-code"))["code"])

    async def pairing(self) -> dict[str, Any]:
        """Whether the car belongs to somebody."""
        return await self._json("GET", "/vehicle/v1/pairing")

    async def feeds(self) -> dict[str, Any] | None:
        """The prices of the car's area, or None without a consent that covers them."""
        with suppress(RefusedError):
            return await self._json("GET", "/vehicle/v1/feeds")
        return None

    async def commands(self) -> list[dict[str, Any]]:
        """Take the commands that wait for this car."""
        answer = await self._request("GET", "/vehicle/v1/commands")
        return list(msgspec.json.decode(answer.content))

    async def acknowledge(self, command: str, *, outcome: str, reason: str, ts: str) -> None:
        """Say what became of a command."""
        body = {"outcome": outcome, "reason": reason, "ts": ts}
        await self._request("POST", f"/vehicle/v1/commands/{command}/acknowledge", body)

    async def card(self, app: str, card: dict[str, Any] | None) -> None:
        """Show an app's card on the driver's other screens too."""
        await self._request("POST", "/vehicle/v1/cards", {"app": app, "card": card})

    async def flush(self, outbox: Outbox) -> list[str]:
        """Send what waits, oldest first, until all of it is acknowledged; answers why frames were set aside."""
        set_aside = []
        async with self._sending:
            while waiting := outbox.oldest():
                try:
                    answer = await self._request("POST", "/vehicle/v1/frames", waiting.content, patient=True)
                except RefusedError as error:
                    outbox.set_aside(waiting.seq, reason=str(error))
                    set_aside.append(str(error))
                    continue
                if msgspec.json.decode(answer.content).get("ack") != waiting.seq:
                    raise LinkError(f"frame {waiting.seq} was answered without its acknowledgement")
                outbox.acknowledge(waiting.seq)
                self.acknowledged += 1
        return set_aside

    async def events(self) -> AsyncIterator[Event]:
        """The platform's events; connects again by itself, for as long as somebody listens."""
        attempt = 0
        while True:
            with suppress(httpx.HTTPError, LinkError):
                async for event in self._stream():
                    attempt, self.connected = 0, True
                    yield event
            self.connected = False
            attempt += 1
            await asyncio.sleep(backoff.delay(attempt=attempt, retry_after=None, chance=random.random()))  # noqa: S311

    async def _stream(self) -> AsyncIterator[Event]:
        timeout = httpx.Timeout(10.0, read=SILENCE)
        reader = EventReader()
        headers = await self._headers()
        async with self._http.stream("GET", "/vehicle/v1/events", headers=headers, timeout=timeout) as response:
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                self._token = ""
            if response.status_code != HTTPStatus.OK:
                raise LinkError(f"the stream of events was answered with {response.status_code}")
            async for line in response.aiter_lines():
                if event := reader.feed(line):
                    yield event

    async def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = await self._request(method, path, {} if body is None and method == "POST" else body)
        return dict(msgspec.json.decode(answer.content))

    async def _request(self, method: str, path: str, body: object = None, *, patient: bool = False) -> httpx.Response:
        """One request; a busy or unreachable platform is tried again, a patient caller for as long as it takes.

        Raises:
            RefusedError: the platform will not take this request, now or later.
            LinkError: the platform stayed away.
        """
        content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        attempt, renewed = 0, False
        while True:
            retry_after, failure = None, "no answer"
            with suppress(httpx.TransportError, SignInError):
                answer = await self._http.request(method, path, content=content, headers=await self._headers())
                if answer.is_success:
                    return answer
                if answer.status_code == HTTPStatus.UNAUTHORIZED and not renewed:
                    self._token, renewed = "", True
                    continue
                if answer.status_code < 500 and answer.status_code not in BUSY:
                    raise _refusal(answer)
                retry_after, failure = answer.headers.get("Retry-After"), str(answer.status_code)
            attempt += 1
            if attempt > 5 and not patient:
                raise LinkError(f"{method} {path}: {failure} after {attempt} attempts")
            pause = backoff.delay(attempt=attempt, retry_after=retry_after, chance=random.random())  # noqa: S311
            await asyncio.sleep(pause)

    async def _headers(self) -> dict[str, str]:
        if not self._token:
            self._token = await self._sign_in()
        return {"Authorization": self._token, "Content-Type": "application/json"}


def _refusal(answer: httpx.Response) -> RefusedError:
    problem: dict[str, Any] = {}
    with suppress(msgspec.DecodeError, TypeError, ValueError):
        problem = dict(msgspec.json.decode(answer.content))
    title = str(problem.get("title") or answer.reason_phrase)
    return RefusedError(status=answer.status_code, title=title, detail=str(problem.get("detail") or ""))
