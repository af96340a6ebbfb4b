"""The catalog: its own consistency, and what each signal may hold."""

import json
from typing import Any

import pytest

from sandbox.wire.catalog import DEFAULT, MAX_TEXT, OutOfRangeError, UnknownSignalError, WrongTypeError
from sandbox.wire.scopes import Scope
from tests.recordings import VSS, with_vss

BATTERY = "Vehicle.Powertrain.TractionBattery"
LEVEL = f"{BATTERY}.StateOfCharge.Current"
CHARGING = f"{BATTERY}.Charging"


def test_ids_and_paths_are_used_once() -> None:
    assert len({signal.id for signal in DEFAULT}) == len({signal.path for signal in DEFAULT}) == len(DEFAULT) >= 45


def test_every_signal_can_be_a_scope_and_be_read_by_a_person() -> None:
    for signal in DEFAULT:
        assert DEFAULT.expand(Scope.parse(f"read:{signal.path}").pattern) == (signal,)
        assert signal.label
        assert signal.description.endswith(".")


def test_only_texts_have_a_list_of_allowed_values() -> None:
    assert all(signal.datatype == "string" for signal in DEFAULT if signal.allowed)


def test_prices_are_an_overlay_beside_the_car() -> None:
    assert [signal.path for signal in DEFAULT.expand("Energy")] == [
        "Energy.Price.Current",
        "Energy.Price.Forecast",
        "Energy.Price.Area",
    ]


def test_a_pattern_that_covers_nothing_expands_to_nothing() -> None:
    assert DEFAULT.expand("Vehicle.Nonsense") == ()


def test_a_signal_knows_what_it_is() -> None:
    signal = DEFAULT.get(f"{CHARGING}.StartStopCharging")
    assert (signal.kind, signal.datatype, signal.allowed) == ("actuator", "string", ("START", "STOP"))
    assert signal.path in DEFAULT
    assert "Vehicle.Nonsense" not in DEFAULT


ACCEPTED: dict[str, tuple[str, object]] = {
    "a float": (LEVEL, 87.54),
    "a whole number as a float": (LEVEL, 100),
    "a boolean": (f"{CHARGING}.IsCharging", False),
    "an allowed text": (f"{CHARGING}.StartStopCharging", "STOP"),
    "the lowest": (LEVEL, 0),
    "a negative gear": ("Vehicle.Powertrain.Transmission.CurrentGear", -1),
    "a time": (f"{CHARGING}.Timer.Time", "2026-01-31T22:15:00Z"),
    "a negative price": ("Energy.Price.Current", -42.09),
}


@pytest.mark.parametrize(("path", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_fitting_value_passes(path: str, value: object) -> None:
    DEFAULT.check(path, value)


REFUSED: dict[str, tuple[str, object, type[Exception]]] = {
    "an unknown signal": ("Vehicle.Warp", 1, UnknownSignalError),
    "a branch": ("Vehicle.CurrentLocation", 1, UnknownSignalError),
    "a pattern": ("Vehicle.*", 1, UnknownSignalError),
    "a text for a number": (LEVEL, "87", WrongTypeError),
    "a boolean for a number": (LEVEL, True, WrongTypeError),
    "a fraction for a whole number": (f"{CHARGING}.ChargeLimit", 80.5, WrongTypeError),
    "a whole float for a whole number": (f"{CHARGING}.ChargeLimit", 80.0, WrongTypeError),
    "a number for a boolean": (f"{CHARGING}.IsCharging", 1, WrongTypeError),
    "a number for a text": (f"{CHARGING}.StartStopCharging", 1, WrongTypeError),
    "nothing": (LEVEL, None, WrongTypeError),
    "a list": (LEVEL, [1.0], WrongTypeError),
    "too much": (LEVEL, 100.1, OutOfRangeError),
    "too little": (LEVEL, -0.1, OutOfRangeError),
    "NaN": (LEVEL, float("nan"), OutOfRangeError),
    "infinity": ("Vehicle.Speed", float("inf"), OutOfRangeError),
    "past a byte": (f"{BATTERY}.NetCapacity", 65_536, OutOfRangeError),
    "below zero without a sign": ("Vehicle.TraveledDistance", -1, OutOfRangeError),
    "a number past all floats": ("Vehicle.Speed", 10**400, OutOfRangeError),
    "a text that is not allowed": (f"{CHARGING}.StartStopCharging", "start", OutOfRangeError),
    "a time that is none": (f"{CHARGING}.Timer.Time", "tomorrow", OutOfRangeError),
    "a very long text": ("Energy.Price.Forecast", "x" * (MAX_TEXT + 1), OutOfRangeError),
}


@pytest.mark.parametrize(("path", "value", "error"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_does_not_fit_is_refused_by_name(path: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"Vehicle|Energy"):
        DEFAULT.check(path, value)


@with_vss
def test_the_catalog_agrees_with_the_published_tree() -> None:
    tree: dict[str, Any] = json.loads(VSS.read_bytes())
    for signal in DEFAULT.expand("Vehicle"):
        node: dict[str, Any] = {"children": tree}
        for segment in signal.path.split("."):
            node = node["children"][segment]
        told = (node["type"], node["datatype"], node.get("unit", ""), tuple(node.get("allowed", ())))
        assert told == (signal.kind, signal.datatype, signal.unit, signal.allowed), signal.path
