"""Nudges a car on its event channel. A lost nudge costs only the poll interval."""

import json
from functools import cache

from django.conf import settings
from redis import Redis


def wake(public_id: str, reason: str) -> None:
    """Tell the car that something waits: `desired-state`, `command` or `plan`."""
    _client().publish(f"wake:{{{public_id}}}", json.dumps({"reason": reason}))


@cache
def _client() -> Redis:
    """This process's client; it gives up after a second, for a person or an app waits for it."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
