"""VISS v3 over WebSocket: shapes, filters, and nothing without a live grant."""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from forecourt.streams import keys
from tests.streams.world import (
    CAR,
    CHARGE,
    CHARGING,
    FORECAST,
    LATITUDE,
    SPEED,
    Consent,
    Site,
    ago,
    ask,
    hear,
    point,
    rule,
)


async def test_get_answers_the_latest_value_as_text(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGING)))
    await site.send(point(CHARGING, value=True, ts="2026-01-01T00:00:00Z"))
    async with site.viss(token, subprotocols=[Subprotocol("VISSv3")]) as socket:
        assert socket.subprotocol == "VISSv3"
        answer = await ask(socket, "get", path=CHARGING)
    assert answer.pop("ts")
    data = {"path": CHARGING, "dp": {"value": "true", "ts": "2026-01-01T00:00:00Z"}}
    assert answer == {"action": "get", "requestId": "1", "data": data}


async def test_a_subscription_starts_with_the_latest_value_and_follows_changes(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE)))
    await site.send(point(CHARGE, 50.0))
    async with site.viss(token) as socket:
        name = (await ask(socket, "subscribe", path=CHARGE))["subscriptionId"]
        values = [(await hear(socket))["data"]["dp"]["value"]]
        for value in (50.0, 51.0, 52.0):
            await site.send(point(CHARGE, value))
        values += [(await hear(socket))["data"]["dp"]["value"] for _ in range(2)]
        assert values == ["50.0", "51.0", "52.0"]
        assert "error" not in await ask(socket, "unsubscribe", subscriptionId=name)
        await site.send(point(CHARGE, 53.0))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hear(socket), 0.2)


async def test_a_paths_filter_names_signals_below_a_branch(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(LATITUDE)))
    async with site.viss(token) as socket:
        chosen = {"variant": "paths", "parameter": ["Latitude"]}
        await ask(socket, "subscribe", path="Vehicle.CurrentLocation", filter=[chosen])
        await site.send(point(LATITUDE, 56.15), point(SPEED, 3.0))
        assert (await hear(socket))["data"]["path"] == LATITUDE


async def test_a_timebased_subscription_sends_the_latest_value_each_period(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE)))
    await site.send(point(CHARGE, 50.0))
    async with site.viss(token) as socket:
        period = {"variant": "timebased", "parameter": {"period": "60"}}
        await ask(socket, "subscribe", path=CHARGE, filter=period)
        assert [(await hear(socket))["data"]["dp"]["value"] for _ in range(2)] == ["50.0", "50.0"]


async def test_prices_of_the_cars_area_come_on_the_same_connection(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(FORECAST)))
    async with site.viss(token) as socket:
        await ask(socket, "subscribe", path=FORECAST)
        points = [point(FORECAST, "[]")]
        message = {"feed": "feed:DK1", "received_at": ago(0), "source": "recorded", "points": points}
        consent.valkey.publish(keys.data(keys.feed("DK1")), json.dumps(message))
        assert (await hear(socket))["data"]["dp"]["value"] == "[]"


async def test_a_location_is_sent_as_coarse_as_the_driver_chose(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(LATITUDE, precision="1km")))
    await site.send(point(LATITUDE, 56.156789))
    async with site.viss(token) as socket:
        assert (await ask(socket, "get", path=LATITUDE))["data"]["dp"]["value"] == "56.16"
    assert (await site.read(token, LATITUDE)).json()["data"][0]["value"] == 56.16


async def test_points_come_no_faster_than_the_grant_says(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(SPEED, max_hz=1.0)))
    async with site.viss(token) as socket:
        await ask(socket, "subscribe", path=SPEED)
        await site.send(*(point(SPEED, float(n), f"2026-01-01T00:00:0{n // 2}.{n % 2 * 5}Z") for n in range(6)))
        assert [one["dp"]["value"] for one in (await hear(socket))["data"]] == ["0.0", "2.0", "4.0"]


async def test_a_denied_path_refuses_the_whole_request_with_reason_and_resolution(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE)))
    async with site.viss(token) as socket:
        error = (await ask(socket, "get", path=LATITUDE))["error"]
    assert (error["number"], error["reason"]) == ("401", "invalid_token")
    assert error["description"].startswith(f"not_granted: The driver did not allow read:{LATITUDE}.")
    assert "consent page" in error["description"]
    await asyncio.sleep(0.2)
    assert consent.usage("denied") == 1


