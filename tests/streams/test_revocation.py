"""Revoked means silent in under a second, whatever is lost on the way."""

import asyncio
import random
import time
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from forecourt.consent.published import Kind
from forecourt.streams import keys
from tests.streams.world import CAR, CHARGE, SPEED, Consent, Site, ask, hear, point, rule


async def _last_byte(socket: ClientConnection) -> tuple[float, list[dict[str, Any]]]:
    """When the last message came, and all that came."""
    at, messages = 0.0, []
    try:
        while True:
            messages.append(await asyncio.wait_for(hear(socket), 3))
            at = time.time()
    except ConnectionClosed:
        return at, messages


async def _noted(consent: Consent, grant: str) -> float:
    """When the platform says it sent the last byte."""
    for _ in range(50):
        if noted := consent.valkey.hvals(keys.stopped(CAR, grant)):
            return float(noted[0])
        await asyncio.sleep(0.02)
    raise AssertionError


async def _feed(site: Site) -> None:
    value = 0
    while True:
        value += 1
        await site.send(point(CHARGE, float(value % 100)))


@pytest.mark.parametrize("silently", [False, True], ids=["told", "message lost"])
async def test_a_revoked_stream_ends_with_a_reason_well_within_a_second(
    site: Site, consent: Consent, *, silently: bool
) -> None:
    grant = consent.grant(rule(CHARGE))
    async with site.viss(consent.token(grant)) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        feeding = asyncio.create_task(_feed(site))
        await asyncio.sleep(0.3)
        at = consent.end(grant, silently=silently)
        last, messages = await _last_byte(socket)
        feeding.cancel()
    assert messages[-1]["error"]["description"].startswith("not_granted: The driver's consent is revoked.")
    assert "data" in messages[0]
    assert (socket.close_code, socket.close_reason) == (4001, "consent revoked")
    assert last - at < (0.9 if silently else 0.5)
    assert await _noted(consent, grant) - at < 0.9


@pytest.mark.parametrize(("kind", "reason"), [("paused", "consent paused"), ("expired", "consent expired")])
async def test_a_stream_says_why_it_ended(site: Site, consent: Consent, kind: Kind, reason: str) -> None:
    grant = consent.grant(rule(CHARGE))
    async with site.viss(consent.token(grant)) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        consent.announce(grant, kind)
        await _last_byte(socket)
    assert (socket.close_code, socket.close_reason) == (4001, reason)


async def test_an_expiring_grant_ends_by_the_clock(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE), exp=int(time.time()) + 1)
    async with site.viss(consent.token(grant)) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        await _last_byte(socket)
    assert socket.close_reason == "consent expired"


async def test_a_narrowed_grant_ends_only_what_it_no_longer_covers(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE), rule(SPEED))
    async with site.viss(consent.token(grant)) as socket:
        kept = (await ask(socket, "subscribe", path=CHARGE))["subscriptionId"]
        lost = (await ask(socket, "subscribe", path=SPEED))["subscriptionId"]
        consent.grant(rule(CHARGE), grant=grant, epoch=2)
        consent.announce(grant, "narrowed")
        ended = await hear(socket)
        assert (ended["subscriptionId"], ended["error"]["reason"]) == (lost, "invalid_token")
        await site.send(point(CHARGE, 5.0), point(SPEED, 5.0))
        assert (await hear(socket))["subscriptionId"] == kept


async def test_a_revoked_grant_cannot_be_read_or_subscribed(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE))
    token = consent.token(grant)
    await site.send(point(CHARGE, 5.0))
    assert (await site.read(token, CHARGE)).status_code == 200
    consent.end(grant)
    answer = await site.read(token, CHARGE)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_granted")
    async with site.viss(token) as socket:
        with pytest.raises(ConnectionClosed):
            await hear(socket)
    assert socket.close_code == 4001


async def test_while_valkey_is_silent_nothing_is_sent(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE))
    async with site.viss(consent.token(grant)) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        await site.send(point(CHARGE, 1.0))
        await hear(socket)
        consent.valkey.client_pause(3500)
        await asyncio.sleep(1.8)
        assert (await ask(socket, "get", path=CHARGE))["error"]["reason"] == "service_unavailable"
        assert (await site.send(point(CHARGE, 2.0))).status_code == 503
        await asyncio.sleep(1)
        site.seq -= 1
        await site.send(point(CHARGE, 3.0))
        assert (await hear(socket))["data"]["dp"]["value"] == "3.0"


@pytest.mark.parametrize("seed", range(3))
async def test_no_data_point_without_a_live_grant(site: Site, consent: Consent, seed: int) -> None:
    """Any order of granting, revoking and sending: what an app gets was sent while its grant was live."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    allowed: list[float] = []
    got: list[float] = []
    grant, socket, value = "", None, 0.0
    for _ in range(25):
        step = chance.choice(["grant", "revoke", "send", "send", "send"])
        if step == "grant" and not socket:
            grant = consent.grant(rule(CHARGE))
            consent.valkey.delete(keys.latest(CAR))
            socket = await site.viss(consent.token(grant))
            await ask(socket, "subscribe", path=CHARGE)
        elif step == "revoke" and socket:
            consent.end(grant, silently=chance.random() < 0.3)
            got += _values((await _last_byte(socket))[1])
            socket = None
        elif step == "send":
            value += 1
            await site.send(point(CHARGE, value))
            allowed += [value] if socket else []
    if socket:
        consent.end(grant)
        got += _values((await _last_byte(socket))[1])
    assert set(got) <= set(allowed)


def _values(messages: list[dict[str, Any]]) -> list[float]:
    return [float(message["data"]["dp"]["value"]) for message in messages if "data" in message]


async def test_a_lost_channel_connection_is_made_again_and_what_was_missed_is_made_up(
    site: Site, consent: Consent
) -> None:
    async with site.viss(consent.token(consent.grant(rule(CHARGE)))) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        await site.send(point(CHARGE, 1.0))
        await hear(socket)
        consent.valkey.client_kill_filter(_type="pubsub")
        await site.send(point(CHARGE, 2.0))  # published to nobody
        assert (await asyncio.wait_for(hear(socket), 3))["data"]["dp"]["value"] == "2.0"
        await site.send(point(CHARGE, 3.0))
        assert (await asyncio.wait_for(hear(socket), 3))["data"]["dp"]["value"] == "3.0"


async def test_a_revocation_is_heard_although_the_channel_connection_is_lost(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE))
    async with site.viss(consent.token(grant)) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        consent.valkey.client_kill_filter(_type="pubsub")
        at = consent.end(grant)
        await _last_byte(socket)
        assert time.time() - at < 0.9
    assert socket.close_code == 4001
