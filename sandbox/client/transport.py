"""HTTP to the platform: signs in with the car's key, keeps the session token, and signs in again when it ran out."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import httpx
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface
from typing_extensions import override

from sandbox.client.errors import PlatformRefusedError, PlatformUnavailableError
from sandbox.client.identity import Identity

TIMEOUT: Final = httpx.Timeout(20.0)
WHOLE_FILE: Final = 600.0  # seconds; whoever drips a file byte by byte must not keep the car waiting for ever


class Platform:
    """The platform as one car sees it."""

    def __init__(self, url: str, *, identity: Identity, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._identity = identity
        self._client = httpx.Client(base_url=self.url, timeout=TIMEOUT, transport=transport)
        self._token = ""
        self.vehicle = ""

    def sign_in(self) -> str:
        """Prove who we are; answers the car's public id and keeps the session token.

        Raises:
            PlatformRefusedError: the car's key is not enrolled.
            PlatformUnavailableError: nobody answered.
        """
        serial = self._identity.facts.head_unit_serial
        try:
            challenge = self._ask("POST", "/vehicle/v1/challenge", json={"serial": serial})["challenge"]
            proof = {"serial": serial, "challenge": challenge, "signature": self._identity.answer(challenge)}
            session = self._ask("POST", "/vehicle/v1/session", json=proof)
            self._token, self.vehicle = str(session["token"]), str(session["vehicle"])
        except (KeyError, TypeError, AttributeError) as error:
            raise PlatformUnavailableError("Something else than the platform answers.") from error
        return self.vehicle

    def headers(self) -> dict[str, str]:
        """The header that carries the session token; signs in at first use."""
        if not self._token:
            self.sign_in()
        return {"Authorization": f"Bearer {self._token}"}

    def request(self, method: str, path: str, *, json: Any = None) -> Any:
        """Ask as this car and decode the JSON answer; a session that ran out is renewed once.

        Raises:
            PlatformRefusedError: the platform said no.
            PlatformUnavailableError: nobody answered.
        """
        try:
            return self._ask(method, path, json=json, headers=self.headers())
        except PlatformRefusedError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
        self.sign_in()
        return self._ask(method, path, json=json, headers=self.headers())

    def fetch(self, url: str, *, as_vehicle: bool) -> Iterator[bytes]:
        """Stream a file. A request with the token follows no redirect; one without may go to a mirror."""
        headers = self.headers() if as_vehicle else {}
        with self._client.stream("GET", url, headers=headers, follow_redirects=not as_vehicle) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise DownloadHTTPError(f"{url}: {answer.status_code}", answer.status_code)
            until = time.monotonic() + WHOLE_FILE
            for part in answer.iter_bytes():
                if time.monotonic() > until:
                    raise DownloadError(f"{url}: not complete after {WHOLE_FILE:.0f} seconds")
                yield part

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _ask(self, method: str, path: str, *, json: Any = None, headers: dict[str, str] | None = None) -> Any:
        try:
            answer = self._client.request(method, path, json=json, headers=headers)
            if answer.is_server_error:
                raise PlatformUnavailableError(f"{method} {path}: HTTP {answer.status_code}")
            if answer.is_error:
                raise PlatformRefusedError(answer.status_code, _problem(answer))
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise PlatformUnavailableError(f"{method} {path}: {error}") from error


class Fetcher(FetcherInterface):
    """Lets the stock updater fetch through our connection."""

    def __init__(self, platform: Platform, *, as_vehicle: bool) -> None:
        self._platform = platform
        self._as_vehicle = as_vehicle

    @override
    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            yield from self._platform.fetch(url, as_vehicle=self._as_vehicle)
        except httpx.HTTPError as error:
            raise DownloadError(f"{url}: {error}") from error


def _problem(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
