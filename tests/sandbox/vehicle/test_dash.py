"""The head unit's screen: what it says, and who may ask it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from sandbox.vehicle.car import Car
from sandbox.vehicle.dash.server import DashServer
from sandbox.vehicle.dash.view import Screen, document
from sandbox.vehicle.drive import Row
from sandbox.vehicle.profiles import profile_of
from sandbox.wire import cards
from tests.sandbox.vehicle.conftest import HOME

NOW = datetime(2026, 1, 5, 17, 4, tzinfo=UTC)
ROW = Row(second=1, percent=55.5, speed=36.0, gear=1, latitude=56.1, longitude=10.2, altitude=20, outside=8)
CHART = {"kind": "bars", "unit": "EUR/MWh", "values": [["18:00", 90.5, False], ["18:15", -3.0, True]]}
CARD = cards.from_dict({"title": "Smart charging", "rows": [{"label": "Battery", "value": "55 %"}], "chart": CHART})


@pytest.fixture
def car() -> Car:
    return Car(profile_of("compact"), Decimal("55.5"))


@pytest.fixture
def screen() -> Screen:
    return Screen("recorded", NOW.astimezone(HOME), names={"a": "Smart Charging"}, cards={"a": CARD})


@pytest.fixture
async def dash(car: Car, screen: Screen) -> AsyncIterator[tuple[DashServer, httpx.AsyncClient]]:
    server = DashServer(document=lambda: document(car, screen), switch=screen.turn)
    port = await server.start(0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        yield server, http
    await server.close()


def test_the_bar_says_where_the_car_stands(car: Car, screen: Screen) -> None:
    shown = document(car, screen)
    assert (shown["speed"], shown["percent"], shown["state"], shown["time"]) == (0, 55, "Parked", "18:04")
    assert (shown["label"], shown["model"], shown["night"]) == ("Replayed drive", "Meridian Mote", "")


def test_the_night_is_labelled_as_simulated_whatever_the_drive_was(car: Car, screen: Screen) -> None:
    car.plug_in(now=NOW)
    assert document(car, screen)["night"] == "Simulated charging"


def test_while_moving_a_card_has_no_chart_and_standing_at_a_light_is_not_parked(car: Car, screen: Screen) -> None:
    assert document(car, screen)["cards"][0]["chart"]["values"] == CHART["values"]
    car.follow(ROW)
    assert document(car, screen)["cards"][0]["chart"] is None
    assert document(car, screen)["cards"][0]["shortened"]


def test_the_switch_overrules_the_car_until_it_is_given_back(car: Car, screen: Screen) -> None:
    for chosen, moving in ((True, True), (False, False), (None, False)):
        screen.turn(chosen)
        assert document(car, screen)["moving"] is moving


async def test_the_page_carries_its_first_state_and_a_strict_policy(
    dash: tuple[DashServer, httpx.AsyncClient], screen: Screen
) -> None:
    screen.nickname = "</script><script>alert(1)"
    page = await dash[1].get("/")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert '"label":"Battery"' in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("path", ["/dash.css", "/dash.js", "/state.json"])
async def test_its_parts_are_served(dash: tuple[DashServer, httpx.AsyncClient], path: str) -> None:
    answer = await dash[1].get(path)
    assert (answer.status_code, bool(answer.content)) == (200, True)


async def test_the_switch_is_turned_from_the_page(dash: tuple[DashServer, httpx.AsyncClient], screen: Screen) -> None:
    origin = str(dash[1].base_url).rstrip("/")
    answer = await dash[1].post("/switch", content=b'{"moving":true}', headers={"Origin": origin})
    assert (answer.status_code, screen.switch) == (204, True)


REFUSED = {
    "an unknown address": ("GET", "/x", {}, b"", 404),
    "another method": ("PUT", "/", {}, b"", 405),
    "another site's script": ("POST", "/switch", {"Origin": "http://evil.example"}, b'{"moving":true}', 403),
    "another name for loopback": ("GET", "/state.json", {"Host": "evil.example"}, b"", 403),
    "a switch that is none": ("POST", "/switch", {}, b'{"moving":"yes"}', 400),
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
async def test_it_refuses(
    dash: tuple[DashServer, httpx.AsyncClient], screen: Screen, wrong: tuple[str, str, dict[str, str], bytes, int]
) -> None:
    method, path, headers, body, status = wrong
    answer = await dash[1].request(method, path, headers=headers, content=body)
    assert (answer.status_code, screen.switch) == (status, None)


@pytest.mark.parametrize("raw", [b"\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"x" * 40_000])
async def test_nonsense_is_hung_up_on(dash: tuple[DashServer, httpx.AsyncClient], raw: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", dash[1].base_url.port)
    writer.write(raw)
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


async def test_an_open_page_hears_of_every_change(dash: tuple[DashServer, httpx.AsyncClient], screen: Screen) -> None:
    seen = []
    async with asyncio.timeout(5), dash[1].stream("GET", "/events") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: "))["connected"])
                screen.connected = True
                dash[0].changed()
            if len(seen) == 2:
                break
    assert seen == [False, True]
