"""What a night costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.vehicle.costs import MissingPriceError, charged_at_once, cost_eur
from sandbox.vehicle.profiles import profile_of
from sandbox.wire.prices import QUARTER, Slot

COMPACT = profile_of("compact")
START = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
HOUR_KWH = COMPACT.socket_kw


def slots(*prices: str) -> list[Slot]:
    return [
        Slot(START + QUARTER * number, START + QUARTER * (number + 1), Decimal(price))
        for number, price in enumerate(prices)
    ]


def test_charging_at_once_fills_the_first_quarters() -> None:
    kwh = charged_at_once(COMPACT, plugged_in_at=START, grid_kwh=HOUR_KWH / 2)
    assert list(kwh) == [START, START + QUARTER]
    assert sum(kwh.values()) == HOUR_KWH / 2


def test_charging_at_once_from_within_a_quarter_books_its_rest_first() -> None:
    kwh = charged_at_once(COMPACT, plugged_in_at=START + timedelta(minutes=12), grid_kwh=HOUR_KWH / 4)
    assert [round(float(amount / HOUR_KWH * 60)) for amount in kwh.values()] == [3, 12]


def test_nothing_drawn_costs_nothing() -> None:
    assert cost_eur(charged_at_once(COMPACT, plugged_in_at=START, grid_kwh=Decimal(0)), []) == 0


def test_each_quarter_counts_with_its_own_price_and_negative_prices_pay_back() -> None:
    kwh = {START: Decimal(2), START + QUARTER: Decimal(3)}
    assert cost_eur(kwh, slots("100.00", "-50.00")) == Decimal("0.0500")


def test_energy_at_a_time_without_a_price_is_an_error_that_names_the_time() -> None:
    with pytest.raises(MissingPriceError, match="2026-01-05 17:15"):
        cost_eur({START + QUARTER: Decimal(1)}, slots("10.00"))
