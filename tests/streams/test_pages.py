"""What a car hears, what its apps show, and what the driver's pages follow."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from forecourt.streams import keys, tickets, valkey
from forecourt.streams.errors import TicketInvalidError
from forecourt.vehicles import sessions, wake
from tests.streams.world import APP, CAR, CHARGE, FORECAST, Consent, Site, point, rule

CARD = {"title": "Smart charging", "rows": [{"label": "Battery", "value": "62 %"}], "tone": "calm"}


@asynccontextmanager
async def _events(site: Site, path: str, token: str = "") -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with site.http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"] == "text/event-stream"
        yield _parsed(answer.aiter_lines())


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_a_car_is_woken_at_once_and_by_each_nudge(site: Site) -> None:
    async with _events(site, "/vehicle/v1/events", sessions.issue(CAR)) as events:
        assert await anext(events) == ("wake", {"reason": "connected"})
        await asyncio.to_thread(wake.wake, CAR, "command")
        assert await anext(events) == ("wake", {"reason": "command"})


async def test_a_page_begins_with_what_there_is_and_follows(site: Site, consent: Consent) -> None:
    grant = consent.grant(rule(CHARGE))
    await site.send(point(CHARGE, 60.0))
    await site.post("/vehicle/v1/cards", json.dumps({"app": APP, "card": CARD}).encode())
    async with _events(site, f"/live/{tickets.issue(CAR, 1)}") as events:
        name, data = await anext(events)
        assert (name, data["values"][CHARGE]["value"]) == ("signal", 60.0)
        name, data = await anext(events)
        assert (name, data["app"], data["card"]["title"]) == ("card", APP, "Smart charging")
        await site.send(point(CHARGE, 61.0))
        name, data = await anext(events)
        assert (name, data["values"][CHARGE]["value"]) == ("signal", 61.0)
        consent.end(grant)
        name, data = await anext(events)
        assert (name, data["kind"], data["app"]) == ("consent", "revoked", APP)
        valkey.announce(CAR, {"type": "command", "state": "verified"})
        assert (await anext(events))[0] == "command"


async def test_a_card_shows_only_while_its_app_has_a_live_grant(site: Site, consent: Consent) -> None:
    content = json.dumps({"app": APP, "card": CARD}).encode()
    assert (await site.post("/vehicle/v1/cards", content)).json() == {"shown": False}
    grant = consent.grant(rule(CHARGE))
    assert (await site.post("/vehicle/v1/cards", content)).json() == {"shown": True}
    assert valkey.cards(CAR)[APP]["title"] == "Smart charging"
    consent.end(grant)
    assert (await site.post("/vehicle/v1/cards", content)).json() == {"shown": False}
    assert valkey.cards(CAR) == {}


async def test_an_app_takes_its_card_away(site: Site, consent: Consent) -> None:
    consent.grant(rule(CHARGE))
    for card in (CARD, None):
        await site.post("/vehicle/v1/cards", json.dumps({"app": APP, "card": card}).encode())
    assert valkey.cards(CAR) == {}


@pytest.mark.parametrize("content", [b"{", b'{"app":"x"}', b'{"app":"x","card":{"title":""}}', b"\xff"])
async def test_a_flawed_card_is_refused(site: Site, content: bytes) -> None:
    answer = await site.post("/vehicle/v1/cards", content)
    assert answer.status_code == 422
    assert answer.json()["resolution"]


@pytest.mark.parametrize("ticket", ["forged", tickets.issue(CAR, 1)[:-1] + "_"], ids=["no ticket", "another signature"])
async def test_a_forged_ticket_opens_no_page(site: Site, ticket: str) -> None:
    with pytest.raises(TicketInvalidError):
        tickets.read(ticket)
    assert (await site.http.get(f"/live/{ticket}")).status_code == 401


async def test_an_app_reads_values_with_their_age(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE), rule(FORECAST)))
    await site.send(point(CHARGE, 60.0))
    feed = {"value": "[]", "ts": "2026-01-01T00:00:00Z", "received_at": "2026-01-01T00:00:00Z", "source": "recorded"}
    consent.valkey.hset(keys.latest(keys.feed("DK1")), FORECAST, json.dumps(feed))
    answer = (await site.read(token, CHARGE, FORECAST)).json()
    charge, forecast = answer["data"]
    assert (charge["value"], charge["resend"], forecast["value"]) == (60.0, False, "[]")
    assert 0 < charge["age_s"] < 10


REFUSED = {
    "not granted": ([CHARGE], 403, "not_granted"),
    "unknown": (["Vehicle.Flux"], 404, "not_supported_by_vehicle"),
    "no value yet": ([FORECAST], 404, "temporarily_unavailable"),
    "no path": ([], 422, "bad_request"),
    "paths without end": ([FORECAST] * 201, 422, "bad_request"),
}


@pytest.mark.parametrize(("paths", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_refused_read_says_why(site: Site, consent: Consent, paths: list[str], status: int, code: str) -> None:
    answer = await site.read(consent.token(consent.grant(rule(FORECAST))), *paths)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["resolution"]


async def test_a_read_without_a_grant_or_token_is_refused(site: Site, consent: Consent) -> None:
    assert (await site.read(consent.token(), CHARGE)).status_code == 403
    assert (await site.read("forged", CHARGE)).status_code == 401
    await asyncio.sleep(0.2)
    assert consent.usage("denied") == 1
