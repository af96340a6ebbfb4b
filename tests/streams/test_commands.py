"""Commands: granted, queued, taken, acknowledged, and verified only by the signal itself."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import Retry
from django.utils import timezone
from redis import Redis
from rest_framework.test import APIClient

from forecourt.consent import published
from forecourt.consent.models import Grant
from forecourt.consent.signals import grants_changed
from forecourt.metering import jobs as metering
from forecourt.metering.models import UsageCount
from forecourt.streams import jobs, keys, tasks
from forecourt.streams import valkey as store
from forecourt.streams.models import Command
from sandbox.wire import times
from tests import factories
from tests.metering.counts import counted
from tests.streams import rows
from tests.streams.world import CHARGE, CHARGING, START_STOP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]
ACTUATE = f"actuate:{START_STOP}"


def _ask(grant: Grant, client: APIClient | None = None, **changes: Any) -> Any:
    body = {
        "path": START_STOP,
        "value": "START",
        "not_after": times.render(timezone.now() + timedelta(minutes=5)),
        "idempotency_key": "one",
    } | changes
    asker = client or rows.client(rows.facts(grant))
    return asker.post(f"/v1/vehicles/{grant.vehicle.public_id}/commands", body, format="json")


def _show(grant: Grant, *, charging: bool, ts: datetime) -> None:
    document = {"value": charging, "ts": times.render(ts), "received_at": times.render(ts), "source": "simulated"}
    store.client().hset(keys.latest(grant.vehicle.public_id), CHARGING, json.dumps(document))


def _acknowledged(grant: Grant, *, at: datetime, outcome: str = "done") -> Command:
    _ask(grant)
    car = rows.car_client(grant.vehicle)
    (taken,) = car.get("/vehicle/v1/commands").json()
    body = {"outcome": outcome, "reason": "", "ts": times.render(at)}
    assert car.post(f"/vehicle/v1/commands/{taken['id']}/acknowledge", body, format="json").status_code == 200
    return Command.objects.get()


def test_a_command_is_queued_counted_and_wakes_the_car(valkey: Redis) -> None:
    grant = rows.grant(ACTUATE)
    ears = valkey.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    ears.subscribe(keys.wake(grant.vehicle.public_id), keys.live(grant.vehicle.public_id))
    answer = _ask(grant)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    heard = [json.loads(one["data"]) for one in (ears.get_message(timeout=1) for _ in range(6)) if one]
    assert {"reason": "command"} in heard
    assert any(one.get("type") == "command" for one in heard)
    assert counted("commands") == 1
    found = rows.client(rows.facts(grant)).get(f"/v1/vehicles/{grant.vehicle.public_id}/commands/{answer.json()['id']}")
    assert found.json()["state"] == "queued"
    ears.close()


def test_the_same_key_answers_the_same_command() -> None:
    grant = rows.grant(ACTUATE)
    assert _ask(grant).json()["id"] == _ask(grant).json()["id"]
    assert _ask(grant, value="STOP").status_code == 409
    assert Command.objects.count() == counted("commands") == 1


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown signal": ({"path": "Vehicle.Flux"}, 404, "NotSupportedError"),
    "a sensor": ({"path": CHARGE, "value": 5}, 422, "NotActuatorError"),
    "a value it cannot take": ({"value": "PERHAPS"}, 422, "OutOfRangeError"),
    "too late": ({"not_after": "2026-01-01T00:00:00Z"}, 422, "DeadlineError"),
    "too far ahead": ({"not_after": "2099-01-01T00:00:00Z"}, 422, "DeadlineError"),
    "no time": ({"not_after": "soon"}, 422, "TimeError"),
    "not granted": (
        {"path": "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit", "value": 80},
        403,
        "NotGrantedError",
    ),
}


@pytest.mark.parametrize(("changes", "status", "name"), REFUSED.values(), ids=REFUSED)
def test_a_refused_command_is_not_queued(changes: dict[str, Any], status: int, name: str) -> None:
    answer = _ask(rows.grant(ACTUATE), **changes)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{name}")
    assert answer.json()["resolution"]
    assert not Command.objects.exists()
    assert counted("denied") == (status == 403)


def test_a_command_under_a_tombstone_is_refused_before_the_database_knows(valkey: Redis) -> None:
    grant = rows.grant(ACTUATE)
    valkey.set(published.dead_key(grant.vehicle.public_id, str(grant.pk)), "1")
    assert _ask(grant).json()["code"] == "not_granted"


def test_another_apps_token_sees_no_command() -> None:
    grant = rows.grant(ACTUATE)
    command = _ask(grant).json()["id"]
    other = rows.client(rows.facts(grant, app="other"))
    assert other.get(f"/v1/vehicles/{grant.vehicle.public_id}/commands/{command}").status_code == 404
    assert APIClient().get("/v1/vehicles").status_code == 401


def test_a_command_is_handed_over_once() -> None:
    grant = rows.grant(ACTUATE)
    _ask(grant)
    car = rows.car_client(grant.vehicle)
    assert [one["value"] for one in car.get("/vehicle/v1/commands").json()] == ["START"]
    assert car.get("/vehicle/v1/commands").json() == []
    Command.objects.update(changed_at=timezone.now() - timedelta(seconds=20))  # the answer was lost
    assert len(car.get("/vehicle/v1/commands").json()) == 1


def test_another_car_cannot_acknowledge() -> None:
    grant = rows.grant(ACTUATE)
    command = _ask(grant).json()["id"]
    stranger = rows.car_client(factories.vehicle())
    body = {"outcome": "done", "ts": times.render(timezone.now())}
    assert stranger.post(f"/vehicle/v1/commands/{command}/acknowledge", body, format="json").status_code == 404


def test_the_signal_itself_verifies_a_command() -> None:
    grant, now = rows.grant(ACTUATE), timezone.now()
    command = _acknowledged(grant, at=now)
    assert not jobs.verify_command(command_id=command.pk, now=now)
    _show(grant, charging=False, ts=now + timedelta(seconds=1))
    assert not jobs.verify_command(command_id=command.pk, now=now)
    _show(grant, charging=True, ts=now)
    assert jobs.verify_command(command_id=command.pk, now=now)
    command.refresh_from_db()
    assert command.state == "verified"


def test_a_value_from_before_the_acknowledgement_verifies_nothing() -> None:
    grant, now = rows.grant(ACTUATE), timezone.now().replace(microsecond=0)
    _show(grant, charging=True, ts=now - timedelta(seconds=1))
    command = _acknowledged(grant, at=now)
    assert not jobs.verify_command(command_id=command.pk, now=now)
    assert jobs.settle_late_commands(now=now + timedelta(hours=1)) == 1
    command.refresh_from_db()
    assert (command.state, command.reason) == ("failed", jobs.UNSEEN)


def test_a_car_that_could_not_do_it_fails_the_command() -> None:
    command = _acknowledged(rows.grant(ACTUATE), at=timezone.now(), outcome="failed")
    assert (command.state, command.reason) == ("failed", "The car could not do it.")


def test_a_late_command_expires() -> None:
    grant = rows.grant(ACTUATE)
    _ask(grant)
    Command.objects.update(not_after=timezone.now() - timedelta(seconds=1))
    assert rows.car_client(grant.vehicle).get("/vehicle/v1/commands").json() == []
    assert Command.objects.get().state == "expired"
    Command.objects.update(state="delivered")
    assert jobs.settle_late_commands(now=timezone.now()) == 0
    assert jobs.settle_late_commands(now=timezone.now() + timedelta(minutes=1)) == 1


def test_revoking_cancels_what_is_queued_and_hides_the_card(valkey: Redis) -> None:
    grant = rows.grant(ACTUATE)
    _ask(grant)
    valkey.hset(keys.cards(grant.vehicle.public_id), grant.app.slug, '{"title":"x"}')
    Grant.objects.update(status="revoked")
    grants_changed.send(None, vehicle_ids=[grant.vehicle_id])
    assert (Command.objects.get().state, Command.objects.get().reason) == (
        "cancelled",
        "The driver took the consent back.",
    )
    assert not valkey.exists(keys.cards(grant.vehicle.public_id))


def test_a_paused_grants_commands_wait() -> None:
    grant = rows.grant(ACTUATE)
    _ask(grant)
    Grant.objects.update(status="paused")
    grants_changed.send(None, vehicle_ids=[grant.vehicle_id])
    assert rows.car_client(grant.vehicle).get("/vehicle/v1/commands").json() == []
    assert Command.objects.get().state == "queued"


@pytest.mark.parametrize("status", ["paused", "revoked"])
def test_a_command_is_not_handed_over_again_without_consent(status: str) -> None:
    grant = rows.grant(ACTUATE)
    _ask(grant)
    car = rows.car_client(grant.vehicle)
    assert len(car.get("/vehicle/v1/commands").json()) == 1
    Command.objects.update(changed_at=timezone.now() - timedelta(seconds=20))  # the car restarted before it acted
    Grant.objects.update(status=status)
    assert car.get("/vehicle/v1/commands").json() == []


def test_a_denial_for_a_made_up_car_is_counted_without_its_name() -> None:
    client, body = rows.client(rows.facts(rows.grant(ACTUATE))), {"path": START_STOP, "value": "START"}
    body |= {"not_after": times.render(timezone.now() + timedelta(minutes=5)), "idempotency_key": "one"}
    assert client.post(f"/v1/vehicles/{'a' * 60}/commands", body, format="json").status_code == 403
    assert metering.flush(now=timezone.now()) == 1  # a name that fits no column would hold up every count after it
    assert UsageCount.objects.get().vehicle == ""


def test_an_app_sees_its_cars_and_what_it_may_do_there() -> None:
    grant = rows.grant(ACTUATE, "read:Vehicle.CurrentLocation.Latitude@1km")
    (car,) = rows.client(rows.facts(grant)).get("/v1/vehicles").json()
    assert (car["id"], car["area"], car["source"]) == (grant.vehicle.public_id, "DK1", "simulated")
    assert car["scopes"] == [ACTUATE, "read:Vehicle.CurrentLocation.Latitude@1km"]


def test_the_worker_looks_until_the_effect_shows() -> None:
    grant, now = rows.grant(ACTUATE), timezone.now()
    command = _acknowledged(grant, at=now)
    with pytest.raises(Retry):
        tasks.verify_command.apply(kwargs={"command_id": str(command.pk)}, throw=True)
    _show(grant, charging=True, ts=now)
    tasks.verify_command.apply(kwargs={"command_id": str(command.pk)}, throw=True)
    assert Command.objects.get().state == "verified"


def test_late_commands_are_settled_by_the_clock() -> None:
    _ask(rows.grant(ACTUATE))
    Command.objects.update(not_after=timezone.now() - timedelta(seconds=1))
    tasks.settle_late_commands()
    assert Command.objects.get().state == "expired"
