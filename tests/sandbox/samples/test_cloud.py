"""The cloud half against a real HTTP and WebSocket peer."""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from sandbox.samples.smart_charging import cloud
from sandbox.samples.smart_charging.cloud_charger import Charger
from sandbox.samples.smart_charging.cloud_oauth import Client, SignInError, Tokens
from sandbox.samples.smart_charging.cloud_planner import CABLE, CAPACITY, CHARGE, CHARGING, FORECAST
from sandbox.samples.smart_charging.cloud_stream import Stream
from tests.sandbox.samples.cloud_peer import Peer, over_http, over_websocket

TS = "2026-01-05T17:00:00Z"
SLOTS = [
    {"start": "2026-01-05T17:00:00Z", "end": "2026-01-05T17:15:00Z", "eur_per_mwh": "90"},
    {"start": "2026-01-05T17:15:00Z", "end": "2026-01-06T06:00:00Z", "eur_per_mwh": "9"},
]
PLUGGED_IN = [(CHARGE, "50", TS), (CAPACITY, "52", TS), (CHARGING, "true", TS), (CABLE, "true", TS)]
REVOKED = (4001, "consent revoked")


class Told(list[dict[str, Any]]):
    """What the app reported."""

    def __call__(self, event: str, **facts: Any) -> None:
        self.append({"event": event, **facts})

    def of(self, event: str) -> list[dict[str, Any]]:
        """The reports of that kind."""
        return [one for one in self if one["event"] == event]


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - reports are a plain list
            await asyncio.sleep(0.01)


async def header() -> dict[str, str]:
    return {"Authorization": "Bearer t"}


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with over_http(Peer()) as peer:
        yield peer


@pytest.fixture
async def http(peer: Peer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=peer.url, trust_env=False) as http:
        yield http


def client_of(peer: Peer) -> Client:
    return Client(platform=peer.url, client_id="id", client_secret="s", redirect_uri="http://127.0.0.1:9/c", scope="a")


async def test_a_stream_subscribes_asks_once_for_what_it_may_not_have_and_hands_on_points(told: Told) -> None:
    peer, taken = Peer(points=PLUGGED_IN, endings=[REVOKED]), list[tuple[str, str, str]]()
    peer.may_end.set()
    async with over_websocket(peer) as url:
        stream = Stream(url, "veh1", header=header, tell=told)
        await asyncio.wait_for(stream.run(lambda *point: taken.append(point), period_ms=100), 5)
    assert [request["action"] for request in peer.requests] == ["subscribe", "subscribe", "get"]
    assert taken == PLUGGED_IN
    assert told.of("subscribed")[0]["vehicle"] == "veh1"
    assert told.of("denied") == [
        {"event": "denied", "vehicle": "veh1", "request": "location", "text": "not_granted: no"}
    ]


async def test_a_revoked_stream_ends_for_good_with_the_reason_and_the_time_of_the_last_byte(told: Told) -> None:
    peer = Peer(points=PLUGGED_IN, endings=[REVOKED])
    async with over_websocket(peer) as url:
        stream = Stream(url, "veh1", header=header, tell=told)
        running = asyncio.create_task(stream.run(lambda *_point: None, period_ms=100))
        await asyncio.sleep(0.3)
        clicked_at = time.time()
        peer.may_end.set()
        await asyncio.wait_for(running, 5)
    (ended,) = told.of("stream-ended")
    assert (ended["reason"], ended["points"], peer.connections) == ("consent revoked", len(PLUGGED_IN), 1)
    assert ended["last_data_at"] < clicked_at <= ended["last_byte_at"] <= time.time()


async def test_a_stream_that_breaks_is_taken_up_again(told: Told) -> None:
    peer = Peer(endings=[(1012, "restarting"), REVOKED])
    peer.may_end.set()
    async with over_websocket(peer) as url:
        await asyncio.wait_for(Stream(url, "v", header=header, tell=told).run(lambda *_p: None, period_ms=100), 5)
    assert peer.connections == 2


