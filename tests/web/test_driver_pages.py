"""The driver's cars: pairing, the phone and desk pages, stopping an app."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from redis import Redis

from forecourt.consent.models import Authorization, Grant
from forecourt.metering import counters
from forecourt.metering.models import UsageCount
from forecourt.streams import keys
from forecourt.streams.models import Command
from forecourt.vehicles import services as vehicles
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.web.conftest import SignIn, World

BATTERY = "Vehicle.Powertrain.TractionBattery"
CARD = {
    "title": "Smart charging",
    "rows": [{"label": "Charging starts", "value": "01:45"}],
    "tone": "good",
    "progress": 41,
    "chart": {"kind": "bars", "unit": "EUR/MWh", "values": [["01:45", -4.2, True], ["02:00", 80.0, False]]},
    "actions": [],
}


@pytest.fixture
def phone(world: World, as_person: SignIn) -> Client:
    """The driver's browser."""
    return as_person(world.driver)


def allow(world: World, vehicle: Vehicle) -> Grant:
    """The driver allowed the app to follow the battery."""
    now = timezone.now()
    given = Authorization.objects.create(user=world.driver, app=world.app, release=world.release, created_at=now)
    grant = Grant.objects.create(authorization=given, app=world.app, vehicle=vehicle, created_at=now)
    grant.items.create(action="subscribe", pattern=f"{BATTERY}.StateOfCharge.Current", purpose="smart-charging")
    return grant


def tell(valkey: Redis, vehicle: Vehicle, path: str, value: Any) -> None:
    """The car sent a value."""
    point = {"value": value, "ts": "2026-11-22T12:00:00Z", "received_at": "2026-11-22T12:00:01Z", "source": "simulated"}
    valkey.hset(keys.latest(vehicle.public_id), path, json.dumps(point))


