"""A subscriber of the consent channel, as an edge process is one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import msgspec
from django.conf import settings
from redis import Redis

from forecourt.consent import published
from forecourt.consent import valkey as store
from forecourt.consent.published import Change


class Listener:
    """Collects messages while the test runs."""

    def __init__(self, client: Redis) -> None:
        self._pubsub: Any = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        """Subscribe, and wait until that holds."""
        self._pubsub.subscribe(published.CHANNEL)
        self._pubsub.get_message(ignore_subscribe_messages=False, timeout=2)
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave."""
        self._pubsub.close()

    def next(self, *, within: float = 2.0) -> Change:
        """The next message, or a failure."""
        message: Any = None
        deadline = time.monotonic() + within
        while message is None and time.monotonic() < deadline:
            message = self._pubsub.get_message(timeout=0.1)
        assert message is not None, "nothing was announced"
        return msgspec.json.decode(message["data"], type=Change)

    def kinds(self) -> list[str]:
        """The kinds of all messages that are waiting."""
        found: list[str] = []
        while (message := self._pubsub.get_message(timeout=0.05)) is not None:
            found.append(msgspec.json.decode(message["data"], type=Change).kind)
        return found


@contextmanager
def silence() -> Iterator[None]:
    """Valkey does not answer the platform while the block runs."""
    address = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    store.client.cache_clear()
    try:
        yield
    finally:
        settings.REDIS_URL = address
        store.client.cache_clear()
