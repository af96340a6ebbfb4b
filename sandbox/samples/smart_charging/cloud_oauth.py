"""How the cloud half gets its token: authorization code with PKCE (RFC 7636), state and issuer checked (RFC 9207)."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx

REQUEST_LIFE: Final = 600.0  # s between leaving for the platform and coming back
RENEW_BEFORE: Final = 30.0  # s before a token ends


class SignInError(Exception):
    """The driver's consent could not be turned into a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who this app is at the platform."""

    platform: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str


@dataclass(slots=True)
class Consents:
    """The requests for consent that are on their way, each by its state and good for one answer."""

    client: Client
    pending: dict[str, tuple[str, float]] = field(default_factory=dict)

    def request(self, *, iss: str | None, now: float) -> str:
        """The address to send the driver to.

        Raises:
            SignInError: somebody else's platform asked for it.
        """
        if iss is not None and iss.rstrip("/") != self.client.platform:
            raise SignInError(f"{iss} is not the platform of this app")
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        self.pending = {one: sent for one, sent in self.pending.items() if sent[1] > now - REQUEST_LIFE}
        self.pending[state] = verifier, now
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.client.platform}/o/authorize/?{urlencode(query)}"

    def answer(self, query: dict[str, str], *, now: float) -> tuple[str, str]:
        """The code that came back, and the verifier that belongs to it.

        Raises:
            SignInError: the driver said no, or this is not an answer to a request of ours.
        """
        verifier, sent_at = self.pending.pop(query.get("state", ""), ("", 0.0))
        if not verifier or now > sent_at + REQUEST_LIFE:
            raise SignInError("this is no answer to a request of this app")
        if query.get("iss", self.client.platform).rstrip("/") != self.client.platform:
            raise SignInError("the answer comes from another platform")
        if "code" not in query:
            raise SignInError(query.get("error_description") or query.get("error") or "the answer holds no code")
        return query["code"], verifier


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Tokens:
    """One driver's tokens, renewed when they are about to end."""

    def __init__(self, client: Client, http: httpx.AsyncClient) -> None:
        self._client, self._http = client, http
        self._access, self._refresh, self._ends_at = "", "", 0.0

    async def redeem(self, code: str, verifier: str) -> None:
        """Turn a code into tokens.

        Raises:
            SignInError: the platform refuses the code.
        """
        redirect = self._client.redirect_uri
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        await self._ask(form)

    async def header(self) -> dict[str, str]:
        """The Authorization header, with a token that is good for a while.

        Raises:
            SignInError: the platform no longer renews it.
        """
        if self._refresh and time.time() > self._ends_at - RENEW_BEFORE:
            await self._ask({"grant_type": "refresh_token", "refresh_token": self._refresh})
        return {"Authorization": f"Bearer {self._access}"}

    async def _ask(self, form: dict[str, str]) -> None:
        credentials = httpx.BasicAuth(self._client.client_id, self._client.client_secret)
        answer = await self._http.post("/o/token/", data=form, auth=credentials)
        if answer.is_error:
            raise SignInError(f"the platform refuses the code or token: {answer.status_code} {answer.text[:200]}")
        found: dict[str, Any] = answer.json()
        self._access, self._refresh = found["access_token"], found.get("refresh_token", "")
        self._ends_at = time.time() + float(found.get("expires_in", 3600))
