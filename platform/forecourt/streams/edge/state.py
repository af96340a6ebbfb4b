"""Everything one process of the data plane holds, started with its event loop."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from forecourt.streams.edge import background
from forecourt.streams.edge.hub import Hub
from forecourt.streams.edge.meter import Meter
from forecourt.streams.edge.store import Store
from forecourt.streams.edge.tokens import Tokens, TokenSource
from forecourt.streams.edge.watch import GrantWatch
from forecourt.streams.errors import UnavailableError

ANSWER_SECONDS: Final = 1.0
LAST_WORDS_SECONDS: Final = 0.5


class Edge:
    """The data plane's connections and caches; belongs to one event loop."""

    def __init__(self, *, redis_url: str, token_source: TokenSource) -> None:
        self.name: Final = uuid.uuid4().hex[:12]
        self._client: Final = Redis.from_url(redis_url, socket_timeout=ANSWER_SECONDS)
        self._channels: Final = Redis.from_url(redis_url, health_check_interval=5)
        self.store: Final = Store(self._client)
        self.tokens: Final = Tokens(self._client, token_source)
        self.grants: Final = GrantWatch(self._client)
        self.hub: Final = Hub(self._channels, on_consent=self.grants.heard)
        self.meter: Final = Meter(self._client)
        self._working: Final[set[asyncio.Task[Any]]] = set()
        self._starting: Final = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        """Connect; safe to call often.

        Raises:
            UnavailableError: Valkey cannot be reached.
        """
        async with self._starting:
            if self._started:
                return
            try:
                await self.hub.start()
            except (RedisError, OSError) as error:
                raise UnavailableError from error
            self.grants.start()
            self.meter.start()
            self._started = True

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the connections open until the block is done, or is told to end."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._working.add(task)
        try:
            yield
        finally:
            self._working.discard(task)

    async def stop(self) -> None:
        """Let what runs say its last words, then flush and disconnect: nothing may open a connection afterwards."""
        if self._working:
            _, pending = await asyncio.wait(set(self._working), timeout=LAST_WORDS_SECONDS)
            await background.cancel(pending)
        if self._started:
            await self.grants.stop()
            await self.hub.stop()
            await self.meter.stop()
        await self._client.aclose()
        await self._channels.aclose()
