"""The connection to Valkey; it gives up after a second, for a driver waits for it."""

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def client() -> Redis:
    """This process's client."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
