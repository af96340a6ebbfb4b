"""The geometry of bar charts."""

import pytest

from forecourt.web import charts

DAY = [(f"{hour:02d}:00", float(hour - 4), hour < 6) for hour in range(24)]


def test_bars_stand_on_zero_and_negative_ones_hang_from_it() -> None:
    plot = charts.plot(unit="EUR/MWh", values=DAY)
    assert plot is not None
    up, down = plot.bars[23], plot.bars[0]
    assert up.top == 0
    assert up.top + up.height == pytest.approx(plot.zero, abs=0.1)
    assert down.top == pytest.approx(plot.zero)
    assert down.top + down.height == pytest.approx(charts.HEIGHT, abs=0.1)


def test_the_plot_knows_its_extremes_and_how_many_are_chosen() -> None:
    plot = charts.plot(unit="EUR/MWh", values=DAY)
    assert plot is not None
    assert (plot.lowest.label, plot.highest.label, plot.chosen) == ("00:00", "23:00", 6)


def test_few_times_are_labelled_so_that_they_fit() -> None:
    plot = charts.plot(unit="EUR/MWh", values=DAY)
    assert plot is not None
    assert plot.times == ("00:00", "06:00", "12:00", "17:00", "23:00")


def test_a_day_of_zeros_can_be_drawn() -> None:
    plot = charts.plot(unit="EUR/MWh", values=[("00:00", 0.0, False)])
    assert plot is not None
    assert plot.bars[0].height > 0
    assert plot.times == ("00:00",)


def test_nothing_is_drawn_without_values() -> None:
    assert charts.plot(unit="EUR/MWh", values=[]) is None
