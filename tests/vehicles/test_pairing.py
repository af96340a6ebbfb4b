"""A driver pairs a car with the code on its head unit."""

from datetime import timedelta

import pytest
from redis import Redis

from forecourt.vehicles import selectors, services
from forecourt.vehicles.errors import PairingCodeError, TooManyAttemptsError, VehicleNotYoursError
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


def test_the_code_pairs_the_car_however_it_is_typed() -> None:
    car, driver = factories.vehicle(), factories.user()
    code = services.new_pairing_code(car, now=NOW)
    paired = services.pair(user=driver, code=code.lower().replace("-", " "), nickname="Blue Uno", now=NOW)
    assert paired == car
    assert paired.nickname == "Blue Uno"
    assert list(selectors.vehicles_of(driver, now=NOW)) == [car]


def test_a_code_works_once() -> None:
    code = services.new_pairing_code(factories.vehicle(), now=NOW)
    services.pair(user=factories.user(), code=code, now=NOW)
    with pytest.raises(PairingCodeError):
        services.pair(user=factories.user(), code=code, now=NOW)


def test_a_code_is_too_old_after_ten_minutes() -> None:
    code = services.new_pairing_code(factories.vehicle(), now=NOW)
    with pytest.raises(PairingCodeError):
        services.pair(user=factories.user(), code=code, now=NOW + timedelta(seconds=600))


def test_a_new_code_replaces_the_old_one() -> None:
    car = factories.vehicle()
    old = services.new_pairing_code(car, now=NOW)
    services.new_pairing_code(car, now=NOW)
    with pytest.raises(PairingCodeError):
        services.pair(user=factories.user(), code=old, now=NOW)
    assert car.pairing_codes.count() == 1  # a car that asks without end fills no table


def test_a_car_with_an_owner_is_not_taken_over() -> None:
    owner = factories.user()
    car = factories.vehicle(owner)
    with pytest.raises(PairingCodeError, match="paired already"):
        services.pair(user=factories.user(), code=services.new_pairing_code(car, now=NOW), now=NOW)
    assert selectors.vehicle_for(owner, car.public_id, now=NOW) == car


def test_guessing_is_stopped(valkey: Redis) -> None:
    driver = factories.user()
    for _ in range(10):
        with pytest.raises(PairingCodeError):
            services.pair(user=driver, code="AAAA-AAAA", now=NOW)
    with pytest.raises(TooManyAttemptsError):
        services.pair(user=driver, code=services.new_pairing_code(factories.vehicle(), now=NOW), now=NOW)
    assert valkey.dbsize()


def test_a_role_that_ended_shows_no_car() -> None:
    driver = factories.user()
    car = factories.vehicle(driver)
    car.roles.update(valid_to=NOW + timedelta(days=1))
    with pytest.raises(VehicleNotYoursError):
        selectors.vehicle_for(driver, car.public_id, now=NOW + timedelta(days=2))
