"""Each attack on an install, judged by a real head unit with the stock client inside."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from apps_registry.models import Release
from forecourt.delivery import ceremony, director, jobs, selectors
from forecourt.delivery.approval import KeyHolder
from forecourt.delivery.keys import Keyring
from forecourt.delivery.models import Delivery, DesiredState
from sandbox.client.errors import PlatformRefusedError
from tests import factories
from tests.apps_registry import samples
from tests.delivery.factories import NOW, Car, force, grant, order, publish, submitted, withdraw

OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)

pytestmark = pytest.mark.usefixtures("valkey")


@pytest.fixture
def release(car: Car, approval: KeyHolder) -> Release:
    """A release that is approved and published; no car is ordered to take it."""
    del car
    return publish(approval)


def test_an_unapproved_release_that_the_director_orders_is_refused(car: Car, release: Release) -> None:
    force(car.row, submitted(counter=release.counter + 1))
    assert car.refuses() == "NotApproved"


def test_a_swapped_blob_is_refused(car: Car, release: Release, repository: Path) -> None:
    order(car.row, release.app)
    (path,) = repository.glob(f"blobs/*/{release.bundle_id}")
    path.chmod(0o600)
    path.write_bytes(b"x" * release.bundle.size)
    assert car.refuses() == "BadBundle"
    assert Delivery.objects.get().state == "failed"


def test_endless_data_is_cut_off(car: Car, release: Release, repository: Path) -> None:
    order(car.row, release.app)
    (path,) = repository.glob(f"blobs/*/{release.bundle_id}")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"more")
    assert car.refuses() == "BadBundle"


def test_the_set_of_another_car_is_refused(car: Car, release: Release, ring: Keyring) -> None:
    other = factories.vehicle()
    order(other, release.app)
    state = selectors.desired_state(other, now=NOW)
    car.network.lies = director.signed_set(state, vehicle=other.public_id, keys=ring)
    assert car.refuses() == "WrongVehicle"


def test_an_empty_set_of_another_car_is_refused_and_removes_nothing(car: Car, release: Release, ring: Keyring) -> None:
    order(car.row, release.app)
    car.head_unit.update(NOW)
    empty = DesiredState(version=9, targets={}, signed_at=NOW)
    car.network.lies = director.signed_set(empty, vehicle="car-0000000000", keys=ring)
    force(car.row)
    assert car.refuses() == "WrongVehicle"


def test_a_car_may_not_even_fetch_the_set_of_another_car(car: Car) -> None:
    other = factories.vehicle()
    with pytest.raises(PlatformRefusedError) as caught:
        car.head_unit.platform.request("GET", f"/director/{other.public_id}/metadata/timestamp.json")
    assert caught.value.status == 403


def test_a_bundle_for_other_hardware_is_refused(key_folder: Path, tmp_path: Path, release: Release) -> None:
    van = Car(tmp_path / "van", keys=key_folder, hardware_id="van-2")
    force(van.row, release)
    assert van.refuses() == "WrongHardware"


def test_a_director_that_lies_about_the_hardware_is_refused(key_folder: Path, tmp_path: Path, release: Release) -> None:
    van = Car(tmp_path / "van", keys=key_folder, hardware_id="van-2")
    force(van.row, release, hardware_ids=["van-*"])
    assert van.refuses() == "RepositoriesDisagree"


LIES = {
    "permissions": {"permissions_digest": "0" * 64},
    "publisher's key": {"publisher_key": "0" * 64},
    "release counter": {"counter": 7},
    "runtime": {"minimum_runtime": "0.1.0"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_director_that_lies_about_a_shared_fact_is_refused(
    car: Car, release: Release, lie: dict[str, object]
) -> None:
    force(car.row, release, **lie)
    assert car.refuses() == "RepositoriesDisagree"


def test_a_release_counter_that_goes_back_is_refused(car: Car, release: Release, approval: KeyHolder) -> None:
    order(car.row, publish(approval, counter=2).app)
    car.head_unit.update(NOW)
    force(car.row, release)
    assert car.refuses() == "CounterWentBack"


def test_a_removed_app_does_not_come_back_older(car: Car, release: Release, approval: KeyHolder) -> None:
    order(car.row, publish(approval, counter=2).app)
    car.head_unit.update(NOW)
    force(car.row)
    car.head_unit.update(NOW)
    force(car.row, release)
    assert car.refuses() == "CounterWentBack"


def test_a_withdrawn_release_that_is_still_ordered_is_refused(car: Car, release: Release, approval: KeyHolder) -> None:
    order(car.row, release.app)
    withdraw(approval, release)
    assert car.refuses() == "NotApproved"


def test_the_director_orders_the_removal_of_a_withdrawn_release(
    car: Car, release: Release, approval: KeyHolder
) -> None:
    order(car.row, release.app)
    car.head_unit.update(NOW)
    withdraw(approval, release)
    jobs.plan_vehicle(vehicle_id=car.row.pk, now=NOW)
    assert car.head_unit.update(NOW).removed == ("smart-charging",)


def test_a_bundle_changed_after_the_publisher_signed_it_is_refused(car: Car, approval: KeyHolder) -> None:
    force(car.row, publish(approval, content=samples.changed_after_signing()))
    assert car.refuses() == "WrongSigner"


def test_a_bundle_signed_by_another_key_than_was_approved_is_refused(car: Car, approval: KeyHolder) -> None:
    content = samples.bundle(key=OTHER_KEY, version="1.0.1")
    force(car.row, publish(approval, content=content))
    assert car.refuses() == "WrongSigner"


def test_an_update_by_another_signer_than_the_installed_app_is_refused(
    car: Car, release: Release, approval: KeyHolder
) -> None:
    order(car.row, release.app)
    car.head_unit.update(NOW)
    force(car.row, publish(approval, counter=2, key=OTHER_KEY))
    assert car.refuses() == "OtherSigner"


def test_the_approval_key_alone_installs_nothing(car: Car, release: Release) -> None:
    assert release.status == "published"
    assert car.head_unit.update(NOW).installed == ()


def test_an_expired_set_is_refused(car: Car, release: Release, ring: Keyring) -> None:
    force(car.row, release)
    state = selectors.desired_state(car.row, now=NOW)
    state.signed_at = NOW - director.TARGETS_LIFE
    car.network.lies = director.signed_set(state, vehicle=car.row.public_id, keys=ring)
    assert car.refuses() == "UntrustedMetadata"


def test_an_older_set_is_refused(car: Car, release: Release, ring: Keyring) -> None:
    force(car.row)
    car.head_unit.update(NOW)
    old = DesiredState(version=1, targets={}, signed_at=NOW)
    car.network.lies = director.signed_set(old, vehicle=car.row.public_id, keys=ring)
    force(car.row, release)
    assert car.refuses() == "UntrustedMetadata"


def test_a_set_signed_with_the_keys_of_another_root_is_refused(car: Car, release: Release, tmp_path: Path) -> None:
    force(car.row, release)
    thief = _stolen(tmp_path / "thief")
    state = selectors.desired_state(car.row, now=NOW)
    car.network.lies = director.signed_set(state, vehicle=car.row.public_id, keys=thief)
    assert car.refuses() == "UntrustedMetadata"


def test_a_grant_for_an_app_does_not_order_an_unpublished_release(car: Car, release: Release) -> None:
    grant(car.row, release.app)
    submitted(counter=2)
    jobs.plan_vehicle(vehicle_id=car.row.pk, now=NOW)
    assert list(selectors.desired_state(car.row, now=NOW).targets) == ["smart-charging-1.0.1-r1.zip"]


def _stolen(folder: Path) -> Keyring:
    ceremony.init(folder, now=NOW)
    return Keyring(folder)
