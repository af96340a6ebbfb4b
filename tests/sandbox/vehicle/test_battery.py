"""Charging and its meter."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.vehicle import battery
from sandbox.vehicle.battery import Meter
from sandbox.vehicle.profiles import PROFILES, Profile, profile_of
from sandbox.wire.prices import QUARTER

COMPACT = profile_of("compact")
START = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


def test_an_hour_of_charging_stores_the_charger_s_power_and_draws_more_from_the_socket() -> None:
    done = battery.charge(COMPACT, percent=Decimal(15), seconds=Decimal(3600))
    assert done.percent == (Decimal(15) + COMPACT.charger_kw / COMPACT.capacity_kwh * 100).quantize(Decimal("0.000001"))
    assert done.grid_kwh == (COMPACT.charger_kw / COMPACT.efficiency).quantize(Decimal("0.000001"))


def test_charging_ends_when_the_battery_is_full() -> None:
    needed = battery.seconds_to_full(COMPACT, percent=Decimal(99))
    done = battery.charge(COMPACT, percent=Decimal(99), seconds=needed * 10)
    assert (done.percent, done.seconds) == (Decimal(100), needed)


def test_a_full_battery_takes_nothing() -> None:
    done = battery.charge(COMPACT, percent=Decimal(100), seconds=Decimal(60))
    assert (done.percent, done.grid_kwh, done.seconds) == (Decimal(100), Decimal(0), Decimal(0))


@given(
    profile=st.sampled_from(list(PROFILES.values())),
    percent=st.decimals(0, 100, places=2),
    steps=st.lists(st.integers(1, 900), min_size=1, max_size=30),
)
def test_small_steps_charge_as_much_as_one_large_one(profile: Profile, percent: Decimal, steps: list[int]) -> None:
    whole = battery.charge(profile, percent=percent, seconds=Decimal(sum(steps)))
    at = percent
    for seconds in steps:
        at = battery.charge(profile, percent=at, seconds=Decimal(seconds)).percent
    assert abs(at - whole.percent) < Decimal("0.0001")


def test_the_meter_books_energy_on_the_quarters_in_which_it_was_drawn() -> None:
    meter = Meter()
    meter.add(start=START + timedelta(minutes=10), seconds=Decimal(1200), kwh=Decimal(4))
    assert meter.kwh == {START: Decimal(1), START + QUARTER: Decimal(3)}


@given(st.integers(0, 86_400), st.integers(0, 20_000), st.decimals("0.000001", 100, places=6))
def test_the_meter_loses_nothing_when_it_splits(second: int, seconds: int, kwh: Decimal) -> None:
    meter = Meter()
    meter.add(start=START + timedelta(seconds=second), seconds=Decimal(seconds), kwh=kwh)
    assert meter.total == (kwh if seconds else 0)
    assert all(start.minute % 15 == start.second == 0 for start in meter.kwh)
