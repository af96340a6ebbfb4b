"""The carmaker admits, adds people and enrols cars."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forecourt.accounts.models import Membership, Organisation
from forecourt.delivery.models import Delivery, Rollout
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.factories import NOW
from tests.web.conftest import SignIn, World, data_partner

RECORD = {
    "vin": "1M8GDM9AXKP042788",
    "make": "Meridian",
    "model": "Aster",
    "year": 2026,
    "head_unit_serial": "HU-9001",
    "hardware_id": "hu-compact",
    "price_area": "DK1",
    "public_key": "ab" * 32,
    "data_source": "simulated",
}


def upload(browser: Client, *records: dict[str, object]) -> object:
    lines = "\n".join(json.dumps(record) for record in records)
    return browser.post("/carmaker/vehicles/enrol/", {"records": SimpleUploadedFile("cars.jsonl", lines.encode())})


def test_an_organisation_is_admitted_from_the_list(world: World, as_person: SignIn) -> None:
    data_partner(status="applied", slug="vindkraft")
    firm = Organisation.objects.get(slug="vindkraft")
    page = as_person(world.admin).post(f"/carmaker/partners/{firm.pk}/admit/", follow=True)
    assert "Vindkraft is admitted." in page.content.decode()


def test_admitting_twice_says_that_it_was_decided(world: World, as_person: SignIn) -> None:
    firm = Organisation.objects.get(slug="fjord-energi")
    page = as_person(world.admin).post(f"/carmaker/partners/{firm.pk}/admit/")
    assert page.status_code == 409
    assert 'role="alert"' in page.content.decode()


def test_a_driver_admits_nobody(world: World, as_person: SignIn) -> None:
    data_partner(status="applied", slug="vindkraft")
    firm = Organisation.objects.get(slug="vindkraft")
    assert as_person(world.driver).post(f"/carmaker/partners/{firm.pk}/admit/").status_code == 403
    firm.refresh_from_db()
    assert firm.status == Organisation.Status.APPLIED


def test_a_person_is_added_to_the_team(world: World, as_person: SignIn) -> None:
    colleague = factories.user(email="rev@example.org", name="Remy")
    form = {"email": "rev@example.org", "role": "reviewer"}
    page = as_person(world.admin).post("/carmaker/people/", form, follow=True)
    assert "Remy was added." in page.content.decode()
    assert Membership.objects.get(user=colleague).role == Membership.Role.REVIEWER


def test_an_unknown_person_is_a_problem_and_the_address_is_kept(world: World, as_person: SignIn) -> None:
    page = as_person(world.admin).post("/carmaker/people/", {"email": "who@example.org", "role": "reviewer"})
    assert page.status_code == 422
    assert 'value="who@example.org"' in page.content.decode()
    assert "Ask them to sign up first." in page.content.decode()


def test_cars_are_enrolled_from_factory_records(world: World, as_person: SignIn) -> None:
    upload(as_person(world.operator), RECORD)
    assert Vehicle.objects.get(head_unit_serial="HU-9001").hardware_id == "hu-compact"


def test_a_wrong_vin_names_its_line_and_enrols_nothing(world: World, as_person: SignIn) -> None:
    before = Vehicle.objects.count()
    second = RECORD | {"vin": "1M8GDM9A0KP042788", "head_unit_serial": "HU-9002", "public_key": "cd" * 32}
    page = upload(as_person(world.operator), RECORD, second)
    assert b"Line 2" in getattr(page, "content", b"")
    assert Vehicle.objects.count() == before


def test_deliveries_are_counted_by_state(world: World, as_person: SignIn) -> None:
    rollout = Rollout.objects.create(release=world.release, created_at=NOW)
    times = {"created_at": NOW, "changed_at": NOW, "deadline": NOW}
    Delivery.objects.create(rollout=rollout, vehicle=world.car, state="installed", **times)
    Delivery.objects.create(rollout=rollout, vehicle=world.van, state="failed", reason="No room", **times)
    page = as_person(world.operator).get("/carmaker/deliveries/").content.decode()
    assert "Installed" in page
    assert "No room" in page
