"""How long to wait before trying again: pure, with the randomness coming in."""

from typing import Final

FIRST: Final = 0.1  # s
LONGEST: Final = 10.0  # s
PATIENCE: Final = 60.0  # s that a platform may ask for


def delay(*, attempt: int, retry_after: str | None, chance: float) -> float:
    """Seconds before the next attempt: what the platform asks for, else twice as long each time, spread by chance."""
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), PATIENCE)
    return min(LONGEST, FIRST * 2.0 ** min(attempt, 10)) * (0.5 + chance / 2)
