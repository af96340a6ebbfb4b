"""Who is on a connection, and what they may have of one car at this moment."""

import asyncio
import contextlib
import time
from typing import Final, NamedTuple

from forecourt.consent.published import Rule, TokenFacts
from forecourt.metering.counters import Count
from forecourt.streams.edge import grants
from forecourt.streams.edge.grants import LiveGrant
from forecourt.streams.edge.state import Edge
from forecourt.streams.edge.watch import Watched
from forecourt.streams.errors import (
    BadRequestError,
    NotGrantedError,
    StreamsError,
    TokenInvalidError,
    UnavailableError,
)

REVOKED_CODE: Final = 4001
TOKEN_CODE: Final = 4003
TOKEN_CHECK_SECONDS: Final = 15.0


class Ending(NamedTuple):
    """Why the server ends a connection, and the WebSocket code for it."""

    code: int
    reason: str
    error: StreamsError


class Permit:
    """A token and the live grant behind it, watched until `close`."""

    def __init__(self, edge: Edge, vehicle: str) -> None:
        self._edge: Final = edge
        self._vehicle: Final = vehicle
        self._signed_in: Final = asyncio.Event()
        self._token = ""
        self._facts: TokenFacts | None = None
        self.watched: Watched | None = None

    @property
    def app(self) -> str:
        """The app's slug, once it is known."""
        return (self._facts.app if self._facts else None) or ""

    async def sign_in(self, token: str) -> None:
        """Take over a token; a connection keeps the grant it began with.

        Raises:
            TokenInvalidError: missing, unknown, expired or revoked.
            BadRequestError: the token leads to another grant.
            UnavailableError: Valkey does not answer.
        """
        if token and token == self._token:
            return
        facts = await self._edge.tokens.facts(token)
        grant_id = facts.grants.get(self._vehicle)
        if self.watched is None and grant_id:
            self.watched = await self._edge.grants.open(self._vehicle, grant_id)
        elif self.watched and self.watched.grant_id != grant_id:
            raise BadRequestError("This token has another grant; open another connection for it.")
        self._token, self._facts = token, facts
        self._signed_in.set()

    def close(self) -> None:
        """Stop watching."""
        if self.watched:
            self._edge.grants.close(self.watched)

    def check(self, action: str, paths: tuple[str, ...]) -> None:
        """Refuse if one path is not granted now, and count it.

        Raises:
            NotGrantedError: the live grant does not cover a path.
            UnavailableError: Valkey is silent, so nobody knows.
        """
        if not self._edge.grants.is_fresh:
            raise UnavailableError
        grant = self.watched.grant if self.watched else None
        try:
            for path in paths:
                grants.allow(grant, action=action, path=path, now=time.time())
        except NotGrantedError:
            self.count("denied", 1)
            raise

    def rule(self, action: str, path: str) -> Rule | None:
        """The rule under which a data point may be sent at this very moment."""
        grant = self._live()
        return grant.find(action=action, path=path) if grant else None

    def _live(self) -> LiveGrant | None:
        now, grant = time.time(), self.watched.grant if self.watched else None
        if grant is None or self._facts is None or not self._edge.grants.is_fresh:
            return None
        return grant if grant.is_live(now) and now < self._facts.exp else None

    def count(self, kind: str, number: int) -> None:
        """Count for this app on this car; a car that the app has no grant for is not named."""
        self._edge.meter.add(Count(kind, self._vehicle if self.watched else "", self.app), number)

    @property
    def version(self) -> int:
        """Rises with every change of the grant."""
        return self.watched.version if self.watched else -1

    async def changed(self, version: int) -> None:
        """Wait for a change after `version`, or for a token, or until the token should be looked at again."""
        if self.version != version:
            return
        self._signed_in.clear()
        left = self._facts.exp - time.time() if self._facts else TOKEN_CHECK_SECONDS
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(TOKEN_CHECK_SECONDS, max(0.0, left) + 0.01)):
                await (self.watched.wait_beyond(version) if self.watched else self._signed_in.wait())

    async def ending(self) -> Ending | None:
        """Why nothing more may be sent on this connection, if that is so."""
        holds = not self._token or await self._token_holds()
        if self.watched and self.watched.ended:
            reason = self.watched.ended
            return Ending(REVOKED_CODE, f"consent {reason}", NotGrantedError(f"The driver's consent is {reason}."))
        return None if holds else Ending(TOKEN_CODE, "token no longer valid", TokenInvalidError())

    async def _token_holds(self) -> bool:
        if self.watched and self.watched.ended:  # the token may be gone with the grant
            return True
        try:
            await self._edge.tokens.facts(self._token)
        except TokenInvalidError:
            return False
        except UnavailableError:  # nothing is sent meanwhile
            return True
        return True
