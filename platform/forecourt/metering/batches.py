"""Counters on their way from Valkey to the table: a day's hash is set aside whole under a name of its own."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from django.conf import settings
from redis import Redis
from redis.utils import str_if_bytes

from forecourt.metering import counters
from forecourt.metering.counters import Count, parse

RUNNING: Final = "usage:????-??-??"
ASIDE: Final = "usage-batch:*"


class Batch(NamedTuple):
    """Counters of one day, set aside under `name`."""

    name: str
    day: date
    counts: Counter[Count]


@cache
def client() -> Redis:
    """This process's client; pages wait for it too, so it gives up."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def set_aside() -> None:
    """Give every running hash a name of its own; counting goes on in a fresh one."""
    for key in client().scan_iter(match=RUNNING):
        day = key.decode().removeprefix("usage:")
        client().renamenx(key, f"usage-batch:{day}:{uuid.uuid4().hex}")


def waiting() -> Iterator[Batch]:
    """The batches that were set aside and not yet dropped."""
    for key in client().scan_iter(match=ASIDE):
        name = key.decode()
        yield Batch(name, date.fromisoformat(name.split(":")[1]), _counts(name))


def running() -> Counter[Count]:
    """What was counted since the last flush, all days together."""
    total: Counter[Count] = Counter()
    for key in client().scan_iter(match=RUNNING):
        total.update(_counts(key.decode()))
    return total


def running_on(day: date) -> Counter[Count]:
    """What was counted on one day since the last flush."""
    return _counts(counters.key(day))


def drop(names: Iterable[str]) -> None:
    """Forget batches that are in the table."""
    for name in names:
        client().delete(name)


def _counts(name: str) -> Counter[Count]:
    return Counter({parse(str_if_bytes(field)): int(number) for field, number in client().hgetall(name).items()})
