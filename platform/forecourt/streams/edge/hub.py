"""One Valkey connection for all channels, fanned out to bounded mailboxes: a slow reader loses the oldest."""

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from forecourt.consent import published
from forecourt.streams.edge import background
from forecourt.streams.errors import UnavailableError

logger = logging.getLogger(__name__)
MAILBOX: Final = 1000
RETRY_SECONDS: Final = 0.1
CONFIRM_SECONDS: Final = 2.0


class Mail(NamedTuple):
    """A message of a channel; an empty channel means that messages may have been lost."""

    channel: str
    payload: Any


GAP: Final = Mail("", None)


class Mailbox:
    """What one reader has still to read."""

    def __init__(self, size: int = MAILBOX) -> None:
        self._mail: Final[deque[Mail]] = deque(maxlen=size)
        self._some: Final = asyncio.Event()
        self.dropped = 0

    def put(self, mail: Mail) -> None:
        """Add a message; when full, the oldest goes."""
        self.dropped += len(self._mail) == self._mail.maxlen
        self._mail.append(mail)
        self._some.set()

    async def take(self) -> list[Mail]:
        """Everything there is; waits until there is something."""
        await self._some.wait()
        self._some.clear()
        taken = list(self._mail)
        self._mail.clear()
        return taken


class Hub:
    """Subscribes to each channel once, however many readers it has."""

    def __init__(self, client: Redis, *, on_consent: Callable[[Any], None]) -> None:
        self._pubsub: Final[PubSub] = client.pubsub(ignore_subscribe_messages=False)
        self._on_consent: Final = on_consent
        self._readers: Final[defaultdict[str, set[Mailbox]]] = defaultdict(set)
        self._confirmed: Final[defaultdict[str, asyncio.Event]] = defaultdict(asyncio.Event)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, and listen for consent from now on.

        Raises:
            RedisError: Valkey cannot be reached.
        """
        await self._pubsub.subscribe(published.CHANNEL)
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            await background.cancel([self._task])
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    async def join(self, mailbox: Mailbox, channel: str) -> None:
        """Deliver a channel's messages; when this returns, none that is published later is missed.

        Raises:
            UnavailableError: Valkey did not confirm.
        """
        readers = self._readers[channel]
        if not readers and channel != published.CHANNEL:
            self._confirmed[channel].clear()
        readers.add(mailbox)
        try:
            if channel != published.CHANNEL and not self._confirmed[channel].is_set():
                await self._pubsub.subscribe(channel)
                await asyncio.wait_for(self._confirmed[channel].wait(), CONFIRM_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            raise UnavailableError from error

    async def leave(self, mailbox: Mailbox) -> None:
        """Forget a mailbox; channels without readers are given up."""
        left = [channel for channel, readers in self._readers.items() if mailbox in readers]
        for channel in left:
            self._readers[channel].discard(mailbox)
        idle = [channel for channel in left if not self._readers[channel] and channel != published.CHANNEL]
        for channel in idle:
            del self._readers[channel], self._confirmed[channel]
        if idle:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(*idle)

    async def _read(self) -> None:
        while True:
            try:
                message = await self._pubsub.get_message(timeout=None)
            except (RedisError, OSError) as error:
                logger.warning("Valkey's channels are gone, trying again: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                self._announce_gap()
                continue
            if message is not None:
                self._deliver(message)

    def _announce_gap(self) -> None:
        for mailbox in {mailbox for readers in self._readers.values() for mailbox in readers}:
            mailbox.put(GAP)

    def _deliver(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "subscribe" and channel in self._readers:
            self._confirmed[channel].set()
        if message["type"] != "message":
            return
        try:
            payload = msgspec.json.decode(message["data"])
        except msgspec.DecodeError:
            logger.warning("A message on %s is no JSON", channel)
            return
        if channel == published.CHANNEL:
            self._on_consent(payload)
        for mailbox in self._readers.get(channel, ()):
            mailbox.put(Mail(channel, payload))
