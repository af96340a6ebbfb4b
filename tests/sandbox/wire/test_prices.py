"""Electricity prices: quarter-hours, also on the days when clocks change."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import prices, times
from sandbox.wire.prices import QUARTER, MissingSlotError, OverlapError, PriceError, Slot, WrongLengthError

START = datetime(2026, 1, 30, 23, 0, tzinfo=UTC)
#: Local days of Copenhagen in UTC, and how many quarter-hours they have.
DAYS = {
    "an ordinary day": (datetime(2026, 1, 30, 23, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC), 96),
    "clocks go forward": (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), 92),
    "clocks go back": (datetime(2025, 10, 25, 22, tzinfo=UTC), datetime(2025, 10, 26, 23, tzinfo=UTC), 100),
}


def row(number: int = 0, **changes: Any) -> dict[str, Any]:
    start = START + number * QUARTER
    return {"start": times.render(start), "end": times.render(start + QUARTER), "eur_per_mwh": "20.05"} | changes


def run(start: datetime, count: int) -> list[Slot]:
    return [Slot(start + n * QUARTER, start + (n + 1) * QUARTER, Decimal(n)) for n in range(count)]


def test_slots_are_read_in_order_of_time() -> None:
    slots = prices.parse_slots([row(1, eur_per_mwh="-4.5"), row(0)])
    assert [slot.eur_per_mwh for slot in slots] == [Decimal("20.05"), Decimal("-4.5")]
    assert [slot.start for slot in slots] == [START, START + QUARTER]


@given(st.decimals(-99_999_999, 99_999_999, places=2), st.integers(0, 10_000))
def test_a_slot_survives_being_written_and_read(price: Decimal, number: int) -> None:
    slot = Slot(START + number * QUARTER, START + (number + 1) * QUARTER, price)
    assert Slot.from_dict(slot.to_dict()) == slot


MALFORMED = {
    "a float": [row(eur_per_mwh=20.05)],
    "a whole number": [row(eur_per_mwh=20)],
    "three places": [row(eur_per_mwh="20.055")],
    "NaN": [row(eur_per_mwh="NaN")],
    "an exponent": [row(eur_per_mwh="1e3")],
    "a comma": [row(eur_per_mwh="20,05")],
    "too many digits": [row(eur_per_mwh="123456789")],
    "a line break": [row(eur_per_mwh="20.05\n")],
    "a local time": [row(start="2026-01-31T00:00:00+01:00")],
    "a number as time": [row(start=0)],
    "no end": [{"start": row()["start"], "eur_per_mwh": "1"}],
    "another key": [row(hour=0)],
    "a text": ["slot"],
    "nothing": [],
    "no list": {"slots": []},
    "too many": [row()] * 769,
}


@pytest.mark.parametrize("rows", MALFORMED.values(), ids=MALFORMED)
def test_slots_outside_the_format_are_refused(rows: object) -> None:
    with pytest.raises(PriceError) as refusal:
        prices.parse_slots(rows)
    assert refusal.value.resolution


@pytest.mark.parametrize(("start", "end", "count"), DAYS.values(), ids=DAYS)
def test_a_whole_local_day_is_accepted_however_long(start: datetime, end: datetime, count: int) -> None:
    prices.check_day(run(start, count))
    prices.check_covers(run(start, count), start=start, end=end)


@pytest.mark.parametrize(("start", "end", "count"), DAYS.values(), ids=DAYS)
def test_a_local_day_with_one_slot_too_few_or_too_many_is_refused(start: datetime, end: datetime, count: int) -> None:
    with pytest.raises(MissingSlotError, match="not the whole day"):
        prices.check_covers(run(start, count - 1), start=start, end=end)
    with pytest.raises(MissingSlotError, match="not the whole day"):
        prices.check_covers(run(start + QUARTER, count - 1), start=start, end=end)
    with pytest.raises(WrongLengthError, match="longer than the day"):
        prices.check_covers(run(start, count + 1), start=start, end=end)


@given(st.sampled_from(sorted(DAYS)), st.integers(1, 90))
def test_a_day_with_a_hole_is_refused(day: str, hole: int) -> None:
    start, _, count = DAYS[day]
    slots = run(start, count)
    del slots[hole]
    with pytest.raises(MissingSlotError, match=times.render(start + hole * QUARTER)):
        prices.check_day(slots)


@given(st.permutations(range(12)))
def test_the_order_of_slots_does_not_matter(order: list[int]) -> None:
    slots = run(START, 12)
    prices.check_day([slots[n] for n in order])


def test_no_slot_at_all_is_missing() -> None:
    with pytest.raises(MissingSlotError, match="no price slot"):
        prices.check_day([])


def test_the_same_quarter_hour_twice_overlaps() -> None:
    slots = run(START, 4)
    with pytest.raises(OverlapError, match=times.render(slots[2].start)):
        prices.check_day([*slots, slots[2]])


WRONG_LENGTH = {
    "an hour": (0, 45),
    "five minutes": (0, -10),
    "one second short": (0, -1 / 60),
    "no time": (0, -15),
    "backwards": (0, -30),
    "off the clock": (5, 5),
}


@pytest.mark.parametrize(("start", "end"), WRONG_LENGTH.values(), ids=WRONG_LENGTH)
def test_a_slot_that_is_no_quarter_hour_is_refused(start: float, end: float) -> None:
    slots = run(START, 4)
    moved = Slot(slots[0].start + timedelta(minutes=start), slots[0].end + timedelta(minutes=end), Decimal(1))
    with pytest.raises(WrongLengthError, match="quarter-hour"):
        prices.check_day([moved, *slots[1:]])


def test_hours_of_the_old_market_are_not_quarter_hours() -> None:
    hours = [Slot(START + timedelta(hours=n), START + timedelta(hours=n + 1), Decimal(n)) for n in range(24)]
    with pytest.raises(WrongLengthError):
        prices.check_day(hours)
