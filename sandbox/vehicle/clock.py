"""Simulated time: it moves only when the car says so, and a step never takes less wall time than the speed allows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST_STEP: Final = 600  # simulated s


@dataclass(slots=True)
class Clock:
    """The car's own time, `speed` simulated seconds to a second of the wall."""

    now: datetime
    speed: float

    def advance(self, seconds: float) -> datetime:
        """Let simulated time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def jump_to(self, moment: datetime) -> None:
        """Skip ahead; time never runs backwards."""
        self.now = max(self.now, moment)

    def step(self, *, at_least: int) -> int:
        """How many simulated seconds go into one batch: about ten batches a second of the wall, ten minutes at most."""
        return min(LONGEST_STEP, max(at_least, round(self.speed / 10)))

    def wall_seconds(self, simulated: float) -> float:
        """How long that stretch of simulated time takes on the wall."""
        return simulated / self.speed
