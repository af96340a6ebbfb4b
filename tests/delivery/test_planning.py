"""What a car should have, and how its deliveries follow."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings
from redis import Redis
from redis.client import PubSub

from apps_registry.models import App, Release
from apps_registry.signals import release_approved, release_withdrawn
from forecourt.consent.signals import grants_changed
from forecourt.delivery import director, jobs, selectors, services, tasks
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.models import Delivery, Installation
from forecourt.vehicles import identity
from forecourt.vehicles.models import Vehicle
from tests import factories
from tests.delivery.factories import BATTERY, NOW, grant, order, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "repository")]


@pytest.fixture
def release(approval: KeyHolder) -> Release:
    """A published release."""
    return publish(approval)


@pytest.fixture
def vehicle() -> Vehicle:
    """A car without any grant."""
    return factories.vehicle()


@pytest.fixture
def wakes(vehicle: Vehicle) -> Iterator[PubSub]:
    """Listens for nudges to the car."""
    with Redis.from_url(django_settings.REDIS_URL) as redis, redis.pubsub() as channel:
        channel.subscribe(f"wake:{{{vehicle.public_id}}}")
        channel.get_message(timeout=2)
        yield channel


def plan(vehicle: Vehicle) -> bool:
    return jobs.plan_vehicle(vehicle_id=vehicle.pk, now=NOW)


def paths(vehicle: Vehicle) -> list[str]:
    return list(selectors.desired_state(vehicle, now=NOW).targets)


def test_a_live_grant_orders_the_newest_release(vehicle: Vehicle, release: Release, approval: KeyHolder) -> None:
    newer = publish(approval, counter=2)
    order(vehicle, release.app)
    assert paths(vehicle) == [newer.image_target.path]


def test_planning_twice_changes_nothing(vehicle: Vehicle, release: Release) -> None:
    order(vehicle, release.app)
    before = selectors.desired_state(vehicle, now=NOW).version
    assert not plan(vehicle)
    assert selectors.desired_state(vehicle, now=NOW).version == before
    assert Delivery.objects.count() == 1


def test_a_change_wakes_the_car(
    vehicle: Vehicle,
    release: Release,
    wakes: PubSub,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        order(vehicle, release.app)
    message = wakes.get_message(timeout=2)
    assert message is not None
    assert json.loads(message["data"]) == {"reason": "desired-state"}


def test_the_granted_items_are_signed_along(vehicle: Vehicle, release: Release) -> None:
    order(vehicle, release.app)
    (target,) = selectors.desired_state(vehicle, now=NOW).targets.values()
    assert target["custom"]["granted"] == [{"scope": f"subscribe:{BATTERY}.StateOfCharge.Current"}]


def test_a_paused_grant_keeps_the_app_without_any_permission(vehicle: Vehicle, release: Release) -> None:
    grant(vehicle, release.app, status="paused")
    plan(vehicle)
    (target,) = selectors.desired_state(vehicle, now=NOW).targets.values()
    assert target["custom"]["granted"] == []


ENDED = {"revoked": {"status": "revoked"}, "expired": {"expires_at": NOW - timedelta(minutes=1)}}


@pytest.mark.parametrize("fields", ENDED.values(), ids=ENDED)
def test_an_ended_grant_orders_nothing(vehicle: Vehicle, release: Release, fields: dict[str, object]) -> None:
    grant(vehicle, release.app, **fields)
    assert not plan(vehicle)


def test_a_release_for_other_hardware_is_not_ordered(release: Release) -> None:
    van = factories.vehicle(hardware_id="van-2")
    order(van, release.app)
    assert paths(van) == []


def test_a_trial_release_is_ordered_for_the_named_cars_only(approval: KeyHolder) -> None:
    vin = "WMRVN0AA9T0000002"
    trial = {"hardware_ids": ["hu-*"], "minimum_runtime": "1.0.0", "vins": [vin]}
    release = publish(approval, manifest=factories.manifest(version="1.0.1", vehicles=trial))
    named = factories.vehicle(vin_hash=identity.keyed_hash(vin, purpose="vin"))
    other = factories.vehicle()
    for vehicle in (named, other):
        order(vehicle, release.app)
    assert (len(paths(named)), len(paths(other))) == (1, 0)


def test_a_revoked_grant_calls_the_delivery_off_and_a_new_one_takes_it_up_again(
    vehicle: Vehicle, release: Release
) -> None:
    order(vehicle, release.app)
    vehicle.grants.update(status="revoked")
    plan(vehicle)
    assert Delivery.objects.get().state == "cancelled"
    order(vehicle, release.app)
    assert Delivery.objects.get().state == "planned"


def test_a_release_that_the_car_would_refuse_is_not_ordered(
    vehicle: Vehicle, release: Release, approval: KeyHolder
) -> None:
    newer = publish(approval, counter=2)
    Installation.objects.create(
        vehicle=vehicle, app=newer.app, release=newer, bundle=newer.bundle, installed_at=NOW, removed_at=NOW
    )
    Release.objects.filter(pk=newer.pk).update(status="withdrawn")
    order(vehicle, release.app)
    assert paths(vehicle) == []


def test_a_poll_offers_and_needs_no_key(vehicle: Vehicle, release: Release, settings: Settings, tmp_path: Path) -> None:
    order(vehicle, release.app)
    settings.KEYS_DIR = tmp_path / "no keys here"
    answer = services.poll(vehicle, have=1, now=NOW)
    assert (answer.director, answer.collect) == (2, [f"{BATTERY}.StateOfCharge.Current"])
    assert Delivery.objects.get().state == "offered"


def test_an_idle_poll_costs_few_queries(
    vehicle: Vehicle, release: Release, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    order(vehicle, release.app)
    with django_assert_max_num_queries(6):
        services.poll(vehicle, have=2, now=NOW)


def test_a_car_may_fetch_prices_only_under_a_grant(vehicle: Vehicle, release: Release) -> None:
    made = grant(vehicle, release.app)
    assert selectors.feeds(vehicle, now=NOW) == []
    made.items.create(action="read", pattern="Energy.Price.Forecast", purpose="smart-charging")
    assert selectors.feeds(vehicle, now=NOW) == ["DK1"]


def test_past_half_of_its_life_a_set_is_renewed_with_a_new_version(vehicle: Vehicle) -> None:
    first = services.current_state(vehicle, now=NOW)
    assert services.current_state(vehicle, now=NOW + director.HALF_LIFE / 2).version == first.version
    assert services.current_state(vehicle, now=NOW + director.HALF_LIFE).version == first.version + 1


def test_what_other_packages_announce_becomes_tasks(vehicle: Vehicle, valkey: Redis) -> None:
    grants_changed.send(sender=None, vehicle_ids=[vehicle.pk])
    release_approved.send(sender=None, release_id=vehicle.pk)
    release_withdrawn.send(sender=None, release_id=vehicle.pk)
    queued = [json.loads(entry)["headers"]["task"] for entry in valkey.lrange("celery", 0, -1)]
    assert sorted(queued) == [tasks.plan_vehicle.name, tasks.publish_images.name, tasks.publish_images.name]


def test_the_planning_task_does_its_job(vehicle: Vehicle, release: Release) -> None:
    grant(vehicle, release.app)
    tasks.plan_vehicle(vehicle_id=str(vehicle.pk))
    assert paths(vehicle) == [release.image_target.path]


def test_the_publishing_task_replans_the_cars_that_have_the_app(release: Release, vehicle: Vehicle) -> None:
    grant(vehicle, release.app)
    assert selectors.vehicles_with([release.app_id]) == [vehicle.pk]
    assert App.objects.count() == 1
