"""Counts in memory and adds them to Valkey ten times a second; a killed process loses at most that."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from forecourt.metering import counters
from forecourt.metering.counters import Count
from forecourt.streams.edge import background

logger = logging.getLogger(__name__)
FLUSH_SECONDS: Final = 0.1


class Meter:
    """Counts what was delivered and denied."""

    def __init__(self, client: Redis) -> None:
        self._client: Final = client
        self._counts: Counter[Count] = Counter()
        self._task: asyncio.Task[None] | None = None

    def add(self, count: Count, number: int = 1) -> None:
        """Count something; never waits."""
        self._counts[count] += number

    def start(self) -> None:
        """Begin to flush."""
        self._task = asyncio.create_task(self._flush_for_ever())

    async def stop(self) -> None:
        """Flush once more and stop."""
        if self._task:
            await background.cancel([self._task])
        await self.flush()

    async def flush(self) -> None:
        """Add what was counted to Valkey; what fails is kept for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                counters.add(pipe, counts, now=datetime.now(UTC))
                await pipe.execute()
        except (RedisError, OSError) as error:
            logger.warning("Counts wait for Valkey: %s", error)
            self._counts.update(counts)

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()
