"""Scopes as sentences for drivers."""

import pytest

from apps_registry.sentences import sentence
from sandbox.wire.catalog import DEFAULT
from sandbox.wire.scopes import APP_ACTIONS, Scope

BATTERY = "Vehicle.Powertrain.TractionBattery"
SENTENCES = {
    f"read:{BATTERY}.StateOfCharge.Current": "See how full the battery is",
    f"subscribe:{BATTERY}.Charging.IsCharging": "See whether the car is charging, live",
    f"subscribe:{BATTERY}.NetCapacity": "See the battery capacity, live",
    "history:Vehicle.Speed": "See the record of how fast the car is going",
    "read:Vehicle.CurrentLocation": "See exactly where the car is",
    "read:Vehicle.CurrentLocation.Longitude": "See exactly where the car is",
    "subscribe:Vehicle.CurrentLocation.*@1km": "See where the car is to within 1 km, live",
    "read:Vehicle.CurrentLocation@city": "See where the car is to the nearest town",
    "read:Vehicle.**": "See everything the car reports and exactly where it is",
    "read:Vehicle.*": "See how fast the car is going, whether the car is moving and 2 more",
    "read:Vehicle.Exterior": "See the outside temperature and the outside humidity",
    "read:Vehicle.Cabin.Door.*.DriverSide": (
        "See whether the driver's door is open, whether the driver's door is locked and how far the driver's window is "
        "open"
    ),
    f"read:{BATTERY}": "See everything about the battery and charging",
    f"read:{BATTERY}.Charging.ChargeCurrent": (
        "See the charging current, phase 1, the charging current, phase 2 and 2 more"
    ),
    f"actuate:{BATTERY}.Charging.StartStopCharging": "Start or stop charging",
    f"actuate:{BATTERY}.Charging.ChargeLimit": "Set the charge limit",
    "actuate:Vehicle.Cabin.HVAC.IsAirConditioningActive": "Change whether the air conditioning runs",
    "actuate:Vehicle.Cabin.Door.**": "Open, close, lock and unlock the doors and windows",
    "subscribe:Energy.Price.Forecast": "See the electricity prices ahead, live",
    "provide:Energy.Price": "Provide electricity prices",
}


@pytest.mark.parametrize(("scope", "said"), SENTENCES.items(), ids=SENTENCES)
def test_a_scope_reads_as_a_sentence(scope: str, said: str) -> None:
    assert sentence(Scope.parse(scope)) == said


@pytest.mark.parametrize("action", APP_ACTIONS)
def test_every_signal_has_a_sentence_for_every_action(action: str) -> None:
    for signal in DEFAULT:
        said = sentence(Scope(action, signal.path))
        assert said[0].isupper()
        assert not said.endswith(".")
        assert ".." not in said
