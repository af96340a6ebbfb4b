"""What tokens stand for, kept in Valkey for seconds under the token's hash, never under the token."""

import hashlib
import time
from contextlib import suppress
from typing import Final

import msgspec
from redis import RedisError

from forecourt.consent import published
from forecourt.consent.published import TokenFacts
from forecourt.consent.valkey import client

SECONDS: Final = 30


def checksum(token: str) -> str:
    """The name under which a token is known here."""
    return hashlib.sha256(token.encode()).hexdigest()


def read(token: str) -> TokenFacts | None:
    """The facts if they are cached and the token has not expired."""
    try:
        raw = client().get(published.token_key(checksum(token)))
        facts = None if raw is None else msgspec.json.decode(raw, type=TokenFacts)
    except (RedisError, msgspec.MsgspecError):  # the database knows it too
        return None
    return facts if facts and facts.exp > time.time() else None


def write(token: str, facts: TokenFacts) -> None:
    """Keep the facts for SECONDS, at most until the token expires."""
    seconds = min(SECONDS, facts.exp - int(time.time()))
    if seconds > 0:
        with suppress(RedisError):  # the database answered; the next caller asks it again
            client().set(published.token_key(checksum(token)), msgspec.json.encode(facts), ex=seconds)


def forget(*checksums: str) -> None:
    """Drop what is cached about tokens."""
    if checksums:
        client().delete(*map(published.token_key, checksums))
