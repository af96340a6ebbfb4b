"""Keeps the grants of open streams fresh: messages at once, a poll for lost ones, silence while Valkey is silent."""

import asyncio
import logging
import time
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from forecourt.consent import published
from forecourt.streams.edge import background, grants
from forecourt.streams.edge.grants import LiveGrant
from forecourt.streams.errors import UnavailableError

logger = logging.getLogger(__name__)
POLL_SECONDS: Final = 0.25
SILENCE_SECONDS: Final = 1.0
ENDINGS: Final = frozenset({"paused", "expired", "revoked", "superseded"})


class Watched:
    """One grant as this process knows it now."""

    def __init__(self, vehicle: str, grant_id: str) -> None:
        self.vehicle: Final = vehicle
        self.grant_id: Final = grant_id
        self.grant: LiveGrant | None = None
        self.ended = ""  # why: revoked, paused, expired …
        self.readers = 0
        self.version = 0
        self._changed = asyncio.Event()

    def replace(self, grant: LiveGrant | None, *, now: float) -> None:
        """Take over what Valkey says; a grant that ended stays ended."""
        if self.ended:
            return
        known = grant or self.grant  # an expired grant vanishes
        if known is not None and not known.is_live(now):
            self.end(known.published.status if known.published.status in ENDINGS else "expired")
        elif grant is None:
            self.end("revoked")
        elif self.grant is None or grant.published != self.grant.published:
            self.grant = grant
            self._announce()

    def end(self, reason: str) -> None:
        """Nothing more may be sent under this grant."""
        self.grant, self.ended = None, self.ended or reason
        self._announce()

    async def wait_beyond(self, version: int) -> None:
        """Wait for a change after `version`; each of several readers sees every change."""
        if self.version == version:
            await self._changed.wait()

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        self.version += 1
        changed.set()


class GrantWatch:
    """The grants of this process's open streams."""

    def __init__(self, client: Redis) -> None:
        self._client: Final = client
        self._watched: Final[dict[str, Watched]] = {}
        self._last_contact = time.monotonic()
        self._fresh: Final = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to poll."""
        self._task = asyncio.create_task(self._poll_for_ever())

    async def stop(self) -> None:
        """Stop polling."""
        if self._task:
            await background.cancel([self._task])

    async def once(self, vehicle: str, grant_id: str) -> LiveGrant | None:
        """The grant as Valkey has it at this moment.

        Raises:
            UnavailableError: Valkey does not answer.
        """
        try:
            raw, dead = await self._client.mget(
                published.grant_key(vehicle, grant_id), published.dead_key(vehicle, grant_id)
            )
        except (RedisError, OSError) as error:
            raise UnavailableError from error
        return grants.decode(raw, dead)

    async def open(self, vehicle: str, grant_id: str) -> Watched:
        """Start to watch a grant; give it back with `close`.

        Raises:
            UnavailableError: Valkey does not answer.
        """
        watched = self._watched.setdefault(grant_id, Watched(vehicle, grant_id))
        watched.readers += 1
        try:
            watched.replace(await self.once(vehicle, grant_id), now=time.time())
        except UnavailableError:
            self.close(watched)
            raise
        return watched

    def close(self, watched: Watched) -> None:
        """Stop watching, after the last reader."""
        watched.readers -= 1
        if watched.readers == 0 and self._watched.get(watched.grant_id) is watched:
            del self._watched[watched.grant_id]

    def heard(self, message: Any) -> None:
        """Act on a message of the consent channel, at once for what takes rights away."""
        watched = self._watched.get(message.get("grant", ""))
        if watched is None:
            return
        if message.get("kind") in ENDINGS:
            watched.end(message["kind"])
            del self._watched[watched.grant_id]
        else:
            asyncio.get_running_loop().create_task(self._refresh([watched])).add_done_callback(_forget)

    @property
    def is_fresh(self) -> bool:
        """Whether Valkey confirmed every grant within the last second."""
        return time.monotonic() - self._last_contact <= SILENCE_SECONDS

    async def fresh(self) -> None:
        """Wait until the grants are known to be current: nothing is sent on old knowledge."""
        while not self.is_fresh:
            self._fresh.clear()
            await self._fresh.wait()

    async def _poll_for_ever(self) -> None:
        while True:
            await self.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> None:
        """Compare every watched grant with Valkey."""
        asked_at = time.monotonic()
        if await self._refresh(list(self._watched.values())):
            self._last_contact = asked_at
            self._fresh.set()

    async def _refresh(self, watched: list[Watched]) -> bool:
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.ping()
                for one in watched:
                    pipe.mget(
                        published.grant_key(one.vehicle, one.grant_id), published.dead_key(one.vehicle, one.grant_id)
                    )
                answers = (await pipe.execute())[1:]
        except (RedisError, OSError) as error:
            logger.warning("Valkey does not answer; streams wait: %s", error)
            return False
        now = time.time()
        for one, (raw, dead) in zip(watched, answers, strict=True):
            one.replace(_decoded(raw, dead), now=now)
            if one.ended and self._watched.get(one.grant_id) is one:
                del self._watched[one.grant_id]
        return True


def _decoded(raw: bytes | None, dead: object) -> LiveGrant | None:
    try:
        return grants.decode(raw, dead)
    except msgspec.DecodeError:
        logger.exception("A compiled grant cannot be read")
        return None


def _forget(task: "asyncio.Task[bool]") -> None:
    if not task.cancelled() and task.exception():
        logger.error("A grant could not be refreshed", exc_info=task.exception())
