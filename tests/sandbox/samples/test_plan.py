"""Which quarter hours Smart Charging chooses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.samples.smart_charging.plan import Slot, active, average_price, needed_minutes, plan, ready_by, slots_of

NOW = datetime(2026, 1, 15, 18, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MORNING = NOW + timedelta(hours=13)


def slots(*prices: float) -> list[Slot]:
    """Quarter hours from now on at these prices."""
    return [Slot(NOW + i * QUARTER, NOW + (i + 1) * QUARTER, price) for i, price in enumerate(prices)]


def prices(chosen: list[Slot]) -> list[float]:
    """What the chosen slots cost."""
    return [slot.eur_per_mwh for slot in chosen]


def test_cheapest_slots_are_chosen_in_order_of_time() -> None:
    chosen = plan(slots(50, 10, 40, -5, 30), now=NOW, ready_by=MORNING, needed_minutes=30)
    assert prices(chosen) == [10, -5]


def test_part_of_a_slot_needs_the_whole_slot() -> None:
    assert len(plan(slots(1, 2, 3), now=NOW, ready_by=MORNING, needed_minutes=16)) == 2


def test_at_one_price_the_earlier_slot_wins() -> None:
    chosen = plan(slots(7, 7, 7), now=NOW, ready_by=MORNING, needed_minutes=15)
    assert chosen[0].start == NOW


def test_slot_that_has_begun_counts_with_what_is_left_of_it() -> None:
    late = NOW + timedelta(minutes=10)
    chosen = plan(slots(1, 9), now=late, ready_by=MORNING, needed_minutes=15)
    assert [slot.start for slot in chosen] == [late, NOW + QUARTER]


def test_slots_after_the_departure_are_not_used() -> None:
    chosen = plan(slots(9, 9, 1), now=NOW, ready_by=NOW + 2 * QUARTER, needed_minutes=15)
    assert prices(chosen) == [9]


def test_too_little_time_uses_all_of_it() -> None:
    assert len(plan(slots(3, 2, 1), now=NOW, ready_by=MORNING, needed_minutes=600)) == 3


def test_full_battery_needs_no_slot() -> None:
    assert plan(slots(1), now=NOW, ready_by=MORNING, needed_minutes=0) == []


@settings(deadline=None)
@given(st.lists(st.floats(-500, 1000), min_size=1, max_size=60), st.integers(1, 900))
def test_no_other_choice_of_as_many_slots_is_cheaper(market: list[float], minutes: int) -> None:
    chosen = plan(slots(*market), now=NOW, ready_by=NOW + timedelta(days=2), needed_minutes=minutes)
    assert sorted(prices(chosen)) == sorted(market)[: len(chosen)]
    assert len(chosen) == min(len(market), -(-minutes // 15))


@pytest.mark.parametrize(
    ("percent", "minutes"), [(90, 0), (95, 0), (40, 137), (0, 246)], ids=["at target", "above", "half", "empty"]
)
def test_needed_time_follows_the_missing_energy(percent: float, minutes: int) -> None:
    assert needed_minutes(percent=percent, target=90, capacity_kwh=50, power_kw=11) == minutes


def test_forecast_is_read_with_texts_or_numbers_and_sorted() -> None:
    late: dict[str, object] = {"start": "2026-01-15T18:15:00Z", "end": "2026-01-15T18:30:00Z", "eur_per_mwh": "-4.50"}
    early: dict[str, object] = {"start": "2026-01-15T18:00:00Z", "end": "2026-01-15T18:15:00Z", "eur_per_mwh": 7}
    assert slots_of([late, early]) == slots(7, -4.5)


@pytest.mark.parametrize(
    ("hour", "day"), [(18, 16), (5, 15), (6, 15), (7, 16)], ids=["evening", "night", "an hour before", "too late"]
)
def test_departure_is_the_next_morning_on_the_cars_own_clock(hour: int, day: int) -> None:
    zone = timezone(timedelta(hours=1))
    assert ready_by(datetime(2026, 1, 15, hour, tzinfo=zone)) == datetime(2026, 1, day, 7, tzinfo=zone)


def test_active_slot_is_half_open() -> None:
    chosen = slots(1)
    assert active(chosen, NOW) == chosen[0]
    assert active(chosen, NOW + QUARTER) is None


def test_average_is_weighted_by_time() -> None:
    long = Slot(NOW, NOW + timedelta(minutes=45), 10)
    short = Slot(NOW, NOW + QUARTER, 50)
    assert average_price([long, short]) == 20
    assert average_price([]) is None
