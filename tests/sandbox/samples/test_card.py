"""What Smart Charging shows, and that every surface can draw it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sandbox.samples.smart_charging.card import Facts, card
from sandbox.samples.smart_charging.plan import Slot
from sandbox.wire import cards

NOW = datetime(2026, 1, 15, 18, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
PRICES = tuple(Slot(NOW + (i - 4) * QUARTER, NOW + (i - 3) * QUARTER, 120.0 if i < 30 else 20.04) for i in range(120))
MOMENTS: dict[str, dict[str, Any]] = {
    "nothing known": {"prices": ()},
    "driving": {"percent": 62, "range_km": 210},
    "plugged in": {"percent": 15, "plugged_in": True},
    "charging": {"percent": 44, "plugged_in": True, "charging": True, "charged": frozenset(PRICES[:3])},
    "full": {"percent": 90, "plugged_in": True},
    "plugged in without prices": {"percent": 30, "plugged_in": True, "prices": ()},
    "empty and in a hurry": {"percent": 0, "capacity_kwh": 400, "plugged_in": True},
}


def shown(**known: Any) -> dict[str, Any]:
    """The card for what is known."""
    facts: dict[str, Any] = {"now": NOW, "prices": PRICES}
    return card(Facts(**facts | known))


def rows(known: dict[str, Any]) -> dict[str, str]:
    """The card's rows by label."""
    return {row["label"]: row["value"] for row in known["rows"]}


@pytest.mark.parametrize("known", MOMENTS.values(), ids=MOMENTS)
def test_card_is_lawful_and_short_enough_to_glance_at(known: dict[str, Any]) -> None:
    lawful = cards.parse(json.dumps(shown(**known)))
    assert cards.for_dash(lawful, moving=True).rows == lawful.rows


def test_driver_sees_when_charging_starts_ends_and_what_it_costs() -> None:
    assert rows(shown(percent=80, plugged_in=True)) == {
        "Battery": "80 %",
        "Charging starts": "00:30",
        "Ready": "01:00",
        "Price now": "12.0 ct/kWh",
        "Price planned": "2.0 ct/kWh",
    }


def test_times_are_those_of_the_cars_own_clock() -> None:
    local = NOW.astimezone(timezone(timedelta(hours=1)))
    assert rows(shown(now=local, percent=80, plugged_in=True))["Charging starts"] == "01:30"


def test_charging_car_tells_until_when() -> None:
    known = shown(now=NOW + 27 * QUARTER, percent=80, plugged_in=True, charging=True)
    assert rows(known)["Charging"] == "until 01:15"
    assert known["tone"] == "good"


def test_range_is_shown_if_the_driver_shares_it() -> None:
    assert rows(shown(percent=62, range_km=210))["Battery"] == "62 % · 210 km"


def test_chosen_slots_are_lit_and_the_rest_is_not() -> None:
    bars = shown(percent=80, plugged_in=True)["chart"]["values"]
    assert [label for label, _, lit in bars if lit] == ["00:30", "00:45"]


def test_chart_ends_with_the_departure() -> None:
    assert shown(percent=80)["chart"]["values"][-1][0] == "06:45"


def test_missing_prices_warn_a_plugged_in_driver_only() -> None:
    assert shown(percent=30, plugged_in=True, prices=())["tone"] == "warn"
    assert shown(percent=30, prices=())["tone"] == "calm"


def test_full_car_says_so_and_plans_nothing() -> None:
    known = shown(percent=92, plugged_in=True)
    assert rows(known)["Plan"] == "charged to 90 %"
    assert not any(lit for _, _, lit in known["chart"]["values"])
