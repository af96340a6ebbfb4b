"""Smart Charging in the car, run in plain Python."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.runtime.replay_rows import drive_rows
from tests.sandbox.samples import guest
from tests.sandbox.samples.guest import Car

BATTERY = "Vehicle.Powertrain.TractionBattery"
CABLE = f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
CHARGING = f"{BATTERY}.Charging.IsCharging"
NOW = "2026-01-15T19:00:00+01:00"


@pytest.fixture
def car() -> Car:
    row = drive_rows(2)[0]
    return Car(signals={path: row[path] for path in row if path.startswith(("Vehicle", "Energy"))})


@pytest.fixture
def app(car: Car) -> Iterator[Any]:
    with guest.imports_of(car):
        yield importlib.import_module(guest.APP).WitWorld()


def tick(app: Any, now: str = NOW) -> None:
    """Send one event."""
    app.handle(json.dumps({"type": "tick", "now": now}))


def labels(card: dict[str, Any]) -> list[str]:
    """The labels of a card's rows."""
    return [row["label"] for row in card["rows"]]


def test_first_event_shows_the_plan(app: Any, car: Car) -> None:
    tick(app)
    assert labels(car.cards[0]) == ["Battery", "Plug in to charge", "Price now", "Price planned"]


def test_same_facts_show_nothing_new(app: Any, car: Car) -> None:
    tick(app)
    tick(app, "2026-01-15T19:00:50+01:00")
    assert len(car.cards) == 1


def test_plugging_in_shows_when_charging_starts(app: Any, car: Car) -> None:
    car.signals[CABLE] = True
    tick(app)
    assert labels(car.cards[0])[1:3] == ["Charging starts", "Ready"]


def test_slots_in_which_the_car_charged_stay_lit_until_it_is_unplugged(app: Any, car: Car) -> None:
    car.signals |= {CABLE: True, CHARGING: True}
    tick(app)
    car.signals[CHARGING] = False
    tick(app, "2026-01-15T19:20:00+01:00")
    assert car.cards[-1]["chart"]["values"][0][::2] == ["19:00", True]
    car.signals[CABLE] = False
    tick(app, "2026-01-15T19:40:00+01:00")
    tick(app, "2026-01-15T19:45:00+01:00")
    assert car.cards[-1]["chart"]["values"][0][0] == "19:45"


def test_driver_who_shares_nothing_gets_a_card_that_says_so(app: Any, car: Car) -> None:
    car.signals.clear()
    tick(app)
    assert car.cards[0]["rows"] == [
        {"label": "Battery", "value": "not shared"},
        {"label": "Plan", "value": "waiting for prices"},
    ]


def test_refused_card_is_logged(app: Any, car: Car) -> None:
    car.refuses_cards = True
    tick(app)
    assert car.logs == ["card refused: quota"]


def test_event_of_another_kind_is_ignored(app: Any, car: Car) -> None:
    app.handle('{"type":"something new"}')
    assert not car.cards
