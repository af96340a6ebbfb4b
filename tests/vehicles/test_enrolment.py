"""Factory records: read whole or not at all, with the bad line named."""

import json
from typing import Any

import pytest

from forecourt.vehicles import enrolment, identity, services
from forecourt.vehicles.errors import EnrolmentError
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.factories import NOW

GOOD: dict[str, Any] = {
    "vin": "WMRUN0AA2T0000001",
    "make": "Meridian",
    "model": "Uno",
    "year": 2026,
    "head_unit_serial": "HU-0001",
    "hardware_id": "hu-compact",
    "price_area": "DK1",
    "public_key": "ab" * 32,
    "data_source": "recorded",
}
OTHER = GOOD | {"vin": "WMRVN0AA9T0000002", "head_unit_serial": "HU-0002", "public_key": "cd" * 32}
WRONG: dict[str, dict[str, Any]] = {
    "a VIN that fails its check": {"vin": "WMRUN0AA3T0000001"},
    "a short VIN": {"vin": "WMR"},
    "a key that is no key": {"public_key": "zz" * 32},
    "a year as text": {"year": "2026"},
    "an unknown field": {"colour": "blue"},
    "an unknown source": {"data_source": "guessed"},
}


def lines(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


@pytest.mark.parametrize("flaw", WRONG.values(), ids=WRONG)
def test_a_wrong_record_is_refused_with_its_line(flaw: dict[str, Any]) -> None:
    with pytest.raises(EnrolmentError, match="Line 2"):
        enrolment.parse(lines(OTHER, GOOD | flaw))


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe", b"[]"], ids=["empty", "blank", "no UTF-8", "a list"])
def test_a_file_without_records_is_refused(data: bytes) -> None:
    with pytest.raises(EnrolmentError):
        enrolment.parse(data)


@pytest.mark.django_db
def test_cars_are_enrolled_with_an_encrypted_vin() -> None:
    [car, _] = services.enrol(enrolment.parse(lines(GOOD, OTHER)), by=factories.carmaker_person(), now=NOW)
    car.refresh_from_db()
    assert GOOD["vin"] not in bytes(car.vin_encrypted).decode()
    assert identity.decrypt_vin(bytes(car.vin_encrypted)) == GOOD["vin"]
    assert car.vin_hash == identity.keyed_hash(str(GOOD["vin"]), purpose="vin")


@pytest.mark.django_db
@pytest.mark.parametrize("same", ["vin", "head_unit_serial", "public_key"])
def test_a_car_that_is_enrolled_already_enrols_none(same: str) -> None:
    owner = factories.carmaker_person()
    services.enrol(enrolment.parse(lines(GOOD)), by=owner, now=NOW)
    twice = {**OTHER, same: GOOD[same]}
    third = OTHER | {"vin": "WMRXN0AAXT0000003", "head_unit_serial": "HU-3", "public_key": "ef" * 32}
    records = [enrolment.FactoryRecord(**record) for record in (third, twice)]
    with pytest.raises(EnrolmentError, match="Line 2"):
        services.enrol(records, by=owner, now=NOW)
    assert Vehicle.objects.count() == 1
