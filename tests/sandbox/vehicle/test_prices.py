"""Recorded and built-in prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.vehicle import prices
from sandbox.vehicle.errors import PriceFileError
from sandbox.wire.prices import check_day
from tests.recordings import PRICES, with_prices
from tests.sandbox.vehicle.inputs import price_file

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
FIRST = "DK1,2026-01-05T00:00:00Z,2026-01-05T00:15:00Z,20.05"
REST = [
    "DK1,2026-01-05T00:15:00Z,2026-01-05T00:30:00Z,-4.5",
    "DK1,2026-01-05T00:30:00Z,2026-01-05T00:45:00Z,30",
    "DK1,2026-01-05T00:45:00Z,2026-01-05T01:00:00Z,31",
]
FLAWS = {
    "three cells": (["DK1,2026-01-05T00:00:00Z,20"], 2, "cells"),
    "no time": (["DK1,today,2026-01-05T00:15:00Z,20"], 2, "two times"),
    "no price": (["DK1,2026-01-05T00:00:00Z,2026-01-05T00:15:00Z,cheap"], 2, "two times"),
    "an endless price": (["DK1,2026-01-05T00:00:00Z,2026-01-05T00:15:00Z,Infinity"], 2, "finite"),
    "an hour instead of a quarter": ([FIRST, "DK1,2026-01-05T00:15:00Z,2026-01-05T01:15:00Z,20"], 3, "quarter"),
    "a time without a zone": (["DK1,2026-01-05T00:00:00,2026-01-05T00:15:00,20"], 2, "quarter"),
    "a slot twice": ([FIRST, FIRST, *REST], 3, "overlap"),
    "a slot left out": ([FIRST, *REST[1:]], 3, "gap"),
    "an end before its time": ([FIRST, *REST[:2]], 4, "no price"),
    "another area only": ([FIRST.replace("DK1", "DK2")], 2, "no price"),
}


@pytest.mark.parametrize(("rows", "line", "words"), FLAWS.values(), ids=FLAWS)
def test_a_flawed_file_is_refused_with_its_line(tmp_path: Path, rows: list[str], line: int, words: str) -> None:
    with pytest.raises(PriceFileError, match=words) as refused:
        prices.recorded(price_file(tmp_path, *rows), area="DK1", start=START, hours=1)
    assert refused.value.line == line


def test_a_file_with_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="header"):
        prices.recorded(price_file(tmp_path, FIRST, header="zone,from,to,price"), area="DK1", start=START)


def test_a_missing_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="No such file"):
        prices.load(str(tmp_path / "none.csv"), area="DK1", start=START)


def test_one_area_and_stretch_is_picked_from_the_file(tmp_path: Path) -> None:
    later = "DK1,2026-01-05T01:00:00Z,2026-01-05T01:15:00Z,99"
    path = price_file(tmp_path, FIRST, *REST, FIRST.replace("DK1", "DK2"), later)
    found = prices.recorded(path, area="DK1", start=START, hours=1)
    assert [slot.eur_per_mwh for slot in found] == [Decimal("20.05"), Decimal("-4.5"), Decimal(30), Decimal(31)]
    assert prices.last_end(path, area="DK1") == START + timedelta(minutes=75)


def test_an_area_that_the_file_does_not_know_has_no_end(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="SE4"):
        prices.last_end(price_file(tmp_path, FIRST), area="SE4")


@with_prices
def test_the_recorded_series_gives_a_whole_day_of_quarters() -> None:
    start = datetime(2026, 8, 20, 0, 0, tzinfo=UTC)
    found = prices.recorded(PRICES, area="DK1", start=start)
    check_day(found)
    assert (len(found), found[0].start, found[-1].end) == (96, start, start + timedelta(days=1))
    assert prices.last_end(PRICES, area="DK2") == datetime(2026, 8, 23, 22, 0, tzinfo=UTC)


def test_the_built_in_day_is_dear_in_the_evening_and_below_zero_at_night() -> None:
    found = prices.load("simulated", area="DK1", start=START)
    check_day(found)
    by_hour = {slot.start.hour: slot.eur_per_mwh for slot in found}
    assert len(found) == 96
    assert by_hour[18] > 100 > by_hour[12] > by_hour[4]
    assert min(slot.eur_per_mwh for slot in found) < 0
