"""Bars of a card's chart as numbers that a template can draw; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

STEP: Final = 10  # drawing units from bar to bar
HEIGHT: Final = 100
TIMES: Final = 5  # labels beneath the bars, so that they fit on a phone


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar in drawing units, and what it says."""

    left: int
    top: float
    height: float
    label: str
    value: float
    on: bool


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A bar chart ready to be drawn: zero lies at `zero`, scale and times are labels."""

    unit: str
    bars: tuple[Bar, ...]
    width: int
    zero: float
    high: float
    low: float
    times: tuple[str, ...]

    @property
    def lowest(self) -> Bar:
        """The bar with the smallest value."""
        return min(self.bars, key=lambda bar: bar.value)

    @property
    def highest(self) -> Bar:
        """The bar with the largest value."""
        return max(self.bars, key=lambda bar: bar.value)

    @property
    def chosen(self) -> int:
        """How many bars are on."""
        return sum(bar.on for bar in self.bars)


def plot(*, unit: str, values: Sequence[tuple[str, float, bool]]) -> Plot | None:
    """Lay out bars around zero; without values there is nothing to draw."""
    if not values:
        return None
    high = max(0.0, *(float(value) for _, value, _ in values))
    low = min(0.0, *(float(value) for _, value, _ in values))
    scale = HEIGHT / ((high - low) or 1.0)
    bars = tuple(
        Bar(
            left=index * STEP,
            top=round((high - max(value, 0)) * scale, 2),
            height=round(max(abs(value) * scale, 0.6), 2),
            label=label,
            value=float(value),
            on=bool(on),
        )
        for index, (label, value, on) in enumerate(values)
    )
    return Plot(
        unit=unit,
        bars=bars,
        width=len(bars) * STEP,
        zero=round(high * scale, 2),
        high=high,
        low=low,
        times=_times([bar.label for bar in bars]),
    )


def _times(labels: list[str]) -> tuple[str, ...]:
    if len(labels) <= TIMES:
        return tuple(labels)
    last = len(labels) - 1
    return tuple(labels[round(last * place / (TIMES - 1))] for place in range(TIMES))
