"""The drive and the night that every app is replayed against."""

import json
from datetime import datetime

from sandbox.runtime.grants import granted_of
from sandbox.runtime.replay_rows import MOVING, NOW, changes, drive_rows
from sandbox.wire.catalog import DEFAULT
from sandbox.wire.prices import check_day, parse_slots
from sandbox.wire.scopes import Scope

ROWS = drive_rows(900)


def test_every_row_has_a_lawful_value_for_every_signal() -> None:
    for row in ROWS[::50]:
        for signal in DEFAULT:
            DEFAULT.check(signal.path, row[signal.path])


def test_time_only_goes_on() -> None:
    times = [datetime.fromisoformat(str(row[NOW])) for row in ROWS]
    assert times == sorted(set(times))


def test_drive_moves_and_the_night_stands_still_and_charges() -> None:
    assert any(row[MOVING] for row in ROWS[:450])
    assert not any(row[MOVING] for row in ROWS[450:])
    assert any(row["Vehicle.Powertrain.TractionBattery.Charging.IsCharging"] for row in ROWS[450:])


def test_prices_are_lawful_days_with_a_negative_hour() -> None:
    slots = parse_slots(json.loads(str(ROWS[0]["Energy.Price.Forecast"])))
    check_day(slots)
    assert len(slots) == 192
    assert min(slot.eur_per_mwh for slot in slots) < 0


def test_app_is_told_only_what_it_may_read_and_what_changed() -> None:
    first, second, *_ = changes(ROWS[30:], readable=frozenset({"Vehicle.Speed", "Energy.Price.Area"}))
    assert first.keys() == {NOW, MOVING, "Vehicle.Speed", "Energy.Price.Area"}
    assert second.keys() == {NOW, "Vehicle.Speed"}


def test_branch_in_a_scope_covers_its_leaves() -> None:
    granted = granted_of([Scope.parse("read:Vehicle.CurrentLocation")])
    assert "Vehicle.CurrentLocation.Latitude" in granted.readable
    assert not granted.actuatable


def test_scope_to_actuate_covers_actuators_only_and_does_not_let_read() -> None:
    granted = granted_of([Scope.parse("actuate:Vehicle.Powertrain.TractionBattery.Charging")])
    assert "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging" in granted.actuatable
    assert "Vehicle.Powertrain.TractionBattery.Charging.IsCharging" not in granted.actuatable
    assert not granted.readable


def test_history_does_not_let_an_app_read_live() -> None:
    assert not granted_of([Scope.parse("history:Vehicle.Speed")]).readable
