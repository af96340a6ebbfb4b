"""A real server of the data plane for each test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from django.conf import settings
from granian.constants import Interfaces
from granian.server.embed import Server
from redis import Redis

from forecourt.streams import edge
from forecourt.streams.edge.exchange import Receive, Scope, Send
from tests.streams.world import Consent, Site


async def _django(_scope: Scope, _receive: Receive, send: Send) -> None:
    """What stands behind the data plane."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"Django"})


@pytest.fixture
def consent(valkey: Redis) -> Consent:
    """Writes what consent publishes."""
    return Consent(valkey)


@pytest.fixture
async def site(consent: Consent) -> AsyncIterator[Site]:
    """The data plane, served by granian in this process over an emptied Valkey."""
    del consent
    application = edge.application(token_source=lambda _token: None, fallback=_django)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(application, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    task = asyncio.create_task(server.serve())
    await _is_up(port)
    site = Site(port)
    yield site
    await site.http.aclose()
    server.stop()  # type: ignore[no-untyped-call]
    await task


async def _is_up(port: int) -> None:
    for _ in range(100):
        with suppress(OSError):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


@pytest.fixture
def redis_url() -> str:
    """Where this run's Valkey is."""
    return str(settings.REDIS_URL)