async def test_subscribing_is_not_reading(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE, "read")))
    async with site.viss(token) as socket:
        assert (await ask(socket, "subscribe", path=CHARGE))["error"]["reason"] == "invalid_token"


@pytest.mark.parametrize("token", ["", "forged"])
async def test_without_a_valid_token_every_request_is_denied(site: Site, token: str) -> None:
    async with site.viss(token) as socket:
        error = (await ask(socket, "get", path=CHARGE))["error"]
        assert error["description"].startswith("token_invalid")


async def test_a_token_may_come_in_the_first_message(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE)))
    async with site.viss("") as socket:
        assert "subscriptionId" in await ask(socket, "subscribe", path=CHARGE, authorization=token)


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such action": ({"action": "jump"}, "400", "bad_request"),
    "set": ({"action": "set", "path": CHARGE, "value": "1"}, "404", "unavailable_data"),
    "a wildcard": ({"action": "get", "path": "Vehicle.*"}, "400", "invalid_data"),
    "a branch": ({"action": "get", "path": "Vehicle.Powertrain"}, "400", "invalid_data"),
    "an unknown signal": ({"action": "get", "path": "Vehicle.Flux"}, "404", "unavailable_data"),
    "no value yet": ({"action": "get", "path": CHARGE}, "404", "unavailable_data"),
    "unknown subscription": ({"action": "unsubscribe", "subscriptionId": "9"}, "404", "unavailable_data"),
    "filter without parameter": ({"action": "subscribe", "filter": {"variant": "change"}}, "400", "bad_request"),
    "unknown filter": (
        {"action": "subscribe", "filter": {"variant": "curvelog", "parameter": {}}},
        "404",
        "unavailable_data",
    ),
    "two modes": (
        {"action": "subscribe", "filter": [{"variant": "timebased", "parameter": {"period": "100"}}] * 2},
        "400",
        "bad_request",
    ),
    "a period that is no number": (
        {"action": "subscribe", "filter": {"variant": "timebased", "parameter": {"period": "soon"}}},
        "400",
        "bad_request",
    ),
    "subscribe filter on get": (
        {"action": "get", "path": CHARGE, "filter": {"variant": "timebased", "parameter": {"period": "100"}}},
        "400",
        "bad_request",
    ),
    "an endless path": ({"action": "get", "path": "Vehicle" + ".A" * 9000}, "400", "invalid_data"),
    "an endless filter": (
        {"action": "get", "path": "Vehicle", "filter": {"variant": "paths", "parameter": ".".join(["A"] * 9000)}},
        "400",
        "invalid_data",
    ),
    "a filter that finds nothing": (
        {"action": "get", "path": "Vehicle", "filter": {"variant": "paths", "parameter": "Flux.*"}},
        "404",
        "unavailable_data",
    ),
}


@pytest.mark.parametrize(("request_", "number", "reason"), BAD.values(), ids=BAD)
async def test_a_bad_request_is_answered_by_its_number(
    site: Site, consent: Consent, request_: dict[str, Any], number: str, reason: str
) -> None:
    async with site.viss(consent.token(consent.grant(rule(CHARGE)))) as socket:
        answer = await ask(socket, **request_)
    assert (answer["error"]["number"], answer["error"]["reason"]) == (number, reason)
    assert answer["requestId"] == "1"


@pytest.mark.parametrize("text", ["{", '{"action":"get"}', '{"action":"get","requestId":5}', "[" * 5000, "[]"])
async def test_an_unreadable_message_is_answered_and_the_connection_lives(
    site: Site, consent: Consent, text: str
) -> None:
    async with site.viss(consent.token(consent.grant(rule(CHARGE)))) as socket:
        await socket.send(text)
        assert (await hear(socket))["error"]["reason"] == "bad_request"
        assert "subscriptionId" in await ask(socket, "subscribe", path=CHARGE)


async def test_a_token_that_expires_ends_the_stream(site: Site, consent: Consent) -> None:
    token = consent.token(consent.grant(rule(CHARGE)), seconds=2)
    async with site.viss(token) as socket:
        await ask(socket, "subscribe", path=CHARGE)
        assert (await asyncio.wait_for(hear(socket), 3))["error"]["description"].startswith("token_invalid")
        with pytest.raises(ConnectionClosed):
            await hear(socket)
    assert socket.close_code == 4003


async def test_another_address_is_no_stream(site: Site) -> None:
    with pytest.raises(Exception, match="403"):
        async with site.viss("", vehicle=f"{CAR}/x"):
            pass
