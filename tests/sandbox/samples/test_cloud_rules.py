"""The cloud half's rules: consent requests, plans and data shapes."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from sandbox.samples.smart_charging.cloud_oauth import Client, Consents, SignInError, challenge
from sandbox.samples.smart_charging.cloud_planner import (
    CABLE,
    CAPACITY,
    CHARGE,
    CHARGING,
    FORECAST,
    CarView,
    decide,
    departure,
)
from sandbox.samples.smart_charging.cloud_stream import points_of

PLATFORM = "http://127.0.0.1:8000"
CLIENT = Client(
    platform=PLATFORM, client_id="id", client_secret="s", redirect_uri="http://127.0.0.1:9/callback", scope="a b"
)
HOME = ZoneInfo("Europe/Copenhagen")
EVENING = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_the_challenge_is_that_of_the_standard() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_request_asks_for_a_code_with_a_proof_key() -> None:
    query = parse_qs(urlsplit(Consents(CLIENT).request(iss=PLATFORM, now=0)).query)
    assert (query["response_type"], query["code_challenge_method"], query["scope"]) == (["code"], ["S256"], ["a b"])
    assert query["redirect_uri"] == [CLIENT.redirect_uri]


def test_somebody_else_s_platform_is_not_followed() -> None:
    with pytest.raises(SignInError, match="not the platform"):
        Consents(CLIENT).request(iss="https://evil.example", now=0)


def answered(changes: dict[str, str] | None = None, *, now: float = 1.0) -> tuple[str, str]:
    consents = Consents(CLIENT)
    state = parse_qs(urlsplit(consents.request(iss=None, now=0)).query)["state"][0]
    return consents.answer({"code": "c", "state": state, "iss": PLATFORM} | (changes or {}), now=now)


def test_an_answer_to_its_own_request_brings_code_and_verifier() -> None:
    code, verifier = answered()
    assert code == "c"
    assert len(verifier) >= 43


REFUSED: dict[str, dict[str, str]] = {
    "an unknown state": {"state": "guessed"},
    "another issuer": {"iss": "https://evil.example"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_any_other_answer_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(SignInError):
        answered(changes)


def test_a_late_answer_is_refused() -> None:
    with pytest.raises(SignInError):
        answered(now=601.0)


def test_an_answer_counts_once_and_a_no_is_told() -> None:
    consents = Consents(CLIENT)
    state = parse_qs(urlsplit(consents.request(iss=None, now=0)).query)["state"][0]
    with pytest.raises(SignInError, match="access_denied"):
        consents.answer({"error": "access_denied", "state": state}, now=1)
    with pytest.raises(SignInError, match="no answer"):
        consents.answer({"code": "c", "state": state}, now=1)


def view(*, percent: float = 50, charging: bool = False, cable: bool = True, at: datetime = EVENING) -> CarView:
    """A car at that moment, with prices that fall until midnight UTC and rise after it."""
    car = CarView(HOME)
    slots = []
    for number in range(4 * 24):
        start = EVENING + QUARTER * number
        price = abs((start - EVENING.replace(hour=0) - timedelta(days=1)) / timedelta(hours=1))
        slots.append({"start": start.isoformat(), "end": (start + QUARTER).isoformat(), "eur_per_mwh": f"{price:.2f}"})
    ts = at.isoformat().replace("+00:00", "Z")
    values = {CHARGE: percent, CAPACITY: 52, CHARGING: charging, CABLE: cable}
    for path, value in values.items():
        car.take(path, json.dumps(value), ts)
    car.take(FORECAST, json.dumps(slots), ts)
    return car


MIDNIGHT = EVENING + timedelta(hours=7)
DECISIONS = {
    "dear and charging": (view(charging=True), "STOP"),
    "dear and waiting": (view(), None),
    "cheap and waiting": (view(at=MIDNIGHT), "START"),
    "cheap and charging": (view(at=MIDNIGHT, charging=True), None),
    "enough and charging": (view(at=MIDNIGHT, charging=True, percent=90), "STOP"),
    "no cable": (view(at=MIDNIGHT, cable=False), None),
    "no time left": (view(at=EVENING + timedelta(hours=11, minutes=30), percent=5), "START"),
}


@pytest.mark.parametrize(("car", "command"), DECISIONS.values(), ids=DECISIONS)
def test_it_charges_when_it_is_cheap_enough_to_be_ready(car: CarView, command: str | None) -> None:
    assert decide(car).command == command


def test_the_plan_holds_just_enough_of_the_cheapest_quarters() -> None:
    chosen = decide(view()).chosen
    assert len(chosen) == 8  # 40 % of 52 kWh at 11 kW are 114 minutes
    assert all(abs(slot.start - MIDNIGHT) <= timedelta(hours=1) for slot in chosen)


def test_without_prices_a_car_is_left_alone() -> None:
    car = view(charging=True)
    car.prices = []
    assert decide(car).command is None


def test_the_departure_does_not_move_during_the_night_but_a_day_later_there_is_a_next_one() -> None:
    plugged_in = EVENING.astimezone(HOME)
    first = departure(plugged_in_at=plugged_in, now=plugged_in + timedelta(hours=12, minutes=30))
    assert first == datetime(2026, 1, 6, 7, 0, tzinfo=HOME)
    assert departure(plugged_in_at=plugged_in, now=first) > first


def test_pulling_the_cable_ends_the_plan() -> None:
    car = view()
    car.take(CABLE, "false", "2026-01-05T18:00:00Z")
    assert (car.plugged_in_at, decide(car).chosen) == (None, ())


DP = {"value": "1", "ts": "t"}
SHAPES = {
    "one value": {"path": "a", "dp": DP},
    "many values": {"path": "a", "dp": [DP, DP]},
    "many signals": [{"path": "a", "dp": DP}, {"path": "b", "dp": DP}],
    "many of both": [{"path": "a", "dp": [DP]}, {"path": "b", "dp": DP}],
    "none": None,
}


@pytest.mark.parametrize(("data", "count"), list(zip(SHAPES.values(), (1, 2, 2, 2, 0), strict=True)), ids=SHAPES)
def test_all_four_shapes_of_data_are_read(data: object, count: int) -> None:
    found = list(points_of(data))
    assert len(found) == count
    assert all(point[1:] == ("1", "t") for point in found)
