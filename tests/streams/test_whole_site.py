"""The site as it is deployed: granian in a process of its own, tokens from SQL, the driver's click through consent."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from forecourt.consent import services
from forecourt.consent.models import Grant
from tests.consent.flow import SOC, Story, make_story
from tests.streams.world import CHARGE, LATITUDE, Consent, Site, ask, hear, point

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def port(consent: Consent) -> Iterator[int]:
    """A whole site on a free port, over this run's services."""
    del consent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "forecourt.config.settings",
        "DATABASE_URL": _renamed(os.environ["DATABASE_URL"], connection.settings_dict["NAME"]),
        "SECRET_KEY": settings.SECRET_KEY,
        "VIN_KEY": settings.VIN_KEY,
        "HASH_KEY": settings.HASH_KEY,
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
    }
    options = ["--interface", "asgi", "--port", str(number), "--workers-kill-timeout", "2"]
    command = [sys.executable, "-m", "granian", *options, "forecourt.config.asgi:application"]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        _wait(number, process)
        yield number
        process.terminate()
        process.wait(timeout=20)


def _renamed(address: str, name: str) -> str:
    head, _, tail = address.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{tail}"


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "the site did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError


async def _last_byte(stream: ClientConnection) -> float:
    at = 0.0
    try:
        while await hear(stream):
            at = time.time()
    except ConnectionClosed:
        return at
    return at


async def test_from_the_drivers_click_to_the_last_byte(port: int) -> None:
    story: Story = await sync_to_async(make_story)()
    tokens = await sync_to_async(story.tokens)(SOC)
    car, site = story.cars[0].public_id, Site(port)
    async with site.viss(tokens["access_token"], vehicle=car) as stream:
        assert "subscriptionId" in await ask(stream, "subscribe", path=CHARGE)
        assert "not_granted" in (await ask(stream, "get", path=LATITUDE))["error"]["description"]
        await site.send(point(CHARGE, 50.0), vehicle=car)
        assert (await hear(stream))["data"]["dp"]["value"] == "50.0"
        grant = await Grant.objects.aget()
        clicked = time.time()
        last = asyncio.create_task(_last_byte(stream))
        await sync_to_async(services.revoke)(grant_id=grant.pk, by=story.driver, now=timezone.now())
        assert await last - clicked < 0.9
    assert (stream.close_code, stream.close_reason) == (4001, "consent revoked")
    await site.http.aclose()
    await sync_to_async(connections.close_all)()
