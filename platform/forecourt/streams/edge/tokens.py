"""What an access token stands for: from the cache in Valkey, else from the injected source, in a thread."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from forecourt.consent import published
from forecourt.consent.published import TokenFacts
from forecourt.streams.errors import TokenInvalidError, UnavailableError

#: Answers the facts of a token, or None if it is worth nothing; runs in a thread and may read the database.
TokenSource = Callable[[str], TokenFacts | None]


class Tokens:
    """Reads tokens without SQL wherever the cache knows them."""

    def __init__(self, client: Redis, source: TokenSource) -> None:
        self._client: Final = client
        self._source: Final = source

    async def facts(self, token: str) -> TokenFacts:
        """The facts of a valid token.

        Raises:
            TokenInvalidError: missing, unknown, expired or revoked.
            UnavailableError: Valkey does not answer.
        """
        if not token:
            raise TokenInvalidError("The request carries no bearer token.")
        facts = await self._cached(token) or await asyncio.to_thread(self._source, token)
        if facts is None or facts.app is None or facts.exp <= time.time():
            raise TokenInvalidError
        return facts

    async def _cached(self, token: str) -> TokenFacts | None:
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        try:
            raw = await self._client.get(published.token_key(digest))
            return msgspec.json.decode(raw, type=TokenFacts) if raw else None
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        except msgspec.DecodeError:  # another version's cache entry
            return None
