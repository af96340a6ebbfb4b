"""From an approved release to an app in a car, over HTTP, with the stock client as judge."""

import pytest

from forecourt.delivery import jobs
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.models import Delivery, Installation
from tests.delivery.factories import NOW, Car, order, publish


@pytest.fixture
def installed(car: Car, approval: KeyHolder, valkey: object) -> Car:
    """A car that has Smart Charging."""
    del valkey
    order(car.row, publish(approval).app)
    car.head_unit.update(NOW)
    return car


def test_a_granted_release_is_installed_and_reported(installed: Car) -> None:
    app = installed.head_unit.installed["smart-charging"]
    assert app.granted == ("subscribe:Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",)
    assert app.component.read_bytes().startswith(b"\0asm")
    assert Delivery.objects.get().state == "installed"
    assert Installation.objects.get().removed_at is None


def test_without_a_report_nothing_counts_as_installed(car: Car, approval: KeyHolder) -> None:
    order(car.row, publish(approval).app)
    assert Delivery.objects.get().state == "planned"


def test_an_unchanged_car_changes_nothing_and_signs_nothing(installed: Car) -> None:
    result = installed.head_unit.update(NOW)
    assert (result.installed, result.removed, result.refused) == ((), (), ())


def test_a_revoked_app_is_removed(installed: Car) -> None:
    installed.row.grants.update(status="revoked")
    jobs.plan_vehicle(vehicle_id=installed.row.pk, now=NOW)
    assert installed.head_unit.update(NOW).removed == ("smart-charging",)
    assert Installation.objects.get().removed_at is not None
