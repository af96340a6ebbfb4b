"""The car's state and signals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.vehicle import paths
from sandbox.vehicle.car import CannotChargeError, Car, State
from sandbox.vehicle.drive import Row
from sandbox.vehicle.profiles import profile_of
from sandbox.wire.catalog import DEFAULT

NOW = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
ROW = Row(second=1, percent=55.5, speed=36.0, gear=1, latitude=56.1, longitude=10.2, altitude=20, outside=8)


@pytest.fixture
def car() -> Car:
    return Car(profile_of("compact"), Decimal(15))


def test_every_signal_fits_the_catalog_in_every_state(car: Car) -> None:
    states = [lambda: None, lambda: car.follow(ROW), lambda: car.plug_in(now=NOW), car.stop_charging]
    for change in states:
        change()
        for path, value in car.signals().items():
            DEFAULT.check(path, value)


def test_a_driving_car_follows_its_row_and_counts_the_metres(car: Car) -> None:
    car.follow(ROW)
    assert (car.state, car.moving, car.metres) == (State.DRIVING, True, 10.0)
    assert car.signals()[paths.CHARGE] == 55.5


def test_a_parked_car_stands(car: Car) -> None:
    car.follow(ROW)
    car.park()
    assert (car.state, car.moving, car.signals()[paths.SPEED]) == (State.PARKED, False, 0.0)


def test_plugged_in_it_charges_at_once(car: Car) -> None:
    car.plug_in(now=NOW)
    assert (car.state, car.signals()[paths.CHARGING], car.signals()[paths.CABLE]) == (State.CHARGING, True, True)


def test_a_full_car_plugged_in_does_not_charge() -> None:
    car = Car(profile_of("van"), Decimal(100))
    car.plug_in(now=NOW)
    assert car.state == State.PLUGGED_IN


def test_charging_stops_by_itself_when_the_battery_is_full(car: Car) -> None:
    car.percent = Decimal("99.9")
    car.plug_in(now=NOW)
    car.stay(now=NOW, seconds=3600)
    assert (car.percent, car.charging, car.held) == (Decimal(100), False, False)


def test_what_is_charged_is_metered_by_quarter(car: Car) -> None:
    car.plug_in(now=NOW)
    car.stay(now=NOW, seconds=1800)
    assert list(car.meter.kwh) == [NOW, NOW + timedelta(minutes=15)]


def test_a_stopped_car_charges_nothing_until_it_is_started(car: Car) -> None:
    car.plug_in(now=NOW)
    car.stop_charging()
    car.stay(now=NOW, seconds=3600)
    assert (car.percent, car.meter.total, car.held) == (Decimal(15), Decimal(0), True)
    car.start_charging()
    assert (car.charging, car.held) == (True, False)


@pytest.mark.parametrize("percent", [15, 100])
def test_without_cable_or_room_it_cannot_start(percent: int) -> None:
    car = Car(profile_of("compact"), Decimal(percent))
    if percent == 100:
        car.plug_in(now=NOW)
    with pytest.raises(CannotChargeError):
        car.start_charging()


def test_an_app_that_is_gone_leaves_no_car_waiting(car: Car) -> None:
    car.plug_in(now=NOW)
    assert not car.release()
    car.stop_charging()
    assert car.release()
    assert car.charging


def test_unplugged_nothing_holds_it(car: Car) -> None:
    car.plug_in(now=NOW)
    car.stop_charging()
    car.unplug()
    assert (car.state, car.held, car.release()) == (State.PARKED, False, False)