async def test_a_car_that_charges_in_a_dear_hour_is_stopped_by_one_verified_command(
    peer: Peer, http: httpx.AsyncClient, told: Told
) -> None:
    peer.points = [(FORECAST, json.dumps(SLOTS), TS), *PLUGGED_IN, *PLUGGED_IN]
    peer.endings = [REVOKED]
    async with over_websocket(peer) as url:
        charger = Charger(http, url, "veh1", header=header, tell=told)
        running = asyncio.create_task(charger.run(period_ms=100))
        await until(lambda: [one for one in told.of("command") if one["state"] == "verified"])
        status = charger.status()
        peer.may_end.set()
        await running
    assert [wish["value"] for wish in peer.wishes][:1] == ["STOP"]
    assert [one["state"] for one in told.of("command")][:4] == ["queued", "delivered", "acknowledged", "verified"]
    assert told.of("planned")[0]["slots"] == ["2026-01-05T17:15:00+00:00"]
    assert (status["charging"], status["points"], status["denied"]) == (True, 9, 1)


async def test_a_refused_command_is_told_and_the_stream_goes_on(
    peer: Peer, http: httpx.AsyncClient, told: Told
) -> None:
    peer.refuse, peer.points, peer.endings = 403, [(FORECAST, json.dumps(SLOTS), TS), *PLUGGED_IN], [REVOKED]
    async with over_websocket(peer) as url:
        running = asyncio.create_task(Charger(http, url, "v", header=header, tell=told).run(period_ms=100))
        await until(lambda: told.of("command-refused"))
        peer.may_end.set()
        await running
    assert told.of("stream-ended")


async def test_tokens_are_renewed_before_they_end(peer: Peer, http: httpx.AsyncClient) -> None:
    tokens = Tokens(client_of(peer), http)
    await tokens.redeem("c", "v")
    assert await tokens.header() == {"Authorization": "Bearer t2"}
    assert [form["grant_type"] for form in peer.forms] == [["authorization_code"], ["refresh_token"]]
    assert peer.forms[0]["code_verifier"] == ["v"]


async def test_a_refused_code_is_an_error(peer: Peer, http: httpx.AsyncClient) -> None:
    peer.refuse = 400
    with pytest.raises(SignInError, match="refuses"):
        await Tokens(client_of(peer), http).redeem("c", "v")


@pytest.fixture
async def app(peer: Peer, monkeypatch: pytest.MonkeyPatch, told: Told) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the running cloud half."""
    monkeypatch.setenv("CLIENT_SECRET", "s")
    monkeypatch.setattr(cloud, "tell", told)
    arguments = argparse.Namespace(platform=peer.url + "/", port=0, client_id="id", period_ms=100)
    running = asyncio.create_task(cloud.serve(arguments))
    await until(lambda: told.of("listening"))
    port = told.of("listening")[0]["port"]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
        yield browser
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_driver_goes_to_the_platform_and_comes_back_with_consent(
    app: httpx.AsyncClient, peer: Peer, told: Told
) -> None:
    away = await app.get("/start", params={"iss": peer.url})
    state = httpx.URL(away.headers["Location"]).params["state"]
    back = await app.get("/callback", params={"code": "c", "state": state, "iss": peer.url})
    assert (away.status_code, back.status_code) == (302, 200)
    assert "connected" in back.text
    assert "0 cars" in back.text
    assert told.of("consented") == [{"event": "consented", "vehicles": []}]
    assert (await app.get("/status")).json() == {"cars": []}


async def test_its_pages_refuse_what_they_do_not_know(app: httpx.AsyncClient) -> None:
    assert (await app.get("/start", params={"iss": "https://evil.example"})).status_code == 400
    refused = await app.get("/callback", params={"code": "c", "state": "<script>"})
    assert refused.status_code == 400
    assert (await app.get("/elsewhere")).status_code == 404


def test_the_request_asks_for_what_the_manifest_says() -> None:
    assert "subscribe:Energy.Price.Forecast" in cloud.scopes().split()


def test_without_a_secret_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CLIENT_SECRET", raising=False)
    with pytest.raises(SystemExit):
        cloud.main(["--platform", "http://127.0.0.1:1", "--port", "0", "--client-id", "id"])
    assert "CLIENT_SECRET" in capsys.readouterr().err


def test_a_taken_port_is_told(peer: Peer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "s")
    port = peer.url.rsplit(":", 1)[1]
    assert cloud.main(["--platform", peer.url, "--port", port, "--client-id", "id"]) == 1
    assert f"port {port}" in capsys.readouterr().err
