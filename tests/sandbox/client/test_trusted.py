"""The checks beyond TUF, each alone: what is refused, and with which name."""

from typing import Any

import pytest
from tuf.api.metadata import Delegations, TargetFile, Targets

from sandbox.client import errors, trusted

PATH = "smart-charging-1.0.0-r3.zip"
VEHICLE = "car-2345672345"
FACTS: dict[str, Any] = {
    "app": "smart-charging",
    "version": "1.0.0",
    "counter": 3,
    "hardware_ids": ["hu-*"],
    "minimum_runtime": "1.0.0",
    "permissions_digest": "a" * 64,
    "publisher": "nordlys-apps",
    "publisher_key": "b" * 64,
}


def target(path: str = PATH, *, length: int = 10, sha256: str = "c" * 64, **custom: Any) -> TargetFile:
    return TargetFile(length, {"sha256": sha256}, path, {"custom": FACTS | custom})


def ordered(*targets: TargetFile, **custom: Any) -> Targets:
    listed = {one.path: one for one in targets or [target(granted=[])]}
    return Targets(targets=listed, unrecognized_fields={"custom": {"vehicle": VEHICLE} | custom})


def order(**custom: Any) -> trusted.Order:
    (found,) = trusted.orders(ordered(target(**{"granted": []} | custom)), vehicle=VEHICLE)
    return found


def check(approved: TargetFile | None, *, hardware_id: str = "hu-compact", floor: int = 0, **custom: Any) -> None:
    trusted.check_order(order(**custom), approved, hardware_id=hardware_id, floor=floor)


def test_an_order_that_both_repositories_agree_on_is_taken() -> None:
    check(target(), floor=3)


def test_the_granted_scopes_come_with_the_order() -> None:
    granted = [{"scope": "read:Vehicle.Speed"}]
    assert order(granted=granted).granted == ("read:Vehicle.Speed",)


@pytest.mark.parametrize("vehicle", ["car-7777777777", "", None], ids=["another car", "no name", "null"])
def test_a_set_that_does_not_name_this_car_is_refused(vehicle: str | None) -> None:
    with pytest.raises(errors.WrongVehicleError):
        trusted.orders(ordered(vehicle=vehicle), vehicle=VEHICLE)


def test_a_set_without_any_binding_is_refused_even_when_empty() -> None:
    with pytest.raises(errors.WrongVehicleError):
        trusted.orders(Targets(), vehicle=VEHICLE)


def test_a_director_that_delegates_is_refused() -> None:
    delegating = ordered()
    delegating.delegations = Delegations({}, roles={})
    with pytest.raises(errors.DelegatingDirectorError):
        trusted.orders(delegating, vehicle=VEHICLE)


def test_an_app_that_is_ordered_twice_is_refused() -> None:
    twice = ordered(target(granted=[]), target("smart-charging-1.0.1-r4.zip", granted=[]))
    with pytest.raises(errors.MalformedOrderError, match="twice"):
        trusted.orders(twice, vehicle=VEHICLE)


BROKEN: dict[str, dict[str, Any]] = {
    "no granted list": {"granted": None},
    "a granted item without scope": {"granted": [{}]},
    "a counter of nothing": {"counter": 0},
    "a digest that is none": {"permissions_digest": "abc"},
    "a runtime that is none": {"minimum_runtime": "new"},
    "an app that is a number": {"app": 7},
}


@pytest.mark.parametrize("custom", BROKEN.values(), ids=BROKEN)
def test_a_malformed_order_is_refused(custom: dict[str, Any]) -> None:
    with pytest.raises(errors.MalformedOrderError):
        order(**custom)


def test_an_order_without_any_facts_is_refused() -> None:
    bare = ordered(TargetFile(10, {"sha256": "c" * 64}, PATH))
    with pytest.raises(errors.MalformedOrderError):
        trusted.orders(bare, vehicle=VEHICLE)


def test_an_order_without_sha256_is_refused() -> None:
    other = TargetFile(10, {"sha512": "c" * 128}, PATH, {"custom": FACTS | {"granted": []}})
    with pytest.raises(errors.MalformedOrderError, match="SHA-256"):
        trusted.orders(ordered(other), vehicle=VEHICLE)


def test_a_bundle_that_nobody_approved_is_refused() -> None:
    with pytest.raises(errors.NotApprovedError):
        check(None)


@pytest.mark.parametrize("other", [{"length": 11}, {"sha256": "d" * 64}, {"path": "x.zip"}], ids=str)
def test_another_content_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(errors.RepositoriesDisagreeError, match="content"):
        check(target(**other))


OTHER: dict[str, Any] = {
    "app": "other-app",
    "version": "2.0.0",
    "counter": 4,
    "hardware_ids": ["*"],
    "minimum_runtime": "0.9.0",
    "permissions_digest": "0" * 64,
    "publisher": "somebody-else",
    "publisher_key": "0" * 64,
}


@pytest.mark.parametrize("fact", OTHER)
def test_a_difference_in_any_shared_fact_is_refused(fact: str) -> None:
    with pytest.raises(errors.RepositoriesDisagreeError):
        check(target(), **{fact: OTHER[fact]})


def test_every_shared_fact_has_its_case() -> None:
    assert set(OTHER) == set(FACTS)


def test_another_head_unit_is_refused() -> None:
    with pytest.raises(errors.WrongHardwareError, match="van-2"):
        check(target(), hardware_id="van-2")


def test_a_later_runtime_is_refused() -> None:
    with pytest.raises(errors.RuntimeTooOldError):
        check(target(minimum_runtime="1.10.0"), minimum_runtime="1.10.0")


def test_a_counter_below_the_highest_ever_installed_is_refused() -> None:
    with pytest.raises(errors.CounterWentBackError):
        check(target(), floor=4)