def body(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_pairing_takes_the_code_from_the_head_unit(phone: Client) -> None:
    car = factories.vehicle()
    code = vehicles.new_pairing_code(car, now=timezone.now())
    answer = phone.post("/cars/pair/", {"code": code.lower(), "nickname": "Nightingale"})
    assert answer["Location"] == f"/cars/{car.public_id}/"
    assert "Nightingale" in body(phone, "/cars/")


def test_a_wrong_code_is_a_problem_and_both_fields_are_kept(phone: Client) -> None:
    page = phone.post("/cars/pair/", {"code": "AAAA-BBBB", "nickname": "Nightingale"})
    assert page.status_code == 422
    for kept in ('value="AAAA-BBBB"', 'value="Nightingale"', "shows a new code"):
        assert kept in page.content.decode()


def test_the_car_page_shows_figures_and_what_the_car_does(phone: Client, world: World, valkey: Redis) -> None:
    tell(valkey, world.car, f"{BATTERY}.StateOfCharge.Current", 41.3)
    tell(valkey, world.car, f"{BATTERY}.Charging.IsCharging", True)
    page = body(phone, f"/cars/{world.car.public_id}/")
    assert '<p class="now__doing">Charging</p>' in page
    assert ">41</span>" in page


@pytest.mark.parametrize("surface", ["", "desk/"])
def test_an_apps_card_is_on_both_pages_and_is_labelled(
    surface: str, phone: Client, world: World, valkey: Redis
) -> None:
    allow(world, world.car)
    valkey.hset(keys.cards(world.car.public_id), "smart-charging", json.dumps(CARD))
    page = body(phone, f"/cars/{world.car.public_id}/{surface}")
    for words in ("Charging starts", "01:45: -4.20 EUR/MWh", "Simulated", 'data-live-url="/live/'):
        assert words in page


def test_an_app_on_the_car_says_what_it_may_do(phone: Client, world: World) -> None:
    allow(world, world.car)
    page = body(phone, f"/cars/{world.car.public_id}/")
    assert "See how full the battery is, live" in page
    assert "Stop Smart Charging" in page


def test_an_app_on_the_car_says_what_it_received_today(phone: Client, world: World, valkey: Redis) -> None:
    allow(world, world.car)
    now, app = timezone.now(), world.app.slug
    UsageCount.objects.create(day=now.date(), kind="delivered", vehicle=world.car.public_id, app=app, count=1200)
    counters.incr(valkey, counters.Count("delivered", world.car.public_id, app), now=now, number=4)
    counters.incr(valkey, counters.Count("denied", world.car.public_id, app), now=now)
    counters.incr(valkey, counters.Count("delivered", world.van.public_id, app), now=now, number=9)
    page = body(phone, f"/cars/{world.car.public_id}/")
    assert "Today it received 1204 values." in page
    assert "It asked 1 time for something that you did not allow" in page


def test_commands_are_told_in_words(phone: Client, world: World) -> None:
    grant, now = allow(world, world.car), timezone.now()
    Command.objects.create(
        grant=grant, vehicle=world.car, path=f"{BATTERY}.Charging.StartStopCharging", value="START",
        idempotency_key="1", state="verified", not_after=now, created_at=now, changed_at=now,
    )  # fmt: skip
    page = body(phone, f"/cars/{world.car.public_id}/parts/commands/")
    assert "Start charging" in page
    assert "Verified" in page


def test_stopping_an_app_ends_its_grant_and_shows_a_receipt(phone: Client, world: World, valkey: Redis) -> None:
    grant = allow(world, world.car)
    answer = phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/revoke/")
    grant.refresh_from_db()
    assert grant.status == Grant.Status.REVOKED
    assert grant.ended_at is not None
    last = (grant.ended_at + timedelta(seconds=0.18)).timestamp()
    valkey.hset(keys.stopped(world.car.public_id, str(grant.pk)), "edge-1", last)
    assert "0.18 s later" in body(phone, answer["Location"])


def test_a_receipt_that_is_still_being_measured_asks_again(phone: Client, world: World) -> None:
    allow(world, world.car)
    answer = phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/revoke/")
    assert "Measuring when the last value left" in body(phone, answer["Location"])


def test_stopping_twice_says_so(phone: Client, world: World) -> None:
    page = phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/revoke/", follow=True)
    assert "was stopped before" in page.content.decode()


def test_nobody_stops_an_app_on_somebody_elses_car(world: World, as_person: SignIn) -> None:
    grant = allow(world, world.car)
    answer = as_person(factories.user()).post(f"/cars/{world.car.public_id}/apps/smart-charging/revoke/")
    grant.refresh_from_db()
    assert (answer.status_code, grant.status) == (404, Grant.Status.ACTIVE)


def test_one_tap_pauses_everything_and_another_resumes_it(phone: Client, world: World) -> None:
    grant, car = allow(world, world.car), f"/cars/{world.car.public_id}/"
    assert "Pause everything" in body(phone, car)
    page = phone.post(f"{car}pause/", follow=True).content.decode()
    assert "Everything is paused." in page
    assert "You paused it." in page
    assert "Pause everything" not in page
    page = phone.post(f"{car}resume/", follow=True).content.decode()
    assert "1 app may receive data from this car." in page
    grant.refresh_from_db()
    assert grant.status == Grant.Status.ACTIVE


def test_one_app_is_paused_and_its_card_says_so(phone: Client, world: World, valkey: Redis) -> None:
    allow(world, world.car)
    valkey.hset(keys.cards(world.car.public_id), "smart-charging", json.dumps(CARD))
    answer = phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/pause/")
    assert answer["Location"] == f"/cars/{world.car.public_id}/#app-smart-charging"
    card = body(phone, f"/cars/{world.car.public_id}/parts/cards/")
    assert "card--paused" in card
    assert "Paused" in card
    assert "Going well" not in card
    assert "Resume Smart Charging" in body(phone, f"/cars/{world.car.public_id}/parts/apps/")


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_second_tap_changes_nothing(verb: str, phone: Client, world: World) -> None:
    grant, address = allow(world, world.car), f"/cars/{world.car.public_id}/apps/smart-charging/"
    phone.post(f"{address}pause/")
    assert [phone.post(f"{address}{verb}/").status_code for _ in range(2)] == [302, 302]
    grant.refresh_from_db()
    assert grant.epoch == (2 if verb == "pause" else 3)


def test_what_has_ended_cannot_be_paused(phone: Client, world: World) -> None:
    assert phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/pause/").status_code == 409


@pytest.mark.parametrize("verb", ["pause/", "resume/", "apps/smart-charging/pause/", "apps/smart-charging/resume/"])
def test_pausing_takes_a_form_of_this_car(verb: str, phone: Client, world: World, as_person: SignIn) -> None:
    grant, address = allow(world, world.car), f"/cars/{world.car.public_id}/{verb}"
    assert phone.get(address).status_code == 405
    assert as_person(factories.user()).post(address).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.driver)
    assert strict.post(address).status_code == 403
    grant.refresh_from_db()
    assert grant.epoch == 1


def test_a_passenger_sees_the_apps_and_has_no_buttons(world: World, as_person: SignIn) -> None:
    allow(world, world.car)
    passenger = factories.user()
    world.car.roles.create(user=passenger, role="passenger", valid_from=factories.NOW)
    page = body(as_person(passenger), f"/cars/{world.car.public_id}/")
    assert "1 app may receive data" in page
    assert not [verb for verb in ("Pause everything", "Pause Smart", "Stop Smart") if verb in page]


def test_somebody_elses_pause_names_them(phone: Client, world: World, as_person: SignIn) -> None:
    grant = allow(world, world.car)
    grant.authorization.user = guest = factories.user(name="Gunnar Gæst")
    grant.authorization.save()
    world.car.roles.create(user=guest, role="driver", valid_from=factories.NOW)
    as_person(guest).post(f"/cars/{world.car.public_id}/apps/smart-charging/pause/")
    page = body(phone, f"/cars/{world.car.public_id}/")
    assert "Gunnar Gæst paused it." in page
    assert "Resume Smart Charging" not in page
    assert phone.post(f"/cars/{world.car.public_id}/apps/smart-charging/resume/").status_code == 403


def test_only_parts_of_the_page_are_served_as_parts(phone: Client, world: World) -> None:
    assert phone.get(f"/cars/{world.car.public_id}/parts/head/").status_code == 404


def test_drivers_never_read_jargon(phone: Client, world: World, valkey: Redis) -> None:
    allow(world, world.car)
    valkey.hset(keys.cards(world.car.public_id), "smart-charging", json.dumps(CARD))
    page = body(phone, f"/cars/{world.car.public_id}/").lower()
    visible = re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1])
    assert not [word for word in (" vin ", " scope", " token", " epoch", "oauth") if word in visible]
