"""A nudge reaches whoever listens on the car's channel."""

import json
import socket
from collections.abc import Callable

import pytest
from django.core.cache import caches
from pytest_django import Settings
from redis import Redis
from redis import TimeoutError as RedisTimeoutError

from forecourt.metering import batches
from forecourt.vehicles import wake

WAITING = {
    "nudges": lambda: wake._client().ping(),
    "counters": lambda: batches.client().ping(),
    "the cache": lambda: caches.create_connection("default").get("x"),
}


def test_a_nudge_names_its_reason(valkey: Redis) -> None:
    listener = valkey.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe("wake:{car-abc}")
    listener.get_message(timeout=1)
    wake.wake("car-abc", "desired-state")
    message = listener.get_message(timeout=2)
    assert message is not None
    assert json.loads(message["data"]) == {"reason": "desired-state"}
    listener.close()


@pytest.mark.parametrize("ask", WAITING.values(), ids=WAITING)
def test_nobody_waits_for_ever_for_a_valkey_that_hangs(settings: Settings, ask: Callable[[], object]) -> None:
    clients = (wake._client, batches.client)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.REDIS_URL = f"redis://127.0.0.1:{hanging.getsockname()[1]}/0"
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}}
        for client in clients:
            client.cache_clear()
        try:
            with pytest.raises(RedisTimeoutError):
                ask()
        finally:
            for client in clients:
                client.cache_clear()
